package vitals

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func mustQuantity(t testing.TB, s string) Quantity {
	t.Helper()
	q, err := ParseQuantity(s)
	if err != nil {
		t.Fatalf("ParseQuantity(%q): %v", s, err)
	}
	return q
}

func ucum(q Quantity) string { return q.Value().String() + " " + q.Unit().UCUM() }

func TestQuantityConstructors(t *testing.T) {
	for _, tt := range []struct {
		got  Quantity
		want string
	}{
		{PerMinute(72), "72 /min"},
		{Percent(98), "98 %"},
		{MmHg(120), "120 mm[Hg]"},
		{MgPerDL(100), "100 mg/dL"},
		{CelsiusTenths(364), "36.4 Cel"},
		{CelsiusTenths(-5), "-0.5 Cel"},
		{UnitCelsius.Of(Decimal{3640, -2}), "36.40 Cel"},
		{UnitScore.Of(Decimal{7, 0}), "7 {score}"},
	} {
		if s := ucum(tt.got); s != tt.want {
			t.Errorf("got %q, want %q", s, tt.want)
		}
		if q := mustQuantity(t, tt.want); q != tt.got {
			t.Errorf("ParseQuantity(%q) = %#v, want %#v", tt.want, q, tt.got)
		}
	}
	if s := fmt.Sprint(CelsiusTenths(364), " ", Quantity{}); s != "36.4 °C no value" {
		t.Errorf("String: %q", s)
	}
	if (Quantity{}).IsZero() != true || MmHg(0).IsZero() || UnitOne.Of(Decimal{}).IsZero() {
		t.Error("IsZero must be true of the zero Quantity only: 0 mmHg is a quantity")
	}
}

func TestParseQuantityErrors(t *testing.T) {
	for in, want := range map[string]error{
		"": ErrDecimal, " ": ErrDecimal, "Cel": ErrDecimal, " Cel": ErrDecimal, "NaN Cel": ErrDecimal, "1e Cel": ErrDecimal,
		"36.4": ErrUnit, "36.4 ": ErrUnit, "36.4  Cel": ErrUnit, "36.4 Cel ": ErrUnit, "36.4 °C": ErrUnit, "36.4\tCel": ErrDecimal, "36.4Cel": ErrDecimal,
	} {
		if q, err := ParseQuantity(in); !errors.Is(err, want) || !q.IsZero() {
			t.Errorf("ParseQuantity(%q) = %v, %v; want %v", in, q, err, want)
		}
	}
}

// The right-hand sides are from the definitions of the units: 1 lb is
// 0.45359237 kg, 1 in is 2.54 cm, 1 mmHg is 133.322387415 Pa, 1 cmH2O is
// 98.0665 Pa, 1 kcal is 4184 J, t/°C = (t/°F - 32) × 5/9.
func TestQuantityIn(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"98.6 [degF]", "37.00 Cel"},
		{"100.4 [degF]", "38.00 Cel"},
		{"97.7 [degF]", "36.50 Cel"},
		{"32 [degF]", "0.0 Cel"},
		{"-40 [degF]", "-40.0 Cel"},
		{"99 [degF]", "37.2 Cel"},
		{"98.61 [degF]", "37.006 Cel"}, // 37.00555..: rounded once
		{"37.0 Cel", "98.6 [degF]"},
		{"37.00 Cel", "98.60 [degF]"},
		{"36.6 Cel", "97.9 [degF]"}, // 97.88
		{"-40 Cel", "-40 [degF]"},
		{"37.0 Cel", "310.15 K"},
		{"310.15 K", "37.00 Cel"},
		{"0 K", "-273.15 Cel"},
		{"0 K", "-460 [degF]"}, // -459.67, to the whole degree that was given
		{"16.0 kPa", "120.0 mm[Hg]"},
		{"120 mm[Hg]", "16.0 kPa"},
		{"80 mm[Hg]", "10.7 kPa"},
		{"7.5 mm[Hg]", "1.00 kPa"},
		{"760 mm[Hg]", "101300 Pa"}, // 101325: a step of 100 Pa is finer than 1 mmHg
		{"760.00 mm[Hg]", "101325 Pa"},
		{"760 mm[Hg]", "1013 mbar"},
		{"10 cm[H2O]", "9.8 mbar"},
		{"1013.25 mbar", "101325 Pa"},
		{"1.00 mbar", "1.02 cm[H2O]"},
		{"5 cm[H2O]", "3.7 mm[Hg]"},
		{"1 [lb_av]", "0.5 kg"},
		{"1.0000 [lb_av]", "0.45359 kg"},
		{"154.3 [lb_av]", "69.99 kg"},
		{"70.00 kg", "154.32 [lb_av]"},
		{"16 [oz_av]", "0.45 kg"},
		{"65.5 [in_i]", "166.370 cm"},
		{"1 [ft_i]", "12 [in_i]"},
		{"1.000 [mi_i]", "1609 m"},
		{"0.0012 kg/L", "120 mg/dL"},
		{"0.00120 kg/L", "120 mg/dL"},
		{"7.2 g/dL", "72 g/L"},
		{"13.5 g/dL", "135 g/L"},
		{"1 h", "3600 s"},
		{"1.5 min", "90 s"},
		{"800 ms", "0.800 s"},
		{"60 /min", "1.00 Hz"},
		{"1.2 Hz", "72 /min"},
		{"60 /h", "1.00 /min"},
		{"0.98 1", "98 %"},
		{"98 %", "0.98 1"},
		{"100 kcal", "418 kJ"},
		{"1 L/s", "60 L/min"},
		{"36 km/h", "10.0 m/s"},
		{"1.0 mV", "1000 uV"},
		{"0 mm[Hg]", "0.0 kPa"},
	} {
		q := mustQuantity(t, tt.in)
		want := mustQuantity(t, tt.want)
		got, err := q.In(want.Unit())
		if err != nil {
			t.Errorf("%s in %s: %v", tt.in, want.Unit().UCUM(), err)
			continue
		}
		if ucum(got) != tt.want {
			t.Errorf("%s in %s = %s, want %s", tt.in, want.Unit().UCUM(), ucum(got), tt.want)
		}
	}
}

func TestQuantityErrors(t *testing.T) {
	huge := UnitMmHg.Of(Decimal{math.MaxInt64, 0})
	for _, tt := range []struct {
		q Quantity
		u Unit
	}{
		{MmHg(120), UnitCelsius},
		{MmHg(120), UnitNone},
		{MmHg(120), Unit(255)},
		{PerMinute(72), UnitPercent},
		{Percent(1), UnitPerMinute},
		{MgPerDL(100), UnitMmolPerL}, // the substance decides: Kind.Convert
		{UnitIU.Of(Decimal{1, 0}), UnitMilligram},
		{UnitKg.Of(Decimal{1, 0}), UnitKgPerM2},
		{Quantity{}, UnitMmHg},
		{huge, UnitPa},
		{UnitKg.Of(Decimal{1, 127}), UnitGram},
		{UnitMicrogram.Of(Decimal{1, -128}), UnitKg},
		{UnitCelsius.Of(Decimal{1, 100}), UnitKelvin}, // exactly: 103 digits
		{UnitCelsius.Of(Decimal{1, -128}), UnitFahrenheit},
	} {
		if got, err := tt.q.In(tt.u); !errors.Is(err, ErrUnit) || !got.IsZero() {
			t.Errorf("%v in %q = %v, %v; want ErrUnit", tt.q, tt.u.UCUM(), got, err)
		}
	}
	if _, err := MmHg(1).Cmp(PerMinute(1)); !errors.Is(err, ErrUnit) {
		t.Errorf("comparing a pressure with a rate: %v, want ErrUnit", err)
	}
	if _, err := MmHg(1).Cmp(Quantity{}); !errors.Is(err, ErrUnit) {
		t.Errorf("comparing with no value: %v, want ErrUnit", err)
	}
	if q, err := huge.In(UnitMmHg); err != nil || q != huge {
		t.Errorf("%v in its own unit = %v, %v", huge, q, err)
	}
}

func TestQuantityCmp(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"120 mm[Hg]", "120.0 mm[Hg]", 0},
		{"120 mm[Hg]", "16.0 kPa", -1}, // 120.0099
		{"120.00 mm[Hg]", "15.99 kPa", 1},
		{"37.00 Cel", "98.6 [degF]", 0},
		{"37 Cel", "310.15 K", 0},
		{"38.0 Cel", "100.5 [degF]", -1},
		{"90 %", "0.9 1", 0},
		{"1 h", "3600 s", 0},
		{"1 [in_i]", "2.54 cm", 0},
		{"1 [lb_av]", "0.45359237 kg", 0},
		{"1 [lb_av]", "0.453592370000000001 kg", -1},
		{"-1 Cel", "31 [degF]", -1},                           // 30.2
		{"-0.00000000000129 K", "-273.15000000000129 Cel", 0}, // where floating point cancels
		{"0.00000000000001 K", "-459.67 [degF]", 1},
	} {
		a, b := mustQuantity(t, tt.a), mustQuantity(t, tt.b)
		if got, err := a.Cmp(b); err != nil || got != tt.want {
			t.Errorf("%s cmp %s = %d, %v; want %d", tt.a, tt.b, got, err, tt.want)
		}
		if got, err := b.Cmp(a); err != nil || got != -tt.want {
			t.Errorf("%s cmp %s = %d, %v; want %d", tt.b, tt.a, got, err, -tt.want)
		}
	}
}

func TestQuantityCmpIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 50000 {
		i, j := r.IntN(len(units)), r.IntN(len(units))
		from, to := &units[i], &units[j]
		if from.dim != to.dim || from.dim == dimNone {
			continue
		}
		a, b := randomDecimal(r), randomDecimal(r)
		if c, err := convert(a, from, to); err == nil && r.IntN(2) == 0 {
			b = c // equal or nearly so
		}
		want := base(a, from).Cmp(base(b, to))
		if got, err := Unit(i).Of(a).Cmp(Unit(j).Of(b)); err != nil || got != want {
			t.Fatalf("%#v %s cmp %#v %s = %d, %v; want %d", a, from.ucum, b, to.ucum, got, err, want)
		}
	}
}

func TestKindConvert(t *testing.T) {
	for _, tt := range []struct {
		k        Kind
		in, want string
	}{
		{GlucoseCapillaryPlasma, "180 mg/dL", "9.99 mmol/L"}, // 180.156 g/mol
		{GlucoseCapillaryPlasma, "70 mg/dL", "3.89 mmol/L"},
		{GlucoseCapillaryPlasma, "54 mg/dL", "3.00 mmol/L"},
		{GlucoseISF, "10.0 mmol/L", "180 mg/dL"},
		{GlucoseISF, "5.5 mmol/L", "99 mg/dL"},
		{GlucoseISF, "3.9 mmol/L", "70 mg/dL"},
		{GlucoseISF, "5.50 mmol/L", "99.1 mg/dL"},
		{GlucoseCapillaryBlood, "0.0012 kg/L", "120 mg/dL"},
		{GlucoseCapillaryBlood, "0.00120 kg/L", "6.66 mmol/L"},
		{GlucoseCapillaryBlood, "0.0055 mol/L", "5.5 mmol/L"},
		{GlucoseCapillaryBlood, "0.0055 mol/L", "99 mg/dL"},
		{Systolic, "16.0 kPa", "120.0 mm[Hg]"},
		{TempOral, "98.6 [degF]", "37.00 Cel"},
	} {
		want := mustQuantity(t, tt.want)
		if got, err := tt.k.Convert(mustQuantity(t, tt.in), want.Unit()); err != nil || ucum(got) != tt.want {
			t.Errorf("%v: %s in %s = %s, %v; want %s", tt.k, tt.in, want.Unit().UCUM(), ucum(got), err, tt.want)
		}
	}
	for _, tt := range []struct {
		k Kind
		q Quantity
		u Unit
	}{
		{HeartRate, MgPerDL(100), UnitMmolPerL}, // no molar mass
		{KindNone, MgPerDL(100), UnitMmolPerL},
		{GlucoseISF, MgPerDL(100), UnitMmHg},
		{GlucoseISF, MmHg(100), UnitMmolPerL},
		{GlucoseISF, Quantity{}, UnitMmolPerL},
		{GlucoseISF, UnitMgPerDL.Of(Decimal{math.MaxInt64, 127}), UnitUmolPerL},
	} {
		if got, err := tt.k.Convert(tt.q, tt.u); !errors.Is(err, ErrUnit) || !got.IsZero() {
			t.Errorf("%v: %v in %v = %v, %v; want ErrUnit", tt.k, tt.q, tt.u, got, err)
		}
	}
}

func FuzzQuantityIn(f *testing.F) {
	f.Add(int64(986), int8(-1), uint8(UnitFahrenheit), uint8(UnitCelsius))
	f.Add(int64(160), int8(-1), uint8(UnitKPa), uint8(UnitMmHg))
	f.Add(int64(12), int8(-4), uint8(UnitKgPerL), uint8(UnitMgPerDL))
	f.Add(int64(0), int8(127), uint8(UnitCelsius), uint8(UnitFahrenheit))
	f.Add(int64(math.MaxInt64), int8(-128), uint8(UnitCelsius), uint8(UnitKelvin))
	f.Add(int64(math.MinInt64), int8(127), uint8(UnitOunce), uint8(UnitMicrogram))
	f.Fuzz(func(t *testing.T, coef int64, exp int8, from, to uint8) {
		q := Unit(from).Of(Decimal{coef, exp})
		got, err := q.In(Unit(to))
		if from == to {
			if got != q || err != nil {
				t.Fatalf("%#v in its own unit = %#v, %v", q, got, err)
			}
			return
		}
		fi, ti := Unit(from).info(), Unit(to).info()
		checkConvert(t, q.Value(), fi, ti)
		if err != nil {
			return
		}
		if got.Unit() != Unit(to) {
			t.Fatalf("%v in %d has unit %v", q, to, got.Unit())
		}
		c, err := q.Cmp(got)
		if want := base(q.Value(), fi).Cmp(base(got.Value(), ti)); err != nil || c != want {
			t.Fatalf("%#v cmp %#v = %d, %v; want %d", q, got, c, err, want)
		}
	})
}

func TestQuantityAllocates(t *testing.T) {
	q := UnitFahrenheit.Of(Decimal{986, -1})
	if n := testing.AllocsPerRun(100, func() { q, _ = q.In(UnitFahrenheit); _, _ = q.In(UnitCelsius) }); n != 0 {
		t.Errorf("Quantity.In allocates %v times, want 0", n)
	}
	limit := UnitKPa.Of(Decimal{16, 0})
	if n := testing.AllocsPerRun(100, func() { _, _ = MmHg(118).Cmp(limit) }); n != 0 {
		t.Errorf("Quantity.Cmp across units allocates %v times, want 0", n)
	}
}

func BenchmarkQuantityIn(b *testing.B) {
	for _, bb := range []struct {
		q Quantity
		u Unit
	}{
		{UnitKPa.Of(Decimal{160, -1}), UnitMmHg},
		{UnitFahrenheit.Of(Decimal{986, -1}), UnitCelsius},
		{UnitKgPerL.Of(Decimal{12, -4}), UnitMgPerDL},
	} {
		b.Run(bb.q.Unit().UCUM(), func(b *testing.B) {
			for b.Loop() {
				_, _ = bb.q.In(bb.u)
			}
		})
	}
}

func BenchmarkQuantityCmp(b *testing.B) {
	limit := UnitKPa.Of(Decimal{160, -1})
	for b.Loop() {
		_, _ = MmHg(118).Cmp(limit)
	}
}

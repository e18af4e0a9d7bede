package vitals

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// TestUnitsFit holds the table to what convert computes without checking.
func TestUnitsFit(t *testing.T) {
	fits := func(what string, num1, num2, den1, den2 uint64) {
		t.Helper()
		h1, num := bits.Mul64(num1, num2)
		h2, den := bits.Mul64(den1, den2)
		if h1 != 0 || h2 != 0 {
			t.Errorf("%s: (%d×%d)/(%d×%d) overflows", what, num1, num2, den1, den2)
			return
		}
		if num == 0 || den == 0 {
			t.Errorf("%s: the factor is %d/%d", what, num, den)
			return
		}
		if g := gcd(num, den); max(num/g, den/g) > math.MaxInt64/10 {
			t.Errorf("%s: %d/%d leaves no room to normalise", what, num/g, den/g)
		}
	}
	for i := range units {
		from := &units[i]
		for j := range units {
			if to := &units[j]; from.dim == to.dim {
				fits(from.ucum+" to "+to.ucum, from.num, to.den, from.den, to.num)
			}
		}
		if from.offset != (Decimal{}) && (from.exp != 0 || from.dim != dimTemperature || max(from.num, from.den) > 99) {
			t.Errorf("%s: convertOffset wants temperatures with a small ratio and no power of ten", from.ucum)
		}
	}
	for k := range Kinds() {
		m := k.MolarMass()
		if m == (Decimal{}) {
			continue
		}
		if m.Coef <= 0 || k.Unit().info().dim != dimMassConc && k.Unit().info().dim != dimMolarConc {
			t.Errorf("%v: molar mass %v, unit %v", k, m, k.Unit())
		}
		for i := range units {
			for j := range units {
				from, to := &units[i], &units[j]
				switch {
				case from.dim == dimMassConc && to.dim == dimMolarConc:
					fits(k.String()+": "+from.ucum+" to "+to.ucum, from.num, to.den, from.den*uint64(m.Coef), to.num)
				case from.dim == dimMolarConc && to.dim == dimMassConc:
					fits(k.String()+": "+from.ucum+" to "+to.ucum, from.num*uint64(m.Coef), to.den, from.den, to.num)
				}
			}
		}
	}
}

// base is the exact value of d in the base unit, by math/big.
func base(d Decimal, u *unitInfo) *big.Rat {
	f := new(big.Rat).SetFrac(new(big.Int).SetUint64(u.num), new(big.Int).SetUint64(u.den))
	f.Mul(f, rat(Decimal{1, u.exp}))
	return f.Mul(f, new(big.Rat).Add(rat(d), rat(u.offset)))
}

// inUnit is base backwards.
func inUnit(b *big.Rat, u *unitInfo) *big.Rat {
	f := base(Decimal{1, 0}, &unitInfo{num: u.num, den: u.den, exp: u.exp})
	return f.Sub(f.Quo(b, f), rat(u.offset))
}

// TestConvertPairs converts numbers of up to six digits between every two
// units of one dimension and compares with math/big.
func TestConvertPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	half := big.NewRat(1, 2)
	for i := range units {
		for j := range units {
			from, to := &units[i], &units[j]
			if from.dim != to.dim || from.dim == dimNone || i == j {
				continue
			}
			for range 200 {
				d := Decimal{int64(r.IntN(2_000_000) - 1_000_000), int8(-r.IntN(6))}
				got, err := convert(d, from, to)
				if err != nil {
					t.Fatalf("%v %s in %s: %v", d, from.ucum, to.ucum, err)
				}
				want := inUnit(base(d, from), to)
				step := rat(Decimal{1, got.Exp})
				off := new(big.Rat).Sub(rat(got), want)
				if off.Abs(off).Cmp(new(big.Rat).Mul(half, step)) > 0 {
					t.Fatalf("%v %s in %s = %v, exactly %s: off by more than half of the last digit", d, from.ucum, to.ucum, got, want.FloatString(12))
				}
				// Fine enough: one step of the result is no more than one step of d.
				if stepFrom := factor(d.Exp, from); factor(got.Exp, to).Cmp(stepFrom) > 0 {
					t.Fatalf("%v %s in %s = %v: coarser than what was measured", d, from.ucum, to.ucum, got)
				}
				back, err := convert(got, to, from)
				if err != nil {
					t.Fatalf("%v %s in %s = %v; and back: %v", d, from.ucum, to.ucum, got, err)
				}
				if diff := new(big.Rat).Sub(rat(back), rat(d)); diff.Abs(diff).Cmp(rat(Decimal{1, d.Exp})) > 0 {
					t.Fatalf("%v %s in %s = %v; and back %v", d, from.ucum, to.ucum, got, back)
				}
				if c := compare(d, from, got, to); c != base(d, from).Cmp(base(got, to)) {
					t.Fatalf("compare(%v %s, %v %s) = %d, want %d", d, from.ucum, got, to.ucum, c, base(d, from).Cmp(base(got, to)))
				}
			}
		}
	}
}

// factor is the size of one step of 10^exp, without the offset, in base units.
func factor(exp int8, u *unitInfo) *big.Rat {
	return base(Decimal{1, exp}, &unitInfo{num: u.num, den: u.den, exp: u.exp})
}

// checkConvert wants the exact result, rounded to at least the resolution of d,
// or ErrUnit where its digits fill a Decimal.
func checkConvert(t *testing.T, d Decimal, from, to *unitInfo) {
	t.Helper()
	got, err := convert(d, from, to)
	if from == to && from.dim != dimNone {
		return // Quantity.In has done that
	}
	if from.dim != to.dim || from.dim == dimNone {
		if !errors.Is(err, ErrUnit) || got != (Decimal{}) {
			t.Fatalf("%#v %s in %s = %v, %v; want ErrUnit", d, from.ucum, to.ucum, got, err)
		}
		return
	}
	want := inUnit(base(d, from), to)
	if err != nil {
		if !errors.Is(err, ErrUnit) || got != (Decimal{}) || clearlyFits(want, d, from, to) {
			t.Fatalf("%#v %s in %s = %v, %v; want %s", d, from.ucum, to.ucum, got, err, want)
		}
		return
	}
	off, half := new(big.Rat).Sub(rat(got), want), big.NewRat(1, 2)
	switch off.Abs(off).Cmp(half.Mul(half, rat(Decimal{1, got.Exp}))) {
	case 1:
		t.Fatalf("%#v %s in %s = %#v, which is wrong: want %s", d, from.ucum, to.ucum, got, want)
	case 0:
		if want.Abs(want).Cmp(off.Abs(rat(got))) > 0 {
			t.Fatalf("%#v %s in %s = %#v, a tie that went towards zero", d, from.ucum, to.ucum, got)
		}
	}
	if got.Coef != 0 && factor(got.Exp, to).Cmp(factor(d.Exp, from)) > 0 {
		t.Fatalf("%#v %s in %s = %#v: coarser than what was measured", d, from.ucum, to.ucum, got)
	}
}

// clearlyFits reports whether a Decimal has room for x and three digits more
// at the resolution of d.
func clearlyFits(x *big.Rat, d Decimal, from, to *unitInfo) bool {
	if x.Sign() == 0 {
		return true
	}
	exp := int(d.Exp)
	if from.offset != to.offset && factor(0, from).Cmp(factor(0, to)) == 0 {
		exp = min(exp, -2) // Kelvin and degrees Celsius convert exactly
	}
	step := new(big.Rat).Quo(factor(0, from), factor(0, to))
	for ; step.Cmp(big.NewRat(10, 1)) >= 0; exp++ {
		step.Quo(step, big.NewRat(10, 1))
	}
	for ; step.Cmp(big.NewRat(1, 1)) < 0; exp-- {
		step.Mul(step, big.NewRat(10, 1))
	}
	if exp-3 < math.MinInt8 || exp > math.MaxInt8 {
		return false
	}
	room := rat(Decimal{math.MaxInt64 / 1000, int8(exp)})
	return new(big.Rat).Abs(x).Cmp(room) < 0
}

func TestConvertExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for range 50000 {
		checkConvert(t, randomDecimal(r), &units[r.IntN(len(units))], &units[r.IntN(len(units))])
	}
	temperatures := []Unit{UnitKelvin, UnitCelsius, UnitFahrenheit}
	for range 20000 {
		checkConvert(t, randomDecimal(r), temperatures[r.IntN(3)].info(), temperatures[r.IntN(3)].info())
	}
	for from := range units {
		for to := range units {
			if units[from].dim != units[to].dim {
				continue
			}
			for _, coef := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64} {
				for _, exp := range []int8{-128, -127, -19, 0, 19, 126, 127} {
					checkConvert(t, Decimal{coef, exp}, &units[from], &units[to])
				}
			}
		}
	}
}

// TestConvertLimits has the numbers that only just convert, and those that only
// just do not.
func TestConvertLimits(t *testing.T) {
	for _, tt := range []struct {
		d        Decimal
		from, to Unit
		want     Decimal
		err      error
	}{
		{Decimal{0, 127}, UnitCelsius, UnitFahrenheit, Decimal{0, 127}, nil}, // 32, to the nearest 10^127
		{Decimal{0, 127}, UnitFahrenheit, UnitCelsius, Decimal{0, 126}, nil},
		{Decimal{0, 127}, UnitCelsius, UnitKelvin, Decimal{27315, -2}, nil}, // exactly
		{Decimal{0, -128}, UnitKelvin, UnitCelsius, Decimal{}, ErrUnit},
		{Decimal{-45967, -2}, UnitFahrenheit, UnitKelvin, Decimal{0, -3}, nil},
		{Decimal{1, 100}, UnitCelsius, UnitFahrenheit, Decimal{2, 100}, nil}, // 1.8
		{Decimal{5e18, 0}, UnitCelsius, UnitFahrenheit, Decimal{9e18 + 32, 0}, nil},
		{Decimal{math.MaxInt64, 0}, UnitCelsius, UnitFahrenheit, Decimal{}, ErrUnit},
		{Decimal{1e12, 0}, UnitCelsius, UnitFahrenheit, Decimal{18e11 + 32, 0}, nil},
		{Decimal{1e12 + 1, 0}, UnitCelsius, UnitFahrenheit, Decimal{18e11 + 34, 0}, nil}, // 33.8
		{Decimal{-1e12 - 1, 0}, UnitCelsius, UnitFahrenheit, Decimal{-18e11 + 30, 0}, nil},
		{Decimal{1, 1}, UnitCelsius, UnitFahrenheit, Decimal{5, 1}, nil},
		{Decimal{37e9, -9}, UnitCelsius, UnitFahrenheit, Decimal{986e8, -9}, nil},
		{Decimal{37e10, -10}, UnitCelsius, UnitFahrenheit, Decimal{986e9, -10}, nil},
		{Decimal{0, 127}, UnitKg, UnitGram, Decimal{0, 127}, nil},
		{Decimal{0, -128}, UnitMicrogram, UnitKg, Decimal{0, -128}, nil},
		{Decimal{1, 124}, UnitKg, UnitGram, Decimal{1, 127}, nil},
		{Decimal{1, 125}, UnitKg, UnitGram, Decimal{}, ErrUnit},
		{Decimal{1, -128}, UnitMicrogram, UnitKg, Decimal{}, ErrUnit},
		{Decimal{math.MinInt64, 0}, UnitKg, UnitGram, Decimal{math.MinInt64, 3}, nil},
		{Decimal{math.MaxInt64, 127}, UnitGram, UnitKg, Decimal{math.MaxInt64, 124}, nil},
		{Decimal{math.MaxInt64 / 254, 0}, UnitInch, UnitCm, Decimal{math.MaxInt64 / 254 * 254, -2}, nil},
		{Decimal{math.MaxInt64/254 + 1, 0}, UnitInch, UnitCm, Decimal{}, ErrUnit},
		{Decimal{math.MinInt64 / 254, 0}, UnitInch, UnitCm, Decimal{math.MinInt64 / 254 * 254, -2}, nil},
		{Decimal{1, 0}, UnitNone, UnitNone, Decimal{}, ErrUnit},
	} {
		got, err := convert(tt.d, tt.from.info(), tt.to.info())
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%#v %s in %s = %#v, %v; want %#v, %v", tt.d, tt.from.UCUM(), tt.to.UCUM(), got, err, tt.want, tt.err)
		}
		checkConvert(t, tt.d, tt.from.info(), tt.to.info())
	}
}

// TestConvertMolar converts between mass and molar concentration, which goes
// through a unit of its own.
func TestConvertMolar(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	sides := map[dimension]dimension{dimMassConc: dimMolarConc, dimMolarConc: dimMassConc}
	n := 0
	for range 50000 {
		from, to := Unit(r.IntN(len(units))), Unit(r.IntN(len(units)))
		if other, ok := sides[from.info().dim]; !ok || to.info().dim != other {
			continue
		}
		d := randomDecimal(r)
		got, err := GlucoseISF.Convert(from.Of(d), to)
		if err != nil {
			continue // see FuzzQuantityIn for what may fail
		}
		n++
		perMol := rat(GlucoseISF.MolarMass()) // g/mol; the base units are kg/L and mol/L
		perMol.Quo(perMol, big.NewRat(1000, 1))
		want := base(d, from.info())
		if from.info().dim == dimMassConc {
			perMol.Inv(perMol)
		}
		want = inUnit(want.Mul(want, perMol), to.info())
		off := want.Sub(want, rat(got.Value()))
		if half := rat(Decimal{1, got.Value().Exp}); off.Abs(off).Cmp(half.Quo(half, big.NewRat(2, 1))) > 0 {
			t.Fatalf("%#v %v of glucose in %v = %#v, which is off by %s", d, from, to, got.Value(), off)
		}
	}
	if n < 200 {
		t.Errorf("only %d of 50000 conversions were tried", n)
	}
}

func TestAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	n := 0
	for range 50000 {
		d, e := randomDecimal(r), randomDecimal(r)
		sum, ok := add(d, e)
		if !ok {
			continue
		}
		n++
		if want := new(big.Rat).Add(rat(d), rat(e)); rat(sum).Cmp(want) != 0 {
			t.Fatalf("add(%#v, %#v) = %#v, want %s", d, e, sum, want)
		}
	}
	if n < 1000 {
		t.Errorf("only %d of 50000 sums fit", n)
	}
}

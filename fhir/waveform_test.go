package fhir_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// wave is a short piece of a signal of kind k with all that can be in it.
func wave(k vitals.Kind) vitals.Waveform {
	return vitals.Waveform{
		Patient: vitals.NewPatientID("p1"), Device: "d1", Kind: k, Start: noon,
		Period: vitals.Decimal{Coef: 3906250, Exp: -6}, Unit: k.Unit(),
		Scale: vitals.Decimal{Coef: 25, Exp: -4}, Origin: vitals.Decimal{Coef: -34, Exp: -1},
		Samples: []int32{0, -12, vitals.SampleError, 2047, vitals.SampleBelow, vitals.SampleAbove},
		Lowest:  -2048, Highest: 2047,
	}
}

func leads() []vitals.Waveform {
	return []vitals.Waveform{wave(vitals.ECGLeadI), wave(vitals.ECGLeadII), wave(vitals.ECGLeadAVR)}
}

// waveKinds are the waveforms that have a code.
func waveKinds(yield func(vitals.Kind) bool) {
	for k := range vitals.Kinds() {
		if k.Shape() == vitals.ShapeWaveform && !yield(k) {
			return
		}
	}
}

// bothWaves maps leads both ways and demands equal bytes.
func bothWaves(t testing.TB, m fhir.Mapper, leads ...vitals.Waveform) []byte {
	t.Helper()
	got, err := m.AppendWaveform(nil, leads...)
	require.NoError(t, err)
	o, err := m.Waveform(leads...)
	require.NoError(t, err)
	want, err := fhir.Marshal(o)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	return got
}

func TestWaveform(t *testing.T) {
	for name, m := range mappers {
		for k := range waveKinds {
			for _, q := range qualities() {
				w := wave(k)
				w.Quality = q
				bothWaves(t, m, w)
			}
		}
		w := wave(vitals.Pleth)
		s := parse(t, bothWaves(t, m, w))["valueSampledData"].(map[string]any)
		require.Equal(t, "0 -12 E 2047 L U", s["data"], name)
		require.Equal(t, json.Number("3.906250"), s["period"])
		require.Equal(t, json.Number("0.0025"), s["factor"])
		require.Equal(t, json.Number("-2048"), s["lowerLimit"])
		require.Equal(t, json.Number("2047"), s["upperLimit"])
		require.Equal(t, json.Number("-3.4"), s["origin"].(map[string]any)["value"])

		w.Lowest, w.Highest = 0, 0
		s = parse(t, bothWaves(t, m, w))["valueSampledData"].(map[string]any)
		require.Equal(t, "0 -12 E 2047 E E", s["data"], "L needs a lowerLimit")

		w.Samples = nil
		o := parse(t, bothWaves(t, m, w))
		require.NotContains(t, o, "valueSampledData")
		require.Contains(t, o, "dataAbsentReason")
	}
}

func TestLeads(t *testing.T) {
	for _, m := range mappers {
		o, err := m.Waveform(leads()...)
		require.NoError(t, err)
		require.Equal(t, "131328", *o.Code.Coding[len(o.Code.Coding)-1].Code)
		require.Len(t, o.Component, 3)
		require.Equal(t, "131330", *o.Component[1].Code.Coding[0].Code)
		require.Nil(t, o.ValueSampledData)
		bothWaves(t, m, leads()...)
	}
}

func TestWaveformRefusals(t *testing.T) {
	two := func(change func(*vitals.Waveform)) []vitals.Waveform {
		l := leads()[:2]
		change(&l[1])
		return l
	}
	one := func(change func(*vitals.Waveform)) []vitals.Waveform { return two(change)[1:] }
	for _, row := range []struct {
		leads []vitals.Waveform
		path  string
		err   error
	}{
		{nil, "Observation", fhir.ErrMissing},
		{make([]vitals.Waveform, 99), "Observation.component", fhir.ErrLimit},
		{one(func(w *vitals.Waveform) { w.Kind = vitals.HeartRate }), "Observation.code", fhir.ErrUnsupported},
		{one(func(w *vitals.Waveform) { w.Period.Coef = 0 }), "Observation.valueSampledData.period", fhir.ErrValue},
		{one(func(w *vitals.Waveform) { w.Scale.Coef = 0 }), "Observation.valueSampledData.factor", fhir.ErrValue},
		{one(func(w *vitals.Waveform) { w.Unit = 0 }), "Observation.valueSampledData.origin.code", fhir.ErrMissing},
		{one(func(w *vitals.Waveform) { w.Start = time.Time{} }), "Observation.effective", fhir.ErrMissing},
		{one(func(w *vitals.Waveform) { w.Patient = vitals.PatientID{} }), "Observation.subject", fhir.ErrMissing},
		{two(func(w *vitals.Waveform) { w.Unit = 0 }), "Observation.component[1].valueSampledData.origin.code", fhir.ErrMissing},
		{two(func(w *vitals.Waveform) { w.Kind = vitals.Pleth }), "Observation", fhir.ErrPanel},
		{two(func(w *vitals.Waveform) { w.Kind = vitals.ECGLeadI }), "Observation", fhir.ErrPanel},
		{two(func(w *vitals.Waveform) { w.Start = w.Start.Add(1) }), "Observation", fhir.ErrPanel},
		{two(func(w *vitals.Waveform) { w.Patient = vitals.NewPatientID("p2") }), "Observation", fhir.ErrPanel},
	} {
		b, err := fhir.Mapper{}.AppendWaveform([]byte("keep"), row.leads...)
		require.ErrorIs(t, err, row.err, row.path)
		require.Equal(t, "keep", string(b))
		var e *fhir.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, row.path, e.Path)
	}
}

func TestAppendWaveformAllocatesNothing(t *testing.T) {
	buf, l := make([]byte, 0, 8192), leads()
	for name, m := range mappers {
		for _, l := range [][]vitals.Waveform{l, l[:1]} {
			allocs := testing.AllocsPerRun(100, func() {
				if _, err := m.AppendWaveform(buf, l...); err != nil {
					t.Fatal(err)
				}
			})
			require.Zero(t, allocs, "%s, %d leads", name, len(l))
		}
		one := l[0]
		require.Zero(t, testing.AllocsPerRun(10, func() { _, _ = m.AppendWaveform(buf, one) }), "a lead alone")
	}
}

// TestScaleOf has the guide's formula with numbers that a reader can check.
func TestScaleOf(t *testing.T) {
	d := func(s string) vitals.Decimal {
		v, err := vitals.ParseDecimal(s)
		require.NoError(t, err)
		return v
	}
	for _, row := range []struct {
		lower, upper  string
		from, to      int32
		scale, origin string
		exact         bool
	}{
		{"0", "100", 0, 1000, "0.1", "0", true},
		{"-5.12", "5.11", 0, 1023, "0.01", "-5.12", true},
		{"-10", "10", -2048, 2048, "0.0048828125", "0", true},
		{"20", "300", 100, 1500, "0.2", "0", true},
		{"0", "1", 0, 4095, "", "", false}, // 1/4095 has no end
		{"-2.5", "2.5", 0, 4095, "", "", false},
		{"100", "0", 0, 1000, "-0.1", "100", true}, // an inverted sensor
	} {
		scale, origin, exact, err := fhir.ScaleOf(d(row.lower), d(row.upper), row.from, row.to)
		require.NoError(t, err)
		require.Equal(t, row.exact, exact, "%+v: %s, %s", row, scale, origin)
		if exact {
			require.Equal(t, [2]string{row.scale, row.origin}, [2]string{scale.String(), origin.String()})
		}
		requireScale(t, d(row.lower), d(row.upper), row.from, row.to, scale, origin, exact)
	}
	for _, row := range [][2]int32{{0, 0}, {7, 7}} {
		_, _, _, err := fhir.ScaleOf(d("0"), d("1"), row[0], row[1])
		require.ErrorIs(t, err, fhir.ErrValue)
	}
	_, _, _, err := fhir.ScaleOf(d("1"), d("1.0"), 0, 1)
	require.ErrorIs(t, err, fhir.ErrValue)
}

// requireScale checks that both ends are met, and every sample can be told
// from its neighbours.
func requireScale(t *testing.T, lower, upper vitals.Decimal, from, to int32, scale, origin vitals.Decimal, exact bool) {
	t.Helper()
	rat := func(d vitals.Decimal) *big.Rat {
		r, ok := new(big.Rat).SetString(d.String())
		require.True(t, ok)
		return r
	}
	step := new(big.Rat).Quo(new(big.Rat).Sub(rat(upper), rat(lower)), big.NewRat(int64(to)-int64(from), 1))
	for x, y := range map[int32]vitals.Decimal{from: lower, to: upper} {
		got := new(big.Rat).Mul(rat(scale), big.NewRat(int64(x), 1))
		got.Add(got, rat(origin))
		off := got.Sub(got, rat(y))
		if exact {
			require.Zero(t, off.Sign(), "sample %d", x)
		}
		off.Quo(off, step)
		require.LessOrEqual(t, off.Abs(off).Cmp(big.NewRat(1, 1000)), 0, "sample %d is off by %s steps", x, off.FloatString(6))
	}
}

// FuzzWaveform maps any waveform: both writers agree, and the integers are
// those of the device; or there is an error.
func FuzzWaveform(f *testing.F) {
	f.Add("p1", uint16(vitals.Pleth), uint64(0), int64(2), int8(0), int64(3), int8(0), uint8(vitals.UnitOne), []byte{1, 2, 3, 0x80}, int32(-2), int32(100))
	f.Add("", uint16(vitals.ECGLeadII), uint64(vitals.Motion), int64(-2), int8(-128), int64(-1), int8(127), uint8(vitals.UnitMV), []byte{0x80, 0, 0, 0}, int32(0), int32(0))
	f.Fuzz(func(t *testing.T, patient string, kind uint16, quality uint64, period int64, pe int8, scale int64, se int8, unit uint8, raw []byte, low, high int32) {
		w := vitals.Waveform{
			Patient: vitals.NewPatientID(patient), Device: "d1", Kind: vitals.Kind(kind), Quality: vitals.Quality(quality), Start: noon,
			Period: vitals.Decimal{Coef: period, Exp: pe}, Scale: vitals.Decimal{Coef: scale, Exp: se}, Unit: vitals.Unit(unit), Lowest: low, Highest: high,
		}
		for ; len(raw) >= 4; raw = raw[4:] {
			w.Samples = append(w.Samples, int32(raw[0])<<24|int32(raw[1])<<16|int32(raw[2])<<8|int32(raw[3]))
		}
		before := slices.Clone(w.Samples)
		for _, m := range mappers {
			if _, err := m.Waveform(w); err != nil {
				_, again := m.AppendWaveform(nil, w)
				require.Equal(t, err.Error(), again.Error())
				continue
			}
			require.True(t, json.Valid(bothWaves(t, m, w)))
		}
		require.Equal(t, before, w.Samples)
		_, _, _, _ = fhir.ScaleOf(w.Period, w.Scale, low, high)
	})
}

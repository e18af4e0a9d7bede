package fhir_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// readable are the Mappers whose output is read back.
var readable = map[string]fhir.Mapper{
	"R4":     {},
	"PHD":    {Profile: fhir.PHD, Gateway: "Device/gateway-1"},
	"USCore": {Profile: fhir.USCore},
	"HDDT":   {Profile: fhir.HDDT},
	"PoCD":   {Profile: fhir.PoCD},
}

// sample makes a measurement of kind k: all parts of its panel.
func sample(k vitals.Kind, q vitals.Quality, value vitals.Decimal, u vitals.Unit) (panel []vitals.Reading) {
	for c := range vitals.Kinds() {
		if c != k && (k.Panel() == vitals.KindNone || c.Panel() != k.Panel()) || !fhir.Supports(c) {
			continue
		}
		r := vitals.Reading{Patient: vitals.NewPatientID("p1"), Device: "00-E5-DE-AD-77-C3", Kind: c, Quality: q, At: noon, Stamped: true, Sequence: 7}
		switch {
		case q.Has(vitals.Absent):
		case c.Shape() == vitals.ShapeCoded:
			r.Code = 8417872 // after a meal
		default:
			r.Quantity = u.Of(value)
		}
		panel = append(panel, r)
	}
	return panel
}

const doubts = vitals.Questionable | vitals.NoContact | vitals.Motion | vitals.PoorSignal | vitals.BadPosition | vitals.SensorFault |
	vitals.SampleFault | vitals.IrregularPulse | vitals.Implausible | vitals.Nonconforming

// comesBack is r as it is expected to be read back: the exceptions that the
// documentation of Reader names, and no others.
func comesBack(m fhir.Mapper, r vitals.Reading) vitals.Reading {
	q, valued := r.Quality, r.Quantity != vitals.Quantity{} || r.Code != 0
	back := q & (vitals.TestData | vitals.Manual | vitals.ClockUnset)
	switch {
	case q.Has(vitals.Invalid):
		back |= vitals.Invalid
	case q.Has(vitals.NotAvailable):
		back |= vitals.NotAvailable
	case q.Has(vitals.NotANumber):
		back |= vitals.NotANumber
	case q.Has(vitals.AboveRange):
		back |= vitals.AboveRange
	case q.Has(vitals.BelowRange):
		back |= vitals.BelowRange
	case q.Has(vitals.NotAtResolution | vitals.ReservedNumber):
		back |= vitals.NotAtResolution
	case valued:
		back |= q & (vitals.Calibrating | vitals.EarlyEstimate | vitals.Ongoing | vitals.Validated)
		if q.Has(doubts) {
			back |= vitals.Questionable
		}
	case q.Has(vitals.Ongoing):
		back |= vitals.Ongoing
	}
	if q.Has(vitals.Absent | vitals.Invalid) {
		valued = false
	}
	if !valued {
		r.Quantity, r.Code = vitals.Quantity{}, 0
		if q.Has(vitals.EarlyEstimate|vitals.Ongoing) && !back.Has(vitals.Ongoing|vitals.Invalid) {
			back |= vitals.EarlyEstimate
		}
		if m.Profile == fhir.PoCD { // labels
			if q.Has(doubts | vitals.Calibrating) {
				back |= vitals.Questionable
			}
			back |= q & vitals.Validated
		}
	}
	r.Quality = back
	if mdc, _ := r.Kind.MDC(); m.Profile != fhir.PHD || mdc == 0 && panelMDC(r.Kind) == 0 {
		r.Stamped, r.Sequence = false, 0
	}
	if r.Kind == vitals.BatteryLevel {
		r.Patient = vitals.PatientID{}
	}
	return r
}

func panelMDC(k vitals.Kind) uint32 {
	code, _ := k.Panel().MDC()
	return code
}

// TestRoundTrip writes every kind with every quality in every profile, and reads it.
func TestRoundTrip(t *testing.T) {
	seen := 0
	for name, m := range readable {
		for k := range vitals.Kinds() {
			if !fhir.Supports(k) {
				continue
			}
			for _, q := range qualities64() {
				panel := sample(k, q, vitals.Decimal{Coef: 3640, Exp: -2}, k.Unit())
				b, err := m.AppendObservation(nil, panel)
				require.NoError(t, err)
				got, err := fhir.AppendReadings(nil, b)
				require.NoError(t, err, "%s %v %v: %s", name, k, q, b)
				var want []vitals.Reading
				for _, r := range panel {
					want = append(want, comesBack(m, r))
				}
				seen++
				if fmt.Sprint(got) != fmt.Sprint(want) || !sameTimes(got, want) {
					t.Fatalf("%s %v, %v\ngot  %v\nwant %v\n%s", name, k, q, got, want, b)
				}
			}
		}
	}
	t.Logf("%d Observations", seen)
}

func qualities64() []vitals.Quality {
	all := []vitals.Quality{
		0, vitals.Motion | vitals.PoorSignal | vitals.Validated, vitals.Invalid | vitals.AboveRange, vitals.EarlyEstimate | vitals.Calibrating,
		vitals.Ongoing | vitals.Questionable | vitals.TestData, vitals.Manual | vitals.ClockUnset, vitals.NotANumber | vitals.Ongoing,
		vitals.Invalid | vitals.EarlyEstimate, vitals.NotAvailable | vitals.NoContact | vitals.Validated,
	}
	for i := range 64 {
		all = append(all, 1<<i)
	}
	return all
}

func sameTimes(a, b []vitals.Reading) bool {
	for i := range a {
		_, x := a[i].At.Zone()
		_, y := b[i].At.Zone()
		if !a[i].At.Equal(b[i].At) || x != y {
			return false
		}
	}
	return true
}

// TestRoundTripUnits has every kind in every unit that its profile leaves as it is.
func TestRoundTripUnits(t *testing.T) {
	for k := range vitals.Kinds() {
		if !fhir.Supports(k) || k.Shape() != vitals.ShapeNumeric {
			continue
		}
		for u := range vitals.Unit(255) {
			if _, err := k.Convert(u.Of(vitals.Decimal{Coef: 1}), k.Unit()); u.UCUM() == "" || err != nil {
				continue
			}
			r := sample(k, 0, vitals.Decimal{Coef: -7, Exp: -3}, u)
			b, err := fhir.Mapper{}.AppendObservation(nil, r)
			require.NoError(t, err)
			got, err := fhir.AppendReadings(nil, b)
			require.NoError(t, err, "%v in %v: %s", k, u, b)
			for i := range got {
				if k.Profile() == vitals.ProfileNone && k.Panel() == vitals.KindNone {
					require.Equal(t, r[i].Quantity, got[i].Quantity, "%v in %v: %s", k, u, b)
				}
				again, err := fhir.Mapper{}.AppendObservation(nil, got)
				require.NoError(t, err)
				require.Equal(t, unidentified(b), unidentified(again))
			}
		}
	}
}

// unidentified takes out what depends on Sequence, which R4 does not tell.
func unidentified(b []byte) string {
	head, rest, _ := strings.Cut(string(b), `,"id":"`)
	_, rest, _ = strings.Cut(rest, `"status":`)
	return head + rest
}

// TestRoundTripDigits has numbers of every length, and with exponents as others write them.
func TestRoundTripDigits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	r := sample(vitals.BodyWeight, 0, vitals.Decimal{}, vitals.UnitKg)
	r[0].Sequence, r[0].Stamped = 0, false
	for range digits {
		d := vitals.Decimal{Coef: random.Int64() >> random.IntN(63), Exp: int8(-random.IntN(100))}
		if random.IntN(2) == 0 {
			d.Coef = -d.Coef
		}
		r[0].Quantity = vitals.UnitKg.Of(d)
		b, err := fhir.Mapper{}.AppendObservation(nil, r)
		require.NoError(t, err)
		got, err := fhir.AppendReadings(nil, b)
		require.NoError(t, err, "%s", b)
		if got[0].Quantity != r[0].Quantity {
			t.Fatalf("%v came back as %v: %s", r[0].Quantity, got[0].Quantity, b)
		}
		scientific := fmt.Sprintf("%de%d", d.Coef, d.Exp)
		got, err = fhir.AppendReadings(nil, []byte(strings.Replace(string(b), `"value":`+d.String(), `"value":`+scientific, 1)))
		require.NoError(t, err)
		if got[0].Quantity != r[0].Quantity {
			t.Fatalf("%v written as %s came back as %v", r[0].Quantity, scientific, got[0].Quantity)
		}
	}
}

func TestRoundTripTransaction(t *testing.T) {
	for name, m := range readable {
		var readings, want []vitals.Reading
		for _, k := range []vitals.Kind{vitals.Systolic, vitals.HeartRate, vitals.BodyTemperature, vitals.BatteryLevel} {
			for _, r := range sample(k, 0, vitals.Decimal{Coef: 3640, Exp: -2}, k.Unit()) {
				readings = append(readings, r)
				want = append(want, comesBack(m, r))
			}
		}
		b, err := m.AppendTransaction(nil, readings)
		require.NoError(t, err)
		got, err := fhir.AppendReadings(nil, b)
		require.NoError(t, err, "%s: %s", name, b)
		require.Equal(t, fmt.Sprint(want), fmt.Sprint(got), name)
	}
}

func TestRoundTripWaveforms(t *testing.T) {
	lead := func(k vitals.Kind) vitals.Waveform {
		return vitals.Waveform{
			Patient: vitals.NewPatientID("p1"), Device: "d1", Kind: k, Start: noon, Unit: k.Unit(),
			Period: vitals.Decimal{Coef: 250, Exp: -2}, Scale: vitals.Decimal{Coef: 244, Exp: -5}, Origin: vitals.Decimal{Coef: -50, Exp: -2},
			Samples: []int32{0, -1, 2047, math.MaxInt32 - 2, vitals.SampleError, vitals.SampleBelow, vitals.SampleAbove}, Lowest: -2048, Highest: 2047,
		}
	}
	for name, m := range readable {
		var leads []vitals.Waveform
		for k := range vitals.Kinds() {
			if k.Shape() != vitals.ShapeWaveform {
				continue
			}
			w := lead(k)
			if strings.HasPrefix(k.String(), "ECG") {
				leads = append(leads, w)
			}
			w.Quality = vitals.EarlyEstimate
			roundTripWaves(t, name, m, []vitals.Waveform{w})
		}
		require.Greater(t, len(leads), 12)
		roundTripWaves(t, name, m, leads)
	}
}

func roundTripWaves(t *testing.T, name string, m fhir.Mapper, leads []vitals.Waveform) {
	t.Helper()
	b, err := m.AppendWaveform(nil, leads...)
	require.NoError(t, err, name)
	var got fhir.Measurements
	require.NoError(t, fhir.Reader{}.Append(&got, b), "%s: %s", name, b)
	require.Empty(t, got.Readings)
	require.Equal(t, fmt.Sprint(leads), fmt.Sprint(got.Waveforms), "%s: %s", name, b)
	_, err = fhir.AppendReadings(nil, b)
	require.ErrorIs(t, err, fhir.ErrUnsupported)
}

func TestRoundTripGlucose(t *testing.T) {
	m := fhir.Mapper{Profile: fhir.HDDT}
	start := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	var readings []vitals.Reading
	for i := range 288 {
		if i%7 == 3 {
			continue
		}
		r := vitals.Reading{
			Patient: vitals.NewPatientID("p1"), Device: "d1", Kind: vitals.GlucoseISF,
			At: start.Add(time.Duration(i) * 5 * time.Minute), Quantity: vitals.MgPerDL(int64(80 + i%90)),
		}
		switch i % 50 {
		case 10:
			r.Quantity, r.Quality = vitals.Quantity{}, vitals.BelowRange
		case 20:
			r.Quantity, r.Quality = vitals.Quantity{}, vitals.AboveRange
		}
		readings = append(readings, r)
	}
	chunks, err := m.GlucoseChunks(readings, fhir.GlucoseChunks{Low: vitals.MgPerDL(40), High: vitals.MgPerDL(400)})
	require.NoError(t, err)
	var got []vitals.Reading
	for _, c := range chunks {
		b, err := fhir.Marshal(c)
		require.NoError(t, err)
		got, err = fhir.AppendReadings(got, b)
		require.NoError(t, err, "%s", b)
	}
	require.Equal(t, fmt.Sprint(readings), fmt.Sprint(got))
}

// FuzzRoundTrip writes two readings, reads them and writes them again: the
// text is the same, whatever their qualities are.
func FuzzRoundTrip(f *testing.F) {
	f.Add(uint16(vitals.Systolic), uint64(0), uint64(vitals.NotANumber), int64(120), int8(0), uint8(vitals.UnitMmHg), int64(1714551072000), int32(7200))
	f.Add(uint16(vitals.HeartRate), uint64(vitals.Motion), uint64(vitals.Invalid), int64(-1), int8(-30), uint8(vitals.UnitHertz), int64(-1), int32(-34200))
	f.Add(uint16(vitals.MeanPressure), uint64(vitals.Invalid|vitals.Manual), uint64(vitals.Invalid), int64(1), int8(9), uint8(vitals.UnitKPa), int64(0), int32(0))
	f.Fuzz(func(t *testing.T, kind uint16, q1, q2 uint64, coef int64, exp int8, unit uint8, ms int64, zone int32) {
		k := vitals.Kind(kind)
		if !fhir.Supports(k) || exp > 10 { // more zeros than fit come back as an exponent
			return
		}
		panel := sample(k, vitals.Quality(q1), vitals.Decimal{Coef: coef, Exp: exp}, vitals.Unit(unit))
		for i := range panel {
			panel[i].Sequence = 0
			panel[i].At = time.UnixMilli(ms % 1e14).In(time.FixedZone("", int(zone)))
			if k == vitals.BatteryLevel {
				panel[i].Patient = vitals.PatientID{} // it is not written, and the id depends on it
			}
			if i > 0 {
				panel[i].Quality = vitals.Quality(q2)
			}
		}
		for name, m := range readable {
			first, err := m.AppendObservation(nil, panel)
			shared := uint64(vitals.EarlyEstimate | vitals.Ongoing)
			if m.Profile == fhir.PoCD {
				shared = math.MaxUint64 // labels
			}
			if err != nil || len(panel) > 1 && (q1^q2)&shared != 0 {
				continue
			}
			readings, err := fhir.AppendReadings(nil, first)
			if err != nil {
				t.Fatalf("%s: %v: %s", name, err, first)
			}
			second, err := m.AppendObservation(nil, readings)
			if err != nil {
				t.Fatalf("%s: %v: %v", name, err, readings)
			}
			if string(first) != string(second) {
				t.Fatalf("%s: not the same\n%s\n%s", name, first, second)
			}
		}
	})
}

// FuzzRead reads anything: JSON that encoding/json takes for JSON too, into
// readings that can be written and read; or an error that gives nothing away,
// and no readings.
func FuzzRead(f *testing.F) {
	f.Add([]byte(observation(beats)))
	f.Add([]byte(observation(panelBP + `,"component":[{` + sys + "," + mmHg120 + `},{` + dia + "," + absent("error") + `}]`)))
	f.Add([]byte(`{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + observation(`"note":[{"text":"DOE^JANE"}],`+beats) + `}]}`))
	f.Add([]byte(observation(coded("http://loinc.org", "105272-9") + `,"effectivePeriod":{"start":"2024-05-01T10:00:00+02:00"},"valueSampledData":{"origin":{"value":0.5,"system":"http://unitsofmeasure.org","code":"mmol/l"},"period":3e5,"factor":0.1,"lowerLimit":0,"upperLimit":99,"dimensions":1,"data":"5.5 6 E L U"}`)))
	for _, m := range readable {
		b, err := m.AppendTransaction(nil, sample(vitals.Systolic, vitals.Motion, vitals.Decimal{Coef: 1234, Exp: -1}, vitals.UnitMmHg))
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		dst := make([]vitals.Reading, 1, 4)
		var skipped []*fhir.Error
		for _, r := range []fhir.Reader{{}, {Location: time.UTC, Skip: func(e *fhir.Error) { skipped = append(skipped, e) }}} {
			readings, err := r.AppendReadings(dst, b)
			if err != nil {
				require.Len(t, readings, 1)
				require.NotContains(t, err.Error(), "DOE")
				continue
			}
			require.True(t, json.Valid(b))
			for _, reading := range readings[1:] {
				if reading.Patient.IsZero() || reading.Device == "" {
					continue
				}
				text, err := fhir.Mapper{}.AppendObservation(nil, []vitals.Reading{reading})
				if err != nil {
					continue // a year of five digits, a number too long to convert
				}
				if _, err := fhir.AppendReadings(nil, text); err != nil {
					t.Fatalf("%v: %s", err, text)
				}
			}
		}
		for _, e := range skipped {
			require.NotContains(t, e.Error(), "DOE")
		}
	})
}

func TestReadAllocations(t *testing.T) {
	for name, m := range readable {
		text, err := m.AppendObservation(nil, bloodPressure())
		require.NoError(t, err)
		buf := make([]vitals.Reading, 0, 8)
		allocs := testing.AllocsPerRun(100, func() {
			if _, err := fhir.AppendReadings(buf, text); err != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, allocs, 3.0, "%s: the decoder, the patient and the device", name)
	}
}

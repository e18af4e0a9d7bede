package fhir_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// mappers are the profiles to test, by name.
var mappers = map[string]fhir.Mapper{
	"R4":      {},
	"PHD":     {Profile: fhir.PHD, Gateway: "Device/gateway-1"},
	"US Core": {Profile: fhir.USCore},
	"HDDT":    {Profile: fhir.HDDT, Metric: metric},
	"PoCD":    {Profile: fhir.PoCD, Metric: metric},
}

// metric says that glucose sensors are calibrated.
func metric(d vitals.DeviceID, k vitals.Kind) string {
	if k == vitals.GlucoseISF {
		return "DeviceMetric/" + string(d)
	}
	return ""
}

// qualities has every quality alone, and a few together.
func qualities() []vitals.Quality {
	all := []vitals.Quality{
		0, vitals.Motion | vitals.PoorSignal | vitals.Validated, vitals.Invalid | vitals.AboveRange, vitals.EarlyEstimate | vitals.Calibrating,
		vitals.Ongoing | vitals.Questionable | vitals.TestData, vitals.Manual | vitals.ClockUnset,
	}
	for i := range 64 {
		q := vitals.Quality(1) << i
		if q.String() != "" {
			all = append(all, q)
		}
	}
	return all
}

// panelOf makes the readings of one measurement of kind k, or nil if k is no
// number and no meal. For a component it makes all components of its panel.
func panelOf(k vitals.Kind, q vitals.Quality, u vitals.Unit) (panel []vitals.Reading) {
	for c := range vitals.Kinds() {
		if c != k && (k.Panel() == vitals.KindNone || c.Panel() != k.Panel()) || c.Shape() != vitals.ShapeNumeric && c != vitals.MealContext {
			continue
		}
		r := vitals.Reading{Patient: vitals.NewPatientID("p1"), Device: "00-E5-DE-AD-77-C3", Kind: c, Quality: q, At: noon, Stamped: true}
		switch {
		case q.Has(vitals.Absent):
		case c == vitals.MealContext:
			r.Code = 8417872
		default:
			r.Quantity = u.Of(vitals.Decimal{Coef: 3640, Exp: -2})
		}
		panel = append(panel, r)
	}
	return panel
}

// unitsOf yields the units that a value of kind k can have.
func unitsOf(k vitals.Kind) (units []vitals.Unit) {
	for u := range vitals.Unit(255) {
		if u.UCUM() == "" {
			continue
		}
		if _, err := k.Convert(u.Of(vitals.Decimal{Coef: 1}), k.Unit()); err == nil {
			units = append(units, u)
		}
	}
	return units
}

// parse decodes JSON and keeps the digits of numbers.
func parse(t testing.TB, b []byte) map[string]any {
	t.Helper()
	var v map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	require.NoError(t, d.Decode(&v), "%s", b)
	return v
}

// both maps a panel both ways, demands equal bytes and returns them.
func both(t testing.TB, m fhir.Mapper, panel []vitals.Reading) []byte {
	t.Helper()
	got, err := m.AppendObservation(nil, panel)
	require.NoError(t, err)
	o, err := m.Observation(panel)
	require.NoError(t, err)
	want, err := fhir.Marshal(o)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	samply, err := json.Marshal(o)
	require.NoError(t, err)
	require.Equal(t, parse(t, samply), parse(t, got))
	return got
}

// panels yields measurements of every supported kind: with every quality in
// the usual unit, and in every unit.
func panels(yield func(panel []vitals.Reading) bool) {
	for k := range vitals.Kinds() {
		if !fhir.Supports(k) {
			continue
		}
		for _, q := range qualities() {
			if !yield(panelOf(k, q, k.Unit())) {
				return
			}
		}
		for _, u := range unitsOf(k) {
			if !yield(panelOf(k, 0, u)) {
				return
			}
		}
	}
}

func TestBothWritersAgree(t *testing.T) {
	for name, m := range mappers {
		count := 0
		for panel := range panels {
			b := both(t, m, panel)
			require.NotContains(t, string(b), "{}", "%s %s", name, panel[0].Kind)
			count++
		}
		require.Greater(t, count, 3000)
	}
}

func TestUnsupported(t *testing.T) {
	for k := range vitals.Kinds() {
		if fhir.Supports(k) {
			continue
		}
		r := vitals.Reading{Patient: vitals.NewPatientID("p1"), Kind: k, At: noon, Quantity: k.Unit().Of(vitals.Decimal{Coef: 1})}
		_, err := fhir.Mapper{}.Observation([]vitals.Reading{r})
		require.ErrorIs(t, err, fhir.ErrUnsupported, k)
		require.ErrorContains(t, err, k.String())
	}
}

func TestPanelsFit(t *testing.T) {
	parts := make(map[vitals.Kind]int)
	for k := range vitals.Kinds() {
		parts[k.Panel()]++
	}
	delete(parts, vitals.KindNone)
	for k, n := range parts {
		require.LessOrEqual(t, n, 8, "components of %s: raise maxParts", k)
	}
}

func TestMissingValue(t *testing.T) {
	for _, row := range []struct {
		quality vitals.Quality
		reason  string
		status  string
	}{
		{vitals.NotANumber, "not-a-number", "final"},
		{vitals.NotAtResolution, "error", "final"},
		{vitals.ReservedNumber, "error", "final"},
		{vitals.AboveRange, "positive-infinity", "final"},
		{vitals.BelowRange, "negative-infinity", "final"},
		{vitals.NotAvailable, "not-performed", "final"},
		{vitals.Invalid, "error", "entered-in-error"},
		{vitals.Invalid | vitals.NotANumber, "error", "entered-in-error"},
		{vitals.NotANumber | vitals.EarlyEstimate, "not-a-number", "preliminary"},
	} {
		for name, m := range mappers {
			r := panelOf(vitals.SpO2, row.quality, vitals.UnitPercent)
			o, err := m.Observation(r)
			require.NoError(t, err)
			require.Nil(t, o.ValueQuantity, "%s %s", name, row.quality)
			require.Nil(t, o.Interpretation, "%s %s", name, row.quality)
			require.Equal(t, row.reason, *o.DataAbsentReason.Coding[0].Code, "%s %s", name, row.quality)
			require.Equal(t, row.status, o.Status.Code(), "%s %s", name, row.quality)
		}
	}
	// Without a value and without a reason.
	r := panelOf(vitals.SpO2, vitals.Ongoing, vitals.UnitPercent)
	r[0].Quantity = vitals.Quantity{}
	o, err := fhir.Mapper{}.Observation(r)
	require.NoError(t, err)
	require.Equal(t, "temp-unknown", *o.DataAbsentReason.Coding[0].Code)
	r[0].Quality = 0
	o, err = fhir.Mapper{}.Observation(r)
	require.NoError(t, err)
	require.Equal(t, "unknown", *o.DataAbsentReason.Coding[0].Code)
}

func TestDoubtfulValue(t *testing.T) {
	for _, row := range []struct {
		quality vitals.Quality
		codes   []string
		status  string
	}{
		{vitals.Questionable, []string{"questionable"}, "final"},
		{vitals.NoContact | vitals.Implausible, []string{"questionable"}, "final"},
		{vitals.Nonconforming, []string{"questionable"}, "final"},
		{vitals.LowBattery | vitals.Stored | vitals.Derived, nil, "final"},
		{vitals.Calibrating, []string{"calibration-ongoing"}, "final"},
		{vitals.EarlyEstimate, []string{"early-indication"}, "preliminary"},
		{vitals.Ongoing | vitals.Motion, []string{"questionable", "msmt-ongoing"}, "preliminary"},
		{vitals.Validated, []string{"validated-data"}, "final"},
	} {
		o, err := fhir.Mapper{}.Observation(panelOf(vitals.PulseRateOximeter, row.quality, vitals.UnitPerMinute))
		require.NoError(t, err)
		var codes []string
		for _, concept := range o.Interpretation {
			require.Len(t, concept.Coding, 1)
			codes = append(codes, *concept.Coding[0].Code)
		}
		require.Equal(t, row.codes, codes, row.quality)
		require.Equal(t, row.status, o.Status.Code(), row.quality)
		require.NotNil(t, o.ValueQuantity)
	}
}

func TestTestDataIsMarked(t *testing.T) {
	o, err := fhir.Mapper{}.Observation(panelOf(vitals.HeartRate, vitals.TestData, vitals.UnitPerMinute))
	require.NoError(t, err)
	require.Equal(t, "HTEST", *o.Meta.Security[0].Code)
}

func TestUnits(t *testing.T) {
	for _, row := range []struct {
		kind  vitals.Kind
		sent  string
		value string
		code  string
		loinc string
	}{
		{vitals.HeartRate, "1.2 Hz", "72", "/min", "8867-4"},
		{vitals.HeartRate, "72.0 /min", "72.0", "/min", "8867-4"},
		{vitals.BodyTemperature, "36.40 Cel", "36.40", "Cel", "8310-5"},
		{vitals.BodyTemperature, "98.6 [degF]", "98.6", "[degF]", "8310-5"},
		{vitals.BodyTemperature, "310.2 K", "37.05", "Cel", "8310-5"},
		{vitals.BodyWeight, "154.3 [lb_av]", "154.3", "[lb_av]", "29463-7"},
		{vitals.BodyHeight, "1.80 m", "180", "cm", "8302-2"},
		{vitals.SpO2, "0.97 1", "97", "%", "59408-5"},
		{vitals.GlucoseCapillaryBlood, "5.50 mmol/L", "5.50", "mmol/L", "14743-9"},
		{vitals.GlucoseCapillaryBlood, "99 mg/dL", "99", "mg/dL", "41653-7"},
		{vitals.GlucoseCapillaryPlasma, "5.5 mmol/L", "5.5", "mmol/L", ""}, // no molar code is known: none is written
		{vitals.EndTidalCO2, "5.1 kPa", "5.1", "kPa", ""},
	} {
		q, err := vitals.ParseQuantity(row.sent)
		require.NoError(t, err)
		panel := panelOf(row.kind, 0, q.Unit())
		panel[0].Quantity = q
		o, err := fhir.Mapper{}.Observation(panel)
		require.NoError(t, err, row.sent)
		require.Equal(t, row.value, o.ValueQuantity.Value.String(), row.sent)
		require.Equal(t, row.code, *o.ValueQuantity.Code, row.sent)
		if first := o.Code.Coding[0]; row.loinc == "" {
			require.Equal(t, "urn:iso:std:iso:11073:10101", *first.System, row.sent)
		} else {
			require.Equal(t, row.loinc, *first.Code, row.sent)
		}
	}

	wrong := panelOf(vitals.HeartRate, 0, vitals.UnitKg)
	_, err := fhir.Mapper{}.Observation(wrong)
	require.ErrorIs(t, err, vitals.ErrUnit)
	require.ErrorContains(t, err, "Observation.valueQuantity")
	panel := panelOf(vitals.Systolic, 0, vitals.UnitMmHg)
	panel[1].Quantity = vitals.PerMinute(1)
	_, err = fhir.Mapper{}.Observation(panel)
	require.ErrorContains(t, err, "Observation.component[1].valueQuantity")
}

func TestKilopascalsInAPanel(t *testing.T) {
	panel := panelOf(vitals.Systolic, 0, vitals.UnitKPa)
	panel[0].Quantity = vitals.UnitKPa.Of(vitals.Decimal{Coef: 160, Exp: -1})
	o, err := fhir.Mapper{}.Observation(panel)
	require.NoError(t, err)
	require.Equal(t, "120.0", o.Component[0].ValueQuantity.Value.String())
	require.Equal(t, "mm[Hg]", *o.Component[0].ValueQuantity.Code)
}

func TestIncompleteBloodPressure(t *testing.T) {
	full := panelOf(vitals.Systolic, 0, vitals.UnitMmHg)
	require.Len(t, full, 3)
	whole, err := fhir.Mapper{}.Observation(full)
	require.NoError(t, err)
	for i := range full {
		o, err := fhir.Mapper{}.Observation(full[i : i+1])
		require.NoError(t, err)
		require.Equal(t, whole.Id, o.Id, "the id must not depend on the parts that arrived")
		present := 0
		for _, c := range o.Component {
			if c.ValueQuantity != nil {
				present++
				continue
			}
			require.Equal(t, "unknown", *c.DataAbsentReason.Coding[0].Code)
		}
		require.Equal(t, 1, present)
		require.GreaterOrEqual(t, len(o.Component), 2)
	}
	// The order of arrival does not matter, and the later of two counts.
	swapped := []vitals.Reading{full[2], full[1], full[0], full[1]}
	swapped[1].Quantity = vitals.MmHg(1)
	got, err := fhir.Mapper{}.AppendObservation(nil, swapped)
	require.NoError(t, err)
	want, err := fhir.Mapper{}.AppendObservation(nil, full)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestOneInvalidPart(t *testing.T) {
	panel := panelOf(vitals.Systolic, 0, vitals.UnitMmHg)
	panel[2].Quality = vitals.Invalid
	o, err := fhir.Mapper{}.Observation(panel)
	require.NoError(t, err)
	require.Equal(t, "final", o.Status.Code(), "one part does not take back the others")
	require.Equal(t, "error", *o.Component[2].DataAbsentReason.Coding[0].Code)
}

func TestReferences(t *testing.T) {
	r := panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute)
	r[0].Patient, r[0].Device = vitals.NewPatientID("DOE^JANE"), "ward/7 \"oximeter\""
	o, err := fhir.Mapper{}.Observation(r)
	require.NoError(t, err)
	require.Regexp(t, `^Patient/[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, *o.Subject.Reference)
	require.Regexp(t, `^Device/[0-9a-f-]{36}$`, *o.Device.Reference)

	m := fhir.Mapper{
		Gateway: "Device/\u2028<g>&\x01",
		Patient: func(vitals.PatientID) string { return "https://ehr.example/Patient/\t\"7\"" },
		Device:  func(d vitals.DeviceID) string { return "urn:uuid:\xff\\" + string(d) },
	}
	both(t, m, r)
	o, err = m.Observation(r)
	require.NoError(t, err)
	require.Equal(t, "https://ehr.example/Patient/\t\"7\"", *o.Subject.Reference)

	battery := panelOf(vitals.BatteryLevel, 0, vitals.UnitPercent)
	o, err = fhir.Mapper{}.Observation(battery)
	require.NoError(t, err)
	require.Equal(t, "Device/00-E5-DE-AD-77-C3", *o.Subject.Reference, "a battery is the device's")
}

func TestEffective(t *testing.T) {
	for _, row := range []struct {
		at   time.Time
		want string
	}{
		{noon, "2024-05-01T10:11:12.000+02:00"},
		{noon.UTC(), "2024-05-01T08:11:12.000Z"},
		{noon.Add(12_987_654), "2024-05-01T10:11:12.012+02:00"},
		{noon.In(time.FixedZone("", -9*3600-30*60)), "2024-04-30T22:41:12.000-09:30"},
		{noon.In(time.FixedZone("", 3208)), "2024-05-01T08:11:12.000Z"},    // local mean time
		{noon.In(time.FixedZone("", 15*3600)), "2024-05-01T08:11:12.000Z"}, // beyond what FHIR allows
		{time.Date(987, 1, 2, 3, 4, 5, 0, time.UTC), "0987-01-02T03:04:05.000Z"},
	} {
		r := panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute)
		r[0].At = row.at
		o, err := fhir.Mapper{}.Observation(r)
		require.NoError(t, err)
		require.Equal(t, row.want, *o.EffectiveDateTime)
	}
}

// TestEffectiveAnyTime compares with package time.
func TestEffectiveAnyTime(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	r := panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute)
	for i := range 20000 {
		at := time.Unix(random.Int64N(253402300800+62135596800-172800)-62135596800+86400, random.Int64N(1e9))
		if i%4 == 0 { // the days around the ends of years and of centuries
			at = time.Date(1+random.IntN(99)*100+random.IntN(2), 2, 27+random.IntN(4), 0, 0, -random.IntN(2), 0, time.UTC)
		}
		r[0].At = at.In(time.FixedZone("", (random.IntN(57)-28)*1800))
		o, err := fhir.Mapper{}.Observation(r)
		require.NoError(t, err)
		require.Equal(t, r[0].At.Format("2006-01-02T15:04:05.000Z07:00"), *o.EffectiveDateTime)
	}
}

func TestRefusals(t *testing.T) {
	ok := panelOf(vitals.Systolic, 0, vitals.UnitMmHg)
	change := func(f func(*vitals.Reading)) []vitals.Reading {
		r := []vitals.Reading{ok[0]}
		f(&r[0])
		return r
	}
	phd := mappers["PHD"]
	for _, row := range []struct {
		mapper fhir.Mapper
		panel  []vitals.Reading
		path   string
		err    error
	}{
		{fhir.Mapper{}, nil, "Observation", fhir.ErrMissing},
		{fhir.Mapper{}, change(func(r *vitals.Reading) { r.At = time.Time{} }), "Observation.effective", fhir.ErrMissing},
		{fhir.Mapper{}, change(func(r *vitals.Reading) { r.At = noon.AddDate(8000, 0, 0) }), "Observation.effective", fhir.ErrValue},
		{fhir.Mapper{}, change(func(r *vitals.Reading) { r.Patient = vitals.PatientID{} }), "Observation.subject", fhir.ErrMissing},
		{fhir.Mapper{}, append(change(func(r *vitals.Reading) { r.Patient = vitals.NewPatientID("p2") }), ok[1]), "Observation", fhir.ErrPanel},
		{fhir.Mapper{}, append(change(func(r *vitals.Reading) { r.Kind = vitals.HeartRate }), ok[1]), "Observation", fhir.ErrPanel},
		{fhir.Mapper{Profile: fhir.PHD}, ok, "Observation.extension(observation-gatewayDevice)", fhir.ErrMissing},
		{phd, change(func(r *vitals.Reading) { r.Device = "" }), "Observation.device", fhir.ErrMissing},
	} {
		b, err := row.mapper.AppendObservation([]byte("keep"), row.panel)
		require.ErrorIs(t, err, row.err)
		require.Equal(t, "keep", string(b))
		var e *fhir.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, row.path, e.Path)
	}
}

// TestNoIdentifierInErrors plants an identifier and a value wherever a caller
// can and looks for them in every error.
func TestNoIdentifierInErrors(t *testing.T) {
	const canary = "DOE^JANE"
	r := vitals.Reading{Patient: vitals.NewPatientID(canary), Device: canary, Quantity: vitals.UnitKg.Of(vitals.Decimal{Coef: 424242})}
	for k := range vitals.Kinds() {
		for _, at := range []time.Time{{}, noon, noon.AddDate(9000, 0, 0)} {
			r.Kind, r.At = k, at
			for _, m := range []fhir.Mapper{{}, mappers["PHD"], {Profile: fhir.PHD}, {Gateway: canary}} {
				for _, readings := range [][]vitals.Reading{{r}, {r, r}} {
					if _, err := m.AppendObservation(nil, readings); err != nil {
						require.NotContains(t, err.Error(), canary)
						require.NotContains(t, err.Error(), "424242")
					}
					if _, err := m.Transaction(readings); err != nil {
						require.NotContains(t, err.Error(), canary)
						require.NotContains(t, err.Error(), "424242")
					}
				}
			}
		}
	}
}

// TestDigits demands that each number arrives with the digits it has.
func TestDigits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r := panelOf(vitals.Systolic, 0, vitals.UnitMmHg)[:1]
	var buf []byte
	for range digits {
		d := vitals.Decimal{Coef: random.Int64N(1<<24) - 1<<23, Exp: int8(random.IntN(256) - 128)} // FLOAT
		if random.IntN(2) == 0 {
			d = vitals.Decimal{Coef: random.Int64N(1<<12) - 1<<11, Exp: int8(random.IntN(16) - 8)} // SFLOAT
		}
		r[0].Quantity = vitals.UnitMmHg.Of(d)
		var err error
		buf, err = fhir.Mapper{}.AppendObservation(buf[:0], r)
		require.NoError(t, err)
		_, rest, ok := bytes.Cut(buf, []byte(`"valueQuantity":{"value":`))
		require.True(t, ok)
		number, _, _ := bytes.Cut(rest, []byte(`,`))
		if !json.Valid(number) || bytes.ContainsAny(number, "eE") {
			t.Fatalf("%d×10^%d: %s is no plain number", d.Coef, d.Exp, number)
		}
		if d.Exp > 0 && len(number) > 19 || d.Exp < -100 {
			continue // beyond what ParseDecimal reads back
		}
		back, err := vitals.ParseDecimal(string(number))
		require.NoError(t, err, "%s", number)
		if back.Cmp(d) != 0 || d.Exp <= 0 && back.Exp != d.Exp {
			t.Fatalf("%d×10^%d became %s", d.Coef, d.Exp, number)
		}
	}
}

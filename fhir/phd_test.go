package fhir_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

const (
	cuff     = "phd-711000FEFF5F49B0.B0495F001071"
	oximeter = "phd-74E8FFFEFF051C00.001C05FFE874"
	generic  = "phd-00601900010E9234.F45EABA80832"
)

// guide is the gateway of the examples of the PHD guide.
var guide = fhir.Mapper{Profile: fhir.PHD, Gateway: "Device/phg-ecde3d4e58532d31.000000000000"}

// exampleReading is a reading of the examples' patient; "NaN" is a value, too.
func exampleReading(t *testing.T, device string, k vitals.Kind, value string, at time.Time) vitals.Reading {
	t.Helper()
	r := vitals.Reading{Patient: vitals.NewPatientID("patientExample-1"), Device: vitals.DeviceID(device), Kind: k, At: at, Stamped: true}
	if value == "NaN" {
		r.Quality = vitals.NotANumber
		return r
	}
	var err error
	r.Quantity, err = vitals.ParseQuantity(value)
	require.NoError(t, err)
	return r
}

func exampleFinding(device string, at string, p fhir.Part) fhir.Finding {
	return fhir.Finding{Part: p, Patient: vitals.NewPatientID("patientExample-1"), Device: vitals.DeviceID(device), At: parseTime(at), Stamped: true}
}

// TestPHDExamples rebuilds the Observations of the PHD guide from what a
// device sent. What the guide writes differently on the way is taken from both
// sides: ids, texts, notes and displays, claimed profiles, identifiers of an
// older form, the order of codings and of extensions, and LOINC codes that
// only we add.
func TestPHDExamples(t *testing.T) {
	self := []string{"Patient/patientExample-1"}
	spot := []coding{fhir.MDC(150588, "MDC_MODALITY_SPOT")}
	percent := func(n int64) vitals.Quantity { return vitals.UnitPercent.Of(vitals.Decimal{Coef: n, Exp: -1}) }
	celsius, perMinute := vitals.CelsiusTenths, func(tenths int64) vitals.Quantity {
		return vitals.UnitPerMinute.Of(vitals.Decimal{Coef: tenths, Exp: -1})
	}
	const inflation = "2018-11-11T11:38:15-05:00"
	pressure := func(mean string) []vitals.Reading {
		at := parseTime(inflation)
		return []vitals.Reading{
			exampleReading(t, cuff, vitals.Systolic, "116 mm[Hg]", at),
			exampleReading(t, cuff, vitals.Diastolic, "71 mm[Hg]", at),
			exampleReading(t, cuff, vitals.MeanPressure, mean, at),
		}
	}
	single := func(k vitals.Kind, value, at string) []vitals.Reading {
		return []vitals.Reading{exampleReading(t, oximeter, k, value, parseTime(at))}
	}
	morning := fhir.Details{Coincident: "Observation/coin-20181119174911", Performers: self}
	evening := fhir.Details{Coincident: "Observation/coin-20181119202022", Performers: self, Supplemental: spot}
	first := fhir.Details{Coincident: "Observation/coin-example-1"}

	rate := evening
	rate.Values = []fhir.ValueDetails{{Accuracy: perMinute(1)}}
	alarm := evening
	alarm.Values = []fhir.ValueDetails{{Alerting: &fhir.Alerting{
		Limits: fhir.Interval{Low: percent(800), High: percent(1000)}, InAlarm: true,
		Text: "Alerting when SpO2 < 80%", Notification: "SpO2 is below 80%",
	}}}
	temperature := fhir.Details{
		Coincident: "Observation/coin-20181119174911",
		Values:     []fhir.ValueDetails{{Accuracy: celsius(1), Confidence95: fhir.Interval{Low: celsius(363), High: celsius(367)}}},
	}
	meal := fhir.MDC(8417872, "MDC_CTXT_GLU_MEAL_POSTPRANDIAL")
	private := coding{System: ptr("http://hl7.org/fhir/uv/phd/CodeSystem/ACMEIncPrivateMDCCodes"), Code: ptr("8452097")}
	glucose := exampleFinding(cuff, inflation, fhir.Part{Code: private})
	glucose.Parts = []fhir.Part{
		{Code: fhir.MDC(160184, "MDC_CONC_GLU_CAPILLARY_WHOLEBLOOD"), Quantity: vitals.UnitMmolPerL.Of(vitals.Decimal{Coef: 63, Exp: -1})},
		{Code: fhir.MDC(8417864, "MDC_CTXT_GLU_MEAL"), Coding: &meal},
		{Code: fhir.MDC(8417846, "MDC_CTXT_GLU_SAMPLELOCATION_OTHER"), Text: "Somewhere on the body."},
	}
	eaten := exampleReading(t, generic, vitals.MealContext, "NaN", parseTime("2017-06-02T15:02:35-04:00"))
	eaten.Quality, eaten.Code = 0, 8417872
	run := exampleFinding(generic, "2018-08-02T03:25:24-04:00", fhir.Part{Code: fhir.MDC(8454252, "MDC_HF_PROGRAM_ID"), Text: "Endurance run"})
	signal := exampleFinding(oximeter, "2018-11-11T19:07:48-05:00", fhir.Part{Code: fhir.MDC(150320, "MDC_SAT_O2_QUAL"), Quality: vitals.NotANumber})
	pleth := vitals.Waveform{
		Patient: vitals.NewPatientID("patientExample-1"), Device: generic, Kind: vitals.Pleth, Start: parseTime("2018-08-02T02:25:24-04:00"),
		Unit: vitals.UnitOne, Period: vitals.Decimal{Coef: 2000, Exp: -3}, Scale: vitals.Decimal{Coef: 30, Exp: -1}, Origin: vitals.Decimal{Coef: -34, Exp: -1},
		Samples: []int32{123, 110, 97, 99, 112, 118},
	}
	clock := func(device, gateway, wall string, sync fhir.ClockSync) fhir.CoincidentTimestamp {
		return fhir.CoincidentTimestamp{Device: vitals.DeviceID(device), Sync: sync, Clock: fhir.Clock{
			Gateway: parseTime(gateway), Now: fhir.Stamp{Type: fhir.ClockLocal, Elapsed: elapsed(wall)},
		}}
	}

	for file, rebuild := range map[string]func() (any, error){
		"compound-numeric-blood-pressure.json":         func() (any, error) { return guide.ObservationWith(pressure("86 mm[Hg]"), morning) },
		"compound-numeric-blood-pressure-no-mean.json": func() (any, error) { return guide.ObservationWith(pressure("NaN"), morning) },
		"compound-observation-glucose.json":            func() (any, error) { return guide.Finding(glucose, morning) },
		"meal-context-observation.json":                func() (any, error) { return guide.ObservationWith([]vitals.Reading{eaten}, first) },
		"numeric-observation-not-a-number.json":        func() (any, error) { return guide.Finding(signal, fhir.Details{}) },
		"numeric-spo2-alarm.json": func() (any, error) {
			return guide.ObservationWith(single(vitals.SpO2, "79.0 %", "2018-11-13T17:59:02-05:00"), alarm)
		},
		"numeric-spotnumeric.json": func() (any, error) {
			return guide.ObservationWith(single(vitals.PulseRateOximeter, "48.0 /min", "2018-11-13T17:59:03-05:00"), rate)
		},
		"stringenum-1234.json": func() (any, error) { return guide.Finding(run, first) },
		"temperature-observation.json": func() (any, error) {
			return guide.ObservationWith(single(vitals.BodyTemperature, "36.5 Cel", "2025-01-08T19:07:48-05:00"), temperature)
		},
		"rtsa-example.json": func() (any, error) {
			return guide.WaveformWith(fhir.Details{Coincident: "Observation/coin-example-1", Performers: self}, pleth)
		},
		"coin-20181119174911.json": func() (any, error) {
			return guide.CoincidentTimestamp(clock(cuff, "2018-11-11T11:38:10-05:00", "2018-11-11T11:38:10", fhir.SyncManual))
		},
		"coin-example-1.json": func() (any, error) {
			return guide.CoincidentTimestamp(clock(generic, "2017-06-02T18:02:35-04:00", "2017-06-02T18:02:30", fhir.SyncUnknown))
		},
	} {
		example, err := os.ReadFile(data(t, "fhir", "examples", "phd", file))
		require.NoError(t, err)
		o, err := rebuild()
		require.NoError(t, err, file)
		got, err := fhir.Marshal(o)
		require.NoError(t, err, file)
		require.Equal(t, essence(parse(t, example)), essence(parse(t, got)), file)
	}
	// Every Observation of the folder is rebuilt here or in TestPHDBundle.
	files, err := filepath.Glob(filepath.Join(data(t, "fhir", "examples", "phd"), "*.json"))
	require.NoError(t, err)
	observations := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		if parse(t, b)["resourceType"] == "Observation" {
			observations++
		}
	}
	require.Equal(t, 12, observations)
}

// TestPHDBundle rebuilds the Observations of a continuous oximeter. The
// battery is left out: the example has the patient for its subject.
func TestPHDBundle(t *testing.T) {
	b, err := os.ReadFile(data(t, "fhir", "examples", "phd", "bundle-continuousnonin.json"))
	require.NoError(t, err)
	rebuilt := 0
	for _, e := range parse(t, b)["entry"].([]any) {
		example := e.(map[string]any)["resource"].(map[string]any)
		if example["resourceType"] != "Observation" || example["effectiveDateTime"] == nil || example["valueDateTime"] != nil {
			continue
		}
		code, err := strconv.ParseUint(example["code"].(map[string]any)["coding"].([]any)[0].(map[string]any)["code"].(string), 10, 32)
		require.NoError(t, err)
		at := example["effectiveDateTime"].(string)
		value := "NaN"
		if q, ok := example["valueQuantity"].(map[string]any); ok {
			value = q["value"].(json.Number).String() + " " + q["code"].(string)
		}
		var o any
		kind, known := vitals.KindByMDC(uint32(code))
		switch {
		case kind == vitals.BatteryLevel:
			continue
		case known:
			o, err = guide.Observation([]vitals.Reading{exampleReading(t, oximeter, kind, value, parseTime(at))})
		case example["component"] != nil:
			f := exampleFinding(oximeter, at, fhir.Part{Code: fhir.MDC(uint32(code), "")})
			f.Bits = &fhir.Bits{Size: 16, Set: wordOf(t, example["component"].([]any)), Events: 0xffff}
			o, err = guide.Finding(f, fhir.Details{})
		default:
			f := exampleFinding(oximeter, at, fhir.Part{Code: fhir.MDC(uint32(code), "")})
			r := exampleReading(t, oximeter, vitals.SpO2, value, parseTime(at))
			f.Quantity, f.Quality = r.Quantity, r.Quality
			o, err = guide.Finding(f, fhir.Details{})
		}
		require.NoError(t, err)
		got, err := fhir.Marshal(o)
		require.NoError(t, err)
		require.Equal(t, essence(example), essence(parse(t, got)))
		rebuilt++
	}
	require.Greater(t, rebuilt, 10)
}

// wordOf is the status word that the components tell: bit 0 is the highest.
func wordOf(t *testing.T, components []any) (word uint32) {
	for _, c := range components {
		code := c.(map[string]any)["code"].(map[string]any)["coding"].([]any)[0].(map[string]any)["code"].(string)
		bit, err := strconv.Atoi(filepath.Ext(code)[1:])
		require.NoError(t, err)
		word |= 0x8000 >> bit
	}
	return word
}

// essence reduces a PHD Observation to what the examples and we must share.
func essence(o map[string]any) any {
	for _, name := range []string{"id", "meta", "identifier", "note"} {
		delete(o, name)
	}
	if extensions, ok := o["extension"].([]any); ok {
		set := make(map[string]any)
		for _, e := range extensions {
			set[e.(map[string]any)["url"].(string)] = e
		}
		o["extension"] = set
	}
	for _, name := range []string{"effectiveDateTime", "valueDateTime"} {
		if s, ok := o[name].(string); ok {
			_, offset := parseTime(s).Zone()
			o[name] = [2]int64{parseTime(s).Unix(), int64(offset)}
		}
	}
	return codingsOnly(o)
}

func parseTime(s string) time.Time {
	at, _ := time.Parse(time.RFC3339Nano, s)
	return at
}

// codingsOnly turns lists of codings into sets of system|code, drops displays,
// texts and readable units, and the LOINC codes that only we know for a mean
// pressure and for oximetry.
func codingsOnly(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = codingsOnly(v[i])
		}
	case map[string]any:
		delete(v, "text")
		delete(v, "unit")
		if codings, ok := v["coding"].([]any); ok {
			set := make(map[string]bool)
			for _, c := range codings {
				c := c.(map[string]any)
				if c["code"] != "8478-0" && c["code"] != "59408-5" {
					set[c["system"].(string)+"|"+c["code"].(string)] = true
				}
			}
			return set
		}
		for name := range v {
			v[name] = codingsOnly(v[name])
		}
	}
	return v
}

func TestPHDIdentifier(t *testing.T) {
	m := mappers["PHD"]
	for _, row := range []struct {
		device vitals.DeviceID
		at     time.Time
		seq    uint32
		want   string
	}{
		{"FE-ED-AB-EE-DE-AD-77-C3", noon, 0, "FEEDABEEDEAD77C3-p1-150456-767873472+8"},
		{"00:e5:de:ad:77:c3", noon.UTC(), 0, "00E5DEAD77C3-p1-150456-767866272+0"},
		{"oximeter-7", noon.Add(120 * time.Millisecond), 3, "oximeter-7-p1-150456-767873472.12+8-s3"},
		{"oximeter-7", noon.In(time.FixedZone("", -5*3600)), 0, "oximeter-7-p1-150456-767848272-20"},
		{"oximeter-7", noon.In(time.FixedZone("", 3208)), 0, "oximeter-7-p1-150456-767866272+0"},
	} {
		r := panelOf(vitals.SpO2, 0, vitals.UnitPercent)
		r[0].Device, r[0].At, r[0].Sequence = row.device, row.at, row.seq
		o, err := m.Observation(r)
		require.NoError(t, err)
		require.Nil(t, o.Id)
		require.Equal(t, row.want, *o.Identifier[0].Value)
		require.Equal(t, "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdBaseObservation", *o.Identifier[0].System)
	}
	r := panelOf(vitals.SpO2, 0, vitals.UnitPercent)
	r[0].Stamped = false
	o, err := m.Observation(r)
	require.NoError(t, err)
	require.Empty(t, o.Identifier, "a time of reception is no identity that another gateway would find")
	require.Equal(t, r[0].ID().String(), *o.Id)
	battery, err := m.Observation(panelOf(vitals.BatteryLevel, 0, vitals.UnitPercent))
	require.NoError(t, err)
	require.Equal(t, "00E5DEAD77C3-67996-767873472+8", *battery.Identifier[0].Value)
}

func TestPHDFailedCompound(t *testing.T) {
	b, err := mappers["PHD"].AppendObservation(nil, panelOf(vitals.Systolic, vitals.NotANumber, 0))
	require.NoError(t, err)
	o := parse(t, b)
	require.NotContains(t, o, "component")
	require.Contains(t, o, "dataAbsentReason")
	require.Equal(t, []any{
		"http://hl7.org/fhir/uv/phd/StructureDefinition/PhdCompoundNumericObservation",
		"http://hl7.org/fhir/StructureDefinition/vitalsigns",
	}, o["meta"].(map[string]any)["profile"])
}

func TestPHDWithoutDeviceCode(t *testing.T) {
	b, err := mappers["PHD"].AppendObservation(nil, panelOf(vitals.Steps, 0, vitals.UnitSteps))
	require.NoError(t, err)
	require.NotContains(t, string(b), "PhdNumericObservation")
	require.True(t, json.Valid(b))
}

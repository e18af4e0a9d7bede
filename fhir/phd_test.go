package fhir_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// TestPHDExamples rebuilds Observations of the PHD guide from readings. What
// the guide writes differently on the way is taken from both sides: ids,
// texts and displays, the performer, identifiers of an older form, extensions
// with facts that a reading does not have, and the order of codings.
func TestPHDExamples(t *testing.T) {
	est := time.FixedZone("", -5*60*60)
	m := fhir.Mapper{Profile: fhir.PHD, Gateway: "Device/phg-ecde3d4e58532d31.000000000000"}
	reading := func(device string, k vitals.Kind, value string, at time.Time) vitals.Reading {
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
	const cuff, oximeter = "phd-711000FEFF5F49B0.B0495F001071", "phd-74E8FFFEFF051C00.001C05FFE874"
	inflation := time.Date(2018, 11, 11, 11, 38, 15, 0, est)
	for file, panel := range map[string][]vitals.Reading{
		"compound-numeric-blood-pressure.json": {
			reading(cuff, vitals.Systolic, "116 mm[Hg]", inflation),
			reading(cuff, vitals.Diastolic, "71 mm[Hg]", inflation),
			reading(cuff, vitals.MeanPressure, "86 mm[Hg]", inflation),
		},
		"compound-numeric-blood-pressure-no-mean.json": {
			reading(cuff, vitals.Systolic, "116 mm[Hg]", inflation),
			reading(cuff, vitals.Diastolic, "71 mm[Hg]", inflation),
			reading(cuff, vitals.MeanPressure, "NaN", inflation),
		},
		"numeric-spotnumeric.json": {
			reading(oximeter, vitals.PulseRateOximeter, "48.0 /min", time.Date(2018, 11, 13, 17, 59, 3, 0, est)),
		},
		"temperature-observation.json": {
			reading(oximeter, vitals.BodyTemperature, "36.5 Cel", time.Date(2025, 1, 8, 19, 7, 48, 0, est)),
		},
	} {
		example, err := os.ReadFile(data(t, "fhir", "examples", "phd", file))
		require.NoError(t, err)
		got, err := m.AppendObservation(nil, panel)
		require.NoError(t, err)
		require.Equal(t, essence(parse(t, example)), essence(parse(t, got)), file)
	}
}

// essence reduces a PHD Observation to what the examples and we must share.
func essence(o map[string]any) any {
	for _, name := range []string{"id", "meta", "performer", "identifier"} {
		delete(o, name)
	}
	var gateway []any
	for _, e := range o["extension"].([]any) {
		if e.(map[string]any)["url"] == "http://hl7.org/fhir/StructureDefinition/observation-gatewayDevice" {
			gateway = append(gateway, e)
		}
	}
	o["extension"] = gateway
	o["effectiveDateTime"] = parseTime(o["effectiveDateTime"].(string)).Unix()
	if components, ok := o["component"].([]any); ok {
		var kept []any
		for _, c := range components {
			if c.(map[string]any)["valueCodeableConcept"] == nil { // supplemental types
				kept = append(kept, c)
			}
		}
		if o["component"] = kept; kept == nil {
			delete(o, "component")
		}
	}
	return codingsOnly(o)
}

func parseTime(s string) time.Time {
	at, _ := time.Parse(time.RFC3339Nano, s)
	return at
}

// codingsOnly turns lists of codings into sets of system|code, drops displays,
// texts and readable units, and the LOINC code that only we know for a mean
// pressure.
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
				if c["code"] != "8478-0" {
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

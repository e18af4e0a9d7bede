package fhir_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// show is a reading in a line, with all that may differ.
func show(r vitals.Reading) string {
	s := fmt.Sprintf("%v %v %v", r.Kind, r.Quality, r.Quantity)
	if !r.At.Equal(noon) {
		s += " " + r.At.Format(time.RFC3339Nano)
	}
	if id := r.Patient.Reveal(); id != "p1" {
		s += " of " + id
	}
	if r.Device != "" {
		s += " by " + string(r.Device)
	}
	return s
}

func showAll(readings []vitals.Reading) (lines []string) {
	for _, r := range readings {
		lines = append(lines, show(r))
	}
	return lines
}

// observation is an Observation with these members, and status, code, subject and time
// unless one of them is among the members.
func observation(members string) string {
	s := `{"resourceType":"Observation",` + members
	for _, other := range []struct{ name, text string }{
		{`"status"`, `"status":"final"`},
		{`"code"`, `"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]}`},
		{`"subject"`, `"subject":{"reference":"Patient/p1"}`},
		{`"effective`, `"effectiveDateTime":"2024-05-01T10:11:12+02:00"`},
	} {
		// The members of the whole stand before its components.
		if head, _, _ := strings.Cut(members, `"component"`); !strings.Contains(head, other.name) || other.name == `"code"` && !strings.Contains(head, `"code":{"coding"`) {
			s += "," + other.text
		}
	}
	return s + "}"
}

const (
	beats   = `"valueQuantity":{"value":72,"system":"http://unitsofmeasure.org","code":"/min"}`
	mmHg120 = `"valueQuantity":{"value":120,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}`
	panelBP = `"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]}`
	sys     = `"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]}`
	dia     = `"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]}`
)

func coded(system, code string) string {
	return `"code":{"coding":[{"system":"` + system + `","code":"` + code + `"}]}`
}

func absent(code string) string {
	return `"dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"` + code + `"}]}`
}

func measured(value, code string) string {
	return `"valueQuantity":{"value":` + value + `,"system":"http://unitsofmeasure.org","code":"` + code + `"}`
}

func TestAppendReadings(t *testing.T) {
	const mdc, loinc = "urn:iso:std:iso:11073:10101", "http://loinc.org"
	for _, row := range []struct {
		name, in string
		want     []string
	}{
		{"plain", observation(beats), []string{"HeartRate good 72 /min"}},
		{"type last", strings.Replace(observation(beats), `"resourceType":"Observation",`, "", 1)[:len(observation(beats))-len(`"resourceType":"Observation",`)-1] +
			`,"resourceType":"Observation"}`, []string{"HeartRate good 72 /min"}},
		{"white space and escapes", "\n{ \"resourceType\" : \"Observation\", \"status\":\"fin\\u0061l\" , \"subject\":{\"reference\":\"Patient\\/p1\"},\r\n\t" +
			`"code":{"coding":[ {"code":"8867-4","system":"http:\/\/loinc.org"} ]},"effectiveInstant":"2024-05-01T08:11:12Z",` + beats + "} ", []string{"HeartRate good 72 /min"}},

		// codes
		{"MDC before LOINC", observation(`"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"},{"system":"` + mdc + `","code":"149530"}]},` + beats), []string{"PulseRateOximeter good 72 /min"}},
		{"the more specific LOINC", observation(`"code":{"coding":[{"system":"http://loinc.org","code":"2708-6"},{"system":"http://loinc.org","code":"59408-5"}]},` + measured("97", "%")), []string{"SpO2 good 97 %"}},
		{"the general LOINC", observation(coded(loinc, "2708-6") + "," + measured("97", "%")), []string{"SaO2 good 97 %"}},
		{"a code nobody knows beside", observation(`"code":{"coding":[{"system":"urn:x","code":"1"},{"system":"http://loinc.org","code":"8310-5"},{"system":"` + mdc + `","code":"7"},{"code":"x"}],"text":"T"},` + measured("36.40", "Cel")), []string{"BodyTemperature good 36.40 °C"}},
		{"MDC as OID", observation(coded("urn:oid:2.16.840.1.113883.6.24", "151562") + "," + measured("12", "/min")), []string{"RespiratoryRate good 12 /min"}},

		// numbers and units
		{"digits", observation(measured("72.00", "/min")), []string{"HeartRate good 72.00 /min"}},
		{"exponent", observation(measured("1.20E+2", "/min")), []string{"HeartRate good 120 /min"}},
		{"small exponent", observation(measured("7200e-2", "/min")), []string{"HeartRate good 72.00 /min"}},
		{"negative", observation(coded(loinc, "8310-5") + "," + measured("-0.5", "Cel")), []string{"BodyTemperature good -0.5 °C"}},
		{"annotation", observation(measured("72", "{beats}/min")), []string{"HeartRate good 72 /min"}},
		{"annotation behind", observation(measured("72", "/min{b}")), []string{"HeartRate good 72 /min"}},
		{"small litre", observation(coded(loinc, "15074-8") + "," + measured("6.3", "mmol/l")), []string{"GlucoseVenousBlood good 6.3 mmol/L"}},
		{"its own unit", observation(coded(loinc, "8310-5") + "," + measured("98.6", "[degF]")), []string{"BodyTemperature good 98.6 °F"}},
		{"unit of MDC", observation(`"valueQuantity":{"value":72,"system":"` + mdc + `","code":"264672"}`), []string{"HeartRate good 72 /min"}},
		{"a score", observation(coded(loinc, "9269-2") + "," + measured("13", "{Glasgow}")), []string{"GCS good 13 points"}},
		{"an integer", observation(coded(loinc, "9269-2") + `,"valueInteger":13`), []string{"GCS good 13 points"}},

		// quality
		{"reason", observation(absent("not-a-number")), []string{"HeartRate not-a-number no value"}},
		{"masked", observation(absent("masked")), []string{"HeartRate not-available no value"}},
		{"reason of somebody's own", observation(`"dataAbsentReason":{"text":"none of your business"}`), []string{"HeartRate not-available no value"}},
		{"unknown", observation(absent("unknown")), []string{"HeartRate good no value"}},
		{"error", observation(absent("error")), []string{"HeartRate not-at-resolution no value"}},
		{"error entered in error", observation(`"status":"entered-in-error",` + absent("error")), []string{"HeartRate invalid no value"}},
		{"value entered in error", observation(`"status":"entered-in-error",` + beats), []string{"HeartRate invalid 72 /min"}},
		{"amended", observation(`"status":"amended",` + beats), []string{"HeartRate good 72 /min"}},
		{"preliminary", observation(`"status":"preliminary",` + beats), []string{"HeartRate early-estimate 72 /min"}},
		{"preliminary and ongoing", observation(`"status":"preliminary",` + absent("temp-unknown")), []string{"HeartRate ongoing no value"}},
		{"cancelled", observation(`"status":"cancelled",` + absent("unknown")), []string{"HeartRate not-available no value"}},
		{"cancelled with a value", observation(`"status":"cancelled",` + beats), []string{"HeartRate invalid 72 /min"}},
		{"status unknown", observation(`"status":"unknown",` + beats), []string{"HeartRate questionable 72 /min"}},
		{"above", observation(`"valueQuantity":{"value":600,"comparator":">","system":"http://unitsofmeasure.org","code":"/min"}`), []string{"HeartRate above-range no value"}},
		{"below", observation(`"valueQuantity":{"value":20,"comparator":"<=","system":"http://unitsofmeasure.org","code":"/min"}`), []string{"HeartRate below-range no value"}},
		{"test", observation(`"meta":{"versionId":"1","security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]},` + beats), []string{"HeartRate test-data 72 /min"}},
		{"labels", observation(`"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"UNCERTREL"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"HRELIABLE"}]},` + beats), []string{"HeartRate questionable|validated 72 /min"}},
		{"interpretations", observation(`"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H"}]},{"coding":[{"system":"http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status","code":"questionable"}]},{"coding":[{"system":"http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status","code":"in-alarm"}]}],` + beats), []string{"HeartRate questionable 72 /min"}},
		{"derived", observation(`"derivedFrom":[{"reference":"Observation/1"}],` + beats), []string{"HeartRate derived 72 /min"}},
		{"note", observation(`"note":[{"text":"Entered by a person."},{"text":"x"}],` + beats), []string{"HeartRate manual 72 /min"}},

		// time
		{"fraction", observation(`"effectiveDateTime":"2024-05-01T08:11:12.1234567891Z",` + beats), []string{"HeartRate good 72 /min 2024-05-01T08:11:12.123456789Z"}},
		{"zone", observation(`"effectiveDateTime":"2024-02-29T23:59:59-09:30",` + beats), []string{"HeartRate good 72 /min 2024-02-29T23:59:59-09:30"}},
		{"leap second", observation(`"effectiveDateTime":"2016-12-31T23:59:60Z",` + beats), []string{"HeartRate good 72 /min 2017-01-01T00:00:00Z"}},
		{"period", observation(`"effectivePeriod":{"end":"2024-05-01T11:00:00Z","start":"2024-05-01T10:00:00Z"},` + beats), []string{"HeartRate good 72 /min 2024-05-01T10:00:00Z"}},
		{"period without start", observation(`"effectivePeriod":{"end":"2024-05-01T11:00:00Z"},` + beats), []string{"HeartRate good 72 /min 2024-05-01T11:00:00Z"}},

		// who and what
		{"no subject", `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"effectiveDateTime":"2024-05-01T10:11:12+02:00",` + beats + `}`, []string{"HeartRate good 72 /min of "}},
		{"version", observation(`"subject":{"reference":"Patient/p1/_history/3"},"device":{"reference":"Device/d1"},` + beats), []string{"HeartRate good 72 /min by d1"}},
		{"elsewhere", observation(`"subject":{"reference":"https://ehr.example/fhir/Patient/7"},"device":{"reference":"DeviceMetric/m"},` + beats), []string{"HeartRate good 72 /min of https://ehr.example/fhir/Patient/7 by DeviceMetric/m"}},
		{"identifiers", observation(`"subject":{"identifier":{"system":"urn:s","value":"7"}},"device":{"identifier":{"value":"x"}},` + beats), []string{"HeartRate good 72 /min of urn:s|7 by |x"}},
		{"contained device", observation(`"contained":[{"resourceType":"Device","id":"d"}],"device":{"reference":"#d"},` + beats), []string{"HeartRate good 72 /min"}},
		{"named device", observation(`"device":{"display":"Acme"},` + beats), []string{"HeartRate good 72 /min"}},
		{"of the device", observation(`"subject":{"reference":"urn:uuid:1"},"device":{"reference":"urn:uuid:1"},` + coded(mdc, "67996") + "," + measured("75", "%")), []string{"BatteryLevel good 75 % of  by urn:uuid:1"}},

		// panels
		{"panel", observation(panelBP + `,"component":[{` + sys + "," + mmHg120 + `},{` + dia + "," + absent("not-performed") + `}]`), []string{"Systolic good 120 mmHg", "Diastolic not-available no value"}},
		{"part that never was", observation(panelBP + `,"component":[{` + sys + "," + mmHg120 + `},{` + dia + "," + absent("unknown") + `}]`), []string{"Systolic good 120 mmHg"}},
		{"panel of unknowns", observation(panelBP + `,"component":[{` + sys + "," + absent("unknown") + `},{` + dia + "," + absent("unknown") + `}]`), []string{"Systolic good no value", "Diastolic good no value"}},
		{"panel that failed", observation(panelBP + "," + absent("error")), []string{"Systolic not-at-resolution no value", "Diastolic not-at-resolution no value", "MeanPressure not-at-resolution no value"}},
		{"value and components", observation(coded(loinc, "59408-5") + "," + measured("97", "%") + `,"component":[{` + coded(loinc, "3151-8") + "," + measured("6", "L/min") + `},{` + coded(mdc, "68193") + `,"valueCodeableConcept":{}}]`), []string{"SpO2 good 97 %", "O2Flow good 6 L/min"}},
		{"group", observation(coded(loinc, "85353-1") + `,"hasMember":[{"reference":"Observation/1"}]`), nil},

		// samples that are readings
		{"glucose", observation(coded(loinc, "105272-9") + `,"effectivePeriod":{"start":"2024-05-01T10:00:00+02:00","end":"2024-05-01T10:25:00+02:00"},"valueSampledData":{"origin":{"value":0,"system":"http://unitsofmeasure.org","code":"mmol/L"},"period":300000,"dimensions":1,"data":"5.5 6 E L U"}`), []string{
			"GlucoseISF good 5.5 mmol/L 2024-05-01T10:00:00+02:00", "GlucoseISF good 6.0 mmol/L 2024-05-01T10:05:00+02:00",
			"GlucoseISF below-range no value 2024-05-01T10:15:00+02:00", "GlucoseISF above-range no value 2024-05-01T10:20:00+02:00",
		}},

		// Bundles
		{"empty Bundle", `{"resourceType":"Bundle","type":"searchset"}`, nil},
		{"Bundle", `{"type":"searchset","entry":[{"resource":` + observation(beats) + `},{"resource":{"resourceType":"Patient","id":"p1"}},{"request":{"method":"DELETE","url":"Observation/1"}},{"resource":{"resourceType":"Bundle","entry":[{"resource":` +
			observation(coded(loinc, "9279-1")+","+measured("12", "/min")) + `}]}}],"resourceType":"Bundle"}`, []string{"HeartRate good 72 /min", "RespiratoryRate good 12 /min"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := []vitals.Reading{{Kind: vitals.SpO2}}
			got, err := fhir.AppendReadings(before, []byte(row.in))
			require.NoError(t, err, row.in)
			require.Equal(t, before[0], got[0], "what was there")
			require.Equal(t, row.want, showAll(got[1:]), row.in)
		})
	}
}

const canary = "DOE^JANE"

func TestReadFaults(t *testing.T) {
	const loinc = "http://loinc.org"
	deep := strings.Repeat(`{"extension":[`, 40) + strings.Repeat(`]}`, 40)
	entry := func(o string) string {
		return `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + observation(beats) + `},{"resource":{"resourceType":"Patient"}},{"resource":` + o + `}]}`
	}
	ecg := func(samples string) string {
		return observation(coded("urn:iso:std:iso:11073:10101", "160212") + `,"valueSampledData":{` + samples + `}`)
	}
	const origin = `"origin":{"value":0,"system":"http://unitsofmeasure.org","code":"mg/dL"}`
	for _, row := range []struct {
		name, in, path string
		err            error
	}{
		{"nothing", "", "resource", fhir.ErrSyntax},
		{"no object", `[]`, "resource", fhir.ErrValue},
		{"no type", `{"status":"final"}`, "resource.resourceType", fhir.ErrMissing},
		{"another resource", `{"resourceType":"DOE^JANE"}`, "resource.resourceType", fhir.ErrUnsupported},
		{"cut", observation(beats)[:80], "Observation.valueQuantity.system", fhir.ErrSyntax},
		{"more", observation(beats) + "{}", "Observation", fhir.ErrSyntax},
		{"comma", `{"resourceType":"Observation",}`, "Observation", fhir.ErrSyntax},
		{"not UTF-8", observation(`"id":"` + canary + "\xff\"," + beats), "Observation.id", fhir.ErrSyntax},
		{"control character", observation("\"id\":\"DOE^JANE\n\"," + beats), "Observation.id", fhir.ErrSyntax},
		{"half a pair", observation(`"id":"\ud800 DOE^JANE",` + beats), "Observation.id", fhir.ErrSyntax},
		{"bad escape", observation(`"id":"DOE^JANE\x",` + beats), "Observation.id", fhir.ErrSyntax},
		{"escape in a name", observation(`"st\u0061tus":"final",` + beats), "Observation", fhir.ErrSyntax},
		{"bad word", observation(`"id":nil,` + beats), "Observation.id", fhir.ErrSyntax},
		{"deep", observation(`"extension":[` + deep + `],` + beats), "Observation.extension[0]" + strings.Repeat(".extension[0]", 31), fhir.ErrLimit},
		{"members", observation(`"extension":[{` + strings.TrimSuffix(manyMembers(129), ",") + `}],` + beats), "Observation.extension[0]", fhir.ErrLimit},
		{"components", observation(`"component":[` + strings.TrimSuffix(strings.Repeat("{},", 257), ",") + `]`), "Observation.component[256]", fhir.ErrLimit},

		{"duplicate", observation(`"valueQuantity":{"value":72,"value":27,"system":"http://unitsofmeasure.org","code":"/min"}`), "Observation.valueQuantity.value", fhir.ErrDuplicate},
		{"duplicate where nobody looks", observation(`"extension":[{"url":"a","url":"b"}],` + beats), "Observation.extension[0].url", fhir.ErrDuplicate},
		{"duplicate of no name", observation(`"DOE^JANE":1,"DOE^JANE":2,` + beats), "Observation.*", fhir.ErrDuplicate},
		{"two values", observation(beats + `,"valueString":"DOE^JANE"`), "Observation.valueString", fhir.ErrChoice},
		{"two values, one unheard of", observation(beats + `,"valueDOEJANE":1`), "Observation.*", fhir.ErrChoice},
		{"two times", observation(`"effectiveDateTime":"2024-05-01T10:11:12Z","effectivePeriod":{},` + beats), "Observation.effectivePeriod", fhir.ErrChoice},
		{"value and reason", observation(beats + "," + absent("unknown")), "Observation.dataAbsentReason", fhir.ErrReason},
		{"in a component", observation(panelBP + `,"component":[{` + sys + "," + mmHg120 + "," + absent("unknown") + `}]`), "Observation.component[0].dataAbsentReason", fhir.ErrReason},

		{"no value", observation(`"id":"x"`), "Observation.value[x]", fhir.ErrMissing},
		{"no value in a component", observation(panelBP + `,"component":[{` + sys + `}]`), "Observation.component[0].value[x]", fhir.ErrMissing},
		{"no number", observation(`"valueQuantity":{"system":"http://unitsofmeasure.org","code":"/min"}`), "Observation.valueQuantity.value", fhir.ErrMissing},
		{"no code of the unit", observation(`"valueQuantity":{"value":72,"unit":"DOE^JANE","system":"http://unitsofmeasure.org"}`), "Observation.valueQuantity.code", fhir.ErrMissing},
		{"no system of the unit", observation(`"valueQuantity":{"value":72,"code":"/min"}`), "Observation.valueQuantity.system", fhir.ErrMissing},
		{"another system", observation(`"valueQuantity":{"value":72,"system":"urn:DOE^JANE","code":"/min"}`), "Observation.valueQuantity.system", fhir.ErrUnsupported},
		{"unknown unit", observation(measured("72", "DOE^JANE")), "Observation.valueQuantity.code", fhir.ErrUnsupported},
		{"open annotation", observation(measured("72", "/min{")), "Observation.valueQuantity.code", fhir.ErrUnsupported},
		{"wrong unit", observation(measured("72", "kg")), "Observation.valueQuantity.code", vitals.ErrUnit},
		{"text for a number", observation(measured(`"72"`, "/min")), "Observation.valueQuantity.value", fhir.ErrValue},
		{"null", observation(measured("null", "/min")), "Observation.valueQuantity.value", fhir.ErrValue},
		{"plus", observation(measured("+72", "/min")), "Observation.valueQuantity.value", fhir.ErrSyntax},
		{"zero first", observation(measured("072", "/min")), "Observation.valueQuantity", fhir.ErrSyntax},
		{"point last", observation(measured("72.", "/min")), "Observation.valueQuantity.value", fhir.ErrSyntax},
		{"no exponent", observation(measured("72e", "/min")), "Observation.valueQuantity.value", fhir.ErrSyntax},
		{"too many digits", observation(measured("72.123456789012345678901", "/min")), "Observation.valueQuantity.value", vitals.ErrDecimal},
		{"too large", observation(measured("1e999", "/min")), "Observation.valueQuantity.value", vitals.ErrDecimal},
		{"NaN", observation(measured("NaN", "/min")), "Observation.valueQuantity.value", fhir.ErrSyntax},
		{"comparator", observation(`"valueQuantity":{"value":1,"comparator":"~","system":"http://unitsofmeasure.org","code":"/min"}`), "Observation.valueQuantity.comparator", fhir.ErrValue},
		{"an integer needs no unit", observation(`"valueInteger":72`), "Observation.valueInteger", fhir.ErrUnsupported},
		{"another type", observation(`"valueString":"DOE^JANE"`), "Observation.valueString", fhir.ErrUnsupported},

		{"no code", strings.Replace(observation(beats), `"code":{`, `"category":{`, 1), "Observation.code", fhir.ErrMissing},
		{"unknown code", observation(coded(loinc, canary) + "," + beats), "Observation.code", fhir.ErrUnsupported},
		{"unknown component", observation(panelBP + `,"component":[{` + sys + "," + mmHg120 + `},{` + coded(loinc, canary) + `,"valueString":"x"}]`), "Observation.component[1].code", fhir.ErrUnsupported},
		{"part of another panel", observation(coded(loinc, "96607-7") + `,"component":[{` + sys + "," + mmHg120 + `}]`), "Observation.component[0].code", fhir.ErrPanel},
		{"value of a panel", observation(panelBP + "," + mmHg120), "Observation.valueQuantity", fhir.ErrUnsupported},
		{"status", observation(`"status":"finished",` + beats), "Observation.status", fhir.ErrValue},
		{"no status", strings.Replace(observation(beats), `"status"`, `"x"`, 1), "Observation.status", fhir.ErrMissing},
		{"registered", observation(`"status":"registered",` + beats), "Observation.status", fhir.ErrStatus},
		{"empty text", observation(`"status":"",` + beats), "Observation.status", fhir.ErrValue},

		{"no time", strings.Replace(observation(beats), `"effectiveDateTime"`, `"issued"`, 1), "Observation.effective", fhir.ErrMissing},
		{"no zone", observation(`"effectiveDateTime":"2024-05-01T10:11:12",` + beats), "Observation.effectiveDateTime", fhir.ErrInstant},
		{"no zone, with a fraction", observation(`"effectiveDateTime":"2024-05-01T10:11:12.5",` + beats), "Observation.effectiveDateTime", fhir.ErrInstant},
		{"a date", observation(`"effectiveDateTime":"2024-05-01",` + beats), "Observation.effectiveDateTime", fhir.ErrInstant},
		{"a month", observation(`"effectiveDateTime":"2024-05",` + beats), "Observation.effectiveDateTime", fhir.ErrInstant},
		{"a year", observation(`"effectiveDateTime":"2024",` + beats), "Observation.effectiveDateTime", fhir.ErrInstant},
		{"no such day", observation(`"effectiveDateTime":"2023-02-29T10:11:12Z",` + beats), "Observation.effectiveDateTime", fhir.ErrValue},
		{"no seconds", observation(`"effectiveDateTime":"2024-05-01T10:11Z",` + beats), "Observation.effectiveDateTime", fhir.ErrValue},
		{"space", observation(`"effectiveDateTime":"2024-05-01 10:11:12Z",` + beats), "Observation.effectiveDateTime", fhir.ErrValue},
		{"far zone", observation(`"effectiveDateTime":"2024-05-01T10:11:12+14:01",` + beats), "Observation.effectiveDateTime", fhir.ErrValue},
		{"period backwards", observation(`"effectivePeriod":{"start":"2024-05-01T10:00:00Z","end":"2024-05-01T09:00:00Z"},` + beats), "Observation.effectivePeriod.end", fhir.ErrValue},
		{"period empty", observation(`"effectivePeriod":{},` + beats), "Observation.effectivePeriod", fhir.ErrMissing},
		{"timing", observation(`"effectiveTiming":{},` + beats), "Observation.effectiveTiming", fhir.ErrUnsupported},

		{"contained subject", observation(`"subject":{"reference":"#DOE^JANE"},` + beats), "Observation.subject.reference", fhir.ErrUnsupported},
		{"group", observation(`"subject":{"reference":"Group/DOE"},` + beats), "Observation.subject.reference", fhir.ErrUnsupported},
		{"location by type", observation(`"subject":{"reference":"urn:uuid:1","type":"Location"},` + beats), "Observation.subject.reference", fhir.ErrUnsupported},
		{"focus", observation(`"focus":[{"reference":"Patient/DOE"}],` + beats), "Observation.focus", fhir.ErrUnsupported},
		{"modifier", observation(`"modifierExtension":[],` + beats), "Observation.modifierExtension", fhir.ErrUnsupported},
		{"modifier in a component", observation(panelBP + `,"component":[{"modifierExtension":[],` + sys + "," + mmHg120 + `}]`), "Observation.component[0].modifierExtension", fhir.ErrUnsupported},
		{"rules", observation(`"implicitRules":"urn:DOE",` + beats), "Observation.implicitRules", fhir.ErrUnsupported},

		{"samples without origin", ecg(`"period":300000,"dimensions":1,"data":"1"`), "Observation.valueSampledData.origin.value", fhir.ErrMissing},
		{"samples without unit", ecg(`"origin":{"value":0},"period":300000,"dimensions":1,"data":"1"`), "Observation.valueSampledData.origin.code", fhir.ErrMissing},
		{"samples without period", ecg(origin + `,"dimensions":1,"data":"1"`), "Observation.valueSampledData.period", fhir.ErrMissing},
		{"no data", ecg(origin + `,"period":300000,"dimensions":1`), "Observation.valueSampledData.data", fhir.ErrMissing},
		{"period 0", ecg(origin + `,"period":0.0,"dimensions":1,"data":"1"`), "Observation.valueSampledData.period", fhir.ErrValue},
		{"period of ages", ecg(origin + `,"period":1e30,"dimensions":1,"data":"1"`), "Observation.valueSampledData.period", fhir.ErrValue},
		{"factor 0", ecg(origin + `,"period":300000,"factor":0,"dimensions":1,"data":"1"`), "Observation.valueSampledData.factor", fhir.ErrValue},
		{"space of samples", ecg(origin + `,"period":300000,"dimensions":3,"data":"1"`), "Observation.valueSampledData.dimensions", fhir.ErrUnsupported},
		{"bad sample", ecg(origin + `,"period":300000,"dimensions":1,"data":"1 2  3"`), "Observation.valueSampledData.data[2]", fhir.ErrValue},
		{"large sample", ecg(origin + `,"period":300000,"dimensions":1,"data":"1 2147483647"`), "Observation.valueSampledData.data[1]", fhir.ErrLimit},
		{"waveform", ecg(origin + `,"period":4,"dimensions":1,"data":"1 2"`), "Observation.valueSampledData", fhir.ErrUnsupported},
		{"samples of a panel", observation(panelBP + `,"valueSampledData":{` + origin + `,"period":300000,"dimensions":1,"data":"1"}`), "Observation.valueSampledData", fhir.ErrUnsupported},

		{"in a Bundle", entry(observation(panelBP + `,"component":[{` + sys + "," + mmHg120 + `},{` + dia + "," + measured(`"DOE^JANE"`, "mm[Hg]") + `}]`)), "Bundle.entry[2].resource.component[1].valueQuantity.value", fhir.ErrValue},
		{"Patient in a Bundle", entry(`{"resourceType":"Patient","name":[{"family":"DOE","family":"JANE"}]}`), "Bundle.entry[2].resource.name[0].family", fhir.ErrDuplicate},
		{"nothing in a Bundle", entry(`{}`), "Bundle.entry[2].resource.resourceType", fhir.ErrMissing},
		{"history", `{"resourceType":"Bundle","entry":[{"resource":` + observation(beats) + `}],"type":"history"}`, "Bundle.type", fhir.ErrUnsupported},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := make([]vitals.Reading, 1, 8)
			got, err := fhir.AppendReadings(before, []byte(row.in))
			require.ErrorIs(t, err, row.err, row.in)
			var e *fhir.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, row.path, e.Path, "%v: %s", err, row.in)
			require.Len(t, got, 1, "a partial result")
			for _, word := range []string{"DOE", "JANE", "72", "120"} {
				require.NotContains(t, strings.ReplaceAll(err.Error(), fmt.Sprint("byte ", offset(err)), ""), word)
			}
		})
	}
	_, err := fhir.Reader{MaxBytes: 100}.AppendReadings(nil, []byte(observation(beats)))
	require.ErrorIs(t, err, fhir.ErrLimit)
}

// offset is the number in an error of syntax, which may hold any digits.
func offset(err error) (n int) {
	if _, after, ok := strings.Cut(err.Error(), "byte "); ok {
		_, _ = fmt.Sscan(after, &n)
	}
	return n
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"DOE%d":%d,`, i, i)
	}
	return b.String()
}

// With Skip, what is whole is read and what is not is told.
func TestReaderSkip(t *testing.T) {
	bundle := `{"resourceType":"Bundle","type":"searchset","entry":[` + strings.Join([]string{
		`{"resource":` + observation(beats) + `}`,
		`{"resource":{"resourceType":"Patient","name":[{"family":"` + canary + `"}]}}`,
		`{"resource":` + observation(measured("72", "furlong")) + `}`,
		`{"resource":` + observation(panelBP+`,"component":[{`+sys+","+mmHg120+`},{`+coded("urn:x", canary)+`}]`) + `}`,
		`{"resource":` + observation(panelBP+`,"component":[{`+sys+","+mmHg120+`},{`+dia+","+mmHg120+","+absent("error")+`}]`) + `}`,
		`{"resource":{"resourceType":"Bundle","entry":[{},{"resource":` + observation(`"status":"final","valueString":"x"`) + `}]}}`,
		`{"resource":` + observation(coded("http://loinc.org", "9279-1")+","+measured("12", "/min")) + `}`,
	}, ",") + `]}`
	var skipped []string
	r := fhir.Reader{Skip: func(e *fhir.Error) { skipped = append(skipped, e.Path+": "+e.Err.Error()) }}
	readings, err := r.AppendReadings(nil, []byte(bundle))
	require.NoError(t, err)
	require.Equal(t, []string{"HeartRate good 72 /min", "Systolic good 120 mmHg", "RespiratoryRate good 12 /min"}, showAll(readings))
	require.Equal(t, []string{
		"Bundle.entry[1].resource.resourceType: not supported",
		"Bundle.entry[2].resource.valueQuantity.code: not supported",
		"Bundle.entry[3].resource.component[1].code: not supported",
		"Bundle.entry[4].resource.component[1].dataAbsentReason: a reason for the absence of a value that is there",
		"Bundle.entry[5].resource.entry[1].resource.valueString: not supported",
	}, skipped)

	_, err = r.AppendReadings(nil, []byte(strings.Replace(bundle, `"furlong"`, `"furlong","code":"x"`, 1)))
	require.ErrorIs(t, err, fhir.ErrDuplicate, "broken JSON fails the whole")
	require.ErrorContains(t, err, "Bundle.entry[2].resource.valueQuantity.code")
}

func TestReaderOptions(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	r := fhir.Reader{
		Patient:  func(ref string) vitals.PatientID { return vitals.NewPatientID("<" + ref + ">") },
		Device:   func(ref string) vitals.DeviceID { return vitals.DeviceID("<" + ref + ">") },
		Location: berlin,
	}
	readings, err := r.AppendReadings(nil, []byte(observation(`"subject":{"reference":"Patient/7"},"device":{"reference":"Device/8"},"effectiveDateTime":"2024-02-29",`+beats)))
	require.NoError(t, err)
	require.Equal(t, []string{"HeartRate good 72 /min 2024-02-29T00:00:00+01:00 of <Patient/7> by <Device/8>"}, showAll(readings))
	_, err = r.AppendReadings(nil, []byte(observation(`"effectiveDateTime":"2024-02-29T10:00:00",`+beats)))
	require.ErrorIs(t, err, fhir.ErrInstant)
}

func TestReadWaveform(t *testing.T) {
	const lead = `{"resourceType":"Observation","status":"final",` +
		`"code":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"131328"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2024-05-01T10:11:12+02:00",` +
		`"component":[{"code":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"131329"}]},"valueSampledData":` +
		`{"origin":{"value":-0.5,"system":"http://unitsofmeasure.org","code":"mV"},"period":2.5,"factor":0.001,"dimensions":1,"data":"500 -3.25 E L U .5"}}]}`
	var m fhir.Measurements
	require.NoError(t, fhir.Reader{}.Append(&m, []byte(lead)))
	require.Empty(t, m.Readings)
	require.Equal(t, []vitals.Waveform{{
		Patient: vitals.NewPatientID("p1"), Kind: vitals.ECGLeadI, Start: m.Waveforms[0].Start, Unit: vitals.UnitMV,
		Period: vitals.Decimal{Coef: 25, Exp: -1}, Scale: vitals.Decimal{Coef: 1, Exp: -5}, Origin: vitals.Decimal{Coef: -5, Exp: -1},
		Samples: []int32{50000, -325, vitals.SampleError, vitals.SampleBelow, vitals.SampleAbove, 50},
	}}, m.Waveforms)
	require.True(t, m.Waveforms[0].Start.Equal(noon))
	q, ok := m.Waveforms[0].At(1)
	require.True(t, ok)
	require.Equal(t, "-0.50325 mV", q.String())
}

// TestReadOthers reads what others wrote, the examples of HL7, and compares the outcome with
// a list that was reviewed. What cannot be read says so.
func TestReadOthers(t *testing.T) {
	root := data(t, "fhir", "examples")
	got := make(map[string]string)
	for _, pattern := range []string{"*/*.json"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			if !strings.Contains(string(b), `"Observation"`) {
				continue
			}
			name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".json")
			var m fhir.Measurements
			var words []string
			r := fhir.Reader{Location: time.UTC, Skip: func(e *fhir.Error) { words = append(words, "without "+e.Path+" ("+e.Err.Error()+")") }}
			if err := r.Append(&m, b); err != nil {
				require.Empty(t, m)
				var e *fhir.Error
				require.True(t, errors.As(err, &e))
				got[name] = err.Error()
				continue
			}
			for _, r := range m.Readings {
				words = append(words, strings.Join(strings.Fields(fmt.Sprintf("%v %s %s", r.Kind, strings.TrimPrefix(r.Quality.String(), "good"), r.Quantity)), " "))
			}
			for _, w := range m.Waveforms {
				words = append(words, fmt.Sprintf("%v %d×%v ms", w.Kind, len(w.Samples), w.Period))
			}
			got[name] = strings.Join(words, ", ")
		}
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(got)) {
		fmt.Fprintf(&lines, "%s: %s\n", name, got[name])
	}
	golden(t, "read_examples.golden", lines.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func BenchmarkRead(b *testing.B) {
	text, err := bench.AppendObservation(nil, bloodPressure())
	require.NoError(b, err)
	b.Run("readings", func(b *testing.B) {
		var buf []vitals.Reading
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if buf, err = fhir.AppendReadings(buf[:0], text); err != nil || len(buf) != 3 {
				b.Fatal(len(buf), err)
			}
		}
	})
	b.Run("samply", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := models.UnmarshalObservation(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("map", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v map[string]any
			if err := json.Unmarshal(text, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

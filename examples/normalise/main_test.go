package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/telemed-go/sdk/fhir"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const arrival = "2026-05-31T12:30:00+02:00"

// Each input becomes the lines and the summary in testdata/<name>.golden.
func TestNormalise(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		in   string
	}{
		{"hex", nil, "# a heart rate, nothing, a fault, a name that is none\n2A37 16480004\n\n0x2a1c\t00 6c 01 00 ff\n2A37 ff48\n2AFF 00\nheart 00\n2A37 0\n"},
		{"hex_phd", []string{"-profile", "phd", "-patient", "p1", "-device", "00-E5-DE-AD-77-C3"}, "2A35 1e7800500064 00e8070a1f0c1e004800 01 0400\n"},
		{"batch", nil, `{"id":"a","characteristic":"2A37","hex":"1648 0004"}` + "\n" + `{"id":"b","characteristic":"2A1C","hex":"00ffff7f00"}` + "\n{\n"},
		{"document", []string{"-zone", "UTC"}, indentedObservation},
		{"ndjson_uscore", []string{"-profile", "uscore"}, compact(indentedObservation) + "\n" + oxygen + "\n" + `{"resourceType":"Patient"}` + "\n{]\n" + strings.Replace(oxygen, `"%"`, `"furlong"`, 1) + "\n"},
		{"ecg", nil, ecg},
		{"glucose_hddt", []string{"-profile", "hddt"}, bundle(glucose("2024-05-01T10:00:00Z", "100"), glucose("2024-05-01T10:05:00Z", "104.0"), glucose("2024-05-01T10:15:00Z", "99"))},
		{"empty", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, summary bytes.Buffer
			code := run(append([]string{"-at", arrival}, tt.args...), strings.NewReader(tt.in), &out, &summary)
			if code != 0 {
				t.Fatalf("exit status %d: %s", code, &summary)
			}
			for _, line := range bytes.SplitAfter(out.Bytes(), []byte("\n")) {
				if len(line) > 0 && !json.Valid(line) {
					t.Errorf("no JSON: %s", line)
				}
			}
			got := out.String() + "---\n" + summary.String()
			file := filepath.Join("testdata", tt.name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// What was normalised once is not changed by doing it again.
func TestNormaliseTwice(t *testing.T) {
	for _, profile := range []string{"r4", "uscore", "pocd", "phd"} {
		args := []string{"-at", arrival, "-profile", profile, "-device", "00-E5-DE-AD-77-C3"}
		var once, twice, summary bytes.Buffer
		in := "2A35 1e7800500064 00e8070a1f0c1e004800 01 0000\n2A1C 006c0100ff\n2A9D 02b036e7070c190e1e2d\n"
		if code := run(args, strings.NewReader(in), &once, &summary); code != 0 || once.Len() == 0 {
			t.Fatalf("%s: exit status %d: %s", profile, code, &summary)
		}
		if code := run(args, bytes.NewReader(once.Bytes()), &twice, &summary); code != 0 {
			t.Fatalf("%s: exit status %d: %s", profile, code, &summary)
		}
		if once.String() != twice.String() {
			t.Errorf("%s:\nonce  %s\ntwice %s", profile, &once, &twice)
		}
	}
}

// Nothing about a patient reaches the summary.
func TestNoPatientInSummary(t *testing.T) {
	const canary = "DOE^JANE"
	for _, in := range []string{
		"2A37 " + canary, canary + " 00", `{"characteristic":"` + canary + `","hex":"` + canary + `"}`, `{"characteristic":"2A37","hex":"` + canary + `"}`,
		`{"resourceType":"` + canary + `"}`, `{"` + canary + `":1,"` + canary + `":1}`, `{"resourceType":"Observation","id":"` + canary + "\x00",
		strings.Replace(oxygen, `"final"`, `"`+canary+`"`, 1), strings.Replace(oxygen, `"%"`, `"`+canary+`"`, 1),
		strings.NewReplacer(`"59408-5"`, `"`+canary+`"`, `"2708-6"`, `"`+canary+`"`).Replace(oxygen), strings.Replace(oxygen, `2024-05`, canary, 1),
		bundle(`{"resourceType":"` + canary + `"}`),
	} {
		var out, summary bytes.Buffer
		if code := run(nil, strings.NewReader(in), &out, &summary); code != exitFailed {
			t.Errorf("exit status %d, want %d: %s", code, exitFailed, in)
		}
		if strings.Contains(summary.String(), "DOE") || out.Len() > 0 {
			t.Errorf("input %s\noutput %s\nsummary %s", in, &out, &summary)
		}
	}
}

func TestFiles(t *testing.T) {
	folder := t.TempDir()
	in, output := filepath.Join(folder, "in.ndjson"), filepath.Join(folder, "out.ndjson")
	if err := os.WriteFile(in, []byte(oxygen), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, summary bytes.Buffer
	if code := run([]string{"-o", output, in, in}, nil, &out, &summary); code != 0 {
		t.Fatalf("exit status %d: %s", code, &summary)
	}
	b, err := os.ReadFile(output)
	if err != nil || bytes.Count(b, []byte("\n")) != 4 || out.Len() > 0 {
		t.Errorf("%v: %s\nand on standard output %s", err, b, &out)
	}
	if code := run([]string{filepath.Join(folder, "none")}, nil, &out, &summary); code != exitFailed {
		t.Errorf("a file that is not there: exit status %d", code)
	}
	if code := run(nil, iotest.ErrReader(io.ErrUnexpectedEOF), &out, &summary); code != exitFailed {
		t.Errorf("broken input: exit status %d", code)
	}
	r, w := io.Pipe()
	_ = r.Close()
	if code := run(nil, strings.NewReader(oxygen), w, &summary); code != exitFailed {
		t.Errorf("broken output: exit status %d", code)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-profile", "x"}, {"-format", "x"}, {"-at", "noon"}, {"-zone", "Nowhere/Land"}, {"-nonsense"}} {
		if code := run(args, strings.NewReader(""), io.Discard, io.Discard); code != exitUsage {
			t.Errorf("%v: exit status %d, want %d", args, code, exitUsage)
		}
	}
	if code := run([]string{"-h"}, nil, io.Discard, io.Discard); code != 0 {
		t.Errorf("-h: exit status %d", code)
	}
	if _, err := profileOf("USCore"); err != nil || errors.Is(err, fhir.ErrUnsupported) {
		t.Error(err)
	}
}

func bundle(resources ...string) string {
	return `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + strings.Join(resources, `},{"resource":`) + `}]}`
}

func compact(s string) string {
	var b bytes.Buffer
	_ = json.Compact(&b, []byte(s))
	return b.String()
}

func glucose(at, value string) string {
	return `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"160212"}]},` +
		`"subject":{"reference":"Patient/p1"},"effectiveDateTime":"` + at + `","device":{"reference":"DeviceMetric/m1"},` +
		`"valueQuantity":{"value":` + value + `,"system":"http://unitsofmeasure.org","code":"mg/dL"}}`
}

const (
	indentedObservation = `
{
  "resourceType": "Observation",
  "status": "amended",
  "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
  "subject": {"reference": "https://ehr.example/fhir/Patient/7"},
  "effectiveDateTime": "2024-05-01T10:11:12.5+02:00",
  "component": [
    {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
     "valueQuantity": {"value": 16.0, "unit": "kPa", "system": "http://unitsofmeasure.org", "code": "kPa"}},
    {"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]},
     "dataAbsentReason": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "masked"}]}},
    {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "246432004"}]},
     "valueQuantity": {"value": 3, "unit": "#"}}
  ]
}
`
	oxygen = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2708-6"},{"system":"http://loinc.org","code":"59408-5"}]},` +
		`"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2024-05-01T10:11:12+02:00","valueQuantity":{"value":9.50E+1,"system":"http://unitsofmeasure.org","code":"%"},` +
		`"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"3151-8"}]},"valueQuantity":{"value":6,"system":"http://unitsofmeasure.org","code":"L/min"}}]}`
	ecg = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"131328"}]},"subject":{"reference":"Patient/p1"},` +
		`"effectiveDateTime":"2024-05-01T10:11:12+02:00","component":[` +
		`{"code":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"131329"}]},"valueSampledData":{"origin":{"value":-0.5,"system":"http://unitsofmeasure.org","code":"mV"},"period":8,"factor":0.001,"dimensions":1,"data":"500 500.25 E"}},` +
		`{"code":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"131330"}]},"valueSampledData":{"origin":{"value":-0.5,"system":"http://unitsofmeasure.org","code":"mV"},"period":8,"factor":0.001,"dimensions":1,"data":"500 501 502"}}]}`
)

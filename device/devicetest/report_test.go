package devicetest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device/devicetest"
)

// A report for a build server.
func ExampleWriteJUnit() {
	report := devicetest.Check([]devicetest.Capture{{Characteristic: devicetest.HeartRateMeasurement, Bytes: []byte{0x00}}})
	report.Name = "strap.hex"
	if err := devicetest.WriteJUnit(os.Stdout, report); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites tests="1" failures="1">
	//   <testsuite name="strap.hex" tests="1" failures="1" errors="0" skipped="0">
	//     <testcase classname="strap.hex" name="frame 1">
	//       <failure type="truncated" message="frame 1, byte 1: HeartRateMeasurementValue truncated (HRS 1.0, 3.1.1.2)"></failure>
	//     </testcase>
	//   </testsuite>
	// </testsuites>
}

// sample has findings of all severities, and a name that XML and JSON must
// escape.
func sample(t *testing.T) []devicetest.Report {
	t.Helper()
	bad := devicetest.Check(capture(t, "2A37 0048\n\n2A37 08 48 10\n2A35 00 4800 5100 4000\n2A37 01 4800"))
	bad.Name = `testdata/a<&"b.hex`
	good := devicetest.Check(capture(t, "2A37 0048"))
	good.Name = "good.hex"
	return []devicetest.Report{bad, good, devicetest.Check(nil)}
}

func TestWriteJSON(t *testing.T) {
	var out bytes.Buffer
	want := sample(t)
	if err := devicetest.WriteJSON(&out, want...); err != nil {
		t.Fatal(err)
	}
	var got []devicetest.Report
	d := json.NewDecoder(&out)
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Frames != 4 || len(got[0].Findings) != 3 || got[1].Findings == nil {
		t.Fatalf("got %+v", got)
	}
	for i, f := range want[0].Findings {
		if got[0].Findings[i] != f {
			t.Errorf("got %+v, want %+v", got[0].Findings[i], f)
		}
	}
	if f := got[0].Findings[0]; f.Line != 3 || f.Frame != 2 || f.Offset != 2 || f.Severity != devicetest.Error || f.Characteristic != "2A37" {
		t.Errorf("got %+v", f)
	}
}

func TestWriteJUnit(t *testing.T) {
	var out bytes.Buffer
	if err := devicetest.WriteJUnit(&out, sample(t)...); err != nil {
		t.Fatal(err)
	}
	var got struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Name     string `xml:"name,attr"`
				Failures []struct {
					Type    string `xml:"type,attr"`
					Message string `xml:"message,attr"`
				} `xml:"failure"`
				Out string `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 5 || got.Failures != 2 || len(got.Suites) != 3 || got.Suites[2].Name != "capture" {
		t.Fatalf("got %+v", got)
	}
	bad := got.Suites[0]
	if bad.Name != `testdata/a<&"b.hex` || bad.Tests != 4 || bad.Failures != 2 || len(bad.Cases) != 4 {
		t.Errorf("got %+v", bad)
	}
	if f := bad.Cases[1].Failures; len(f) != 1 || f[0].Type != "truncated" {
		t.Errorf("got %+v", f)
	}
	if !strings.Contains(bad.Cases[3].Out, "16 bits") || len(bad.Cases[3].Failures) > 0 {
		t.Errorf("a note is a failure: %+v", bad.Cases[3])
	}
}

// What the schema of SARIF 2.1.0 requires, and that all references resolve.
func TestWriteSARIF(t *testing.T) {
	var out bytes.Buffer
	if err := devicetest.WriteSARIF(&out, sample(t)...); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID                   string
						ShortDescription     struct{ Text string }
						DefaultConfiguration struct{ Level string }
					}
				}
			}
			ColumnKind string
			Results    []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.1.0" || !strings.Contains(got.Schema, "sarif-2.1.0") || len(got.Runs) != 1 {
		t.Fatalf("got version %q, schema %q, %d runs", got.Version, got.Schema, len(got.Runs))
	}
	run := got.Runs[0]
	rules := run.Tool.Driver.Rules
	if run.Tool.Driver.Name == "" || len(rules) != len(devicetest.Rules()) || len(run.Results) != 3 {
		t.Fatalf("%q, %d rules, %d results", run.Tool.Driver.Name, len(rules), len(run.Results))
	}
	levels := map[string]bool{"note": true, "warning": true, "error": true}
	for _, r := range rules {
		if r.ID == "" || r.ShortDescription.Text == "" || !levels[r.DefaultConfiguration.Level] {
			t.Errorf("%+v", r)
		}
	}
	for _, r := range run.Results {
		if rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" || !levels[r.Level] {
			t.Errorf("%+v", r)
		}
		if at := r.Locations[0].PhysicalLocation; at.ArtifactLocation.URI != "testdata/a%3C&%22b.hex" || at.Region == nil || at.Region.StartLine < 1 {
			t.Errorf("%+v", at)
		}
	}
	if run.Results[0].RuleID != "truncated" || run.Results[0].Locations[0].PhysicalLocation.Region.StartLine != 3 {
		t.Errorf("%+v", run.Results[0])
	}
}

func TestWritersReportErrors(t *testing.T) {
	w := brokenWriter{}
	for name, err := range map[string]error{
		"JSON": devicetest.WriteJSON(w, sample(t)...), "JUnit": devicetest.WriteJUnit(w, sample(t)...), "SARIF": devicetest.WriteSARIF(w, sample(t)...),
	} {
		if err == nil {
			t.Errorf("%s: a broken writer goes unnoticed", name)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

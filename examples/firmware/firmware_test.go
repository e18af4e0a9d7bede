package firmware_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device/devicetest"
)

// This is all that a device maker has to write.
func TestFirmware(t *testing.T) {
	for name, frames := range devicetest.Captures(t, "testdata/strap*.hex") {
		devicetest.Conforms(t, name, devicetest.HeartRateMeasurement, frames)
	}
	for name, frames := range devicetest.Captures(t, "testdata/clip*.hex") {
		devicetest.Conforms(t, name, devicetest.PLXContinuous, frames)
	}
}

// The captures of old builds fail. So that this suite stays green a recorder
// stands in for the test; a device maker has no need of it.
func TestFaultyBuilds(t *testing.T) {
	for _, tt := range []struct {
		file           string
		characteristic devicetest.Characteristic
		want           string
	}{
		{
			"testdata/faulty/strap_build_17.hex", devicetest.HeartRateMeasurement,
			"testdata/faulty/strap_build_17.hex:5: frame 3, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)",
		},
		{
			"testdata/faulty/cuff_build_9.hex", devicetest.BloodPressureMeasurement,
			"testdata/faulty/cuff_build_9.hex:4: frame 2, byte 1: Systolic is outside what is plausible (BLS 1.1, 3.1.1.2)",
		},
		{
			"testdata/faulty/clip_build_4.hex", devicetest.PLXContinuous,
			"testdata/faulty/clip_build_4.hex:4: frame 2, byte 1: SpO2 is outside what is plausible (PLXS 1.0, 3.2)",
		},
	} {
		r := recorder{TB: t}
		for name, frames := range devicetest.Captures(t, tt.file) {
			devicetest.Conforms(&r, name, tt.characteristic, frames)
		}
		if !slices.Contains(r.failures, tt.want) {
			t.Errorf("%s fails with\n%s\nwant\n%s", tt.file, strings.Join(r.failures, "\n"), tt.want)
		}
	}
}

// recorder is a test that remembers its failures.
type recorder struct {
	testing.TB

	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Logf(string, ...any) {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

// The same for a build server, as SARIF; WriteJUnit and WriteJSON work alike.
func TestReport(t *testing.T) {
	var reports []devicetest.Report
	for name, frames := range devicetest.Captures(t, "testdata/faulty/*.hex") {
		report := devicetest.Check(frames)
		report.Name = name
		reports = append(reports, report)
	}
	var out bytes.Buffer
	if err := devicetest.WriteSARIF(&out, reports...); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"ruleId": "truncated"`, `"uri": "testdata/faulty/strap_build_17.hex"`, `"startLine": 5`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report is without %s", want)
		}
	}
}

// Without a test: a program that reads captures from a file or a radio.
func Example() {
	frames, err := devicetest.ReadCaptures(strings.NewReader("2A37 0e 49 11"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range devicetest.Check(frames).Findings {
		fmt.Println(f)
	}
	// Output: frame 1, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)
}

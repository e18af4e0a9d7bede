package devicetest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/devicetest"
)

func ExampleReadCaptures() {
	frames, err := devicetest.ReadCaptures(strings.NewReader(`
# a strap on the bench
! Acme "Strap 3"
2026-05-31T12:30:00Z 2A37 16 48 0004
2026-05-31T12:30:01Z 16 49 ed03
2A19 64
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range frames {
		fmt.Printf("line %d: %v, %d bytes, by %v\n", c.Line, c.Characteristic, len(c.Bytes), c.Device)
	}
	// Output:
	// line 4: HeartRateMeasurement, 4 bytes, by Acme Strap 3
	// line 5: HeartRateMeasurement, 4 bytes, by Acme Strap 3
	// line 6: BatteryLevel, 1 bytes, by Acme Strap 3
}

func TestReadCaptures(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string // one "UUID hex" per frame, or the error
	}{
		{"2a37 0048", "2A37 0048"},
		{"0x2A37 00 48", "2A37 0048"},
		{"2A37 (0x) 00-48", "2A37 0048"},
		{"2A37 0x0048\n0x00-49", "2A37 0048; 2A37 0049"},
		{"2A37 00-4-8", "line 1: not pairs of hexadecimal digits"},
		{"2026-05-31 2A37 0048", "line 1: not pairs of hexadecimal digits"},
		{"2A37", "2A37 "},
		{"0048", "0000 0048"},
		{"2A37 00\n48", "2A37 00; 2A37 48"},
		{"2A37 2A37", "2A37 2a37"},
		{" \t# nothing\n\n2A19 64\r\n", "2A19 64"},
		{"! A\n2A19 64", "2A19 64"},
		{"2A37 004", "line 1: not pairs of hexadecimal digits"},
		{"2A37 00\n2A37 xx", "line 2: not pairs of hexadecimal digits"},
		{"noon: 2A37 00", "line 1: the time is not of the form 2026-05-31T12:30:00+02:00"},
		{"! \"A", "line 1: a quotation mark is missing"},
		{"! A B C", "line 1: want manufacturer and model; names with spaces in quotation marks"},
		{"!", "line 1: want manufacturer and model; names with spaces in quotation marks"},
		{strings.Repeat("0", 1<<17), "bufio.Scanner: token too long"},
	} {
		frames, err := devicetest.ReadCaptures(strings.NewReader(tt.text))
		var parts []string
		for _, c := range frames {
			parts = append(parts, fmt.Sprintf("%s %x", c.Characteristic.UUID(), c.Bytes))
		}
		got := strings.Join(parts, "; ")
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%.40q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestReadCapturesDetails(t *testing.T) {
	frames := capture(t, "! \"A & B\" \"C \\\"2\\\"\"\n2026-05-31T12:30:00.5+02:00 2A37 0048\n0049")
	want := time.Date(2026, 5, 31, 10, 30, 0, 5e8, time.UTC)
	if c := frames[0]; !c.At.Equal(want) || c.Device.Manufacturer != "A & B" || c.Device.Model != `C "2"` || c.Line != 2 {
		t.Errorf("got %+v", c)
	}
	if !frames[1].At.IsZero() || frames[1].Line != 3 {
		t.Errorf("got %+v", frames[1])
	}
}

// recorder is a test that only remembers how it would have failed.
type recorder struct {
	testing.TB

	failed, logged []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}

func (r *recorder) Logf(format string, args ...any) {
	r.logged = append(r.logged, fmt.Sprintf(format, args...))
}

func TestCaptures(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.hex": "2A37 0048", "b.hex": "2A37 0", "c.hex": "# nothing", "d.hex": "2A19 64"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := &recorder{TB: t}
	var names []string
	for name, frames := range devicetest.Captures(r, filepath.Join(dir, "*.hex")) {
		names = append(names, filepath.Base(name))
		if len(frames) != 1 {
			t.Errorf("%s has %d frames", name, len(frames))
		}
	}
	if strings.Join(names, " ") != "a.hex d.hex" || len(r.failed) != 2 ||
		!strings.HasSuffix(r.failed[0], "b.hex: line 1: not pairs of hexadecimal digits") || !strings.HasSuffix(r.failed[1], "c.hex: no frames") {
		t.Errorf("got %v, failures %q", names, r.failed)
	}
	for range devicetest.Captures(r, filepath.Join(dir, "*.hex")) {
		break
	}
	for _, pattern := range []string{filepath.Join(dir, "*.none"), "["} {
		r = &recorder{TB: t}
		for range devicetest.Captures(r, pattern) {
			t.Error("there is a capture where there is no file")
		}
		if len(r.failed) != 1 || !strings.HasPrefix(r.failed[0], "devicetest: no capture matches") {
			t.Errorf("%s: failures %q", pattern, r.failed)
		}
	}
}

func TestConforms(t *testing.T) {
	for _, tt := range []struct {
		name, frames   string
		failed, logged string
	}{
		{"good", "2A37 0048", "", ""},
		{"without characteristic", "0048", "", ""},
		{"of another", "2A19 64", "x: no frame of HeartRateMeasurement", ""},
		{"error", "0048\n08 48 10", "x:2: frame 2, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)", ""},
		{"warning", "0248", "x:1: frame 1, byte 0: Flags report contact without support for it (HRS 1.0, 3.1.1.1)", ""},
		{"note", "01 4800", "", "x:1: frame 1, byte 1: HeartRateMeasurementValue has 16 bits where 8 would do (HRS 1.0, 3.1.1.2)"},
	} {
		r := &recorder{TB: t}
		devicetest.Conforms(r, "x", devicetest.HeartRateMeasurement, capture(t, tt.frames))
		if got := strings.Join(r.failed, "\n"); got != tt.failed {
			t.Errorf("%s: failed %q, want %q", tt.name, got, tt.failed)
		}
		if got := strings.Join(r.logged, "\n"); got != tt.logged {
			t.Errorf("%s: logged %q, want %q", tt.name, got, tt.logged)
		}
	}
}

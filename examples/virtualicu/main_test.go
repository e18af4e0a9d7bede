package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/vitals"
)

func headless(t *testing.T, args ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), append([]string{"-headless", "-speed", "0"}, args...), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The same seed gives the same events in the same order.
func TestSameSeedSameEvents(t *testing.T) {
	args := []string{"-seed", "7", "-beds", "6", "-for", "3m"}
	first := headless(t, args...)
	if second := headless(t, args...); !bytes.Equal(first, second) {
		t.Error("two runs of one seed differ")
	}
	if other := headless(t, "-seed", "8", "-beds", "6", "-for", "3m"); bytes.Equal(first, other) {
		t.Error("two seeds give the same events")
	}
	count := map[string]int{}
	for line := range bytes.Lines(first) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if !strings.HasPrefix(e.Bed, "bed-") || e.At.IsZero() {
			t.Errorf("event without bed or time: %s", line)
		}
		count[e.Event]++
	}
	for _, kind := range []string{"reading", "observation", "alarm", "score", "message", "record"} {
		if count[kind] == 0 {
			t.Errorf("no %q in %v", kind, count)
		}
	}
}

// Faster patients have more time in the same run, and the events of it do not
// depend on the clock.
func TestSpeedAndLength(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-headless", "-beds", "2", "-for", "200ms", "-speed", "300"}, &out); err != nil {
		t.Fatal(err)
	}
	if want := headless(t, "-beds", "2", "-for", "1m"); !bytes.Equal(out.Bytes(), want) {
		t.Errorf("200 ms at 300 times are not the events of a minute: %d and %d bytes", out.Len(), len(want))
	}
}

// A bed that falls silent raises a technical alarm, and nobody else does.
func TestDisconnectedBed(t *testing.T) {
	silent := map[string]bool{}
	for line := range bytes.Lines(headless(t, "-seed", "1", "-beds", "6", "-for", "3m")) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(e.Rule, "HeartRate missing") || strings.Contains(e.Reason, "no usable HeartRate") {
			silent[e.Bed] = true
		}
	}
	if !silent["bed-6"] || silent["bed-2"] {
		t.Errorf("missing-data alarms of %v, want one of bed-6 and none of bed-2", silent)
	}
}

func TestObservationFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.ndjson")
	headless(t, "-beds", "2", "-for", "30s", "-fhir", file)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, ids := 0, map[string]bool{}
	for line := range bytes.Lines(b) {
		var o struct{ ResourceType, ID string }
		if err := json.Unmarshal(line, &o); err != nil || o.ResourceType != "Observation" {
			t.Fatalf("%v: %s", err, line)
		}
		if ids[o.ID] {
			t.Errorf("the id %s comes twice", o.ID)
		}
		ids[o.ID] = true
		lines++
	}
	if lines < 100 {
		t.Errorf("%d observations in 30 s of two beds", lines)
	}
}

const recordingCSV = `id,time_unix,time_local,gl
a,1448343440,2015-11-24 00:37:20,123
b,1448343441,2015-11-24 00:37:21,300
a,1448343740,2015-11-24 00:42:20,66.4
a,1448344040,2015-11-24 00:47:20,53
`

// A recording arrives as glucose records of the bed, with its own values.
func TestRecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "g.csv")
	if err := os.WriteFile(file, []byte(recordingCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	var values []string
	var alarms []string
	for line := range bytes.Lines(headless(t, "-beds", "1", "-for", "11m", "-glucose", file, "-subject", "a")) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if e.Event == "reading" && e.Kind == "GlucoseISF" {
			values = append(values, e.At.Format("15:04:05 ")+e.Value+" "+e.Unit)
		}
		if e.Event == "alarm" && e.Cause == "condition" && strings.Contains(e.Rule, "hypoglycaemia") {
			alarms = append(alarms, e.State+" "+e.Rule)
		}
	}
	want := "08:00:00 123 mg/dL, 08:05:00 66 mg/dL, 08:10:00 53 mg/dL"
	if got := strings.Join(values, ", "); got != want {
		t.Errorf("readings %s, want %s", got, want)
	}
	if got := strings.Join(alarms, ", "); got != "active hypoglycaemia, active severe hypoglycaemia" {
		t.Errorf("alarms %s", got)
	}
}

// The recordings of real people, if they are at hand.
func TestRealRecording(t *testing.T) {
	dir := os.Getenv("TELEMED_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	file := filepath.Join(dir, "alert", "hall2018_11subj_dexcomg4.csv")
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip("the recordings are not here: ", err)
	}
	rec, err := readRecording(file, "1636-69-026", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rec.samples); n != 1796 || rec.samples[0].mgPerDL != 123 {
		t.Errorf("%d samples, the first %v; want 1796 and 123", n, rec.samples[0])
	}
}

func TestBadRecordings(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"no column":    "id,time\na,1\n",
		"nobody":       "id,time_unix,gl\nb,1,100\n",
		"no number":    "id,time_unix,gl\na,1,high\n",
		"no time":      "id,time_unix,gl\na,now,100\n",
		"out of order": "id,time_unix,gl\na,2,100\na,1,100\n",
		"ragged":       "id,time_unix,gl\na,2\n",
	} {
		if _, err := parseRecording(strings.NewReader(text), "a", time.Time{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-beds", "0"},
		{"-beds", "x"},
		{"-speed", "-1"},
		{"-glucose", "f"},
		{"-subject", "a"},
		{"more"},
		{"-glucose", "/nonexistent", "-subject", "a"},
	} {
		if err := run(t.Context(), args, new(bytes.Buffer)); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

func TestChart(t *testing.T) {
	f := device.Frame{Format: formatChart, Patient: vitals.NewPatientID("p"), At: time.Unix(1, 0)}
	f.Bytes = []byte(`{"respiratoryRate":18,"consciousness":"V","oxygen":true}`)
	got, err := device.Decoders{gatt.Health(), chartDecoder{}}.AppendReadings(nil, f)
	if err != nil || len(got) != 3 || got[0].Quantity != vitals.PerMinute(18) || got[1].Code != uint32(vitals.ACVPUVoice) ||
		got[2].Code != uint32(vitals.BreathesOxygen) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "DOE^JANE", `{"consciousness":"DOE^JANE"}`} {
		f.Bytes = []byte(bad)
		if _, err := (chartDecoder{}).AppendReadings(nil, f); err == nil || strings.Contains(err.Error(), "DOE") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// The alarms of a shift without a page: calls, escalation, answers of the
// simulated staff, records, and an outage that is one alarm and not many.
func TestHeadlessAlarms(t *testing.T) {
	seen, silent := map[string]int{}, map[string]bool{}
	for line := range bytes.Lines(headless(t, "-seed", "1", "-beds", "8", "-for", "7m", "-outage", "4m")) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		switch e.Event {
		case "alarm":
			seen[e.State]++
			seen["cause "+e.Cause]++
			if e.Inhibited && e.Announce {
				t.Errorf("an inhibited alarm is announced: %s", line)
			}
			if e.State == "acknowledged" && e.By == "" {
				t.Errorf("acknowledged by nobody: %s", line)
			}
			if strings.Contains(e.Reason, "gateway silent") && e.State == "active" {
				seen["gateway"]++
			}
			if e.Cause == "condition" && e.State == "active" && strings.Contains(e.Reason, "no usable data") {
				silent[e.Bed] = true
			}
			seen["escalated"] += int(e.Escalations)
		case "message":
			seen["message "+e.Message+" "+e.To]++
		case "record":
			var r struct{ ResourceType string }
			if err := json.Unmarshal(e.Resource, &r); err != nil {
				t.Fatal(err)
			}
			seen[r.ResourceType]++
		}
	}
	for _, want := range []string{
		"active", "acknowledged", "latched", "ended", "cause precedence", "escalated", "message call PractitionerRole/nurse",
		"message call PractitionerRole/charge-nurse", "message acknowledged PractitionerRole/nurse", "Flag", "DetectedIssue", "Communication", "Observation",
	} {
		if seen[want] == 0 {
			t.Errorf("no %q in %v", want, seen)
		}
	}
	if seen["gateway"] != 1 || silent["bed-5"] || silent["bed-7"] || silent["bed-8"] {
		t.Errorf("the outage is %d alarms of the gateway, and of %v; want 1 and none of its beds but bed-6", seen["gateway"], silent)
	}
}

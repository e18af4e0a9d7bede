package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/validate"
	"github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleAlarms() {
	var records record.Alarms
	engine, err := alert.NewEngine(alert.NotifyFunc(func(_ context.Context, e alert.Event) error {
		lines, err := records.Append(nil, e)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(lines) {
			var r struct{ ResourceType, Status string }
			if err := json.Unmarshal(line, &r); err != nil {
				return err
			}
			fmt.Println(e.State, r.ResourceType, r.Status)
		}
		return nil
	}), alert.Below(vitals.SpO2, vitals.Percent(90)))
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	for i, percent := range []int64{97, 86, 95} {
		r := vitals.Reading{
			Patient: vitals.NewPatientID("17"), Device: "oximeter-2", Kind: vitals.SpO2, Quantity: vitals.Percent(percent),
			At: at.Add(time.Duration(i) * time.Second),
		}
		if err := engine.Put(context.Background(), []vitals.Reading{r}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// active Flag active
	// active DetectedIssue preliminary
	// ended Flag inactive
	// ended DetectedIssue final
}

// begin is the start of the shift.
var begin = time.Date(1999, 3, 1, 8, 0, 0, 0, time.UTC)

// alarmed plays a shift in which everything happens that an event can tell, and
// returns the events and the readings before them.
func alarmed(t *testing.T) (events []alert.Event, readings []vitals.Reading) {
	t.Helper()
	engine, err := alert.NewEngine(
		alert.NotifyFunc(func(_ context.Context, e alert.Event) error { events = append(events, e); return nil }),
		alert.Below(vitals.SpO2, vitals.Percent(92)).Family("saturation").Priority(alert.Medium),
		alert.Below(vitals.SpO2, vitals.Percent(86)).Family("saturation").Priority(alert.High).Latching(),
		alert.Above(vitals.Systolic, vitals.MmHg(180)).Priority(alert.Medium),
		alert.Missing(vitals.SpO2, 20*time.Second).Priority(alert.Low),
		alert.NEWS2AtLeast(5).Priority(alert.High),
		alert.Above(vitals.HeartRate, vitals.PerMinute(150)).Priority(alert.Information).Advisory())
	if err != nil {
		t.Fatal(err)
	}
	at := begin
	do := func(c alert.Command) {
		t.Helper()
		c.At = at
		if err := engine.Do(t.Context(), c); err != nil {
			t.Fatalf("%v: %v", c.Action, err)
		}
	}
	put := func(kind vitals.Kind, q vitals.Quantity, code uint32) {
		t.Helper()
		for _, d := range []vitals.DeviceID{"d1", "d2"} {
			r := vitals.Reading{Patient: vitals.NewPatientID("p of " + string(d)), Device: d, Kind: kind, Quantity: q, Code: code, At: at, Sequence: 7}
			readings = append(readings, r)
			if err := engine.Put(t.Context(), []vitals.Reading{r}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, d := range []vitals.DeviceID{"d1", "d2"} {
		do(alert.Command{Action: alert.Attach, Device: d, Gateway: "gateway-1"})
	}
	put(vitals.Systolic, vitals.MmHg(190), 0)
	put(vitals.RespiratoryRate, vitals.PerMinute(26), 0)
	put(vitals.HeartRate, vitals.PerMinute(151), 0)
	put(vitals.Consciousness, vitals.Quantity{}, uint32(vitals.ACVPUVoice))
	for _, percent := range []int64{91, 84, 85, 95, 96} {
		at = at.Add(time.Second)
		put(vitals.SpO2, vitals.Percent(percent), 0)
		if percent == 84 {
			do(alert.Command{Action: alert.Pause, Patient: vitals.NewPatientID("p of d2"), For: 2 * time.Second, By: "Lou"})
			for _, e := range engine.Active(nil) {
				if e.Priority == alert.High && e.State == alert.Active {
					do(alert.Command{Action: alert.Escalate, Alarm: e.ID, By: "step 2"})
					do(alert.Command{Action: alert.Acknowledge, Alarm: e.ID, By: "Kim"})
				}
			}
		}
	}
	at = at.Add(time.Minute)
	if err := engine.Advance(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	put(vitals.SpO2, vitals.Percent(97), 0)
	return events, readings
}

var recordMappers = map[string]fhir.Mapper{
	"R4":  {},
	"PHD": {Profile: fhir.PHD, Gateway: "Device/gateway-1"},
}

// Everything that happens becomes valid resources, whose references lead to the
// Observations of the same Mapper.
func TestAlarmsValid(t *testing.T) {
	events, readings := alarmed(t)
	seen := map[string]int{}
	var all []byte
	for name, m := range recordMappers {
		a := record.Alarms{Mapper: m, Forecast: func(e alert.Event) (vitals.Decimal, time.Duration, bool) {
			return vitals.Decimal{Coef: 875, Exp: -1}, 20 * time.Minute, e.Kind == vitals.HeartRate
		}}
		observations := map[string]bool{}
		for panel := range vitals.Panels(readings) {
			if !fhir.Supports(panel[0].Kind) {
				continue
			}
			b, err := m.AppendObservation(nil, panel)
			if err != nil {
				t.Fatal(err)
			}
			var o struct{ ID string }
			if err := json.Unmarshal(b, &o); err != nil {
				t.Fatal(err)
			}
			observations["Observation/"+o.ID] = true
		}
		var lines []byte
		for _, e := range events {
			var err error
			if lines, err = a.Append(lines, e); err != nil {
				t.Fatalf("%s, %v: %v", name, e, err)
			}
		}
		for line := range bytes.Lines(lines) {
			var r struct{ ResourceType, Status, ID string }
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			seen[name+" "+r.ResourceType+" "+r.Status]++
			for _, ref := range references(line, "Observation/") {
				seen[name+" reference"]++
				if !observations[ref] {
					t.Errorf("%s: %s refers to %s, which no reading becomes", name, r.ResourceType, ref)
				}
			}
		}
		all = append(all, lines...)
	}
	for _, want := range []string{
		"R4 Flag active", "R4 Flag inactive", "R4 DetectedIssue preliminary", "R4 DetectedIssue final",
		"R4 RiskAssessment preliminary", "R4 Observation final", "R4 reference", "PHD Flag active", "PHD Observation final",
	} {
		if seen[want] == 0 {
			t.Errorf("no %s in %v", want, seen)
		}
	}
	if seen["PHD reference"] != 0 {
		t.Error("references to ids that the server gives")
	}
	valid(t, all)
}

// references finds the references of a prefix in JSON.
func references(b []byte, prefix string) (refs []string) {
	for part := range strings.SplitSeq(string(b), `"reference":"`) {
		if ref, _, ok := strings.Cut(part, `"`); ok && strings.HasPrefix(ref, prefix) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// valid has our validator judge NDJSON, and the independent one where it is.
func valid(t *testing.T, ndjson []byte) {
	t.Helper()
	for line := range bytes.Lines(ndjson) {
		if issues := validate.Resource(line); len(issues) > 0 {
			t.Errorf("%v: %s", issues, line)
		}
	}
	folder := os.Getenv("TELEMED_FHIR_VALIDATE")
	if folder == "" {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal("TELEMED_FHIR_VALIDATE names no validator")
		}
		t.Log("TELEMED_FHIR_VALIDATE names no installed validator: judged by our own only")
		return
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(folder, "validate.mjs"), "--strict")
	cmd.Dir, cmd.Stdin = folder, bytes.NewReader(ndjson)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out[:min(len(out), 4000)])
	}
	t.Logf("%s", bytes.TrimSpace(out))
}

// One alarm has one Flag and one DetectedIssue from its first event to its last,
// and they say what became of it.
func TestAlarmsUpdate(t *testing.T) {
	events, _ := alarmed(t)
	ids, acknowledged, gateway := map[string]map[string]bool{}, false, false
	for _, e := range events {
		lines, err := record.Alarms{}.Append(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		acknowledged = acknowledged || bytes.Contains(lines, []byte(`{"url":"state","valueCode":"acknowledged"}`)) &&
			bytes.Contains(lines, []byte(`{"url":"by","valueString":"Kim"}`)) && bytes.Contains(lines, []byte(`{"url":"escalations","valueInteger":1}`))
		gateway = gateway || e.Rule == alert.GatewaySilent && !bytes.Contains(lines, []byte(`"Flag"`)) && bytes.Contains(lines, []byte(`"Device/gateway-1"`))
		for line := range bytes.Lines(lines) {
			var r struct{ ResourceType, ID string }
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			if r.ResourceType == "Observation" {
				continue
			}
			if r.ID != e.ID.String() {
				t.Errorf("%s has the id %s, want %s", r.ResourceType, r.ID, e.ID)
			}
			if ids[r.ResourceType] == nil {
				ids[r.ResourceType] = map[string]bool{}
			}
			ids[r.ResourceType][r.ID] = true
		}
	}
	alarms := map[alert.AlarmID]bool{}
	for _, e := range events {
		alarms[e.ID] = true
	}
	if len(ids["DetectedIssue"]) != len(alarms) || len(ids["Flag"]) != len(alarms)-1 || len(alarms) == len(events) {
		t.Errorf("%d events of %d alarms, one of a gateway, are %d Flags and %d DetectedIssues", len(events), len(alarms), len(ids["Flag"]), len(ids["DetectedIssue"]))
	}
	if !acknowledged || !gateway {
		t.Errorf("acknowledged by whom: %v, of a gateway: %v", acknowledged, gateway)
	}
}

// The points of a score are its components, with the codes of the chart.
func TestScoreResource(t *testing.T) {
	var in score.Inputs
	for _, r := range []vitals.Reading{
		{Kind: vitals.RespiratoryRate, Quantity: vitals.PerMinute(26), At: begin},
		{Kind: vitals.SpO2, Quantity: vitals.Percent(93), At: begin.Add(-2 * time.Hour)},
	} {
		in.Set(r)
	}
	var all []byte
	for c := range score.Charts() {
		b, err := record.Alarms{}.AppendScore(nil, vitals.NewPatientID("p1"), begin, c.Evaluate(&in, begin, time.Hour), "Observation/o1")
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		all = append(all, b...)
		if c != score.NEWS2 {
			continue
		}
		for _, want := range []string{
			`"code":"88330-6"`, `"valueQuantity":{"value":3,"comparator":">=","unit":`,
			`{"code":{"coding":[{"system":"http://snomed.info/sct","code":"1104301000000104"}],"text":"respiratory rate"},"valueQuantity":{"value":3,`,
			`"code":"temp-unknown"`, `"derivedFrom":[{"reference":"Observation/o1"}]`,
		} {
			if !bytes.Contains(b, []byte(want)) {
				t.Errorf("no %s in %s", want, b)
			}
		}
	}
	valid(t, all)
}

func TestMessageResource(t *testing.T) {
	m := escalate.Message{
		ID: escalate.MessageID{1}, Kind: escalate.Call, To: escalate.Recipient{ID: "RelatedPerson/7", Channel: "sms"}, Step: 2, Text: "Alarm 5f0c9d1e",
		At: begin, Alarm: alert.AlarmID{5}, Patient: vitals.NewPatientID("p1"), Priority: alert.High,
	}
	var all []byte
	for receipt, want := range map[escalate.Receipt]string{
		escalate.Unknown: "in-progress", escalate.Delivered: "completed", escalate.Failed: "not-done", escalate.Withdrawn: "not-done",
	} {
		b, err := record.Alarms{}.AppendMessage(nil, m, receipt, begin.Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		var c struct{ ID, Status, Priority string }
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		if c.Status != want || c.Priority != "stat" || c.ID != m.ID.String() {
			t.Errorf("%v: %+v, want the status %s", receipt, c, want)
		}
		all = append(all, b...)
	}
	m.Kind = escalate.Acknowledged
	b, err := record.Alarms{}.AppendMessage(nil, m, escalate.Unknown, begin)
	if err != nil || !bytes.Contains(b, []byte(`"priority":"routine"`)) {
		t.Errorf("%v: %s", err, b)
	}
	valid(t, append(all, b...))
}

func TestAlarmsRefuse(t *testing.T) {
	var a record.Alarms
	const jane = "DOE^JANE"
	dst := []byte("before\n")
	for name, try := range map[string]func() ([]byte, error){
		"no onset": func() ([]byte, error) {
			return a.Append(dst, alert.Event{Rule: "r", Device: jane, State: alert.Active})
		},
		"nobody's score": func() ([]byte, error) {
			return a.AppendScore(dst, vitals.PatientID{}, begin, score.Result{Chart: score.NEWS2})
		},
		"no chart": func() ([]byte, error) { return a.AppendScore(dst, vitals.NewPatientID(jane), begin, score.Result{}) },
		"no reference": func() ([]byte, error) {
			return a.AppendMessage(dst, escalate.Message{Patient: vitals.NewPatientID(jane), To: escalate.Recipient{ID: jane}, Text: "x", At: begin}, escalate.Unknown, begin)
		},
	} {
		b, err := try()
		var where *fhir.Error
		if !errors.As(err, &where) || strings.Contains(err.Error(), jane) || string(b) != "before\n" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

// The priorities of the two packages, which do not know each other, agree.
func TestPrioritiesAgree(t *testing.T) {
	for p := alert.Information; p <= alert.High; p++ {
		if got := fhir.Priority(p).String(); got != p.String() {
			t.Errorf("%v becomes %s", p, got)
		}
	}
}

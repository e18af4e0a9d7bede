package alert_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/alerttest"
	"github.com/telemed-go/sdk/vitals"
)

func rules(r ...alert.Rule) alert.RuleSet { return alert.RuleSet{Rules: r} }

// lifeCase is a script of the life of alarms.
type lifeCase struct {
	name   string
	rules  alert.RuleSet
	script string
}

func lifeCases() []lifeCase {
	low := alert.Below(vitals.SpO2, vitals.Percent(90)).Named("low")
	urgent := alert.Below(vitals.SpO2, vitals.Percent(80)).Named("urgent").Priority(alert.High)
	quiet := alert.Missing(vitals.SpO2, time.Minute).Named("quiet")
	fast := alert.Above(vitals.HeartRate, vitals.PerMinute(130)).Named("fast")
	return []lifeCase{
		{"acknowledged, then over", rules(low), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s acknowledge low by A
			> 10s medium acknowledged low: SpO2 85 % below 90 %; by A
			11s acknowledge low by B
			20s SpO2 84 %
			30s SpO2 95 %
			> 30s medium ended low: SpO2 95 % no longer below 90 %, after 30s
			40s SpO2 85 %
			> 40s medium active! low: SpO2 85 % below 90 %
		`},
		{"acknowledge timeout re-arms", rules(low.Rearm(time.Minute)), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s acknowledge low by A
			> 10s medium acknowledged low: SpO2 85 % below 90 %; by A
			69s advance
			70s advance
			> 1m10s medium active! low: SpO2 85 % below 90 %; timeout
		`},
		{"reminder", rules(low.Remind(2 * time.Minute)), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			119s advance
			120s advance
			> 2m0s medium active! low: SpO2 85 % below 90 %; reminder
			5m SpO2 84 %
			> 4m0s medium active! low: SpO2 85 % below 90 %; reminder
			5m10s acknowledge low by A
			> 5m10s medium acknowledged low: SpO2 85 % below 90 %; by A
			30m advance
		`},
		{"latching", rules(low.Latching()), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s SpO2 95 %
			> 10s medium latched low: SpO2 95 % no longer below 90 %, after 10s
			20s SpO2 80 %
			> 20s medium active low: SpO2 80 % below 90 %
			30s SpO2 95 %
			> 30s medium latched low: SpO2 95 % no longer below 90 %, after 30s
			1h advance
			1h acknowledge low by A
			> 1h0m0s medium ended low: SpO2 95 % no longer below 90 %, after 30s; by A
		`},
		{"latching, acknowledged while it holds, ends with the condition", rules(low.Latching()), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s acknowledge low by A
			> 10s medium acknowledged low: SpO2 85 % below 90 %; by A
			20s SpO2 95 %
			> 20s medium ended low: SpO2 95 % no longer below 90 %, after 20s
		`},
		{"reminders of a latched alarm that comes and goes", rules(low.Latching().Remind(time.Minute)), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			40s SpO2 95 %
			> 40s medium latched low: SpO2 95 % no longer below 90 %, after 40s
			50s SpO2 85 %
			> 50s medium active low: SpO2 85 % below 90 %
			60s advance
			> 1m0s medium active! low: SpO2 85 % below 90 %; reminder
		`},
		{"snooze ends at once and is announced", rules(low), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s snooze 10m low by A
			> 10s medium snoozed low: SpO2 85 % below 90 %; until 10m10s; by A
			5m SpO2 84 %
			10m10s advance
			> 10m10s medium active! low: SpO2 85 % below 90 %; expiry
		`},
		{"a snoozed alarm ends with its condition, the next is new", rules(low), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s snooze 10m low by A
			> 10s medium snoozed low: SpO2 85 % below 90 %; until 10m10s; by A
			20s SpO2 95 %
			> 20s medium ended low: SpO2 95 % no longer below 90 %, after 20s
			30s SpO2 85 %
			> 30s medium active! low: SpO2 85 % below 90 %
		`},
		{"a snoozed latching alarm is latched afterwards", rules(low.Latching()), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s snooze 1m low
			> 10s medium snoozed low: SpO2 85 % below 90 %; until 1m10s
			20s SpO2 95 %
			2m advance
			> 1m10s medium latched! low: SpO2 85 % below 90 %; expiry
		`},
		{"audio pause covers what is not higher, and ends with what is", rules(low, fast, urgent), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s pause 2m by A
			> 10s medium paused low: SpO2 85 % below 90 %; until 2m10s; by A
			20s HeartRate 140 /min
			> 20s medium paused fast: HeartRate 140 /min above 130 /min; until 2m10s
			30s SpO2 75 %
			> 30s medium active! low: SpO2 85 % below 90 %; precedence
			> 30s medium active! fast: HeartRate 140 /min above 130 /min; precedence
			> 30s high active! urgent: SpO2 75 % below 80 %
			5m advance
		`},
		{"audio pause runs out", rules(low), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s pause 2m
			> 10s medium paused low: SpO2 85 % below 90 %; until 2m10s
			130s advance
			> 2m10s medium active! low: SpO2 85 % below 90 %; expiry
		`},
		{"resume", rules(low), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s pause 2m
			> 10s medium paused low: SpO2 85 % below 90 %; until 2m10s
			20s resume by A
			> 20s medium active! low: SpO2 85 % below 90 %; by A
			10m advance
		`},
		{"a pause in time", rules(low, urgent), `
			0s SpO2 95 %
			10s pause 2m
			20s SpO2 95 %
			3m SpO2 85 %
			> 3m0s medium active! low: SpO2 85 % below 90 %
		`},
		{"non-suppressible", rules(low.NonSuppressible(), fast), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			1s HeartRate 140 /min
			> 1s medium active! fast: HeartRate 140 /min above 130 /min
			10s pause 2m
			> 10s medium paused fast: HeartRate 140 /min above 130 /min; until 2m10s
			20s SpO2 95 %
			> 20s medium ended low: SpO2 95 % no longer below 90 %, after 20s
			30s SpO2 85 %
			> 30s medium active! low: SpO2 85 % below 90 %
		`},
		{"the higher inhibits the lower of its family", rules(low.Family("o2"), urgent.Family("o2")), `
			0s SpO2 75 %
			> 0s medium active! low: SpO2 75 % below 90 %
			> 0s high active! urgent: SpO2 75 % below 80 %
			> 0s medium active low: SpO2 75 % below 90 %; precedence; inhibited
			10s SpO2 85 %
			> 10s high ended urgent: SpO2 85 % no longer below 80 %, after 10s
			> 10s medium active! low: SpO2 75 % below 90 %; precedence
			20s SpO2 95 %
			> 20s medium ended low: SpO2 95 % no longer below 90 %, after 20s
		`},
		{"a lower alarm born inhibited ends unheard", rules(urgent.Family("o2"), low.Family("o2").Remind(time.Minute)), `
			0s SpO2 75 %
			> 0s high active! urgent: SpO2 75 % below 80 %
			> 0s medium active low: SpO2 75 % below 90 %; inhibited
			5m advance
			10m SpO2 95 %
			> 10m0s high ended urgent: SpO2 95 % no longer below 80 %, after 10m0s
			> 10m0s medium active! low: SpO2 75 % below 90 %; precedence
			> 10m0s medium ended low: SpO2 95 % no longer below 90 %, after 10m0s
		`},
		{"clear time", rules(low.ClearAfter(time.Minute)), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s SpO2 95 %
			60s SpO2 85 %
			70s SpO2 95 %
			80s SpO2 97 % motion
			5m advance
			10m SpO2 95 %
			> 10m0s medium ended low: SpO2 95 % no longer below 90 %, after 10m0s
		`},
		{"clear time is interrupted by what is not clear", rules(low.ClearAt(vitals.Percent(93)).ClearAfter(time.Minute)), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			10s SpO2 95 %
			50s SpO2 91 %
			80s SpO2 95 %
			140s SpO2 95 %
			> 2m20s medium ended low: SpO2 95 % back to 93 %, after 2m20s
		`},
		{"flapping", rules(low.Flapping(3, time.Minute)), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			5s SpO2 95 %
			> 5s medium ended low: SpO2 95 % no longer below 90 %, after 5s
			10s SpO2 85 %
			> 10s medium active! low: SpO2 85 % below 90 %
			15s SpO2 95 %
			> 15s medium ended low: SpO2 95 % no longer below 90 %, after 5s
			20s SpO2 85 %
			> 20s medium flapping! low: SpO2 85 % below 90 %
			25s SpO2 95 %
			30s SpO2 85 %
			35s SpO2 95 %
			40s SpO2 85 %
			45s SpO2 95 %
			10m advance
			11m SpO2 95 %
			> 11m0s medium ended low: SpO2 95 % no longer below 90 %, after 10m40s
			12m SpO2 85 %
			> 12m0s medium active! low: SpO2 85 % below 90 %
		`},
		{"flapping becomes lasting", rules(low.Flapping(2, time.Minute)), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			5s SpO2 95 %
			> 5s medium ended low: SpO2 95 % no longer below 90 %, after 5s
			10s SpO2 85 %
			> 10s medium flapping! low: SpO2 85 % below 90 %
			20s SpO2 95 %
			30s SpO2 85 %
			89s SpO2 84 %
			90s SpO2 83 %
			> 1m30s medium active! low: SpO2 83 % below 90 %
			95s SpO2 95 %
			> 1m35s medium ended low: SpO2 95 % no longer below 90 %, after 1m25s
		`},
		{"flapping data", rules(quiet.Flapping(2, 10*time.Minute)), `
			0s SpO2 95 %
			2m SpO2 95 %
			> 1m0s low active! quiet: SpO2: no usable data for 1m0s
			> 2m0s low ended quiet: SpO2: data again after 2m0s
			4m SpO2 95 %
			> 3m0s low flapping! quiet: SpO2: no usable data for 1m0s
			4m10s SpO2 95 %
			6m advance
			20m SpO2 95 %
			21m advance
			22m SpO2 95 %
			22m30s SpO2 95 %
			32m30s advance
		`},
		{"escalated", rules(low), `
			0s SpO2 85 %
			> 0s medium active! low: SpO2 85 % below 90 %
			5m escalate low by escalation
			> 5m0s medium active low: SpO2 85 % below 90 %; escalated 1; by escalation
			10m escalate low by escalation
			> 10m0s medium active low: SpO2 85 % below 90 %; escalated 2; by escalation
		`},
		{"zero is no signal: one technical alarm, no desaturation, for six hours", rules(low, quiet, fast), `
			0s SpO2 97 %
			1s SpO2 0 %
			30m SpO2 0 %
			> 1m0s low active! quiet: SpO2: no usable data for 1m0s
			3h SpO2 0 % 
			6h SpO2 0 %
			6h1m SpO2 97 %
			> 6h1m0s low ended quiet: SpO2: data again after 6h1m0s
		`},
		{"apnoea is a value", rules(alert.Below(vitals.RespiratoryRate, vitals.PerMinute(8)).Named("slow")), `
			0s RespiratoryRate 0 /min
			> 0s medium active! slow: RespiratoryRate 0 /min below 8 /min
		`},
		{"advice", rules(low.Advisory().Priority(alert.Information)), `
			0s SpO2 85 %
			> 0s information active! low: SpO2 85 % below 90 %
		`},
		{"one gateway down is one alarm", rules(quiet.Priority(alert.Medium), low), `
			0s attach ox1 gw
			0s attach ox2 gw
			0s attach ox3 gw
			patient a
			device ox1
			0s SpO2 97 %
			patient b
			device ox2
			1s SpO2 85 %
			> 1s medium active! low: SpO2 85 % below 90 %
			patient c
			device ox3
			2s SpO2 97 %
			59s advance
			60s advance
			> 1m0s medium active! gateway silent: gateway silent: no data from any of its 3 devices
			5m advance
			5m acknowledge gateway silent by A
			> 5m0s medium acknowledged gateway silent: gateway silent: no data from any of its 3 devices; by A
			patient a
			device ox1
			10m SpO2 97 %
			> 10m0s medium ended gateway silent: gateway: data again after 9m58s
			patient b
			device ox2
			10m1s SpO2 86 %
			10m50s SpO2 86 %
			10m59s advance
			11m advance
			> 11m0s medium active! quiet: SpO2: no usable data for 1m0s
			> 11m0s medium active! quiet: SpO2: no usable data for 1m0s
		`},
		{"one device of a gateway is that device", rules(quiet), `
			0s attach ox1 gw
			0s attach ox2 gw
			patient a
			device ox1
			0s SpO2 97 %
			patient b
			device ox2
			1s SpO2 97 %
			50s SpO2 97 %
			65s advance
			> 1m0s low active! quiet: SpO2: no usable data for 1m0s
		`},
	}
}

func TestLife(t *testing.T) {
	for _, c := range lifeCases() {
		t.Run(c.name, func(t *testing.T) { alerttest.Check(t, c.rules, c.script) })
	}
}

// A restart between any two lines changes nothing.
func TestLifeWithRestarts(t *testing.T) {
	for _, c := range lifeCases() {
		t.Run(c.name, func(t *testing.T) {
			want, err := alerttest.Run(t.Context(), c.rules, c.script)
			if err != nil {
				t.Fatal(err)
			}
			var restarted strings.Builder
			for line := range strings.Lines(c.script) {
				restarted.WriteString(line)
				if f := strings.Fields(line); len(f) > 2 || len(f) == 2 && f[1] == "advance" {
					restarted.WriteString("+0s restart\n")
				}
			}
			got, err := alerttest.Run(t.Context(), c.rules, restarted.String())
			if err != nil {
				t.Fatal(err)
			}
			if got = strings.ReplaceAll(got, "+0s restart\n", ""); got != want {
				t.Errorf("with restarts:\n%s\nwithout:\n%s", got, want)
			}
		})
	}
}

func TestCommandsAreChecked(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)).NonSuppressible())
	play(t, e, spo2(0, 80))
	id := rec.events[0].ID
	for name, c := range map[string]struct {
		command alert.Command
		want    error
	}{
		"nothing":            {alert.Command{}, alert.ErrCommand},
		"no time":            {alert.Command{Action: alert.Acknowledge, Alarm: id}, alert.ErrCommand},
		"no alarm":           {alert.Command{Action: alert.Acknowledge, At: sec(1)}, alert.ErrCommand},
		"unknown alarm":      {alert.Command{Action: alert.Acknowledge, At: sec(1), Alarm: alert.AlarmID{1}}, alert.ErrNoAlarm},
		"snooze of no time":  {alert.Command{Action: alert.Snooze, At: sec(1), Alarm: id}, alert.ErrCommand},
		"snooze for ever":    {alert.Command{Action: alert.Snooze, At: sec(1), Alarm: id, For: 25 * time.Hour}, alert.ErrCommand},
		"snooze forbidden":   {alert.Command{Action: alert.Snooze, At: sec(1), Alarm: id, For: time.Minute}, alert.ErrNonSuppressible},
		"pause of nobody":    {alert.Command{Action: alert.Pause, At: sec(1), For: time.Minute}, alert.ErrCommand},
		"note without label": {alert.Command{Action: alert.Note, At: sec(1), Patient: alice}, alert.ErrCommand},
		"attach nothing":     {alert.Command{Action: alert.Attach, At: sec(1), Gateway: "g"}, alert.ErrCommand},
		"long name":          {alert.Command{Action: alert.Acknowledge, At: sec(1), Alarm: id, By: strings.Repeat("x", 129)}, alert.ErrCommand},
		"unknown action":     {alert.Command{Action: 99, At: sec(1), Alarm: id}, alert.ErrCommand},
	} {
		if err := e.Do(t.Context(), c.command); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if len(rec.events) != 1 {
		t.Errorf("refused commands caused events: %v", rec.events[1:])
	}
}

// The path through the states and the inputs explain an event.
func TestDetail(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)).Latching().SetBy("Dr B", "COPD", epoch))
	play(t, e, spo2(0, 80))
	id := rec.events[0].ID
	play(t, e, spo2(10, 95))
	if err := e.Do(t.Context(), alert.Command{Action: alert.Acknowledge, At: sec(20), By: "A", Alarm: id}); err != nil {
		t.Fatal(err)
	}
	last := rec.events[len(rec.events)-1]
	want := []alert.Step{
		{State: alert.Active, At: sec(0)},
		{State: alert.Latched, At: sec(10)},
		{State: alert.Ended, Cause: alert.CauseCommand, At: sec(20), By: "A"},
	}
	d := last.Detail
	if len(d.Path) != len(want) || d.Path[0] != want[0] || d.Path[1] != want[1] || d.Path[2] != want[2] {
		t.Errorf("path %v, want %v", d.Path, want)
	}
	if len(d.Inputs) != 1 || d.Inputs[0].Device != "monitor-1" || d.Inputs[0].Value != vitals.Percent(95) || d.Inputs[0].At != sec(10) {
		t.Errorf("inputs %+v", d.Inputs)
	}
	if d.Limit.By != "Dr B" || d.Limit.Why != "COPD" || last.Number != 3 || last.Version == "" {
		t.Errorf("%+v, %+v", last, d.Limit)
	}
}

// What an event tells of its past is bounded.
func TestPathIsBounded(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)).Latching())
	for n := range 100 {
		play(t, e, spo2(2*n, 80), spo2(2*n+1, 95))
	}
	path := rec.events[len(rec.events)-1].Detail.Path
	if len(rec.events) != 200 || len(path) != 32 || path[0].At != sec(0) || path[1].At != sec(169) || path[31].At != sec(199) {
		t.Errorf("%d events, path of %d steps: %v", len(rec.events), len(path), path)
	}
}

// A limit of the patient's own holds for him, and the event says whose it is.
func TestOverridesReachTheEngine(t *testing.T) {
	low := alert.Below(vitals.SpO2, vitals.Percent(90)).Named("low")
	rec := new(recorder)
	bob := vitals.NewPatientID("bob")
	e, err := alert.NewEngineSet(rec, alert.RuleSet{
		Rules: []alert.Rule{low},
		Overrides: []alert.Override{
			{Patient: alice, With: alert.Below(vitals.SpO2, vitals.Percent(85)).Named("low"), By: "Dr B", Why: "COPD", Since: epoch},
			{Device: "cot", Rule: "low", Off: true, By: "Dr C", Why: "trial", Since: epoch},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	his, cot := spo2(0, 87), spo2(1, 70)
	his.Patient, cot.Patient, cot.Device = bob, vitals.NewPatientID("carol"), "cot"
	play(t, e, spo2(0, 87), his, cot, spo2(5, 84))
	if len(rec.events) != 2 || rec.events[0].Patient != bob || rec.events[1].Patient != alice {
		t.Fatalf("got %v", rec.events)
	}
	if d := rec.events[1].Detail.Limit; d.By != "Dr B" || d.Why != "COPD" || rec.events[1].Limit != vitals.Percent(85) {
		t.Errorf("limit of %+v", d)
	}
	if rec.events[0].Version == rec.events[1].Version {
		t.Error("two definitions have one version")
	}
}

// Who leaves while his gateway is silent, and a device that moves to another
// gateway, are no longer part of its alarm.
func TestGatewayForgets(t *testing.T) {
	e, rec := engine(t, alert.Missing(vitals.SpO2, time.Minute).Named("quiet"))
	attach := func(n int, d, g vitals.DeviceID) {
		t.Helper()
		if err := e.Do(t.Context(), alert.Command{Action: alert.Attach, At: sec(n), Device: d, Gateway: g}); err != nil {
			t.Fatal(err)
		}
	}
	var ids []vitals.PatientID
	for n := range 4 {
		r := spo2(0, 97)
		ids = append(ids, vitals.NewPatientID(string(rune('a'+n))))
		r.Patient, r.Device = ids[n], vitals.DeviceID(rune('a'+n))
		attach(0, r.Device, "gw")
		play(t, e, r)
	}
	play(t, e, tick(60))
	e.Forget(ids[0])
	attach(70, "b", "other")
	play(t, e, tick(129))
	if len(rec.events) != 1 || rec.events[0].Rule != alert.GatewaySilent || rec.events[0].Device != "gw" {
		t.Fatalf("one gateway down: %v", rec.events)
	}
	again := spo2(200, 97)
	again.Patient, again.Device = ids[2], "c"
	play(t, e, tick(130), again, tick(300))
	var got []string
	for _, ev := range rec.events[1:] {
		got = append(got, ev.Patient.Reveal()+" "+ev.Rule+" "+ev.State.String())
	}
	want := []string{"b quiet active", " gateway silent ended", "c quiet active", "d quiet active"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	attach(310, "c", "")
	attach(310, "d", "")
	play(t, e, tick(1000))
}

// A reading far ahead, which no gateway should let through, causes a bounded
// number of reminders.
func TestRemindersAreBounded(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)).Remind(time.Second))
	ahead := spo2(0, 80)
	ahead.At = epoch.AddDate(50, 0, 0)
	play(t, e, spo2(0, 80), ahead)
	if n := len(rec.events); n != 1001 {
		t.Errorf("%d events, want the alarm and 1000 reminders", n)
	}
}

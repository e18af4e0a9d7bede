package alert_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// What an engine is asked that makes no sense, before its first reading and
// while an alarm stands: it refuses, and nothing changes.
func TestSenselessCalls(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	long := make([]byte, 129)
	far := time.Unix(math.MaxInt64, 0)
	set := alert.RuleSet{Rules: []alert.Rule{alert.Below(vitals.SpO2, vitals.Percent(90))}}
	unknown := alert.AlarmID{1}
	for _, c := range []struct {
		name string
		call func(e *alert.Engine) error
		want error // nil: allowed
	}{
		{"put nothing", func(e *alert.Engine) error { return e.Put(t.Context(), nil) }, nil},
		{"put, cancelled", func(e *alert.Engine) error { return e.Put(cancelled, nil) }, context.Canceled},
		{"put without a time", func(e *alert.Engine) error { return e.Put(t.Context(), []vitals.Reading{{Kind: vitals.SpO2}}) }, alert.ErrTime},
		{"put of a kind that is none", func(e *alert.Engine) error { return e.Put(t.Context(), []vitals.Reading{{Kind: math.MaxUint16}}) }, nil},
		{"restore nothing", func(e *alert.Engine) error { return e.Restore(nil) }, nil},
		{"advance, cancelled", func(e *alert.Engine) error { return e.Advance(cancelled, sec(10)) }, context.Canceled},
		{"advance to the zero time", func(e *alert.Engine) error { return e.Advance(t.Context(), time.Time{}) }, alert.ErrTime},
		{"advance beyond time", func(e *alert.Engine) error { return e.Advance(t.Context(), far) }, alert.ErrTime},
		{"advance backwards", func(e *alert.Engine) error { return e.Advance(t.Context(), sec(-1000)) }, nil},
		{"do nothing", func(e *alert.Engine) error { return e.Do(t.Context(), alert.Command{}) }, alert.ErrCommand},
		{"do nothing, cancelled", func(e *alert.Engine) error { return e.Do(cancelled, alert.Command{}) }, alert.ErrCommand},
		{"prepare nothing", func(e *alert.Engine) error { _, err := e.Prepare(alert.Command{}); return err }, alert.ErrCommand},
		{"acknowledge an unknown alarm", func(e *alert.Engine) error {
			return e.Do(t.Context(), alert.Command{Action: alert.Acknowledge, Alarm: unknown, At: sec(9)})
		}, alert.ErrNoAlarm},
		{"restore a command about an unknown alarm", func(e *alert.Engine) error {
			return e.RestoreCommand(alert.Command{Action: alert.Snooze, Alarm: unknown, At: sec(9), For: time.Minute})
		}, alert.ErrNoAlarm},
		{"resume nobody's pause", func(e *alert.Engine) error {
			return e.Do(t.Context(), alert.Command{Action: alert.Resume, Patient: alice, At: sec(9)})
		}, nil},
		{"reload nothing", func(e *alert.Engine) error { return e.Reload(t.Context(), alert.RuleSet{}, sec(9), "") }, alert.ErrRule},
		{"reload, cancelled", func(e *alert.Engine) error { return e.Reload(cancelled, set, sec(9), "") }, context.Canceled},
		{"reload at no time", func(e *alert.Engine) error { return e.Reload(t.Context(), set, time.Time{}, "") }, alert.ErrTime},
		{"reload by a long name", func(e *alert.Engine) error { return e.Reload(t.Context(), set, sec(9), string(long)) }, alert.ErrCommand},
		{"load nothing", func(e *alert.Engine) error { return e.Load(nil) }, alert.ErrSnapshot},
		{"show to nobody", func(e *alert.Engine) error { return e.Resume(cancelled) }, nil},
		{"forget nobody", func(e *alert.Engine) error { e.Forget(vitals.PatientID{}); return nil }, nil},
		{"forget somebody unknown", func(e *alert.Engine) error { e.Forget(vitals.NewPatientID("DOE^JANE")); return nil }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, readings := range [][]vitals.Reading{nil, {spo2(0, 97), spo2(5, 85)}} {
				e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)), alert.Missing(vitals.SpO2, time.Minute))
				if err := e.Put(t.Context(), readings); err != nil {
					t.Fatal(err)
				}
				told, active := len(rec.events), len(e.Active(nil))
				if err := c.call(e); !errors.Is(err, c.want) {
					t.Errorf("after %d readings: got %v, want %v", len(readings), err, c.want)
				}
				if len(rec.events) != told || len(e.Active(nil)) != active {
					t.Errorf("after %d readings: told %v, %d alarms stand and not %d", len(readings), rec.events[told:], len(e.Active(nil)), active)
				}
			}
		})
	}
}

// The zero Engine has no rules: it says so, or does nothing, and never waits.
func TestZeroEngine(t *testing.T) {
	var e alert.Engine
	made, _ := engine(t, alert.Missing(vitals.SpO2, time.Minute))
	if err := made.Put(t.Context(), []vitals.Reading{spo2(0, 97)}); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"Do":             e.Do(t.Context(), alert.Command{Action: alert.Pause, Patient: alice, At: sec(0), For: time.Minute}),
		"RestoreCommand": e.RestoreCommand(alert.Command{Action: alert.Attach, Device: "d", Gateway: "g", At: sec(0)}),
		"Load":           e.Load(made.Snapshot(nil)),
		"Reload":         e.Reload(t.Context(), alert.RuleSet{Rules: []alert.Rule{alert.Missing(vitals.SpO2, time.Minute)}}, sec(0), ""),
	} {
		if !errors.Is(err, alert.ErrRule) {
			t.Errorf("%s: %v, want ErrRule", name, err)
		}
	}
	if err := errors.Join(e.Put(t.Context(), []vitals.Reading{spo2(0, 85)}), e.Advance(t.Context(), sec(90)), e.Resume(t.Context())); err != nil {
		t.Error(err)
	}
	e.Forget(alice)
	if _, ok := e.Next(); ok || len(e.Active(nil)) != 0 || len(e.Snapshot(nil)) == 0 {
		t.Error("the zero Engine has something to do")
	}
}

func TestNotifiersAreChecked(t *testing.T) {
	rule := alert.Below(vitals.SpO2, vitals.Percent(90))
	for name, n := range map[string]alert.Notifier{
		"none": nil, "no function": alert.NotifyFunc(nil), "no members": alert.Notifiers{},
		"a member is none": alert.Notifiers{new(recorder), nil}, "a nested one": alert.Notifiers{alert.Notifiers{alert.NotifyFunc(nil)}},
	} {
		if _, err := alert.NewEngine(n, rule); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

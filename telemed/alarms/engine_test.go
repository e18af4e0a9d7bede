package alarms_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/alarms"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// begin is the time of second 0.
var begin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func openAlarms(t *testing.T, told func(alert.Event), keep telemed.Journal) (*alert.Engine, *alarms.Engine) {
	t.Helper()
	e, err := alert.NewEngine(
		alert.NotifyFunc(func(_ context.Context, e alert.Event) error { told(e); return nil }),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).Priority(alert.Medium),
		alert.Below(vitals.SpO2, vitals.Percent(90)).Priority(alert.High).Latching(),
		alert.Missing(vitals.HeartRate, 20*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	a, err := alarms.Open(t.Context(), e, keep)
	if err != nil {
		t.Fatal(err)
	}
	return e, a
}

func rate(patient string, second int, perMinute int64) vitals.Reading {
	return vitals.Reading{
		Patient: vitals.NewPatientID(patient), Device: "monitor", Kind: vitals.HeartRate,
		Quantity: vitals.PerMinute(perMinute), At: begin.Add(time.Duration(second) * time.Second),
	}
}

// What was acknowledged before a restart is acknowledged after it, and nobody
// is called again.
func TestCommandsOutlastARestart(t *testing.T) {
	keep := new(telemedtest.Journal)
	var told []string
	note := func(e alert.Event) { told = append(told, e.State.String()) }
	e, a := openAlarms(t, note, keep)
	past := []vitals.Reading{rate("p", 0, 80), rate("p", 1, 150), rate("q", 1, 80)}
	if err := a.Put(t.Context(), past); err != nil {
		t.Fatal(err)
	}
	alarm := e.Active(nil)[0].ID
	if err := a.Do(t.Context(), alert.Command{Action: alert.Acknowledge, Alarm: alarm, By: "nurse", At: begin.Add(5 * time.Second)}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"active", "acknowledged"}; !slices.Equal(told, want) {
		t.Fatalf("told %v, want %v", told, want)
	}

	told = nil
	e, a = openAlarms(t, note, keep)
	if err := errors.Join(a.Restore(past), a.Resume(t.Context())); err != nil {
		t.Fatal(err)
	}
	if len(told) != 0 {
		t.Errorf("told %v during the restore", told)
	}
	if got := e.Active(nil); len(got) != 1 || got[0].ID != alarm || got[0].State != alert.Acknowledged || got[0].By != "nurse" {
		t.Fatalf("after the restart %v", got)
	}
	if err := a.Put(t.Context(), []vitals.Reading{rate("p", 10, 80)}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"ended"}; !slices.Equal(told, want) {
		t.Errorf("told %v afterwards, want %v", told, want)
	}
}

// The same of an alarm that no reading has raised but time: a replay of the
// readings raises it when the command was given.
func TestCommandsOutlastARestartAfterSilence(t *testing.T) {
	for name, past := range map[string]vitals.Reading{
		"patient":         rate("p", 0, 80),
		"nobody's device": {Device: "monitor", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(80), At: begin},
	} {
		t.Run(name, func(t *testing.T) {
			keep := new(telemedtest.Journal)
			told := 0
			e, a := openAlarms(t, func(alert.Event) { told++ }, keep)
			if err := errors.Join(a.Put(t.Context(), []vitals.Reading{past}), a.Advance(t.Context(), begin.Add(time.Minute))); err != nil {
				t.Fatal(err)
			}
			alarm := e.Active(nil)[0].ID
			if err := a.Do(t.Context(), alert.Command{Action: alert.Acknowledge, Alarm: alarm, By: "nurse", At: begin.Add(time.Minute)}); err != nil {
				t.Fatal(err)
			}
			told = 0
			e, a = openAlarms(t, func(alert.Event) { told++ }, keep)
			if err := errors.Join(a.Restore([]vitals.Reading{past}), a.Resume(t.Context()), a.Advance(t.Context(), begin.Add(2*time.Minute))); err != nil {
				t.Fatal(err)
			}
			if got := e.Active(nil); len(got) != 1 || got[0].ID != alarm || got[0].State != alert.Acknowledged || told != 0 {
				t.Errorf("after the restart %v, told %d times", got, told)
			}
		})
	}
}

// After a crash the cursor may be behind: the last readings come again by Put.
// What was acknowledged after them stays acknowledged, and nothing is told that
// had not been told under the same ID and number.
func TestCommandsOutlastACrash(t *testing.T) {
	for restored := range 4 {
		keep, told := new(telemedtest.Journal), map[string]bool{}
		again := ""
		e, a := openAlarms(t, func(e alert.Event) { told[fmt.Sprint(e.ID, e.Number, e.State)] = true }, keep)
		past := []vitals.Reading{rate("p", 0, 80), rate("p", 1, 150), rate("q", 1, 80), rate("p", 2, 151)}
		if err := a.Put(t.Context(), past); err != nil {
			t.Fatal(err)
		}
		alarm := e.Active(nil)[0].ID
		if err := a.Do(t.Context(), alert.Command{Action: alert.Acknowledge, Alarm: alarm, By: "nurse", At: begin.Add(5 * time.Second)}); err != nil {
			t.Fatal(err)
		}
		e, a = openAlarms(t, func(e alert.Event) {
			if s := fmt.Sprint(e.ID, e.Number, e.State); !told[s] {
				again += s + ";"
			}
		}, keep)
		if err := errors.Join(a.Restore(past[:restored]), a.Resume(t.Context()), a.Put(t.Context(), past[restored:])); err != nil {
			t.Fatal(err)
		}
		if got := e.Active(nil); len(got) != 1 || got[0].ID != alarm || got[0].State != alert.Acknowledged {
			t.Errorf("%d restored: %v, want the alarm acknowledged", restored, got)
		}
		if again != "" {
			t.Errorf("%d restored: told anew %s", restored, again)
		}
	}
}

// A command that could not be kept is not carried out.
func TestCommandThatCannotBeKept(t *testing.T) {
	keep := &telemedtest.Journal{Err: telemed.ErrLogFull}
	e, a := openAlarms(t, func(alert.Event) {}, keep)
	if err := a.Put(t.Context(), []vitals.Reading{rate("p", 1, 150)}); err != nil {
		t.Fatal(err)
	}
	err := a.Do(t.Context(), alert.Command{Action: alert.Acknowledge, Alarm: e.Active(nil)[0].ID, At: begin.Add(5 * time.Second)})
	if !errors.Is(err, telemed.ErrLogFull) {
		t.Errorf("error %v", err)
	}
	if got := e.Active(nil)[0].State; got != alert.Active {
		t.Errorf("state %v", got)
	}
}

// A step is readings that are put together, or a command.
type step struct {
	readings []vitals.Reading
	do       func(alert.Event) alert.Command // of the alarm that stands longest, if one does
}

// scriptOf is a random course of three patients.
func scriptOf(seed uint64) (steps []step) {
	r := rand.New(rand.NewPCG(seed, 1))
	for second := range 120 {
		if r.IntN(8) > 0 {
			var batch []vitals.Reading
			for _, p := range []string{"a", "b", "c"} {
				if r.IntN(3) > 0 {
					batch = append(batch, rate(p, second, 100+int64(r.IntN(60))))
				}
				if r.IntN(3) == 0 {
					low := rate(p, second, 0)
					low.Kind, low.Quantity = vitals.SpO2, vitals.Percent(int64(85+r.IntN(12)))
					batch = append(batch, low)
				}
			}
			steps = append(steps, step{readings: batch})
			continue
		}
		at, action := begin.Add(time.Duration(second)*time.Second), r.IntN(4)
		steps = append(steps, step{do: func(e alert.Event) alert.Command {
			switch action {
			case 0:
				return alert.Command{Action: alert.Acknowledge, Alarm: e.ID, By: "n", At: at}
			case 1:
				return alert.Command{Action: alert.Snooze, Alarm: e.ID, By: "n", At: at, For: 15 * time.Second}
			case 2:
				return alert.Command{Action: alert.Pause, Patient: e.Patient, By: "n", At: at, For: 10 * time.Second}
			}
			return alert.Command{Action: alert.Resume, Patient: e.Patient, By: "n", At: at}
		}})
	}
	return steps
}

// However often the program is started anew, the same events follow.
func TestRestartAtEveryStep(t *testing.T) {
	events := 0
	for seed := range uint64(40) {
		steps := scriptOf(seed)
		want := play(t, steps, func(int) bool { return false })
		events += len(want)
		r := rand.New(rand.NewPCG(seed, 2))
		for name, restart := range map[string]func(int) bool{
			"every step": func(int) bool { return true },
			"sometimes":  func(int) bool { return r.IntN(10) == 0 },
		} {
			if got := play(t, steps, restart); !slices.Equal(got, want) {
				n := 0
				for n < min(len(got), len(want)) && got[n] == want[n] {
					n++
				}
				t.Fatalf("seed %d, restart at %s: %d events, want %d; the first that differs is %d:\n%v\nwant\n%v", seed, name, len(got), len(want), n, got[n:min(n+2, len(got))], want[n:min(n+2, len(want))])
			}
		}
	}
	if events < 1000 {
		t.Errorf("only %d events in all: the scripts show little", events)
	}
}

// play returns the events of a script.
func play(t *testing.T, steps []step, restart func(i int) bool) (events []string) {
	t.Helper()
	keep, note := new(telemedtest.Journal), func(e alert.Event) {
		events = append(events, fmt.Sprint(e.ID, e.Number, e.State, e.At.Unix(), e.Announce, e.By))
	}
	e, a := openAlarms(t, note, keep)
	var past []vitals.Reading
	for i, s := range steps {
		if restart(i) {
			e, a = openAlarms(t, note, keep)
			if err := errors.Join(a.Restore(past), a.Resume(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
		if s.do == nil {
			past = append(past, s.readings...)
			if err := a.Put(t.Context(), s.readings); err != nil {
				t.Fatal(err)
			}
			continue
		}
		standing := e.Active(nil)
		if len(standing) == 0 {
			continue
		}
		oldest := slices.MinFunc(standing, func(a, b alert.Event) int { return slices.Compare(a.ID[:], b.ID[:]) })
		err := a.Do(t.Context(), s.do(oldest))
		if err != nil && !errors.Is(err, alert.ErrNoAlarm) && !errors.Is(err, alert.ErrNonSuppressible) {
			t.Fatal(err)
		}
	}
	return events
}

// endingJournal ends a context as soon as it has kept an entry.
type endingJournal struct {
	telemedtest.Journal
	end func()
}

func (j *endingJournal) AppendEntry(ctx context.Context, journal string, e telemed.Entry, oldest uint64) error {
	defer j.end()
	return j.Journal.AppendEntry(ctx, journal, e, oldest)
}

// A command that was kept is carried out, although the caller has gone or a
// notifier fails, and its error says so; after every other error nothing was
// done. What is not told waits.
func TestOutcomeOfACommand(t *testing.T) {
	failed := errors.New("no pager")
	for name, tt := range map[string]struct {
		gone   bool // the caller, before
		ends   bool // the caller goes as soon as the command is kept
		fail   error
		action alert.Action
		want   []error // in the error
		done   bool
	}{
		"all is well":           {action: alert.Acknowledge, done: true},
		"the caller goes":       {action: alert.Acknowledge, ends: true, want: []error{alert.ErrUndelivered, context.Canceled}, done: true},
		"a notifier fails":      {action: alert.Acknowledge, fail: failed, want: []error{alert.ErrUndelivered, failed}, done: true},
		"the caller was gone":   {action: alert.Acknowledge, gone: true, want: []error{context.Canceled}},
		"an impossible command": {want: []error{alert.ErrCommand}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			defer end()
			keep := &endingJournal{end: func() {}}
			if tt.ends {
				keep.end = end
			}
			var fail error
			var told []alert.State
			e, err := alert.NewEngine(alert.NotifyFunc(func(_ context.Context, e alert.Event) error {
				if fail == nil {
					told = append(told, e.State)
				}
				return fail
			}), alert.Above(vitals.HeartRate, vitals.PerMinute(130)))
			if err != nil {
				t.Fatal(err)
			}
			a, err := alarms.Open(t.Context(), e, keep)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Put(t.Context(), []vitals.Reading{rate("p", 1, 150)}); err != nil {
				t.Fatal(err)
			}
			if fail = tt.fail; tt.gone {
				end()
			}
			err = a.Do(ctx, alert.Command{Action: tt.action, Alarm: e.Active(nil)[0].ID, By: "nurse", At: begin.Add(2 * time.Second)})
			for _, want := range tt.want {
				if !errors.Is(err, want) {
					t.Errorf("error %v, want %v", err, want)
				}
			}
			if done := err == nil || errors.Is(err, alert.ErrUndelivered); done != tt.done {
				t.Errorf("error %v says done %t, want %t", err, done, tt.done)
			}
			state, events := alert.Active, []alert.State{alert.Active}
			if tt.done {
				state, events = alert.Acknowledged, []alert.State{alert.Active, alert.Acknowledged}
			}
			if got := e.Active(nil)[0].State; got != state {
				t.Errorf("the alarm is %v, want %v", got, state)
			}
			if kept, err := keep.Entries(t.Context(), a.Name()); err != nil || (len(kept) == 1) != tt.done {
				t.Errorf("%d entries kept, %v", len(kept), err)
			}
			fail = nil
			if err := a.Advance(t.Context(), begin.Add(2*time.Second)); err != nil || !slices.Equal(told, events) {
				t.Errorf("told %v in the end, %v; want %v", told, err, events)
			}
		})
	}
}

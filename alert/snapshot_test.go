package alert_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// wardCommands are what people do on a day: with a position in its readings.
func wardCommands(seed uint64, day []vitals.Reading) map[int]func(*alert.Engine, *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 7))
	commands := make(map[int]func(*alert.Engine, *testing.T))
	for range len(day) / 10 {
		at := rng.IntN(len(day))
		c := alert.Command{
			Action: []alert.Action{alert.Acknowledge, alert.Pause, alert.Resume, alert.Snooze, alert.Escalate, alert.Note, alert.Attach}[rng.IntN(7)],
			At:     day[at].At, By: fmt.Sprint("nurse ", rng.IntN(3)), Patient: day[at].Patient, Label: "meal",
			For: time.Duration(1+rng.IntN(300)) * time.Second, Device: vitals.DeviceID(fmt.Sprint("d", rng.IntN(2))), Gateway: "gateway",
		}
		which := rng.IntN(20)
		commands[at] = func(e *alert.Engine, t *testing.T) {
			if all := e.Active(nil); len(all) > 0 {
				c.Alarm = all[which%len(all)].ID
			}
			err := e.Do(t.Context(), c)
			if err != nil && !errors.Is(err, alert.ErrCommand) && !errors.Is(err, alert.ErrNonSuppressible) {
				t.Fatalf("%v: %v", c.Action, err)
			}
		}
	}
	return commands
}

// lifeRules are rules with everything that an alarm's life can have.
func lifeRules() []alert.Rule {
	return append(wardRules(),
		alert.Below(vitals.SpO2, vitals.Percent(92)).Named("low").Family("o2").Latching().Remind(2*time.Minute).Rearm(time.Minute),
		alert.Below(vitals.SpO2, vitals.Percent(87)).Named("urgent").Family("o2").Priority(alert.High).Flapping(2, 10*time.Minute),
		alert.Above(vitals.HeartRate, vitals.PerMinute(110)).Named("fast").ClearAfter(10*time.Second).Flapping(2, 15*time.Minute).NonSuppressible(),
	)
}

// playDay puts the readings one by one, with commands and the passage of time,
// and calls between after each.
func playDay(t *testing.T, seed uint64, n int, rec *recorder, rules []alert.Rule, between func(*alert.Engine) *alert.Engine) {
	t.Helper()
	e, err := alert.NewEngine(rec, rules...)
	if err != nil {
		t.Fatal(err)
	}
	day := ward(seed, n)
	commands := wardCommands(seed, day)
	for i, r := range day {
		play(t, e, r)
		if c := commands[i]; c != nil {
			c(e, t)
		}
		if i%7 == 0 {
			if err := e.Advance(t.Context(), r.At.Add(-5*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		if between != nil {
			e = between(e)
		}
	}
	play(t, e, tick(1e5))
}

// Loaded after every reading, an engine tells what it would have told.
func TestSnapshotAtEveryReading(t *testing.T) {
	for seed := range uint64(3) {
		want, got := new(recorder), new(recorder)
		playDay(t, seed, 600, want, lifeRules(), nil)
		states := make(map[alert.State]int)
		for _, e := range want.events {
			states[e.State]++
		}
		for _, s := range []alert.State{alert.Active, alert.Ended, alert.Acknowledged, alert.Latched, alert.Paused, alert.Snoozed, alert.Flapping} {
			if states[s] == 0 {
				t.Errorf("seed %d: a dull day, nothing %v", seed, s)
			}
		}
		var snapshot []byte
		playDay(t, seed, 600, got, lifeRules(), func(e *alert.Engine) *alert.Engine {
			snapshot = e.Snapshot(snapshot[:0])
			again, err := alert.NewEngine(got, lifeRules()...)
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Load(snapshot); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if second := again.Snapshot(nil); !bytes.Equal(second, snapshot) {
				t.Fatalf("seed %d: the snapshot of what was loaded differs: %d and %d bytes", seed, len(second), len(snapshot))
			}
			return again
		})
		if !bytes.Equal(got.log(t), want.log(t)) {
			diffLogs(t, fmt.Sprint("seed ", seed), got, want)
		}
	}
}

func diffLogs(t *testing.T, what string, got, want *recorder) {
	t.Helper()
	a, b := bytes.Split(got.log(t), []byte("\n")), bytes.Split(want.log(t), []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			t.Fatalf("%s: event %d\ngot  %s\nwant %s", what, i, a[i], b[i])
		}
	}
	t.Fatalf("%s: %d events, want %d", what, len(a), len(b))
}

// Ten runs, with one to eight processors, give one log.
func TestSameLogWhateverTheProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	want := new(recorder)
	playDay(t, 1, 1500, want, lifeRules(), nil)
	for run := range 10 {
		runtime.GOMAXPROCS(1 + run%8)
		got := new(recorder)
		playDay(t, 1, 1500, got, lifeRules(), nil)
		if !bytes.Equal(got.log(t), want.log(t)) {
			diffLogs(t, fmt.Sprintf("run %d", run), got, want)
		}
	}
}

func busyEngine(t testing.TB) (*alert.Engine, *recorder) {
	e, rec := engine(t, lifeRules()...)
	for i, r := range ward(1, 400) {
		play(t, e, r)
		if all := e.Active(nil); i%50 == 0 && len(all) > 0 {
			if err := e.Do(t.Context(), alert.Command{Action: alert.Escalate, Alarm: all[0].ID, At: r.At, By: "A"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return e, rec
}

// What is not delivered survives, and a member that has an event does not get
// it again.
func TestSnapshotKeepsTheQueue(t *testing.T) {
	pager, wall := new(failing), new(recorder)
	pager.fail = func(alert.Event) bool { return true }
	rule := alert.Below(vitals.SpO2, vitals.Percent(90))
	e, err := alert.NewEngine(alert.Notifiers{pager, wall}, rule)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Put(t.Context(), []vitals.Reading{spo2(0, 80), spo2(1, 95)}); !errors.Is(err, errPager) {
		t.Fatal(err)
	}
	again, err := alert.NewEngine(alert.Notifiers{pager, wall}, rule)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Load(e.Snapshot(nil)); err != nil {
		t.Fatal(err)
	}
	pager.fail = nil
	play(t, again, tick(5))
	if len(pager.events) != 2 || len(wall.events) != 2 {
		t.Errorf("pager %d events, wall %d, want 2 and 2", len(pager.events), len(wall.events))
	}
}

func TestDamagedSnapshotsAreRefused(t *testing.T) {
	e, _ := busyEngine(t)
	good := e.Snapshot(nil)
	before := e.Active(nil)
	for n := range len(good) {
		if err := e.Load(good[:n]); !errors.Is(err, alert.ErrSnapshot) {
			t.Fatalf("%d of %d bytes: %v", n, len(good), err)
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x40
		if err := e.Load(bad); !errors.Is(err, alert.ErrSnapshot) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	if got := e.Active(nil); len(got) != len(before) || len(got) == 0 {
		t.Errorf("%d standing alarms after refused loads, want %d", len(got), len(before))
	}
}

// sealed gives a damaged body a right checksum.
func sealed(body []byte) []byte {
	sum := crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli))
	return binary.BigEndian.AppendUint32(bytes.Clone(body), sum)
}

// Whatever is loaded, the engine stands: it goes on, and its own snapshot can
// be loaded.
func FuzzLoad(f *testing.F) {
	e, _ := busyEngine(f)
	good := e.Snapshot(nil)
	f.Add(good[:len(good)-4])
	small, _ := engine(f, lifeRules()...)
	f.Add(small.Snapshot(nil)[:20])
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := alert.NewEngine(alert.NotifyFunc(func(context.Context, alert.Event) error { return nil }), lifeRules()...)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Load(sealed(body)); err != nil {
			return
		}
		for _, ev := range e.Active(nil) {
			_ = ev.String()
			if _, err := ev.MarshalJSON(); err != nil {
				t.Logf("%v", err)
			}
		}
		_ = e.Advance(t.Context(), sec(3600))
		_ = e.Put(t.Context(), ward(1, 50))
		if err := e.Load(e.Snapshot(nil)); err != nil {
			t.Fatalf("an engine cannot load its own snapshot: %v", err)
		}
	})
}

// Rules that have not changed keep their state, the others' alarms end.
func TestReload(t *testing.T) {
	low := alert.Below(vitals.SpO2, vitals.Percent(90)).Named("low")
	fast := alert.Above(vitals.HeartRate, vitals.PerMinute(130)).Named("fast")
	e, rec := engine(t, low, fast)
	play(t, e, spo2(0, 80), rd(0, vitals.HeartRate, vitals.PerMinute(140), 0))
	set := alert.RuleSet{Rules: []alert.Rule{alert.Above(vitals.HeartRate, vitals.PerMinute(135)).Named("fast"), low}}
	if err := e.Reload(t.Context(), set, sec(5), "Dr B"); err != nil {
		t.Fatal(err)
	}
	last := rec.events[len(rec.events)-1]
	if len(rec.events) != 3 || last.Rule != "fast" || last.State != alert.Ended || last.Cause != alert.CauseRules || last.By != "Dr B" || last.At != sec(5) {
		t.Fatalf("after Reload: %v", rec.events)
	}
	play(t, e, spo2(10, 95), rd(10, vitals.HeartRate, vitals.PerMinute(140), 0))
	if n := len(rec.events); n != 5 || rec.events[3].ID != rec.events[0].ID || rec.events[3].State != alert.Ended || rec.events[4].State != alert.Active {
		t.Errorf("the unchanged rule did not go on: %v", rec.events[3:])
	}
	if err := e.Reload(t.Context(), alert.RuleSet{}, sec(6), "Dr B"); !errors.Is(err, alert.ErrRule) {
		t.Errorf("no rules: %v", err)
	}
}

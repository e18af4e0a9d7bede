package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// listed is a notifier that writes events as JSON lines.
type listed struct {
	log    bytes.Buffer
	events []Event
}

func (l *listed) Notify(_ context.Context, e Event) error {
	l.events = append(l.events, e)
	return json.NewEncoder(&l.log).Encode(e)
}

func ofAll(t testing.TB) (*Engine, *listed) {
	t.Helper()
	l := new(listed)
	e, err := NewEngine(l, allConditions()...)
	if err != nil {
		t.Fatal(err)
	}
	return e, l
}

// allConditions are the random rules under names that differ.
func allConditions() []Rule {
	all := randomRules()
	for i := range all {
		all[i] = all[i].Named(string(rune('a'+i)) + " " + all[i].Name()[:min(40, len(all[i].Name()))])
	}
	return all
}

func ofPatient(readings []vitals.Reading) []vitals.Reading {
	p := vitals.NewPatientID("p")
	for i := range readings {
		readings[i].Patient = p
	}
	return readings
}

// An engine with every condition writes the same log however the readings are
// cut, and when it is restarted before each of them.
func TestAllConditionsAreDeterministic(t *testing.T) {
	readings := ofPatient(randomSteps(rand.New(rand.NewPCG(7, 8)), 600))
	meal := Command{Action: Note, Patient: readings[0].Patient, Label: "meal", By: "diary", At: readings[300].At}
	run := func(batch int, restart bool) []byte {
		e, l := ofAll(t)
		for i := 0; i < len(readings); i += batch {
			if restart {
				fresh, err := NewEngine(l, allConditions()...)
				if err != nil {
					t.Fatal(err)
				}
				if err := fresh.Load(e.Snapshot(nil)); err != nil {
					t.Fatalf("reading %d: %v", i, err)
				}
				e = fresh
			}
			if err := e.Put(t.Context(), readings[i:min(i+batch, len(readings))]); err != nil {
				t.Fatal(err)
			}
			if i+batch == 300 {
				if err := e.Do(t.Context(), meal); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := e.Advance(t.Context(), readings[len(readings)-1].At.Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		return l.log.Bytes()
	}
	want := run(1, false)
	if n := bytes.Count(want, []byte("\n")); n < 100 {
		t.Errorf("only %d events", n)
	}
	for name, got := range map[string][]byte{"batches of 10": run(10, false), "batches of 100": run(100, false), "restarts": run(1, true)} {
		if !bytes.Equal(got, want) {
			t.Errorf("%s: another log, from byte %d of %d", name, firstDifference(got, want), len(want))
		}
	}
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// Whenever the readings stop, no condition ends an alarm about the patient.
func TestSilenceEndsNoPhysiologicalAlarm(t *testing.T) {
	readings := ofPatient(randomSteps(rand.New(rand.NewPCG(9, 10)), 400))
	standing := 0
	for cut := 20; cut <= len(readings); cut += 19 {
		e, l := ofAll(t)
		if err := e.Put(t.Context(), readings[:cut]); err != nil {
			t.Fatal(err)
		}
		l.events = nil
		for hours := range 72 {
			if err := e.Advance(t.Context(), readings[cut-1].At.Add(time.Duration(hours)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		for _, ev := range l.events {
			if ev.State == Ended && ev.Category == Physiological {
				t.Errorf("after %d readings, silence ends %v", cut, ev)
			}
		}
		standing += len(e.Active(nil))
	}
	if standing == 0 {
		t.Error("no alarm stood when the readings stopped")
	}
}

func BenchmarkConditions(b *testing.B) {
	readings := ofPatient(randomSteps(rand.New(rand.NewPCG(11, 12)), 4000))
	for _, rule := range randomRules() {
		b.Run(rule.Name(), func(b *testing.B) {
			var mine []vitals.Reading
			for _, r := range readings {
				if rule.watches(r.Kind) {
					mine = append(mine, r)
				}
			}
			d, i := rule.newDetector(), 0
			b.ReportAllocs()
			for b.Loop() {
				if i == len(mine) { // from the beginning, with a new state
					i, d = 0, rule.newDetector()
				}
				when := mine[i].At.UnixNano()
				for due := d.due(); due < when; due = d.due() {
					d.pass(due)
				}
				d.put(&mine[i], when)
				i++
			}
			b.ReportMetric(float64(len(d.appendState(nil))), "state-B")
		})
	}
}

package ward_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// begin lies before the clock of synctest, which starts in the year 2000.
var begin = time.Date(1999, 3, 1, 8, 0, 0, 0, time.UTC)

func pulse(patient string, second int, rate int64) vitals.Reading {
	return vitals.Reading{
		Patient: vitals.NewPatientID(patient), Kind: vitals.HeartRate, Quantity: vitals.PerMinute(rate),
		At: begin.Add(time.Duration(second) * time.Second),
	}
}

func ExampleWard() {
	ctx := context.Background()
	var live ward.Ward
	screen := live.Subscribe()
	defer screen.Close()

	if err := live.Put(ctx, []vitals.Reading{pulse("p1", 0, 71), pulse("p1", 1, 72)}); err != nil {
		panic(err)
	}
	changed, err := screen.Next(ctx)
	if err != nil {
		panic(err)
	}
	for _, state := range changed {
		r, _ := state.Reading(vitals.HeartRate)
		fmt.Println(r.Quantity, "stale:", ward.Stale(r, begin.Add(10*time.Second)))
	}
	// Output: 72 /min stale: false
}

func TestWardShowsTheNewest(t *testing.T) {
	var w ward.Ward
	spo2 := pulse("a", 5, 0)
	spo2.Kind, spo2.Quantity = vitals.SpO2, vitals.Percent(97)
	if err := w.Put(t.Context(), []vitals.Reading{pulse("a", 5, 80), spo2, pulse("a", 3, 60), pulse("b", 1, 90)}); err != nil {
		t.Fatal(err)
	}
	state, ok := w.Patient(vitals.NewPatientID("a"))
	hr, _ := state.Reading(vitals.HeartRate)
	ox, _ := state.Reading(vitals.SpO2)
	if !ok || hr.Quantity != vitals.PerMinute(80) || ox.Quantity != vitals.Percent(97) || len(state.Latest) != 2 {
		t.Errorf("state %+v", state)
	}
	if _, ok := state.Reading(vitals.Systolic); ok {
		t.Error("a reading that never came")
	}
	if n := len(w.Patients()); n != 2 {
		t.Errorf("%d patients, want 2", n)
	}
	w.Forget(vitals.NewPatientID("a"))
	if _, ok := w.Patient(vitals.NewPatientID("a")); ok || len(w.Patients()) != 1 {
		t.Error("a forgotten patient is still there")
	}
}

func TestWardKeepsActiveAlarms(t *testing.T) {
	var w ward.Ward
	engine, err := alert.NewEngine(&w, alert.Above(vitals.HeartRate, vitals.PerMinute(130)), alert.Below(vitals.HeartRate, vitals.PerMinute(50)))
	if err != nil {
		t.Fatal(err)
	}
	active := func() (names []string) {
		state, _ := w.Patient(vitals.NewPatientID("a"))
		for _, a := range state.Alarms {
			names = append(names, a.Rule)
		}
		return names
	}
	for i, step := range []struct {
		rate int64
		want []string
	}{
		{80, nil},
		{140, []string{"HeartRate above 130 /min"}},
		{141, []string{"HeartRate above 130 /min"}},
		{40, []string{"HeartRate below 50 /min"}},
		{70, nil},
	} {
		if err := engine.Put(t.Context(), []vitals.Reading{pulse("a", i, step.rate)}); err != nil {
			t.Fatal(err)
		}
		if got := active(); !slices.Equal(got, step.want) {
			t.Errorf("at %d /min: %v, want %v", step.rate, got, step.want)
		}
	}
}

// After a restart the wall shows the alarms that are active, and nobody is
// paged a second time.
func TestRestartShowsAlarms(t *testing.T) {
	log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for run, rate := range []byte{140, 141} {
		var w ward.Ward
		pages := 0
		pager := alert.NotifyFunc(func(context.Context, alert.Event) error { pages++; return nil })
		engine, err := alert.NewEngine(alert.Notifiers{&w, pager}, alert.Above(vitals.HeartRate, vitals.PerMinute(130)))
		if err != nil {
			t.Fatal(err)
		}
		g := telemed.Gateway{
			Source: telemedtest.Frames(device.Frame{
				Bytes: []byte{0, rate}, Format: device.GATT(gatt.UUIDHeartRateMeasurement), Device: "bed-1",
				At: begin.Add(time.Duration(run) * time.Second),
			}), Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{engine, &w}, EventTime: true,
		}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		state, _ := w.Patient(vitals.NewPatientID("bed-1"))
		if len(state.Alarms) != 1 || pages != 1-run {
			t.Errorf("run %d: %d alarms on the wall, %d pages; want 1 and %d", run, len(state.Alarms), pages, 1-run)
		}
	}
}

// A screen that does not look for a while sees the newest state once.
func TestSubscriptionCoalesces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w ward.Ward
		s := w.Subscribe()
		for i := range 1000 {
			if err := w.Put(t.Context(), []vitals.Reading{pulse("a", i, int64(i)), pulse("b", i, 1)}); err != nil {
				t.Fatal(err)
			}
		}
		changed, err := s.Next(t.Context())
		if err != nil || len(changed) != 2 {
			t.Fatalf("%d states, %v; want 2", len(changed), err)
		}
		for _, c := range changed {
			if hr, _ := c.Reading(vitals.HeartRate); c.Patient == vitals.NewPatientID("a") && hr.Quantity != vitals.PerMinute(999) {
				t.Errorf("shows %v", hr.Quantity)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if changed, err := s.Next(ctx); err == nil {
			t.Errorf("nothing changed, got %v", changed)
		}
		w.Forget(vitals.NewPatientID("b"))
		if changed, err := s.Next(t.Context()); err != nil || len(changed) != 1 || len(changed[0].Latest) != 0 {
			t.Errorf("after Forget: %v, %v", changed, err)
		}
		s.Close()
		if err := w.Put(t.Context(), []vitals.Reading{pulse("c", 1, 1)}); err != nil {
			t.Fatal(err)
		}
	})
}

// A state belongs to whoever asked.
func TestStatesAreCopies(t *testing.T) {
	var w ward.Ward
	if err := w.Put(t.Context(), []vitals.Reading{pulse("a", 1, 70)}); err != nil {
		t.Fatal(err)
	}
	mine, _ := w.Patient(vitals.NewPatientID("a"))
	mine.Latest[0].Quantity = vitals.PerMinute(1)
	again, _ := w.Patient(vitals.NewPatientID("a"))
	if hr, _ := again.Reading(vitals.HeartRate); hr.Quantity != vitals.PerMinute(70) {
		t.Errorf("the ward shows %v", hr.Quantity)
	}
}

func TestWardConcurrently(t *testing.T) {
	var w ward.Ward
	ctx, stop := context.WithCancel(t.Context())
	var writers, wg sync.WaitGroup
	for p := range 4 {
		writers.Go(func() {
			for i := range 200 {
				if err := w.Put(t.Context(), []vitals.Reading{pulse(fmt.Sprint("p", p), i, 70)}); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			s := w.Subscribe()
			defer s.Close()
			for ctx.Err() == nil {
				_, _ = s.Next(ctx)
				w.Patients()
			}
		})
	}
	for range 200 {
		w.Forget(vitals.NewPatientID("p0"))
	}
	writers.Wait()
	stop()
	wg.Wait()
}

func TestStale(t *testing.T) {
	r := pulse("a", 0, 70)
	for _, tt := range []struct {
		kind vitals.Kind
		age  time.Duration
		want bool
	}{
		{vitals.HeartRate, 30 * time.Second, false},
		{vitals.HeartRate, 31 * time.Second, true},
		{vitals.GlucoseISF, 29 * time.Minute, false},
		{vitals.GlucoseISF, 31 * time.Minute, true},
		{vitals.Systolic, 23 * time.Hour, false},
		{vitals.BodyWeight, 25 * time.Hour, true},
	} {
		r.Kind = tt.kind
		if got := ward.Stale(r, begin.Add(tt.age)); got != tt.want {
			t.Errorf("%v after %v: %v, want %v", tt.kind, tt.age, got, tt.want)
		}
	}
}

// A screen of one patient hears of nobody else, and of that one from the beginning.
func TestSubscribeTo(t *testing.T) {
	var w ward.Ward
	a, b := vitals.NewPatientID("a"), vitals.NewPatientID("b")
	screen, nobody := w.SubscribeTo(a), w.SubscribeTo()
	defer screen.Close()
	defer nobody.Close()
	put := func(patient string, second int) {
		if err := w.Put(t.Context(), []vitals.Reading{pulse(patient, second, 70)}); err != nil {
			t.Fatal(err)
		}
	}
	next := func(s *ward.Subscription) []ward.PatientState {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		states, _ := s.Next(ended)
		return states
	}
	if first := next(screen); len(first) != 1 || first[0].Patient != a || len(first[0].Latest) != 0 {
		t.Errorf("begins with %v, want a without readings", first)
	}
	put("b", 1)
	if states := next(screen); len(states) != 0 {
		t.Errorf("heard %v of others", states)
	}
	put("a", 2)
	w.Forget(b)
	if states := next(screen); len(states) != 1 || states[0].Patient != a || len(states[0].Latest) != 1 {
		t.Errorf("heard %v, want a", states)
	}
	if states := next(nobody); len(states) != 0 {
		t.Errorf("a subscription to nobody heard %v", states)
	}
}

// The form that screens get names no patient.
func TestPatientStateJSON(t *testing.T) {
	var w ward.Ward
	if err := w.Put(t.Context(), []vitals.Reading{pulse("doe-jane", 1, 70)}); err != nil {
		t.Fatal(err)
	}
	p := vitals.NewPatientID("doe-jane")
	state, _ := w.Patient(p)
	got, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	at, err := begin.Add(time.Second).MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"patient":"` + p.String() + `","latest":[{"patient":"` + p.String() + `","kind":"HeartRate","quality":"good","value":"70 /min",` +
		`"at":"` + string(at) + `","stamped":false}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

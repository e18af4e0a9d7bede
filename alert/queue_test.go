package alert_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// run starts a queue. It ends with the test.
func run(t *testing.T, q *alert.Queue) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the queue ended with %v", err)
		}
	}
}

// of is event number n of a patient.
func of(patient string, n uint32) alert.Event {
	return alert.Event{Patient: vitals.NewPatientID(patient), Number: n, Announce: true}
}

func (r *recorder) told() (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		list = append(list, fmt.Sprint(e.Patient.Reveal(), e.Number))
	}
	return list
}

// A pager that takes five seconds holds up neither the engine nor its other
// notifiers.
func TestQueueHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pager, wall := new(recorder), new(recorder)
		q := &alert.Queue{To: alert.NotifyFunc(func(ctx context.Context, e alert.Event) error {
			time.Sleep(5 * time.Second)
			return pager.Notify(ctx, e)
		})}
		stop := run(t, q)
		defer stop()
		e, err := alert.NewEngine(alert.Notifiers{q, wall}, alert.Below(vitals.SpO2, vitals.Percent(90)))
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		for n := range 4 {
			play(t, e, spo2(n, 80+15*int64(n%2)))
		}
		if took := time.Since(begin); took > 0 || len(wall.events) != 4 {
			t.Errorf("the engine waited for %v; the wall knows %d events", took, len(wall.events))
		}
		time.Sleep(20*time.Second + 1)
		if got := pager.told(); len(got) != 4 || q.Waiting() != 0 {
			t.Errorf("paged %v, %d wait", got, q.Waiting())
		}
	})
}

// What fails is tried again after a second, the later events of the patient
// after it, those of others at once.
func TestQueueKeepsTheOrderOfAPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int64
		pager := &failing{fail: func(e alert.Event) bool {
			return e.Patient == vitals.NewPatientID("a") && tries.Add(1) < 4
		}}
		q := &alert.Queue{To: pager}
		for _, e := range []alert.Event{of("a", 1), of("a", 2), of("b", 1), of("a", 3), of("b", 2)} {
			if err := q.Notify(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		stop := run(t, q)
		defer stop()
		synctest.Wait()
		if got, want := pager.told(), []string{"b1", "b2"}; !slices.Equal(got, want) || q.Waiting() != 3 {
			t.Errorf("at once %v, want %v; %d wait", got, want, q.Waiting())
		}
		time.Sleep(2*time.Second + 1)
		synctest.Wait()
		if got, n := pager.told(), tries.Load(); len(got) != 2 || n != 3 {
			t.Errorf("while the pager fails: %v after %d tries", got, n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got, want := pager.told(), []string{"b1", "b2", "a1", "a2", "a3"}; !slices.Equal(got, want) {
			t.Errorf("in the end %v, want %v", got, want)
		}
	})
}

// A full queue takes nothing, and the engine offers it again: all arrives, in
// order. Nothing is taken that could never be told.
func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pager := new(recorder)
		q := &alert.Queue{To: pager, Max: 2}
		e, err := alert.NewEngine(q, alert.Below(vitals.SpO2, vitals.Percent(90)))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Put(t.Context(), []vitals.Reading{spo2(0, 80), spo2(1, 95), spo2(2, 80)}); !errors.Is(err, alert.ErrUndelivered) || q.Waiting() != 2 {
			t.Fatalf("error %v, %d wait", err, q.Waiting())
		}
		stop := run(t, q)
		defer stop()
		synctest.Wait()
		if err := e.Advance(t.Context(), sec(3)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(pager.events) != 3 || pager.events[1].State != alert.Ended || pager.events[2].State != alert.Active {
			t.Errorf("paged %v", pager.events)
		}
		for _, to := range []alert.Notifier{nil, alert.NotifyFunc(nil)} {
			if q := (&alert.Queue{To: to}); q.Notify(t.Context(), of("a", 1)) == nil || q.Show(t.Context(), of("a", 1)) == nil {
				t.Error("nobody took an event")
			}
		}
	})
}

// What waits when the program ends comes again after the restart, with the same
// ID and Number; what was acknowledged does not.
func TestQueueAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := func(n alert.Notifier) *alert.Engine {
			e, err := alert.NewEngine(n, alert.Below(vitals.SpO2, vitals.Percent(90)), alert.Above(vitals.HeartRate, vitals.PerMinute(130)))
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		readings := []vitals.Reading{spo2(0, 80), rd(0, vitals.HeartRate, vitals.PerMinute(150), 0)}
		lost := new(recorder)
		e := start(lost)
		play(t, e, readings[0], readings[1])

		pager := new(recorder)
		q := &alert.Queue{To: pager, Max: -1} // what stands finds room all the same
		e = start(q)
		acknowledge := alert.Command{Action: alert.Acknowledge, Alarm: lost.events[1].ID, At: sec(1)}
		if err := errors.Join(e.Restore(readings), e.RestoreCommand(acknowledge), e.Resume(t.Context())); err != nil {
			t.Fatal(err)
		}
		stop := run(t, q)
		synctest.Wait()
		stop()
		if len(pager.events) != 1 || pager.events[0].ID != lost.events[0].ID || pager.events[0].Number != lost.events[0].Number {
			t.Errorf("paged %v, want the first of %v", pager.events, lost.events)
		}
	})
}

package alert_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// A runner that sleeps until Next tells every alarm when it is due.
func TestNextIsWhenToAdvance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var told []string
		e, err := alert.NewEngine(alert.NotifyFunc(func(_ context.Context, ev alert.Event) error {
			if d := time.Since(ev.At); d != 0 {
				t.Errorf("%v was told %v late", ev, d)
			}
			told = append(told, fmt.Sprint(ev.At.Sub(begin), " ", ev.Rule, " ", ev.Cause))
			return nil
		}),
			alert.Below(vitals.SpO2, vitals.Percent(90)).Named("low").For(10*time.Second).Remind(2*time.Minute),
			alert.Missing(vitals.SpO2, time.Minute).Named("quiet"))
		if err != nil {
			t.Fatal(err)
		}
		if at, ok := e.Next(); ok {
			t.Fatalf("nothing was put and %v is due", at)
		}
		r := spo2(0, 85)
		r.At = time.Now()
		if err := e.Put(t.Context(), []vitals.Reading{r}); err != nil {
			t.Fatal(err)
		}
		for len(told) < 4 {
			at, ok := e.Next()
			if !ok {
				t.Fatalf("nothing more is due after %q", told)
			}
			time.Sleep(time.Until(at))
			if err := e.Advance(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		want := "[10s low condition 1m0s quiet condition 2m10s low reminder 4m10s low reminder]"
		if got := fmt.Sprint(told); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	})
}

// Two hundred patients whose gateway fails are one alarm, however the time is
// told, and two hundred when it comes back without them.
func TestTwoHundredOnOneGateway(t *testing.T) {
	for _, step := range []int{1, 10, 120} {
		e, rec := engine(t, alert.Missing(vitals.SpO2, time.Minute), alert.Below(vitals.SpO2, vitals.Percent(90)))
		for n := range 200 {
			d := vitals.DeviceID(fmt.Sprint("oximeter ", n))
			if err := e.Do(t.Context(), alert.Command{Action: alert.Attach, At: sec(0), Device: d, Gateway: "gateway"}); err != nil {
				t.Fatal(err)
			}
			for s := range 5 {
				r := spo2(s, 97)
				r.Patient, r.Device, r.At = vitals.NewPatientID(fmt.Sprint(n)), d, sec(s).Add(time.Duration(n)*time.Millisecond)
				play(t, e, r)
			}
		}
		for s := step; s <= 600; s += step {
			play(t, e, tick(s))
		}
		if len(rec.events) != 1 || rec.events[0].Rule != alert.GatewaySilent || rec.events[0].Category != alert.Technical {
			t.Fatalf("told every %d s: %d events, first %v", step, len(rec.events), rec.events[0])
		}
		back := spo2(700, 97)
		back.Patient, back.Device = vitals.NewPatientID("0"), "oximeter 0"
		play(t, e, back, tick(702))
		back.At = sec(740)
		if play(t, e, back, tick(759)); len(rec.events) != 2 || rec.events[1].State != alert.Ended {
			t.Fatalf("told every %d s, back: %d events", step, len(rec.events))
		}
		back.At = sec(795)
		if play(t, e, back, tick(760)); len(rec.events) != 2+199 {
			t.Errorf("told every %d s, back without the others: %d events, want 199 more", step, len(rec.events))
		}
	}
}

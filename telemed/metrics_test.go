package telemed_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

func TestWardMetrics(t *testing.T) {
	var w telemed.Ward
	for i, e := range []alert.Event{
		{Patient: vitals.NewPatientID("a"), Priority: alert.High, State: alert.Active},
		{Patient: vitals.NewPatientID("a"), Priority: alert.Low, State: alert.Active},
		{Patient: vitals.NewPatientID("b"), Priority: alert.High, State: alert.Acknowledged},
		{Patient: vitals.NewPatientID("b"), Priority: alert.Medium, State: alert.Ended},
	} {
		e.ID[0] = byte(i)
		if err := w.Notify(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	s := w.Subscribe()
	if got := fmt.Sprint(metrics(&w, "telemed_ward_alarms")); got != "map[high:2 information:0 low:1 medium:0]" {
		t.Errorf("alarms: %s", got)
	}
	patients, screens := metrics(&w, "telemed_ward_patients")[""], metrics(&w, "telemed_ward_subscriptions")[""]
	if patients != 2 || screens != 1 {
		t.Errorf("%v patients and %v screens, want 2 and 1", patients, screens)
	}
	s.Close()
	for range w.Metrics { // may stop early
		break
	}
}

// A device whose clock is wrong counts until a correction says so.
func TestRosterMetrics(t *testing.T) {
	w := newRosterWard(t, "07:00 admit p1", "07:00 assign cuff p1", "07:00 assign other p1")
	check := func(when string, changes, off float64) {
		t.Helper()
		got := fmt.Sprint(metrics(w.census, "telemed_roster_changes")[""], metrics(w.census, "telemed_roster_clocks_off")[""])
		if want := fmt.Sprint(changes, off); got != want {
			t.Errorf("%s: %s changes and clocks off, want %s", when, got, want)
		}
	}
	check("before", 3, 0)
	var frames []device.Frame
	for minute := range 5 {
		at := clock(t, fmt.Sprintf("08:%02d", minute))
		frames = append(frames, pressure("cuff", at.Add(time.Hour), at, 100), pressure("other", at.Add(-time.Second), at, 100))
	}
	w.run(nil, frames[:8]...)
	check("four measurements say little", 3, 0)
	w.run(nil, frames[8:]...)
	check("one of two is an hour ahead", 3, 1)
	w.say("07:30 correct cuff 1h")
	check("corrected", 4, 0)
}

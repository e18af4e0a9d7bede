package census_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
)

// metrics returns the values of a name by part.
func metrics(m telemed.Measured, name string) map[string]float64 {
	all := make(map[string]float64)
	for m := range m.Metrics {
		if m.Name == name {
			all[m.Part] = m.Value
		}
	}
	return all
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

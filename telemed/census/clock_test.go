package census_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleDrift() {
	var d census.Drift
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for i, late := range []int{1, 2, 1, 90, 1} { // seconds on the way; one was stored a while
		stamp := at.Add(time.Duration(i) * time.Minute)
		d.Observe(stamp, stamp.Add(-time.Hour).Add(time.Duration(late)*time.Second))
	}
	e := d.Estimate()
	fmt.Println(e.Ahead, e.Spread, e.Samples)
	// Output: 59m59s 0s 5
}

func TestDriftKeepsTheNewest(t *testing.T) {
	var d census.Drift
	if e := d.Estimate(); e != (census.Estimate{}) {
		t.Errorf("of nothing: %+v", e)
	}
	at := clock(t, "08:00")
	for i := range 100 {
		ahead := time.Minute
		if i >= 60 { // then it was set
			ahead = -time.Second
		}
		d.Observe(at.Add(ahead), at)
	}
	if e := d.Estimate(); e.Ahead != -time.Second || e.Spread != 0 || e.Samples != 31 {
		t.Errorf("after it was set: %+v", e)
	}
}

// systolics are the systolic pressures of the log as it is understood now.
func (w *rosterWard) systolics() string {
	w.t.Helper()
	var list []string
	for _, r := range telemedtest.ReadAll(w.t, w.log) {
		if w.census.Revise(&r.Reading); r.Reading.Kind == vitals.Systolic {
			list = append(list, strings.TrimSuffix(describe(r.Reading), " mmHg"))
		}
	}
	return strings.Join(list, ", ")
}

// The identity of what the log has does not depend on when which correction was
// said: a frame that comes again is the same measurement.
func TestCorrection(t *testing.T) {
	w := newRosterWard(t, "07:00 admit p1", "07:00 admit p2", "07:00 assign cuff p1")
	at := func(text string) time.Time { return clock(t, text) }
	first := pressure("cuff", at("08:00"), at("08:00"), 100)
	fast := pressure("cuff", at("10:00"), at("09:00"), 110)  // an hour ahead
	twin := pressure("cuff", at("10:30"), at("09:30"), 111)  // truly at 09:30 ...
	older := pressure("cuff", at("09:30"), at("09:31"), 112) // ... as this one, whose clock was right yet
	w.run(nil, first, older)
	w.say("09:45 correct cuff 1h")
	want := "p1 08:00 100, p1 09:30 112, p1 09:00 110, p1 09:30 111"
	all := []device.Frame{first, older, fast, twin}
	for _, say := range []string{"", "09:50 correct cuff 59m", "11:00 correct cuff 0s", "12:00 cancel 5"} {
		if say != "" {
			w.say(say)
		}
		w.run(nil, all...)
		if say == "09:50 correct cuff 59m" {
			want = "p1 08:00 100, p1 09:30 112, p1 09:01 110, p1 09:31 111"
		}
		if say == "12:00 cancel 5" {
			want = "p1 08:00 100, p1 09:30 112, p1 09:00 110, p1 09:30 111"
		}
		if got := w.systolics(); got != want {
			t.Errorf("after %q: %s\nwant %s", say, got, want)
		}
	}
	ids := map[vitals.ReadingID]bool{}
	records := telemedtest.ReadAll(t, w.log)
	for _, r := range records {
		w.census.Revise(&r.Reading)
		ids[r.Reading.ID()] = true
	}
	if len(records) != 12 || len(ids) != 12 {
		t.Errorf("%d records with %d identities, want 12: two of one instant must not be one", len(records), len(ids))
	}
	// The device goes on to another patient; its true time decides.
	w.say("09:40 unassign cuff", "09:40 assign cuff p2")
	w.run(nil, pressure("cuff", at("10:35"), at("09:50"), 113), pressure("cuff", at("10:50"), at("09:51"), 114))
	if got, want := w.systolics(), want+", p1 09:35 113, p2 09:50 114"; got != want {
		t.Errorf("handed on: %s\nwant %s", got, want)
	}
}

// A device far ahead is believed once it is corrected; before that the decoder
// goes by arrival, and the estimate says by how much it is wrong.
func TestEstimateOfADeviceAhead(t *testing.T) {
	w := newRosterWard(t, "07:00 admit p1", "07:00 assign cuff p1")
	stamp := func(minute int) time.Time { return clock(t, "10:00").Add(time.Duration(minute) * time.Minute) }
	send := func(minute int) *telemed.Gateway {
		return w.run(nil, pressure("cuff", stamp(minute).Add(26*time.Hour), stamp(minute), byte(100+minute)))
	}
	for i := range 3 {
		send(i)
	}
	e, ok := w.census.Clock("cuff")
	if !ok || e.Ahead != 26*time.Hour || e.Samples != 3 || e.Spread != 0 {
		t.Fatalf("estimate %+v, %v", e, ok)
	}
	if _, ok := w.census.Clock("belt"); ok {
		t.Error("an estimate for a device that was never heard")
	}
	if _, err := w.census.Apply(t.Context(), census.Change{Op: census.Correct, Device: "cuff", At: stamp(3).Add(e.Ahead), Ahead: e.Ahead}); err != nil {
		t.Fatal(err)
	}
	send(3)
	last := telemedtest.ReadAll(t, w.log)
	r := last[len(last)-1].Reading
	if w.census.Revise(&r); !r.Stamped || !r.At.Equal(stamp(3)) || r.Quality.Has(vitals.ClockUnset) {
		t.Errorf("corrected: %v, stamped %v, %v", r.At, r.Stamped, r.Quality)
	}
	if first := last[0].Reading; first.Stamped || !first.Quality.Has(vitals.ClockUnset) || !first.At.Equal(stamp(0)) {
		t.Errorf("uncorrected: %v, stamped %v, %v", first.At, first.Stamped, first.Quality)
	}
}

package alert

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zone database: %v", err)
	}
	return l
}

// A night in which the clock is put forward, and one in which it is put back.
func TestNightRuleOverTheSwitches(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	night := Below(vitals.SpO2, vitals.Percent(90)).For(time.Minute).
		During(week.Schedule{Zone: "Europe/Berlin", Windows: []week.Window{{From: 2 * 60, To: 3 * 60}}})
	for _, c := range []struct {
		name  string
		start time.Time
		want  string
	}{
		// 02:00 to 03:00 does not exist: nothing is raised.
		{"forward", time.Date(2026, 3, 29, 0, 30, 0, 0, loc), ""},
		// It comes twice: from 00:00 to 02:00 UTC, without a gap.
		{"back", time.Date(2026, 10, 25, 0, 30, 0, 0, loc), "00:00 begins 02:00 ends"},
		{"an ordinary night", time.Date(2026, 6, 1, 0, 30, 0, 0, loc), "00:00 begins 01:00 ends"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := night.newDetector()
			r := value(t, vitals.SpO2, 0, "85 %")
			r.At = c.start
			var said []string
			was := false
			tell := func(v verdict, now int64) {
				if v.hit != was {
					word := map[bool]string{true: "begins", false: "ends"}[v.hit]
					when := now
					if v.hit {
						when = v.since
					}
					said = append(said, time.Unix(0, when).UTC().Format("15:04")+" "+word)
				}
				was = v.hit
			}
			tell(d.put(&r, r.At.UnixNano()), r.At.UnixNano())
			for due := d.due(); due < c.start.Add(8*time.Hour).UnixNano(); due = d.due() {
				tell(d.pass(due), due)
			}
			if got := strings.Join(said, " "); got != c.want {
				t.Errorf("%q, want %q (UTC)", got, c.want)
			}
		})
	}
}

// A window opens while the condition holds, closes while it does, and a long
// silence passes over many windows.
func TestWindows(t *testing.T) {
	day := Above(vitals.HeartRate, vitals.PerMinute(120)).
		During(week.Schedule{Windows: []week.Window{{From: 8*60 + 10, To: 9 * 60}}}) // t0 is 08:00
	d := drive(t, day)
	d.run([]step{
		{0, 0, "130 /min", "contrary"},
		{600, 0, "131 /min", "hit since 600"}, // 08:10
		{3000, 0, "132 /min", "hit since 600"},
		{3700, 0, "133 /min", "@3600 contrary; contrary"},
		{3800, 0, "100 /min", "contrary clear"}, // relief counts at all times
		{3900, 0, "130 /min", "contrary"},
	})
	d = drive(t, day)
	d.run([]step{{700, 0, "100 /min", "contrary clear"}})
	year := 365 * 24 * 3600.0
	d.run([]step{{year + 700, 0, "130 /min", fmt.Sprintf("hit since %v", year+700)}})
}

func TestSchedulesAreChecked(t *testing.T) {
	rule := Above(vitals.HeartRate, vitals.PerMinute(120))
	if err := rule.During(week.Schedule{}).Err(); !errors.Is(err, ErrRule) || !strings.Contains(err.Error(), "has not 1 to 32") {
		t.Errorf("error %v, want that the schedule has no windows", err)
	}
	ok := week.Schedule{Windows: []week.Window{{To: 1440}}}
	for _, r := range []Rule{rule.NonSuppressible().During(ok), rule.During(ok).NonSuppressible(), rule.After("meal", time.Hour).NonSuppressible()} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), "non-suppressible") {
			t.Errorf("error %v, want that the rule is non-suppressible", err)
		}
	}
	for why, r := range map[string]Rule{
		"is not of 1 to 128": rule.After("", time.Hour),
		"is not 1ns to":      rule.After("meal", 0),
		"after the same":     rule.After("meal", time.Hour).After("meal", time.Minute),
	} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want %q", err, why)
		}
	}
}

func ExampleRule_During() {
	night := week.Schedule{Zone: "Europe/Berlin", Windows: []week.Window{{From: 22 * 60, To: 6 * 60}}}
	rule := Below(vitals.SpO2, vitals.Percent(88)).Named("night desaturation").During(night)
	fmt.Println(night, rule.Err())
	// Output: 22:00-06:00 (Europe/Berlin) <nil>
}

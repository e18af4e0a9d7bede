package week_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/week"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zone database: %v", err)
	}
	return l
}

// For every minute around both switches of several zones, the schedule is open
// when the clock on the wall says so, and stays so until the time that Open
// promises.
func TestScheduleFollowsTheWallClock(t *testing.T) {
	s := week.Schedule{Windows: []week.Window{
		{From: 22 * 60, To: 6 * 60, Days: []time.Weekday{time.Friday, time.Saturday}},
		{From: 2*60 + 30, To: 2*60 + 45},
		{From: 12 * 60, To: 24 * 60, Days: []time.Weekday{time.Sunday}},
	}}
	wall := func(local time.Time) bool {
		m, day := local.Hour()*60+local.Minute(), local.Weekday()
		yesterday := (day + 6) % 7
		weekend := func(d time.Weekday) bool { return d == time.Friday || d == time.Saturday }
		return weekend(day) && m >= 22*60 || weekend(yesterday) && m < 6*60 ||
			m >= 150 && m < 165 || day == time.Sunday && m >= 12*60
	}
	for _, c := range []struct{ zone, around string }{
		{"Europe/Berlin", "2026-03-29T01:00:00Z"},       // 02:00 becomes 03:00
		{"Europe/Berlin", "2026-10-25T01:00:00Z"},       // 03:00 becomes 02:00
		{"America/New_York", "2026-03-08T07:00:00Z"},    //
		{"America/New_York", "2026-11-01T06:00:00Z"},    //
		{"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, // half an hour
		{"Pacific/Apia", "2011-12-30T10:00:00Z"},        // a Friday that was not
		{"Asia/Kathmandu", "2026-03-29T01:00:00Z"},      // no switch, +05:45
		{"", "2026-03-29T01:00:00Z"},
	} {
		t.Run(c.zone+" "+c.around, func(t *testing.T) {
			s.Zone = c.zone
			loc := zone(t, c.zone)
			hours, err := s.Hours()
			if err != nil {
				t.Fatal(err)
			}
			around, err := time.Parse(time.RFC3339, c.around)
			if err != nil {
				t.Fatal(err)
			}
			var promised bool
			var until time.Time
			for m := -4 * 24 * 60; m < 4*24*60; m++ {
				now := around.Add(time.Duration(m)*time.Minute + 17*time.Second)
				open, next := hours.Open(now)
				if want := wall(now.In(loc)); open != want {
					t.Fatalf("%v: open %v, want %v", now.In(loc), open, want)
				}
				if !next.After(now) || next.After(now.Add(8*24*time.Hour)) {
					t.Fatalf("%v: stays so until %v", now.In(loc), next.In(loc))
				}
				if now.Before(until) && open != promised {
					t.Fatalf("%v: open %v, but %v was promised until %v", now.In(loc), open, promised, until.In(loc))
				}
				promised, until = open, next
			}
		})
	}
}

func TestSchedulesAreChecked(t *testing.T) {
	for why, s := range map[string]week.Schedule{
		"is not known here":  {Zone: "Mars/Olympus", Windows: []week.Window{{To: 1}}},
		"of the machine":     {Zone: "Local", Windows: []week.Window{{To: 1}}},
		"has not 1 to 32":    {},
		"is not within":      {Windows: []week.Window{{To: 1441}}},
		"window 2":           {Windows: []week.Window{{To: 1}, {From: 1440, To: 1}}},
		"has an unknown day": {Windows: []week.Window{{To: 1, Days: []time.Weekday{7}}}},
	} {
		if _, err := s.Hours(); !errors.Is(err, week.ErrSchedule) || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want %q", err, why)
		}
	}
}

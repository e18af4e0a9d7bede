package week_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/week"
)

func TestHours(t *testing.T) {
	h, err := week.Schedule{Zone: "Europe/Berlin", Windows: []week.Window{{From: 22 * 60, To: 6 * 60}}}.Hours()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at, until string
		open      bool
	}{
		{"2026-03-28T20:59:00Z", "2026-03-28T21:00:00Z", false},
		{"2026-03-28T21:00:00Z", "2026-03-29T01:00:00Z", true}, // the clock changes
		{"2026-03-29T01:00:00Z", "2026-03-29T04:00:00Z", true},
		{"2026-03-29T04:00:00Z", "2026-03-29T20:00:00Z", false},
		{"2026-10-25T02:00:00Z", "2026-10-25T05:00:00Z", true},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if open, until := h.Open(at); open != tt.open || until.Format(time.RFC3339) != tt.until {
			t.Errorf("at %s: open %t until %s, want %t until %s", tt.at, open, until.Format(time.RFC3339), tt.open, tt.until)
		}
	}
	if h.Always() {
		t.Error("eight hours are not always")
	}
}

func TestHoursAlwaysAndNever(t *testing.T) {
	h, err := week.Schedule{Windows: []week.Window{{To: 1440}}}.Hours()
	if err != nil {
		t.Fatal(err)
	}
	if open, until := h.Open(time.Unix(0, 0)); !open || !until.IsZero() || !h.Always() {
		t.Errorf("all day, every day: open %t until %v", open, until)
	}
	var zero week.Hours
	if open, until := zero.Open(time.Unix(0, 0)); open || !until.IsZero() || zero.Always() {
		t.Errorf("the zero Hours: open %t until %v", open, until)
	}
}

package alert_test

import (
	"errors"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
)

func TestHours(t *testing.T) {
	h, err := alert.Schedule{Zone: "Europe/Berlin", Windows: []alert.Window{{From: 22 * 60, To: 6 * 60}}}.Hours()
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
	h, err := alert.Schedule{Windows: []alert.Window{{To: 1440}}}.Hours()
	if err != nil {
		t.Fatal(err)
	}
	if open, until := h.Open(time.Unix(0, 0)); !open || !until.IsZero() || !h.Always() {
		t.Errorf("all day, every day: open %t until %v", open, until)
	}
	var zero alert.Hours
	if open, until := zero.Open(time.Unix(0, 0)); open || !until.IsZero() || zero.Always() {
		t.Errorf("the zero Hours: open %t until %v", open, until)
	}
	for name, s := range map[string]alert.Schedule{
		"no windows": {}, "the machine's zone": {Zone: "Local", Windows: []alert.Window{{To: 60}}}, "no day": {Windows: []alert.Window{{From: 1440}}},
	} {
		if _, err := s.Hours(); !errors.Is(err, alert.ErrSchedule) {
			t.Errorf("%s: got %v, want ErrSchedule", name, err)
		}
	}
}

func TestAlarmIDText(t *testing.T) {
	id := alert.AlarmID{0: 0xab, 6: 0x5c, 15: 0xff}
	b, err := id.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back alert.AlarmID
	if err := back.UnmarshalText(b); err != nil || back != id {
		t.Errorf("%s becomes %v, %v", b, back, err)
	}
	for n := range len(b) {
		if err := back.UnmarshalText(b[:n]); !errors.Is(err, alert.ErrAlarmID) {
			t.Errorf("%q: got %v, want ErrAlarmID", b[:n], err)
		}
	}
	for _, s := range []string{
		"AB000000-0000-5c00-0000-0000000000ff", "ab0000000000-5c00-0000-0000000000ff-", "ab000000-0000-5c00-0000-0000000000fg",
		"ab00000000005c0000000000000000ff", "ab000000-0000-5c00-0000-0000000000ff00",
	} {
		if err := back.UnmarshalText([]byte(s)); !errors.Is(err, alert.ErrAlarmID) || back != id {
			t.Errorf("%q: got %v, %v", s, back, err)
		}
	}
}

package clock_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

// A device clock has no zone; the caller knows where the device is.
func ExampleDateTime_Time() {
	d, err := clock.ParseDateTime([]byte{0xE8, 0x07, 5, 31, 12, 30, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, ok := d.Time(time.FixedZone("CEST", 2*60*60))
	fmt.Println(t, ok)
	// Output: 2024-05-31 12:30:00 +0200 CEST true
}

var dateTimes = []atttest.Vector[clock.DateTime]{
	{Name: "date", Wire: "e807 05 1f 0c 1e 00", Want: atttest.May31},
	{Name: "nothing known but the time", Wire: "0000 00 00 0a 1e 2d", Want: clock.DateTime{0, 0, 0, 10, 30, 45}},
	{Name: "year unknown", Wire: "0000 05 1f 0a 1e 2d", Want: clock.DateTime{0, 5, 31, 10, 30, 45}},
	{Name: "first year", Wire: "2e06 01 01 00 00 00", Want: clock.DateTime{1582, 1, 1, 0, 0, 0}},
	{Name: "last second", Wire: "0f27 0c 1f 17 3b 3b", Want: clock.DateTime{9999, 12, 31, 23, 59, 59}},
	{Name: "February 30 is kept", Wire: "e807 02 1e 00 00 00", Want: clock.DateTime{2024, 2, 30, 0, 0, 0}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 DateTime"},
	{Name: "cut", Wire: "e807 05 1f 0c 1e", Bad: "truncated @ 0 DateTime"},
	{Name: "surplus", Wire: "e807 05 1f 0c 1e 00 00", Want: atttest.May31, Bad: "trailing_bytes @ 7"},
	{Name: "year 1581", Wire: "2d06 05 1f 0c 1e 00", Want: clock.DateTime{1581, 5, 31, 12, 30, 0}, Bad: "out_of_range @ 0 Year"},
	{Name: "year 10000", Wire: "1027 05 1f 0c 1e 00", Want: clock.DateTime{10000, 5, 31, 12, 30, 0}, Bad: "out_of_range @ 0 Year"},
	{Name: "month 13", Wire: "e807 0d 1f 0c 1e 00", Want: clock.DateTime{2024, 13, 31, 12, 30, 0}, Bad: "out_of_range @ 2 Month"},
	{Name: "day 32", Wire: "e807 05 20 0c 1e 00", Want: clock.DateTime{2024, 5, 32, 12, 30, 0}, Bad: "out_of_range @ 3 Day"},
	{Name: "hour 24", Wire: "e807 05 1f 18 1e 00", Want: clock.DateTime{2024, 5, 31, 24, 30, 0}, Bad: "out_of_range @ 4 Hour"},
	{Name: "minute 60", Wire: "e807 05 1f 0c 3c 00", Want: clock.DateTime{2024, 5, 31, 12, 60, 0}, Bad: "out_of_range @ 5 Minute"},
	{Name: "second 60", Wire: "e807 05 1f 0c 1e 3c", Want: clock.DateTime{2024, 5, 31, 12, 30, 60}, Bad: "out_of_range @ 6 Second"},
}

func TestDateTime(t *testing.T) { atttest.Vectors(t, clock.ParseDateTime, dateTimes) }

func FuzzParseDateTime(f *testing.F) { atttest.Fuzz(f, clock.ParseDateTime, dateTimes) }

func TestDateTimeArithmetic(t *testing.T) {
	for _, tt := range []struct {
		d    clock.DateTime
		by   time.Duration
		want string
		ok   bool
	}{
		{atttest.May31, 0, "2024-05-31T12:30:00", true},
		{atttest.May31, 12 * time.Hour, "2024-06-01T00:30:00", true},
		{clock.DateTime{2024, 3, 1, 0, 10, 0}, -11 * time.Minute, "2024-02-29T23:59:00", true},
		{clock.DateTime{0, 5, 31, 12, 30, 0}, 0, "0000-05-31T12:30:00", true},
		{clock.DateTime{0, 5, 31, 12, 30, 0}, time.Minute, "", false},
		{clock.DateTime{2024, 2, 30, 0, 0, 0}, time.Minute, "", false},
		{clock.DateTime{9999, 12, 31, 23, 59, 0}, time.Minute, "", false},
	} {
		got, ok := tt.d.Add(tt.by)
		if ok != tt.ok || ok && got.String() != tt.want {
			t.Errorf("%v + %v = %v, %v; want %v, %v", tt.d, tt.by, got, ok, tt.want, tt.ok)
		}
	}
	if got := clock.DateTimeOf(atttest.Noon); got != (clock.DateTime{2024, 6, 30, 12, 0, 0}) {
		t.Errorf("DateTimeOf(%v) = %v", atttest.Noon, got)
	}
}

// The stamp of a device is read where the gateway stands and believed unless
// it is incomplete, impossible or from the future.
func TestStampBelieved(t *testing.T) {
	berlin := time.FixedZone("CEST", 2*60*60)
	at := time.Date(2024, 5, 31, 12, 31, 0, 0, berlin)
	for _, tt := range []struct {
		name    string
		stamp   clock.DateTime
		at      time.Time
		stamped bool
		want    time.Time
	}{
		{"a minute ago", atttest.May31, at, true, at.Add(-time.Minute)},
		{"a little ahead", atttest.May31, at.Add(-6 * time.Minute), true, at.Add(-time.Minute)},
		{"far ahead", atttest.May31, at.Add(-7 * time.Minute), false, at.Add(-7 * time.Minute)},
		{"no year", clock.DateTime{0, 5, 31, 12, 30, 0}, at, false, at},
		{"February 30", clock.DateTime{2024, 2, 30, 12, 30, 0}, at, false, at},
		{"unknown arrival", atttest.May31, time.Time{}, true, time.Date(2024, 5, 31, 12, 30, 0, 0, time.UTC)},
	} {
		m := gatt.WeightMeasurement{Timestamp: tt.stamp, HasTimestamp: true}
		r := m.AppendReadings(nil, device.Frame{At: tt.at})[0]
		if r.Stamped != tt.stamped || !r.At.Equal(tt.want) {
			t.Errorf("%s: at %v, stamped %v; want %v, %v", tt.name, r.At, r.Stamped, tt.want, tt.stamped)
		}
	}
}

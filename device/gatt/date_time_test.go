package gatt_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

// A device clock has no zone; the caller knows where the device is.
func ExampleDateTime_Time() {
	d, err := gatt.ParseDateTime([]byte{0xE8, 0x07, 5, 31, 12, 30, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, ok := d.Time(time.FixedZone("CEST", 2*60*60))
	fmt.Println(t, ok)
	// Output: 2024-05-31 12:30:00 +0200 CEST true
}

var dateTimes = []vector[gatt.DateTime]{
	{name: "date", wire: "e807 05 1f 0c 1e 00", want: may31},
	{name: "nothing known but the time", wire: "0000 00 00 0a 1e 2d", want: gatt.DateTime{0, 0, 0, 10, 30, 45}},
	{name: "year unknown", wire: "0000 05 1f 0a 1e 2d", want: gatt.DateTime{0, 5, 31, 10, 30, 45}},
	{name: "first year", wire: "2e06 01 01 00 00 00", want: gatt.DateTime{1582, 1, 1, 0, 0, 0}},
	{name: "last second", wire: "0f27 0c 1f 17 3b 3b", want: gatt.DateTime{9999, 12, 31, 23, 59, 59}},
	{name: "February 30 is kept", wire: "e807 02 1e 00 00 00", want: gatt.DateTime{2024, 2, 30, 0, 0, 0}},
	{name: "nothing", wire: "", bad: "truncated @ 0 DateTime"},
	{name: "cut", wire: "e807 05 1f 0c 1e", bad: "truncated @ 0 DateTime"},
	{name: "surplus", wire: "e807 05 1f 0c 1e 00 00", want: may31, bad: "trailing_bytes @ 7"},
	{name: "year 1581", wire: "2d06 05 1f 0c 1e 00", want: gatt.DateTime{1581, 5, 31, 12, 30, 0}, bad: "out_of_range @ 0 Year"},
	{name: "year 10000", wire: "1027 05 1f 0c 1e 00", want: gatt.DateTime{10000, 5, 31, 12, 30, 0}, bad: "out_of_range @ 0 Year"},
	{name: "month 13", wire: "e807 0d 1f 0c 1e 00", want: gatt.DateTime{2024, 13, 31, 12, 30, 0}, bad: "out_of_range @ 2 Month"},
	{name: "day 32", wire: "e807 05 20 0c 1e 00", want: gatt.DateTime{2024, 5, 32, 12, 30, 0}, bad: "out_of_range @ 3 Day"},
	{name: "hour 24", wire: "e807 05 1f 18 1e 00", want: gatt.DateTime{2024, 5, 31, 24, 30, 0}, bad: "out_of_range @ 4 Hour"},
	{name: "minute 60", wire: "e807 05 1f 0c 3c 00", want: gatt.DateTime{2024, 5, 31, 12, 60, 0}, bad: "out_of_range @ 5 Minute"},
	{name: "second 60", wire: "e807 05 1f 0c 1e 3c", want: gatt.DateTime{2024, 5, 31, 12, 30, 60}, bad: "out_of_range @ 6 Second"},
}

func TestDateTime(t *testing.T) { testVectors(t, gatt.ParseDateTime, dateTimes) }

func FuzzParseDateTime(f *testing.F) { fuzz(f, gatt.ParseDateTime, dateTimes) }

func TestDateTimeArithmetic(t *testing.T) {
	for _, tt := range []struct {
		d    gatt.DateTime
		by   time.Duration
		want string
		ok   bool
	}{
		{may31, 0, "2024-05-31T12:30:00", true},
		{may31, 12 * time.Hour, "2024-06-01T00:30:00", true},
		{gatt.DateTime{2024, 3, 1, 0, 10, 0}, -11 * time.Minute, "2024-02-29T23:59:00", true},
		{gatt.DateTime{0, 5, 31, 12, 30, 0}, 0, "0000-05-31T12:30:00", true},
		{gatt.DateTime{0, 5, 31, 12, 30, 0}, time.Minute, "", false},
		{gatt.DateTime{2024, 2, 30, 0, 0, 0}, time.Minute, "", false},
		{gatt.DateTime{9999, 12, 31, 23, 59, 0}, time.Minute, "", false},
	} {
		got, ok := tt.d.Add(tt.by)
		if ok != tt.ok || ok && got.String() != tt.want {
			t.Errorf("%v + %v = %v, %v; want %v, %v", tt.d, tt.by, got, ok, tt.want, tt.ok)
		}
	}
	if got := gatt.DateTimeOf(noon); got != (gatt.DateTime{2024, 6, 30, 12, 0, 0}) {
		t.Errorf("DateTimeOf(%v) = %v", noon, got)
	}
}

// The stamp of a device is read where the gateway stands and believed unless
// it is incomplete, impossible or from the future.
func TestStampBelieved(t *testing.T) {
	berlin := time.FixedZone("CEST", 2*60*60)
	at := time.Date(2024, 5, 31, 12, 31, 0, 0, berlin)
	for _, tt := range []struct {
		name    string
		stamp   gatt.DateTime
		at      time.Time
		stamped bool
		want    time.Time
	}{
		{"a minute ago", may31, at, true, at.Add(-time.Minute)},
		{"a little ahead", may31, at.Add(-6 * time.Minute), true, at.Add(-time.Minute)},
		{"far ahead", may31, at.Add(-7 * time.Minute), false, at.Add(-7 * time.Minute)},
		{"no year", gatt.DateTime{0, 5, 31, 12, 30, 0}, at, false, at},
		{"February 30", gatt.DateTime{2024, 2, 30, 12, 30, 0}, at, false, at},
		{"unknown arrival", may31, time.Time{}, true, time.Date(2024, 5, 31, 12, 30, 0, 0, time.UTC)},
	} {
		m := gatt.WeightMeasurement{Timestamp: tt.stamp, HasTimestamp: true}
		r := m.AppendReadings(nil, device.Frame{At: tt.at})[0]
		if r.Stamped != tt.stamped || !r.At.Equal(tt.want) {
			t.Errorf("%s: at %v, stamped %v; want %v, %v", tt.name, r.At, r.Stamped, tt.want, tt.stamped)
		}
	}
}

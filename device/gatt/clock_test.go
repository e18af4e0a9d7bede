package gatt_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/vitals"
)

// A stamp that nobody can have measured at is not believed: the reading gets
// the time of arrival and the doubt.
func TestDeviceClock(t *testing.T) {
	berlin := time.FixedZone("CEST", 7200)
	arrival := time.Date(2024, 6, 23, 15, 0, 0, 0, berlin)
	for _, tt := range []struct {
		name    string
		stamp   gatt.DateTime
		arrival time.Time
		want    time.Time
		stamped bool
	}{
		{"just now", gatt.DateTime{2024, 6, 23, 14, 47, 59}, arrival, time.Date(2024, 6, 23, 14, 47, 59, 0, berlin), true},
		{"from the memory", gatt.DateTime{2019, 1, 1, 0, 0, 0}, arrival, time.Date(2019, 1, 1, 0, 0, 0, 0, berlin), true},
		{"a little fast", gatt.DateTime{2024, 6, 23, 15, 5, 0}, arrival, time.Date(2024, 6, 23, 15, 5, 0, 0, berlin), true},
		{"in the future", gatt.DateTime{2024, 6, 23, 15, 5, 1}, arrival, arrival, false},
		{"in the year 9999", gatt.DateTime{9999, 12, 31, 23, 59, 59}, arrival, arrival, false},
		{"year unknown", gatt.DateTime{0, 6, 23, 14, 0, 0}, arrival, arrival, false},
		{"date unknown", gatt.DateTime{0, 0, 0, 14, 0, 0}, arrival, arrival, false},
		{"day unknown", gatt.DateTime{2024, 6, 0, 14, 0, 0}, arrival, arrival, false},
		{"30 February", gatt.DateTime{2024, 2, 30, 14, 0, 0}, arrival, arrival, false},
		{"never set, 1970", gatt.DateTime{1970, 1, 1, 0, 3, 0}, arrival, arrival, false},
		{"1999", gatt.DateTime{1999, 12, 31, 23, 59, 59}, arrival, arrival, false},
		{"2000", gatt.DateTime{2000, 1, 1, 0, 0, 0}, arrival, time.Date(2000, 1, 1, 0, 0, 0, 0, berlin), true},
		{"arrival unknown", gatt.DateTime{2030, 1, 1, 0, 0, 0}, time.Time{}, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), true},
	} {
		m := gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93, HasTimestamp: true, Timestamp: tt.stamp}
		r := m.AppendReadings(nil, device.Frame{At: tt.arrival})[0]
		if !r.At.Equal(tt.want) || r.Stamped != tt.stamped || r.Quality.Has(vitals.ClockUnset) == tt.stamped {
			t.Errorf("%s: at %v, stamped %v, %v; want %v, %v", tt.name, r.At, r.Stamped, r.Quality, tt.want, tt.stamped)
		}
		if r.Quantity != vitals.MmHg(120) {
			t.Errorf("%s: the value went with the time: %v", tt.name, r.Quantity)
		}
	}
}

package gatt_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/vitals"
)

// A stamp that nobody can have measured at is not believed: the reading gets
// the time of arrival and the doubt.
func TestDeviceClock(t *testing.T) {
	berlin := time.FixedZone("CEST", 7200)
	arrival := time.Date(2024, 6, 23, 15, 0, 0, 0, berlin)
	for _, tt := range []struct {
		name    string
		stamp   clock.DateTime
		arrival time.Time
		want    time.Time
		stamped bool
	}{
		{"just now", clock.DateTime{Year: 2024, Month: 6, Day: 23, Hour: 14, Minute: 47, Second: 59}, arrival, time.Date(2024, 6, 23, 14, 47, 59, 0, berlin), true},
		{"from the memory", clock.DateTime{Year: 2019, Month: 1, Day: 1, Hour: 0, Minute: 0, Second: 0}, arrival, time.Date(2019, 1, 1, 0, 0, 0, 0, berlin), true},
		{"a little fast", clock.DateTime{Year: 2024, Month: 6, Day: 23, Hour: 15, Minute: 5, Second: 0}, arrival, time.Date(2024, 6, 23, 15, 5, 0, 0, berlin), true},
		{"in the future", clock.DateTime{Year: 2024, Month: 6, Day: 23, Hour: 15, Minute: 5, Second: 1}, arrival, arrival, false},
		{"in the year 9999", clock.DateTime{Year: 9999, Month: 12, Day: 31, Hour: 23, Minute: 59, Second: 59}, arrival, arrival, false},
		{"year unknown", clock.DateTime{Year: 0, Month: 6, Day: 23, Hour: 14, Minute: 0, Second: 0}, arrival, arrival, false},
		{"date unknown", clock.DateTime{Year: 0, Month: 0, Day: 0, Hour: 14, Minute: 0, Second: 0}, arrival, arrival, false},
		{"day unknown", clock.DateTime{Year: 2024, Month: 6, Day: 0, Hour: 14, Minute: 0, Second: 0}, arrival, arrival, false},
		{"30 February", clock.DateTime{Year: 2024, Month: 2, Day: 30, Hour: 14, Minute: 0, Second: 0}, arrival, arrival, false},
		{"never set, 1970", clock.DateTime{Year: 1970, Month: 1, Day: 1, Hour: 0, Minute: 3, Second: 0}, arrival, arrival, false},
		{"1999", clock.DateTime{Year: 1999, Month: 12, Day: 31, Hour: 23, Minute: 59, Second: 59}, arrival, arrival, false},
		{"2000", clock.DateTime{Year: 2000, Month: 1, Day: 1, Hour: 0, Minute: 0, Second: 0}, arrival, time.Date(2000, 1, 1, 0, 0, 0, 0, berlin), true},
		{"arrival unknown", clock.DateTime{Year: 2030, Month: 1, Day: 1, Hour: 0, Minute: 0, Second: 0}, time.Time{}, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), true},
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

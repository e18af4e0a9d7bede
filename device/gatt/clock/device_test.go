package clock_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/vitals"
)

// A cuff whose clock is 2 h 10 min ahead: its stamps are moved back.
func ExampleDevice() {
	now := time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)
	shown := clock.Device{Shown: clock.DateTime{Year: 2024, Month: 6, Day: 30, Hour: 14, Minute: 10}, At: now}
	ahead, _ := shown.Ahead()
	fmt.Println("ahead by", ahead)
	readings, err := shown.AppendReadings(nil, gatt.Health(), device.Frame{
		Format: device.GATT(gatt.UUIDBloodPressureMeasurement), At: now,
		Bytes: []byte{0x02, 120, 0, 80, 0, 93, 0, 0xE8, 0x07, 6, 30, 14, 5, 0},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(readings[0].Quantity, "at", readings[0].At.Format(time.TimeOnly))
	// Output:
	// ahead by 2h10m0s
	// 120 mmHg at 11:55:00
}

// The rows of the time table of the personal health device guide that are
// about clocks with local time.
func TestDeviceClock9To12(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	india := time.FixedZone("", 19800)
	at := time.Date(2024, 7, 1, 12, 0, 0, 0, berlin)
	stamp := func(month, day, hour, minute uint8) clock.DateTime {
		return clock.DateTime{Year: 2024, Month: month, Day: day, Hour: hour, Minute: minute}
	}
	for _, tt := range []struct {
		name  string
		clock clock.Device
		stamp clock.DateTime
		want  string
	}{
		{"9", clock.Device{Shown: stamp(7, 1, 15, 30), At: at, Synced: true, Zone: india}, stamp(7, 1, 15, 0), "2024-07-01T11:30:00+02:00"},
		{"10", clock.Device{Shown: stamp(7, 1, 12, 0), At: at, Synced: true}, stamp(7, 1, 11, 30), "2024-07-01T11:30:00+02:00"},
		{"10, in winter", clock.Device{Shown: stamp(7, 1, 12, 0), At: at, Synced: true}, stamp(1, 1, 11, 30), "2024-01-01T11:30:00+01:00"},
		{"11", clock.Device{Shown: stamp(7, 1, 14, 7), At: at, Zone: india}, stamp(7, 1, 13, 37), "2024-07-01T11:30:00+02:00"},
		{"12", clock.Device{Shown: stamp(7, 1, 9, 53), At: at}, stamp(7, 1, 9, 23), "2024-07-01T11:30:00+02:00"},
		{"12, never set to summer time", clock.Device{Shown: stamp(7, 1, 11, 0), At: at}, stamp(1, 1, 11, 0), "2024-01-01T11:00:00+01:00"},
		{"12, a day ahead", clock.Device{Shown: stamp(7, 2, 12, 0), At: at}, stamp(7, 2, 11, 0), "2024-07-01T11:00:00+02:00"},
		{"12, years behind", clock.Device{Shown: clock.DateTime{2001, 1, 1, 0, 10, 0}, At: at}, clock.DateTime{2001, 1, 1, 0, 0, 0}, "2024-07-01T11:50:00+02:00"},
		{"stamp incomplete", clock.Device{Shown: stamp(7, 1, 12, 0), At: at}, clock.DateTime{0, 7, 1, 12, 0, 0}, ""},
		{"clock incomplete", clock.Device{Shown: clock.DateTime{0, 7, 1, 12, 0, 0}, At: at}, stamp(7, 1, 12, 0), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := tt.clock.Instant(tt.stamp)
			if ok != (tt.want != "") || ok && got.Format(time.RFC3339) != tt.want {
				t.Errorf("instant %s, %v; want %s", got.Format(time.RFC3339), ok, tt.want)
			}
			// The same through a decoder.
			b, err := gatt.BloodPressureMeasurement{Systolic: 120, HasTimestamp: true, Timestamp: tt.stamp}.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			decoder := clock.Decoder{Decoder: gatt.Health(), Clock: func(d vitals.DeviceID) (clock.Device, bool) { return tt.clock, d == "cuff" }}
			f := device.Frame{Format: device.GATT(gatt.UUIDBloodPressureMeasurement), Bytes: b, At: at, Device: "cuff"}
			rs, err := decoder.AppendReadings(nil, f)
			if err != nil {
				t.Fatal(err)
			}
			if ok && (!rs[0].Stamped || rs[0].At.Format(time.RFC3339) != tt.want) {
				t.Errorf("reading at %v, stamped %v; want %s", rs[0].At, rs[0].Stamped, tt.want)
			}
			f.Device = "another"
			if rs, err = decoder.AppendReadings(nil, f); err != nil || rs[0].Stamped && !rs[0].At.Equal(mustTime(tt.stamp, berlin)) {
				t.Errorf("another device: %v, %v", rs[0].At, err)
			}
		})
	}
}

func mustTime(d clock.DateTime, in *time.Location) time.Time {
	at, _ := d.Time(in)
	return at
}

// What has no stamp keeps the time of arrival, and what lies in the future of
// the device's own clock is not believed.
func TestDeviceClockWithoutStamp(t *testing.T) {
	shown := clock.Device{Shown: clock.DateTime{2023, 1, 1, 0, 0, 0}, At: atttest.Noon}
	for _, tt := range []struct {
		uuid uint16
		wire string
		want time.Time
	}{
		{gatt.UUIDHeartRateMeasurement, "00 48", atttest.Noon.Add(time.Second)},
		{gatt.UUIDBloodPressureMeasurement, "02 7800 5000 5d00 e707 0101 0a0000", atttest.Noon.Add(time.Second)},
	} {
		f := device.Frame{Format: device.GATT(tt.uuid), Bytes: atttest.Unhex(t, tt.wire), At: atttest.Noon.Add(time.Second)}
		rs, err := shown.AppendReadings(nil, gatt.Health(), f)
		if err != nil || rs[0].Stamped || !rs[0].At.Equal(tt.want) {
			t.Errorf("%s: at %v, stamped %v, %v", tt.wire, rs[0].At, rs[0].Stamped, err)
		}
	}
	kept := []vitals.Reading{{At: atttest.Noon}}
	got, err := shown.AppendReadings(kept, gatt.Health(), device.Frame{At: atttest.Noon})
	if !device.IsUnsupported(err) || len(got) != 1 || !got[0].At.Equal(atttest.Noon) {
		t.Errorf("%v, %v", got, err)
	}
	if _, ok := (clock.Device{}).Ahead(); ok {
		t.Error("a clock that was not read is ahead")
	}
}

// A clock that is right changes nothing; any other moves by what it is ahead.
func FuzzDeviceClock(f *testing.F) {
	f.Add(int32(7800), int32(-60))
	f.Fuzz(func(t *testing.T, ahead, age int32) {
		offset := time.Duration(ahead%(20*365*86400)) * time.Second
		shown := clock.Device{Shown: clock.DateTimeOf(atttest.Noon.Add(offset)), At: atttest.Noon}
		measured := atttest.Noon.Add(time.Duration(age%86400) * time.Second)
		if got, ok := shown.Instant(clock.DateTimeOf(measured.Add(offset))); !ok || !got.Equal(measured) {
			t.Errorf("ahead by %v: %v, %v; want %v", offset, got, ok, measured)
		}
		if d, ok := shown.Ahead(); !ok || d != offset {
			t.Errorf("ahead by %v: %v, %v", offset, d, ok)
		}
	})
}

package clock_test

import (
	"errors"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/vitals"
)

// A clock that was not read corrects nothing, and hides no error.
func TestDecoderLimits(t *testing.T) {
	unread := func(vitals.DeviceID) (clock.Device, bool) { return clock.Device{}, true }
	for name, read := range map[string]func(vitals.DeviceID) (clock.Device, bool){"nil": nil, "zero Device": unread} {
		d := clock.Decoder{Decoder: gatt.Health(), Clock: read}
		f := device.Frame{Format: device.GATT(gatt.UUIDHeartRateMeasurement), At: time.Unix(1_719_748_800, 0), Bytes: []byte{0, 72}}
		got, err := d.AppendReadings(nil, f)
		if err != nil || len(got) != 1 || !got[0].At.Equal(f.At) {
			t.Errorf("%s: %d readings, %v, want one at the time of arrival", name, len(got), err)
		}
		f.Bytes = nil
		if _, err := d.AppendReadings(nil, f); !errors.Is(err, device.ErrTruncated) {
			t.Errorf("%s: no bytes: %v, want %v", name, err, device.ErrTruncated)
		}
	}
	if _, ok := (clock.Device{}).Ahead(); ok {
		t.Error("the zero Device knows how far it is ahead")
	}
	if _, ok := (clock.Device{}).Instant(clock.DateTime{}); ok {
		t.Error("the zero Device knows an instant")
	}
}

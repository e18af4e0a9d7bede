package clock

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Device corrects the stamps of a device whose clock is wrong, by
// having read that clock once per connection next to a good one. It is a plain
// value.
//
// What it does follows the time table of the personal health device guide, for
// clocks that show local time (rows 9 to 12):
//
//	row  synced  zone known   a stamp becomes
//	 9   yes     yes          what the clock says, in its own zone
//	10   yes     no           what the clock says, in the zone of the gateway
//	11   no      either       gateway time + (stamp - what the clock shows now)
//	12   no      either       the same
//
// For rows 11 and 12 the clock only has to run evenly: it may be hours or
// years off, and may have missed a change to summer time. That holds for stamps
// since the clock was last set. Older ones (rows 15 and 16) have no instant and
// must not be corrected.
type Device struct {
	Shown DateTime  // what the clock showed
	At    time.Time // when it showed that, by the gateway; its location is that of the gateway
	// Synced: the clock is set from outside, by a network or the app of its maker.
	Synced bool
	// Zone is that of the clock, if the device states one.
	Zone *time.Location
}

// Ahead is how much the clock is fast; below zero if it is slow. There is no
// such thing if the clock showed no complete date.
func (c Device) Ahead() (time.Duration, bool) {
	shown, ok := c.Shown.Time(c.zone())
	return shown.Sub(c.At), ok && !c.At.IsZero()
}

// zone is the location in which the clock of a synced device is read.
func (c Device) zone() *time.Location {
	if c.Zone != nil {
		return c.Zone
	}
	return c.At.Location()
}

// Instant is the instant of a stamp, if both it and the clock that was read are
// complete dates.
func (c Device) Instant(stamp DateTime) (time.Time, bool) {
	if c.Synced {
		at, ok := stamp.Time(c.zone())
		return at.In(c.At.Location()), ok
	}
	by, ok := c.shift()
	at, complete := stamp.Time(time.UTC)
	return at.Add(by).In(c.At.Location()), ok && complete
}

// shift is what to add to a wall clock of the device, taken for UTC, to come to
// the instant. Wall clocks are subtracted as such: the device knows no summer
// time.
func (c Device) shift() (by time.Duration, ok bool) {
	shown, ok := c.Shown.Time(time.UTC)
	return c.At.Sub(shown), ok && !c.At.IsZero()
}

// AppendReadings decodes a frame and corrects the stamps of its readings.
// Readings without a stamp keep the time of arrival. A clock that showed no
// complete date corrects nothing. Instants that are not wall clocks, as in
// generic health sensors and CGM sessions, are not for a Device.
func (c Device) AppendReadings(dst []vitals.Reading, d device.Decoder, f device.Frame) ([]vitals.Reading, error) {
	by, ok := c.shift()
	if !ok || f.At.IsZero() {
		return d.AppendReadings(dst, f)
	}
	there := f
	if c.Synced {
		there.At = f.At.In(c.zone())
		by = 0
	} else {
		// The frame is decoded where the device is in time, so that what is
		// young or impossible there is judged by its own clock.
		there.At = f.At.Add(-by).UTC()
	}
	first := len(dst)
	dst, err := d.AppendReadings(dst, there)
	for i := first; i < len(dst); i++ {
		dst[i].At = dst[i].At.Add(by).In(f.At.Location())
	}
	return dst, err
}

// Decoder is a [device.Decoder] that corrects the stamps of every device
// whose clock is known.
type Decoder struct {
	device.Decoder
	// Clock is the clock of a device, if it was read; nil: none was.
	Clock func(vitals.DeviceID) (Device, bool)
}

// AppendReadings implements [device.Decoder].
func (d Decoder) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	if d.Clock != nil {
		if c, ok := d.Clock(f.Device); ok {
			return c.AppendReadings(dst, d.Decoder, f)
		}
	}
	return d.Decoder.AppendReadings(dst, f)
}

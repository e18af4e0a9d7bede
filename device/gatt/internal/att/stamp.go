package att

import (
	"encoding/binary"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

const (
	// ClockTolerance is how far a device clock may run ahead of the gateway
	// before its time is no longer believed: nothing was measured in the future.
	ClockTolerance = 5 * time.Minute

	// FirstYear is the earliest that a device clock can tell: these services are
	// younger, and a clock without a battery begins in 1970.
	FirstYear = 2000

	// LastYear is the last that has four digits, as every text form of a date wants.
	LastYear = 9999

	// Epoch2000 and epoch1900 are the starts of counters of seconds, in Unix time.
	Epoch2000 = 946684800
	epoch1900 = -2208988800
)

// Arrival begins the readings of a frame without a stamp.
func Arrival(f device.Frame) vitals.Reading {
	return vitals.Reading{Patient: f.Patient, Device: f.Device, At: f.At, Sequence: f.Sequence}
}

// DateTime is the date and time that package clock shows to users.
type DateTime struct {
	Year   uint16
	Month  uint8
	Day    uint8
	Hour   uint8
	Minute uint8
	Second uint8
}

// DateTime reads the seven bytes as one field.
func (r *Reader) DateTime(field string) DateTime {
	at := r.Offset()
	b := r.Bytes(field, 7)
	if b == nil {
		return DateTime{}
	}
	d := DateTime{binary.LittleEndian.Uint16(b), b[2], b[3], b[4], b[5], b[6]}
	if part, offset, bad := d.OutOfRange(); bad {
		r.Reject(device.ErrOutOfRange, part, at+offset)
	}
	return d
}

// OutOfRange is the first part that no clock shows and the byte where it is.
func (d DateTime) OutOfRange() (part string, offset int, bad bool) {
	switch {
	case d.Year != 0 && (d.Year < 1582 || d.Year > 9999):
		return "Year", 0, true
	case d.Month > 12:
		return "Month", 2, true
	case d.Day > 31:
		return "Day", 3, true
	case d.Hour > 23:
		return "Hour", 4, true
	case d.Minute > 59:
		return "Minute", 5, true
	case d.Second > 59:
		return "Second", 6, true
	}
	return "", 0, false
}

// Time is d in a location, if the date is complete and exists in the calendar.
func (d DateTime) Time(in *time.Location) (time.Time, bool) {
	if _, _, bad := d.OutOfRange(); bad || d.Year == 0 || d.Month == 0 || d.Day == 0 {
		return time.Time{}, false
	}
	t := time.Date(int(d.Year), time.Month(d.Month), int(d.Day), int(d.Hour), int(d.Minute), int(d.Second), 0, in)
	return t, t.Day() == int(d.Day) // February 30 becomes March
}

// Reading begins the readings of a frame: who, when, and what is doubtful about
// the time. A stamp that is incomplete, lies in the future or before
// [FirstYear] is not believed; the reading then carries the time of arrival.
func (d DateTime) Reading(f device.Frame, present bool) vitals.Reading {
	r := Arrival(f)
	if !present {
		return r
	}
	at, ok := d.Time(f.At.Location())
	if !ok || d.Year < FirstYear || !f.At.IsZero() && at.Sub(f.At) > ClockTolerance {
		r.Quality = vitals.ClockUnset
		return r
	}
	r.At, r.Stamped = at, true
	return r
}

// EpochTime is an instant of a clock that counts seconds of UTC from the start
// of 2000, or of 1900.
func EpochTime(seconds uint32, since2000 bool) time.Time {
	if since2000 {
		return time.Unix(Epoch2000+int64(seconds), 0).UTC()
	}
	return time.Unix(epoch1900+int64(seconds), 0).UTC()
}

// WallClock is the instant at which clocks in a location show what t shows.
func WallClock(t time.Time, in *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), in)
}

// ReadingAt begins the readings of a frame whose stamp is the instant at, if
// there is one. It is believed as [DateTime.Reading] believes dates, save that
// these clocks count from the start of 2000: one that shows that year was
// never set.
func ReadingAt(f device.Frame, at time.Time, ok bool) vitals.Reading {
	r := Arrival(f)
	if !ok || at.UTC().Year() <= FirstYear || at.UTC().Year() > LastYear || !f.At.IsZero() && at.Sub(f.At) > ClockTolerance {
		r.Quality = vitals.ClockUnset
		return r
	}
	r.At, r.Stamped = at.In(f.At.Location()), true
	return r
}

// UnknownZone and UnknownDST are how a clock says that it does not know.
const (
	UnknownZone = -128
	UnknownDST  = 255
)

// TimeZone reads a difference to UTC in quarters of an hour.
func (r *Reader) TimeZone() int8 {
	z := int8(r.Uint8("TimeZone"))
	if (z < -48 || z > 56) && z != UnknownZone {
		r.Reject(device.ErrOutOfRange, "TimeZone", r.Offset()-1)
	}
	return z
}

// DSTOffset reads what is added for daylight saving time, in quarters of an hour.
func (r *Reader) DSTOffset() uint8 {
	d := r.Uint8("DSTOffset")
	switch d {
	case 0, 2, 4, 8, UnknownDST:
	default:
		r.Reject(device.ErrReservedValue, "DSTOffset", r.Offset()-1)
	}
	return d
}

// OrDefault is d, or what stands for 0.
func OrDefault(d, standard time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return standard
}

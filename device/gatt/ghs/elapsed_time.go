package ghs

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// UUIDElapsedTime is the UUID of [CurrentElapsedTime].
const UUIDElapsedTime = 0x2BF2

// ElapsedTime is the time stamp of health observations ([Observation]) and
// the front of [CurrentElapsedTime]: what the clock of a device shows, or how
// often it has ticked.
//
//	 0        1                        7         8
//	+--------+------------------------+---------+---------+
//	| flags  | value (48 bits)        | source  | offset  |
//	+--------+------------------------+---------+---------+
//	flags: 0 ticks, else time of day | 1 UTC, else local | 2-3 unit: 1 s, 100 ms, 1 ms, 100 µs |
//	       4 offset is used | 5 current timeline
//
// A time of day counts from the start of 2000.
//
// single-source layout: bluetooth-sig-python@27bdb3d after the GSS. That it
// counts from 2000 also stands in philips-labs/BLE-GHS-Client-Example.
type ElapsedTime struct {
	Ticks      bool             // Value counts ticks since some start, not the time of day
	UTC        bool             // Value counts in UTC, else in local time; only without Ticks
	Resolution TimeResolution   // of Value
	UsesOffset bool             // Offset holds
	Current    bool             // the clock has not been set since
	Value      uint64           // 48 bits, in Resolution
	Source     clock.TimeSource // what the clock is set by
	Offset     int8             // local time minus UTC, 15 min; meaningful if UsesOffset
	Reserved   uint8            // flag bits 6 and 7 as sent: no meaning yet, and refused by ParseX
}

// TimeResolution is the unit of an [ElapsedTime], two bits.
type TimeResolution uint8

// The units.
const (
	ResolutionSecond TimeResolution = iota
	Resolution100ms
	ResolutionMs
	Resolution100us
)

// Duration is the length of one unit.
func (u TimeResolution) Duration() time.Duration {
	return [...]time.Duration{time.Second, 100 * time.Millisecond, time.Millisecond, 100 * time.Microsecond}[u&3]
}

// String is "1s", "100ms", "1ms" or "100µs".
func (u TimeResolution) String() string { return u.Duration().String() }

const (
	etTicks      = 1 << 0
	etUTC        = 1 << 1
	etResolution = 2 // where the two bits begin
	etOffset     = 1 << 4
	etCurrent    = 1 << 5
	etReserved   = 0xC0
)

// readElapsedTime reads nine bytes, field by field.
func readElapsedTime(r *att.Reader) (t ElapsedTime) {
	at := r.Offset()
	flags := r.Uint8("TimeFlags")
	t.Ticks = flags&etTicks != 0
	t.UTC = flags&etUTC != 0
	t.Resolution = TimeResolution(flags >> etResolution & 3)
	t.UsesOffset = flags&etOffset != 0
	t.Current = flags&etCurrent != 0
	if t.Reserved = flags & etReserved; t.Reserved != 0 {
		r.Reject(device.ErrReservedBits, "TimeFlags", at)
	}
	for i, v := range r.Bytes("TimeValue", 6) {
		t.Value |= uint64(v) << (8 * i)
	}
	t.Source = clock.TimeSource(r.UpTo("TimeSource", uint8(clock.TimeSourceNotSynchronized)))
	t.Offset = int8(r.Uint8("Offset"))
	return t
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Value has more
// than 48 bits, or Resolution more than two.
func (t ElapsedTime) AppendBinary(b []byte) ([]byte, error) {
	if t.Value>>48 != 0 || t.Resolution > Resolution100us {
		return b, att.Unencodable("ElapsedTime")
	}
	b = append(b, att.Flag(t.Ticks, etTicks)|att.Flag(t.UTC, etUTC)|byte(t.Resolution)<<etResolution|
		att.Flag(t.UsesOffset, etOffset)|att.Flag(t.Current, etCurrent)|t.Reserved&etReserved)
	b = binary.LittleEndian.AppendUint32(b, uint32(t.Value))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.Value>>32))
	return append(b, byte(t.Source), byte(t.Offset)), nil
}

// Time is the instant that t names; a local time without an offset is read in
// a location. There is none for ticks, and none beyond the year 9999.
func (t ElapsedTime) Time(in *time.Location) (at time.Time, ok bool) {
	per := uint64(time.Second / t.Resolution.Duration())
	at = time.Unix(att.Epoch2000+int64(t.Value/per), int64(t.Value%per)*int64(t.Resolution.Duration())).UTC()
	if t.Ticks || at.Year() > att.LastYear {
		return time.Time{}, false
	}
	switch {
	case t.UTC:
	case t.UsesOffset:
		at = at.Add(-quarterHours(t.Offset))
	default:
		at = att.WallClock(at, in)
	}
	return at, true
}

func quarterHours(n int8) time.Duration { return time.Duration(n) * 15 * time.Minute }

// reading begins the readings of a frame with this stamp. A stamp of an
// earlier setting of the clock is believed only if a reference sets it.
func (t ElapsedTime) reading(f device.Frame, present bool) vitals.Reading {
	if !present {
		return att.Arrival(f)
	}
	at, ok := t.Time(f.At.Location())
	return att.ReadingAt(f, at, ok && (t.Current || t.synchronized()))
}

// synchronized reports whether a reference keeps the clock right.
func (t ElapsedTime) synchronized() bool {
	switch t.Source {
	case clock.TimeSourceNTP, clock.TimeSourceGPS, clock.TimeSourceRadio, clock.TimeSourceAtomic, clock.TimeSourceCellular:
		return true
	}
	return false
}

// String is the time of day in UTC or local time, or the ticks.
func (t ElapsedTime) String() string {
	if t.Ticks {
		return strconv.FormatUint(t.Value, 10) + " × " + t.Resolution.String()
	}
	zone := t
	zone.UTC = true // print what it shows
	at, ok := zone.Time(time.UTC)
	if !ok {
		return "out of range"
	}
	s := at.Format("2006-01-02T15:04:05.999999999")
	if t.UTC {
		return s + "Z"
	}
	return s
}

// CurrentElapsedTime is characteristic 0x2BF2 (Elapsed Time Service 1.0): the
// clock of a device as it is now.
//
//	 0              9          10
//	+--------------+----------+----------------+
//	| ElapsedTime  | status ? | capabilities ? |
//	+--------------+----------+----------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d after the GSS. Values of
// 9 bytes, without status and capabilities, are accepted as well.
type CurrentElapsedTime struct {
	ElapsedTime
	Status       ClockStatus       // meaningful if HasClock
	Capabilities ClockCapabilities // meaningful if HasClock

	HasClock bool
}

// ClockStatus is the clock status as sent. Reserved bits are kept.
type ClockStatus uint8

// ClockNeedsSet: the clock is known to be wrong.
const ClockNeedsSet ClockStatus = 1 << 0

// String lists the conditions in words.
func (s ClockStatus) String() string { return att.NamesOf([]string{"needs to be set"}, uint32(s)) }

// ClockCapabilities is what the clock can do, as sent. Reserved bits are kept.
type ClockCapabilities uint8

// The capabilities.
const (
	ClockAppliesDST  ClockCapabilities = 1 << 0
	ClockManagesZone ClockCapabilities = 1 << 1
)

// String lists the capabilities in words.
func (c ClockCapabilities) String() string {
	return att.NamesOf([]string{"applies summer time", "manages the time zone"}, uint32(c))
}

// ParseElapsedTime decodes b.
func ParseElapsedTime(b []byte) (CurrentElapsedTime, error) {
	r := att.NewReader(b)
	m := CurrentElapsedTime{ElapsedTime: readElapsedTime(&r)}
	if _, _, short := r.Short(); !short && r.Rest() > 0 {
		m.HasClock = true
		m.Status = ClockStatus(r.Uint8("ClockStatus"))
		m.Capabilities = ClockCapabilities(r.Uint8("ClockCapabilities"))
	}
	return m, r.Finish(0, "CurrentElapsedTime", etRef)
}

const etRef = "ETS 1.0, 3"

// AppendBinary implements [encoding.BinaryAppender]; see [ElapsedTime.AppendBinary].
func (m CurrentElapsedTime) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.ElapsedTime.AppendBinary(b)
	if err == nil && m.HasClock {
		b = append(b, byte(m.Status), byte(m.Capabilities))
	}
	return b, err
}

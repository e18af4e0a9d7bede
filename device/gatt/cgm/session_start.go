package cgm

import (
	"encoding/binary"
	"time"

	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// The characteristics about the session of a continuous glucose monitor.
const (
	UUIDSessionStart   = 0x2AAA
	UUIDSessionRunTime = 0x2AAB
)

// SessionStart is characteristic 0x2AAA (Continuous Glucose Monitoring
// Service 1.0, 3.4): the wall clock at time offset 0. The collector writes it,
// the sensor moves it to the true start of the session.
//
//	 0           7      8     9
//	+-----------+------+-----+-------+
//	| date-time | zone | DST | CRC ? |
//	+-----------+------+-----+-------+
//
// The checksum is there if the frame is two bytes longer.
type SessionStart struct {
	Start    clock.DateTime // with Zone and DST in it, as the user saw it
	TimeZone clock.TimeZone
	DST      clock.DSTOffset
	HasCRC   bool
}

const (
	cgmStartRef   = "CGMS 1.0, 3.4"
	cgmRunTimeRef = "CGMS 1.0, 3.5"
)

// ParseSessionStart decodes b.
func ParseSessionStart(b []byte) (SessionStart, error) {
	var m SessionStart
	r := att.NewReader(b)
	m.Start = clock.DateTime(r.DateTime("SessionStart"))
	m.TimeZone = clock.TimeZone(r.TimeZone())
	m.DST = clock.DSTOffset(r.DSTOffset())
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMSessionStart", cgmStartRef)
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m SessionStart) CheckFeature(f Features) error {
	return f.checkCRC(m.HasCRC, 9, "CGMSessionStart", cgmStartRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m SessionStart) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b, _ = m.Start.AppendBinary(b)
	b = append(b, byte(m.TimeZone), byte(m.DST))
	if m.HasCRC {
		b = att.AppendCRC(b, start)
	}
	return b, nil
}

// Location is the zone that the sensor states, if it knows zone and daylight
// saving time.
func (m SessionStart) Location() (*time.Location, bool) {
	zone, ok := m.TimeZone.Offset()
	dst, known := m.DST.Offset()
	if !ok || !known {
		return nil, false
	}
	return time.FixedZone("", int((zone+dst)/time.Second)), true
}

// Time is the instant at which the session started. A sensor that does not
// know its zone is taken to stand in the given location.
func (m SessionStart) Time(in *time.Location) (time.Time, bool) {
	if zone, ok := m.Location(); ok {
		in = zone
	}
	return m.Start.Time(in)
}

// SessionRunTime is characteristic 0x2AAB (Continuous Glucose Monitoring
// Service 1.0, 3.5): for how long a sensor is good.
//
//	 0       2
//	+-------+-------+
//	| hours | CRC ? |
//	+-------+-------+
//
// The checksum is there if the frame is two bytes longer.
type SessionRunTime struct {
	Hours  uint16
	HasCRC bool
}

// ParseSessionRunTime decodes b.
func ParseSessionRunTime(b []byte) (SessionRunTime, error) {
	var m SessionRunTime
	r := att.NewReader(b)
	m.Hours = r.Uint16("RunTime")
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMSessionRunTime", cgmRunTimeRef)
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m SessionRunTime) CheckFeature(f Features) error {
	return f.checkCRC(m.HasCRC, 2, "CGMSessionRunTime", cgmRunTimeRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m SessionRunTime) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = binary.LittleEndian.AppendUint16(b, m.Hours)
	if m.HasCRC {
		b = att.AppendCRC(b, start)
	}
	return b, nil
}

// Duration is how long that is.
func (m SessionRunTime) Duration() time.Duration { return time.Duration(m.Hours) * time.Hour }

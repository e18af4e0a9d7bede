package gatt

import (
	"encoding/binary"
	"time"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// The characteristics about the session of a continuous glucose monitor.
const (
	UUIDCGMSessionStart   = 0x2AAA
	UUIDCGMSessionRunTime = 0x2AAB
)

// CGMSessionStart is characteristic 0x2AAA (Continuous Glucose Monitoring
// Service 1.0, 3.4): the wall clock at time offset 0. The collector writes it,
// the sensor moves it to the true start of the session.
//
//	 0           7      8     9
//	+-----------+------+-----+-------+
//	| date-time | zone | DST | CRC ? |
//	+-----------+------+-----+-------+
//
// The checksum is there if the frame is two bytes longer.
type CGMSessionStart struct {
	Start    DateTime // with Zone and DST in it, as the user saw it
	TimeZone TimeZone
	DST      DSTOffset
	HasCRC   bool
}

const (
	cgmStartRef   = "CGMS 1.0, 3.4"
	cgmRunTimeRef = "CGMS 1.0, 3.5"
)

// ParseCGMSessionStart decodes b.
func ParseCGMSessionStart(b []byte) (CGMSessionStart, error) {
	var m CGMSessionStart
	r := att.NewReader(b)
	m.Start = DateTime(r.DateTime("SessionStart"))
	m.TimeZone = TimeZone(r.TimeZone())
	m.DST = DSTOffset(r.DSTOffset())
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMSessionStart", cgmStartRef)
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m CGMSessionStart) CheckFeature(f CGMFeatures) error {
	return f.checkCRC(m.HasCRC, 9, "CGMSessionStart", cgmStartRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m CGMSessionStart) AppendBinary(b []byte) ([]byte, error) {
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
func (m CGMSessionStart) Location() (*time.Location, bool) {
	zone, ok := m.TimeZone.Offset()
	dst, known := m.DST.Offset()
	if !ok || !known {
		return nil, false
	}
	return time.FixedZone("", int((zone+dst)/time.Second)), true
}

// Time is the instant at which the session started. A sensor that does not
// know its zone is taken to stand in the given location.
func (m CGMSessionStart) Time(in *time.Location) (time.Time, bool) {
	if zone, ok := m.Location(); ok {
		in = zone
	}
	return m.Start.Time(in)
}

// CGMSessionRunTime is characteristic 0x2AAB (Continuous Glucose Monitoring
// Service 1.0, 3.5): for how long a sensor is good.
//
//	 0       2
//	+-------+-------+
//	| hours | CRC ? |
//	+-------+-------+
//
// The checksum is there if the frame is two bytes longer.
type CGMSessionRunTime struct {
	Hours  uint16
	HasCRC bool
}

// ParseCGMSessionRunTime decodes b.
func ParseCGMSessionRunTime(b []byte) (CGMSessionRunTime, error) {
	var m CGMSessionRunTime
	r := att.NewReader(b)
	m.Hours = r.Uint16("RunTime")
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMSessionRunTime", cgmRunTimeRef)
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m CGMSessionRunTime) CheckFeature(f CGMFeatures) error {
	return f.checkCRC(m.HasCRC, 2, "CGMSessionRunTime", cgmRunTimeRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m CGMSessionRunTime) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = binary.LittleEndian.AppendUint16(b, m.Hours)
	if m.HasCRC {
		b = att.AppendCRC(b, start)
	}
	return b, nil
}

// Duration is how long that is.
func (m CGMSessionRunTime) Duration() time.Duration { return time.Duration(m.Hours) * time.Hour }

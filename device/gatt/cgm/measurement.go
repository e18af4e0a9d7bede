package cgm

import (
	"encoding/binary"
	"iter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// UUIDMeasurement is the measurement of a continuous glucose monitor.
const UUIDMeasurement = 0x2AA7

// Measurement is characteristic 0x2AA7 (Continuous Glucose Monitoring
// Service 1.0, 3.1): one record of a sensor, or several back to back. It
// borrows the bytes that it was parsed from.
//
//	+----------+----------+---
//	| record   | record ? | ...
//	+----------+----------+---
type Measurement struct {
	raw      []byte // whole records, as accepted by ParseMeasurement
	reversed bool
}

// A Record is one measured value of a sensor.
//
//	 0      1        2         4             6?       7?         8?        9?      11?       13?
//	+------+--------+---------+-------------+--------+----------+---------+-------+---------+-------+
//	| size | flags  | glucose | time offset | status?| cal/temp?| warning?| trend?| quality?| CRC ? |
//	+------+--------+---------+-------------+--------+----------+---------+-------+---------+-------+
//	flags: 0 trend | 1 quality | 5 warning | 6 calibration and temperature | 7 status
//
// Size counts itself. The checksum is there if Size has room for it.
type Record struct {
	Glucose      medfloat.SFloat // mg/dL, always
	TimeOffset   uint16          // minutes since the start of the session
	Annunciation Annunciation    // octets that were not sent are 0
	Trend        medfloat.SFloat // mg/dL per minute; meaningful if HasTrend
	Quality      medfloat.SFloat // %; meaningful if HasQuality
	Reserved     uint8           // flag bits 2 to 4 as sent: no meaning yet, and refused by ParseMeasurement

	HasStatus  bool // the octet about device and session was sent
	HasCalTemp bool // the octet about calibration and temperature was sent
	HasWarning bool // the octet about the value was sent
	HasTrend   bool
	HasQuality bool
	HasCRC     bool // the record ends with its checksum
}

const (
	cgmHasTrend   = 1 << 0
	cgmHasQuality = 1 << 1
	cgmHasWarning = 1 << 5
	cgmHasCalTemp = 1 << 6
	cgmHasStatus  = 1 << 7
	cgmReserved   = 0x1C

	cgmMinSize = 6
	cgmRef     = "CGMS 1.0, 3.1"
)

// NewMeasurement puts records into one notification, for encoding.
func NewMeasurement(records ...Record) Measurement {
	var m Measurement
	for _, c := range records {
		m.raw, _ = c.AppendBinary(m.raw)
	}
	return m
}

// ParseMeasurement decodes b, which the result borrows. Beside an error the
// result has the records before the one at fault; a record whose only fault is
// a reserved flag that announces nothing is among them. Whether a record
// should have a checksum is in the feature characteristic: see
// [Measurement.CheckFeature].
func ParseMeasurement(b []byte) (Measurement, error) {
	for rest := b; wholeCGM(rest); {
		if rest = rest[rest[0]:]; len(rest) == 0 {
			return Measurement{raw: b[:len(b):len(b)]}, nil
		}
	}
	return parseCGM(b)
}

// wholeCGM reports whether b begins with a record that has no fault.
func wholeCGM(b []byte) bool {
	if len(b) < cgmMinSize || b[1]&cgmReserved != 0 {
		return false
	}
	size, want := int(b[0]), cgmSize(b[1])
	if size == want {
		return len(b) >= size
	}
	return size == want+2 && len(b) >= size && att.CRC16(b[:want]) == binary.LittleEndian.Uint16(b[want:])
}

// parseCGM decodes records field by field, to say what is wrong with them.
func parseCGM(b []byte) (Measurement, error) {
	var odd *device.DecodeError // the first reserved flag
	r := att.NewReader(b)
	for {
		start := r.Offset()
		flags := readRecord(&r, b)
		if flags&cgmReserved != 0 && odd == nil {
			odd = cgmFault("Flags", start+1, device.ErrReservedBits)
		}
		if fault, field, at := r.Fault(); fault != "" {
			e := cgmFault(field, at, fault)
			if odd != nil {
				odd.Also, e = e, odd
			}
			return Measurement{raw: b[:start:start]}, e
		}
		if r.Rest() > 0 {
			continue
		}
		m := Measurement{raw: b[:len(b):len(b)]}
		if odd != nil {
			return m, odd
		}
		return m, nil
	}
}

// readRecord checks one record.
func readRecord(r *att.Reader, b []byte) (flags uint8) {
	start := r.Offset()
	size := int(r.Uint8("Size"))
	flags = r.Uint8("Flags")
	want := cgmSize(flags)
	if size != want && size != want+2 {
		r.Reject(device.ErrSize, "Size", start)
		return flags
	}
	r.SFloat("Glucose")
	r.Uint16("TimeOffset")
	if flags&cgmHasStatus != 0 {
		r.Uint8("Status")
	}
	if flags&cgmHasCalTemp != 0 {
		r.Uint8("CalTemp")
	}
	if flags&cgmHasWarning != 0 {
		r.Uint8("Warning")
	}
	if flags&cgmHasTrend != 0 {
		r.SFloat("Trend")
	}
	if flags&cgmHasQuality != 0 {
		r.SFloat("Quality")
	}
	if size > want {
		r.CRC(b[start:r.Offset()])
	}
	return flags
}

func cgmFault(field string, at int, fault device.Fault) *device.DecodeError {
	return &device.DecodeError{Type: "CGMMeasurement", Field: field, Offset: at, Ref: cgmRef, Err: fault}
}

// cgmSize is the size of a record without checksum.
func cgmSize(flags uint8) int {
	return cgmMinSize + int(flags>>7&1) + int(flags>>6&1) + int(flags>>5&1) + 2*int(flags&1) + 2*int(flags>>1&1)
}

// Records yields the records, as a rule the oldest first.
func (m Measurement) Records() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for b := m.raw; len(b) > 0; b = b[b[0]:] {
			if !yield(decodeCGM(b[:b[0]], m.reversed)) {
				return
			}
		}
	}
}

// decodeCGM decodes a record that has been checked.
func decodeCGM(b []byte, reversed bool) Record {
	flags := b[1]
	c := Record{
		Glucose:    medfloat.SFloat(binary.LittleEndian.Uint16(b[2:])),
		TimeOffset: binary.LittleEndian.Uint16(b[4:]),
		HasStatus:  flags&cgmHasStatus != 0,
		HasCalTemp: flags&cgmHasCalTemp != 0,
		HasWarning: flags&cgmHasWarning != 0,
		HasTrend:   flags&cgmHasTrend != 0,
		HasQuality: flags&cgmHasQuality != 0,
		HasCRC:     len(b) > cgmSize(flags),
		Reserved:   flags & cgmReserved,
	}
	b = b[6:]
	if flags&(cgmHasStatus|cgmHasCalTemp|cgmHasWarning) != 0 {
		b = c.annunciation(b, reversed)
	}
	if c.HasTrend {
		c.Trend, b = medfloat.SFloat(binary.LittleEndian.Uint16(b)), b[2:]
	}
	if c.HasQuality {
		c.Quality = medfloat.SFloat(binary.LittleEndian.Uint16(b))
	}
	return c
}

// annunciation takes the octets that the flags announce.
func (c *Record) annunciation(b []byte, reversed bool) (rest []byte) {
	for i := range 3 {
		octet := i
		if reversed {
			octet = 2 - i
		}
		if [...]bool{c.HasStatus, c.HasCalTemp, c.HasWarning}[octet] {
			c.Annunciation |= Annunciation(b[0]) << (8 * octet)
			b = b[1:]
		}
	}
	return b
}

// ReversedAnnunciation is m read as the sensors of some makers mean it, which
// send the annunciation octets in the order warning, calibration and
// temperature, status. Nothing in the bytes tells; the maker must be known.
func (m Measurement) ReversedAnnunciation() Measurement {
	m.reversed = !m.reversed
	return m
}

// CheckFeature reports a record that has what the sensor denies in its feature
// characteristic: a trend, a quality, a checksum; or that lacks the checksum
// which the sensor promises.
func (m Measurement) CheckFeature(f Features) error {
	at := 0
	for b := m.raw; len(b) > 0; b = b[b[0]:] {
		field := ""
		switch flags := b[1]; {
		case flags&cgmHasTrend != 0 && f&FeatureTrend == 0:
			field = "Trend"
		case flags&cgmHasQuality != 0 && f&FeatureQuality == 0:
			field = "Quality"
		case int(b[0]) > cgmSize(flags) != f.HasCRC():
			field = "CRC"
		}
		if field != "" {
			return cgmFault(field, at, device.ErrFeature)
		}
		at += int(b[0])
	}
	return nil
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Measurement) AppendBinary(b []byte) ([]byte, error) { return append(b, m.raw...), nil }

// AppendBinary implements [encoding.BinaryAppender]. Size and checksum are
// computed.
func (c Record) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	flags := att.Flag(c.HasTrend, cgmHasTrend) | att.Flag(c.HasQuality, cgmHasQuality) | att.Flag(c.HasWarning, cgmHasWarning) |
		att.Flag(c.HasCalTemp, cgmHasCalTemp) | att.Flag(c.HasStatus, cgmHasStatus) | c.Reserved&cgmReserved
	size := cgmSize(flags)
	if c.HasCRC {
		size += 2
	}
	b = append(b, byte(size), flags)
	b = binary.LittleEndian.AppendUint16(b, uint16(c.Glucose))
	b = binary.LittleEndian.AppendUint16(b, c.TimeOffset)
	if c.HasStatus {
		b = append(b, c.Annunciation.Status())
	}
	if c.HasCalTemp {
		b = append(b, c.Annunciation.CalTemp())
	}
	if c.HasWarning {
		b = append(b, c.Annunciation.Warning())
	}
	if c.HasTrend {
		b = binary.LittleEndian.AppendUint16(b, uint16(c.Trend))
	}
	if c.HasQuality {
		b = binary.LittleEndian.AppendUint16(b, uint16(c.Quality))
	}
	if c.HasCRC {
		b = att.AppendCRC(b, start)
	}
	return b, nil
}

// AppendReadings appends the glucose of every record in mg/dL, taken to be of
// interstitial fluid, at the time of arrival and with the time offset as
// [vitals.Reading.Sequence]. Who knows the session, and with it the instant of
// every value and what the sensor sits in, uses a [Session].
//
// Where there is no number but the sensor says that the result was too high or
// too low, so does the reading. Trend and quality index stay in the record.
func (m Measurement) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	for b := m.raw; len(b) > 0; b = b[b[0]:] {
		c := decodeCGM(b[:b[0]], m.reversed)
		dst = append(dst, vitals.Reading{Patient: f.Patient, Device: f.Device, Kind: vitals.GlucoseISF, At: f.At})
		c.complete(&dst[len(dst)-1])
	}
	return dst
}

// complete gives a reading its value, doubts and number.
func (c *Record) complete(r *vitals.Reading) {
	value, absent := c.Glucose.Decimal()
	if beyond := c.Annunciation & (ResultTooLow | ResultTooHigh); beyond != 0 {
		switch {
		case absent == 0:
			r.Quality |= vitals.Questionable // a number beside the claim that there is none
		case beyond&ResultTooHigh != 0:
			absent = vitals.AboveRange
		default:
			absent = vitals.BelowRange
		}
	}
	r.Quality |= absent | c.Annunciation.quality()
	r.Sequence = uint32(c.TimeOffset)
	if absent == 0 {
		r.Quantity = vitals.UnitMgPerDL.Of(value)
	}
}

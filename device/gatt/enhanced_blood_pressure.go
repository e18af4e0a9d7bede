package gatt

import (
	"encoding/binary"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// EnhancedBloodPressure is characteristic 0x2B34, Enhanced Blood Pressure
// Measurement (Blood Pressure Service 1.1): [BloodPressureMeasurement] with
// times that count seconds.
//
//	 0        1          3           5      7            11?        13?     14?        16?
//	+--------+----------+-----------+------+------------+----------+-------+----------+-------------+
//	| flags  | systolic | diastolic | mean | UTC time ? | pulse ?  | user? | status ? | user time ? |
//	+--------+----------+-----------+------+------------+----------+-------+----------+-------------+
//	flags: 0 kPa, else mmHg | 1 UTC time | 2 pulse rate | 3 user | 4 status | 5 user time | 6 epoch 2000, else 1900
//
// single-source layout: bluetooth-sig-python@27bdb3d after the GSS.
type EnhancedBloodPressure struct {
	Systolic  medfloat.SFloat
	Diastolic medfloat.SFloat
	Mean      medfloat.SFloat
	EnhancedBPDetails
}

// EnhancedCuffPressure is characteristic 0x2B35, Enhanced Intermediate Cuff
// Pressure (Blood Pressure Service 1.1): the pressure in the cuff while a
// measurement goes on. Unlike [IntermediateCuffPressure] it has no unused
// places.
//
//	 0        1          3            7?        9?      10?        12?
//	+--------+----------+------------+----------+-------+----------+-------------+
//	| flags  | pressure | UTC time ? | pulse ?  | user? | status ? | user time ? |
//	+--------+----------+------------+----------+-------+----------+-------------+
//	flags: as [EnhancedBloodPressure]
//
// single-source layout: bluetooth-sig-python@27bdb3d after the GSS.
type EnhancedCuffPressure struct {
	Pressure medfloat.SFloat
	EnhancedBPDetails
}

// EnhancedBPDetails is what both characteristics have besides pressures.
type EnhancedBPDetails struct {
	KPa       bool                // pressures are in kPa, not mmHg
	Epoch2000 bool                // both times begin in 2000, not in 1900
	Timestamp uint32              // s of UTC; meaningful if HasTimestamp
	PulseRate medfloat.SFloat     // beats per minute; meaningful if HasPulseRate
	User      uint8               // 0xFF: unknown; meaningful if HasUser
	Status    BloodPressureStatus // meaningful if HasStatus
	UserTime  uint32              // s of what the display showed; meaningful if HasUserTime
	Reserved  uint8               // flag bit 7 as sent: no meaning yet, and refused by ParseX

	HasTimestamp bool
	HasPulseRate bool
	HasUser      bool
	HasStatus    bool
	HasUserTime  bool
}

const (
	ebpHasUserTime = 1 << 5
	ebpEpoch2000   = 1 << 6
	ebpReserved    = 1 << 7

	ebpRef = "BLS 1.1, 3"
)

// ParseEnhancedBloodPressure decodes b.
func ParseEnhancedBloodPressure(b []byte) (EnhancedBloodPressure, error) {
	var m EnhancedBloodPressure
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Systolic = r.SFloat("Systolic")
	m.Diastolic = r.SFloat("Diastolic")
	m.Mean = r.SFloat("Mean")
	m.EnhancedBPDetails = readEnhancedBPDetails(&r, flags)
	return m, r.Finish(m.Reserved, "EnhancedBloodPressure", ebpRef)
}

// ParseEnhancedCuffPressure decodes b.
func ParseEnhancedCuffPressure(b []byte) (EnhancedCuffPressure, error) {
	var m EnhancedCuffPressure
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Pressure = r.SFloat("Pressure")
	m.EnhancedBPDetails = readEnhancedBPDetails(&r, flags)
	return m, r.Finish(m.Reserved, "EnhancedCuffPressure", ebpRef)
}

func readEnhancedBPDetails(r *att.Reader, flags uint8) (d EnhancedBPDetails) {
	d.KPa = flags&bpKPa != 0
	d.Epoch2000 = flags&ebpEpoch2000 != 0
	d.Reserved = flags & ebpReserved
	if d.HasTimestamp = flags&bpHasTimestamp != 0; d.HasTimestamp {
		d.Timestamp = r.Uint32("Timestamp")
	}
	if d.HasPulseRate = flags&bpHasPulseRate != 0; d.HasPulseRate {
		d.PulseRate = r.SFloat("PulseRate")
	}
	if d.HasUser = flags&bpHasUser != 0; d.HasUser {
		d.User = r.Uint8("User")
	}
	if d.HasStatus = flags&bpHasStatus != 0; d.HasStatus {
		d.Status = BloodPressureStatus(r.Uint16("Status"))
	}
	if d.HasUserTime = flags&ebpHasUserTime != 0; d.HasUserTime {
		d.UserTime = r.Uint32("UserTime")
	}
	return d
}

// AppendBinary implements [encoding.BinaryAppender].
func (m EnhancedBloodPressure) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, m.flags())
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Systolic))
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Diastolic))
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Mean))
	return m.EnhancedBPDetails.append(b), nil
}

// AppendBinary implements [encoding.BinaryAppender].
func (m EnhancedCuffPressure) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint16(append(b, m.flags()), uint16(m.Pressure))
	return m.EnhancedBPDetails.append(b), nil
}

func (d EnhancedBPDetails) flags() byte {
	return att.Flag(d.KPa, bpKPa) | att.Flag(d.HasTimestamp, bpHasTimestamp) | att.Flag(d.HasPulseRate, bpHasPulseRate) |
		att.Flag(d.HasUser, bpHasUser) | att.Flag(d.HasStatus, bpHasStatus) | att.Flag(d.HasUserTime, ebpHasUserTime) |
		att.Flag(d.Epoch2000, ebpEpoch2000) | d.Reserved&ebpReserved
}

func (d EnhancedBPDetails) append(b []byte) []byte {
	if d.HasTimestamp {
		b = binary.LittleEndian.AppendUint32(b, d.Timestamp)
	}
	if d.HasPulseRate {
		b = binary.LittleEndian.AppendUint16(b, uint16(d.PulseRate))
	}
	if d.HasUser {
		b = append(b, d.User)
	}
	if d.HasStatus {
		b = binary.LittleEndian.AppendUint16(b, uint16(d.Status))
	}
	if d.HasUserTime {
		b = binary.LittleEndian.AppendUint32(b, d.UserTime)
	}
	return b
}

// AppendReadings appends systolic, diastolic and mean pressure as one panel,
// in the unit that was sent, then the pulse rate, as
// [BloodPressureMeasurement.AppendReadings] does.
func (m EnhancedBloodPressure) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := m.reading(f)
	dst = att.AppendSFloat(dst, &r, vitals.Systolic, m.Systolic, m.unit())
	dst = att.AppendSFloat(dst, &r, vitals.Diastolic, m.Diastolic, m.unit())
	dst = att.AppendSFloat(dst, &r, vitals.MeanPressure, m.Mean, m.unit())
	if m.HasPulseRate {
		if m.Status&(BPPulseAbove|BPPulseBelow) != 0 {
			r.Quality |= vitals.Questionable
		}
		dst = att.AppendSFloat(dst, &r, vitals.PulseRateCuff, m.PulseRate, vitals.UnitPerMinute)
	}
	return dst
}

// AppendReadings appends the cuff pressure and, if sent, the pulse rate. Both
// are [vitals.Ongoing]: neither is a result.
func (m EnhancedCuffPressure) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := m.reading(f)
	r.Quality |= vitals.Ongoing
	dst = att.AppendSFloat(dst, &r, vitals.CuffPressure, m.Pressure, m.unit())
	if m.HasPulseRate {
		dst = att.AppendSFloat(dst, &r, vitals.PulseRateCuff, m.PulseRate, vitals.UnitPerMinute)
	}
	return dst
}

// reading prefers the instant to what the display showed, which is read in the
// location of the frame.
func (d EnhancedBPDetails) reading(f device.Frame) (r vitals.Reading) {
	switch {
	case d.HasTimestamp:
		r = att.ReadingAt(f, att.EpochTime(d.Timestamp, d.Epoch2000), true)
	case d.HasUserTime:
		r = att.ReadingAt(f, att.WallClock(att.EpochTime(d.UserTime, d.Epoch2000), f.At.Location()), true)
	default:
		r = att.Arrival(f)
	}
	r.Quality |= d.Status.quality()
	return r
}

// Time is the UTC time stamp; ok is false if none was sent.
func (d EnhancedBPDetails) Time() (at time.Time, ok bool) {
	return att.EpochTime(d.Timestamp, d.Epoch2000), d.HasTimestamp
}

// UserDateTime is what the display showed; ok is false if it was not sent.
func (d EnhancedBPDetails) UserDateTime() (shown clock.DateTime, ok bool) {
	return clock.DateTimeOf(att.EpochTime(d.UserTime, d.Epoch2000)), d.HasUserTime
}

func (d EnhancedBPDetails) unit() vitals.Unit {
	if d.KPa {
		return vitals.UnitKPa
	}
	return vitals.UnitMmHg
}

package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// BloodPressureMeasurement is characteristic 0x2A35 (Blood Pressure Service
// 1.1, 3.1).
//
//	 0        1          3           5        7             14?          16?       17?
//	+--------+----------+-----------+--------+-------------+------------+---------+----------+
//	| flags  | systolic | diastolic | mean   | date-time ? | pulse /m ? | user ?  | status ? |
//	+--------+----------+-----------+--------+-------------+------------+---------+----------+
//	flags: 0 kPa, else mmHg | 1 date-time | 2 pulse rate | 3 user | 4 status
type BloodPressureMeasurement struct {
	Systolic  medfloat.SFloat
	Diastolic medfloat.SFloat
	Mean      medfloat.SFloat
	KPa       bool // pressures are in kPa, not mmHg
	Timestamp clock.DateTime
	PulseRate medfloat.SFloat // beats per minute; meaningful if HasPulseRate
	User      uint8           // 0xFF: unknown; meaningful if HasUser
	Status    BloodPressureStatus
	Reserved  uint8 // flag bits 5 to 7 as sent: no meaning yet, and refused by ParseBloodPressureMeasurement

	HasTimestamp bool
	HasPulseRate bool
	HasUser      bool
	HasStatus    bool
}

// BloodPressureStatus is the measurement status, as sent. Reserved bits are kept.
type BloodPressureStatus uint16

// The conditions that a cuff reports. The two bits of the pulse range are one
// number: 1 above, 2 below.
const (
	BPBodyMovement     BloodPressureStatus = 1 << 0
	BPCuffLoose        BloodPressureStatus = 1 << 1
	BPIrregularPulse   BloodPressureStatus = 1 << 2
	BPPulseAbove       BloodPressureStatus = 1 << 3
	BPPulseBelow       BloodPressureStatus = 1 << 4
	BPImproperPosition BloodPressureStatus = 1 << 5
)

const (
	bpKPa          = 1 << 0
	bpHasTimestamp = 1 << 1
	bpHasPulseRate = 1 << 2
	bpHasUser      = 1 << 3
	bpHasStatus    = 1 << 4
	bpReserved     = 0xE0
)

// ParseBloodPressureMeasurement decodes b.
func ParseBloodPressureMeasurement(b []byte) (BloodPressureMeasurement, error) {
	r := att.NewReader(b)
	m := readBloodPressure(&r, "Systolic", "Diastolic", "Mean")
	return m, r.Finish(m.Reserved, "BloodPressureMeasurement", "BLS 1.1, 3.1")
}

// readBloodPressure reads the layout that cuffs share, with names for the three
// pressures.
func readBloodPressure(r *att.Reader, first, second, third string) (m BloodPressureMeasurement) {
	flags := r.Uint8("Flags")
	m.Reserved = flags & bpReserved
	m.KPa = flags&bpKPa != 0
	m.Systolic = r.SFloat(first)
	m.Diastolic = r.SFloat(second)
	m.Mean = r.SFloat(third)
	if m.HasTimestamp = flags&bpHasTimestamp != 0; m.HasTimestamp {
		m.Timestamp = clock.DateTime(r.DateTime("Timestamp"))
	}
	if m.HasPulseRate = flags&bpHasPulseRate != 0; m.HasPulseRate {
		m.PulseRate = r.SFloat("PulseRate")
	}
	if m.HasUser = flags&bpHasUser != 0; m.HasUser {
		m.User = r.Uint8("User")
	}
	if m.HasStatus = flags&bpHasStatus != 0; m.HasStatus {
		m.Status = BloodPressureStatus(r.Uint16("Status"))
	}
	return m
}

// AppendBinary implements [encoding.BinaryAppender].
func (m BloodPressureMeasurement) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.KPa, bpKPa)|att.Flag(m.HasTimestamp, bpHasTimestamp)|att.Flag(m.HasPulseRate, bpHasPulseRate)|
		att.Flag(m.HasUser, bpHasUser)|att.Flag(m.HasStatus, bpHasStatus)|m.Reserved&bpReserved)
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Systolic))
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Diastolic))
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Mean))
	if m.HasTimestamp {
		b, _ = m.Timestamp.AppendBinary(b)
	}
	if m.HasPulseRate {
		b = binary.LittleEndian.AppendUint16(b, uint16(m.PulseRate))
	}
	if m.HasUser {
		b = append(b, m.User)
	}
	if m.HasStatus {
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Status))
	}
	return b, nil
}

// AppendReadings appends systolic, diastolic and mean pressure as one panel,
// in the unit that was sent, then the pulse rate. A failed inflation (all NaN)
// stays a panel of absent values: that it was tried and failed is worth knowing.
func (m BloodPressureMeasurement) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.DateTime(m.Timestamp).Reading(f, m.HasTimestamp)
	r.Quality |= m.Status.quality()
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

func (m BloodPressureMeasurement) unit() vitals.Unit {
	if m.KPa {
		return vitals.UnitKPa
	}
	return vitals.UnitMmHg
}

// String lists the conditions in words.
func (s BloodPressureStatus) String() string { return att.NamesOf(bpStatusNames[:], uint32(s)) }

var bpStatusNames = [...]string{
	"body movement", "cuff loose", "irregular pulse", "pulse above range", "pulse below range", "improper position",
}

// quality translates the status bits.
func (s BloodPressureStatus) quality() (q vitals.Quality) {
	if s&BPBodyMovement != 0 {
		q |= vitals.Motion
	}
	if s&(BPCuffLoose|BPImproperPosition) != 0 {
		q |= vitals.BadPosition
	}
	if s&BPIrregularPulse != 0 {
		q |= vitals.IrregularPulse
	}
	return q
}

package gatt

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// IntermediateCuffPressure is characteristic 0x2A36 (Blood Pressure Service
// 1.1, 3.2): the pressure in the cuff while a measurement goes on. It has the
// layout of [BloodPressureMeasurement]; the cuff pressure stands in the place
// of the systolic pressure and the next two places are unused.
//
//	 0        1          3          7             14?          16?       17?
//	+--------+----------+----------+-------------+------------+---------+----------+
//	| flags  | pressure | unused×2 | date-time ? | pulse /m ? | user ?  | status ? |
//	+--------+----------+----------+-------------+------------+---------+----------+
//	flags: 0 kPa, else mmHg | 1 date-time | 2 pulse rate | 3 user | 4 status
type IntermediateCuffPressure struct {
	Pressure  medfloat.SFloat
	Unused    [2]medfloat.SFloat // as sent: devices put 0 or NaN there
	KPa       bool               // Pressure is in kPa, not mmHg
	Timestamp clock.DateTime
	PulseRate medfloat.SFloat // beats per minute; meaningful if HasPulseRate
	User      uint8           // 0xFF: unknown; meaningful if HasUser
	Status    BloodPressureStatus
	Reserved  uint8 // flag bits 5 to 7 as sent: no meaning yet, and refused by ParseIntermediateCuffPressure

	HasTimestamp bool
	HasPulseRate bool
	HasUser      bool
	HasStatus    bool
}

// ParseIntermediateCuffPressure decodes b.
func ParseIntermediateCuffPressure(b []byte) (IntermediateCuffPressure, error) {
	r := att.NewReader(b)
	m := readBloodPressure(&r, "Pressure", "Unused", "Unused")
	return IntermediateCuffPressure{
		Pressure: m.Systolic, Unused: [2]medfloat.SFloat{m.Diastolic, m.Mean}, KPa: m.KPa,
		Timestamp: m.Timestamp, PulseRate: m.PulseRate, User: m.User, Status: m.Status, Reserved: m.Reserved,
		HasTimestamp: m.HasTimestamp, HasPulseRate: m.HasPulseRate, HasUser: m.HasUser, HasStatus: m.HasStatus,
	}, r.Finish(m.Reserved, "IntermediateCuffPressure", "BLS 1.1, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (m IntermediateCuffPressure) AppendBinary(b []byte) ([]byte, error) {
	return m.layout().AppendBinary(b)
}

// AppendReadings appends the cuff pressure and, if sent, the pulse rate. Both
// are [vitals.Ongoing]: neither is a result.
func (m IntermediateCuffPressure) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.DateTime(m.Timestamp).Reading(f, m.HasTimestamp)
	r.Quality |= vitals.Ongoing | m.Status.quality()
	dst = att.AppendSFloat(dst, &r, vitals.CuffPressure, m.Pressure, m.layout().unit())
	if m.HasPulseRate {
		dst = att.AppendSFloat(dst, &r, vitals.PulseRateCuff, m.PulseRate, vitals.UnitPerMinute)
	}
	return dst
}

// layout is m under the names of the layout that it borrows.
func (m IntermediateCuffPressure) layout() BloodPressureMeasurement {
	return BloodPressureMeasurement{
		Systolic: m.Pressure, Diastolic: m.Unused[0], Mean: m.Unused[1], KPa: m.KPa,
		Timestamp: m.Timestamp, PulseRate: m.PulseRate, User: m.User, Status: m.Status, Reserved: m.Reserved,
		HasTimestamp: m.HasTimestamp, HasPulseRate: m.HasPulseRate, HasUser: m.HasUser, HasStatus: m.HasStatus,
	}
}

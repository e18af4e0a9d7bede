package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// PLXSpotCheck is characteristic 0x2A5E (Pulse Oximeter Service 1.0, 3.1): one
// finished measurement.
//
//	 0        1      3        5             12?        14?                17?
//	+--------+------+--------+-------------+----------+------------------+-------------+
//	| flags  | SpO2 | pulse  | date-time ? | status ? | sensor, 3 byte ? | amplitude ? |
//	+--------+------+--------+-------------+----------+------------------+-------------+
//	flags: 0 date-time | 1 status | 2 sensor | 3 amplitude | 4 clock is not set
type PLXSpotCheck struct {
	PLXValues
	Timestamp clock.DateTime
	// ClockNotSet: the device itself says that its clock is wrong.
	ClockNotSet bool
	PLXDetails

	HasTimestamp bool
}

// PLXContinuous is characteristic 0x2A5F (Pulse Oximeter Service 1.0, 3.2):
// one of a stream of measurements.
//
//	 0        1      3        5        9        13?        15?                18?
//	+--------+------+--------+--------+--------+----------+------------------+-------------+
//	| flags  | SpO2 | pulse  | fast ? | slow ? | status ? | sensor, 3 byte ? | amplitude ? |
//	+--------+------+--------+--------+--------+----------+------------------+-------------+
//	flags: 0 fast | 1 slow | 2 status | 3 sensor | 4 amplitude
type PLXContinuous struct {
	PLXValues           // with the averaging that the device thinks normal
	Fast      PLXValues // quicker to follow; meaningful if HasFast
	Slow      PLXValues // steadier; meaningful if HasSlow
	PLXDetails

	HasFast bool
	HasSlow bool
}

// PLXValues is a saturation with its pulse rate.
type PLXValues struct {
	SpO2      medfloat.SFloat // %
	PulseRate medfloat.SFloat // beats per minute
}

// PLXDetails is what both characteristics may end with.
type PLXDetails struct {
	Status    PLXStatus       // meaningful if HasStatus
	Sensor    PLXSensor       // meaningful if HasSensor
	Amplitude medfloat.SFloat // pulse amplitude index, %; meaningful if HasAmplitude
	Reserved  uint8           // flag bits 5 to 7 as sent: no meaning yet, and refused by ParseX

	HasStatus    bool
	HasSensor    bool
	HasAmplitude bool
}

const (
	spotHasTimestamp = 1 << 0
	spotDetails      = 1 // where the flags of PLXDetails begin
	spotClockNotSet  = 1 << 4

	contHasFast = 1 << 0
	contHasSlow = 1 << 1
	contDetails = 2

	plxHasStatus    = 1 << 0
	plxHasSensor    = 1 << 1
	plxHasAmplitude = 1 << 2
	plxReserved     = 0xE0
)

// ParsePLXSpotCheck decodes b.
func ParsePLXSpotCheck(b []byte) (PLXSpotCheck, error) {
	var m PLXSpotCheck
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.ClockNotSet = flags&spotClockNotSet != 0
	m.PLXValues = readPLXValues(&r, "SpO2", "PulseRate")
	if m.HasTimestamp = flags&spotHasTimestamp != 0; m.HasTimestamp {
		m.Timestamp = clock.DateTime(r.DateTime("Timestamp"))
	}
	m.PLXDetails = readPLXDetails(&r, flags>>spotDetails)
	m.Reserved = flags & plxReserved
	return m, r.Finish(m.Reserved, "PLXSpotCheck", "PLXS 1.0, 3.1")
}

// ParsePLXContinuous decodes b.
func ParsePLXContinuous(b []byte) (PLXContinuous, error) {
	var m PLXContinuous
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.PLXValues = readPLXValues(&r, "SpO2", "PulseRate")
	if m.HasFast = flags&contHasFast != 0; m.HasFast {
		m.Fast = readPLXValues(&r, "SpO2Fast", "PulseRateFast")
	}
	if m.HasSlow = flags&contHasSlow != 0; m.HasSlow {
		m.Slow = readPLXValues(&r, "SpO2Slow", "PulseRateSlow")
	}
	m.PLXDetails = readPLXDetails(&r, flags>>contDetails)
	m.Reserved = flags & plxReserved
	return m, r.Finish(m.Reserved, "PLXContinuous", "PLXS 1.0, 3.2")
}

func readPLXValues(r *att.Reader, saturation, pulse string) PLXValues {
	return PLXValues{SpO2: r.SFloat(saturation), PulseRate: r.SFloat(pulse)}
}

func readPLXDetails(r *att.Reader, flags uint8) (d PLXDetails) {
	if d.HasStatus = flags&plxHasStatus != 0; d.HasStatus {
		d.Status = PLXStatus(r.Uint16("MeasurementStatus"))
	}
	if d.HasSensor = flags&plxHasSensor != 0; d.HasSensor {
		d.Sensor = PLXSensor(r.Uint24("DeviceSensorStatus"))
	}
	if d.HasAmplitude = flags&plxHasAmplitude != 0; d.HasAmplitude {
		d.Amplitude = r.SFloat("PulseAmplitudeIndex")
	}
	return d
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Sensor has
// more than 24 bits.
func (m PLXSpotCheck) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasTimestamp, spotHasTimestamp)|att.Flag(m.ClockNotSet, spotClockNotSet)|m.flags()<<spotDetails|
		m.Reserved&plxReserved)
	b = m.PLXValues.append(b)
	if m.HasTimestamp {
		b, _ = m.Timestamp.AppendBinary(b)
	}
	return m.PLXDetails.append(b)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Sensor has
// more than 24 bits.
func (m PLXContinuous) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasFast, contHasFast)|att.Flag(m.HasSlow, contHasSlow)|m.flags()<<contDetails|m.Reserved&plxReserved)
	b = m.PLXValues.append(b)
	if m.HasFast {
		b = m.Fast.append(b)
	}
	if m.HasSlow {
		b = m.Slow.append(b)
	}
	return m.PLXDetails.append(b)
}

func (v PLXValues) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(v.SpO2))
	return binary.LittleEndian.AppendUint16(b, uint16(v.PulseRate))
}

func (d PLXDetails) flags() uint8 {
	return att.Flag(d.HasStatus, plxHasStatus) | att.Flag(d.HasSensor, plxHasSensor) | att.Flag(d.HasAmplitude, plxHasAmplitude)
}

func (d PLXDetails) append(b []byte) ([]byte, error) {
	if d.HasStatus {
		b = binary.LittleEndian.AppendUint16(b, uint16(d.Status))
	}
	if d.HasSensor {
		if d.Sensor>>24 != 0 {
			return b, att.Unencodable("Sensor")
		}
		b = append(b, byte(d.Sensor), byte(d.Sensor>>8), byte(d.Sensor>>16))
	}
	if d.HasAmplitude {
		b = binary.LittleEndian.AppendUint16(b, uint16(d.Amplitude))
	}
	return b, nil
}

// AppendReadings appends saturation, pulse rate and, if sent, the pulse
// amplitude as perfusion index. A clock that the device itself calls unset is
// not believed.
func (m PLXSpotCheck) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.DateTime(m.Timestamp).Reading(f, m.HasTimestamp && !m.ClockNotSet)
	if m.ClockNotSet {
		r.Quality |= vitals.ClockUnset
	}
	return m.appendReadings(dst, r, m.PLXValues)
}

// AppendReadings appends saturation, pulse rate and, if sent, the pulse
// amplitude as perfusion index. The fast and slow pairs are the same signal
// with other averaging and become no readings: two saturations of one instant
// would contradict each other in the record. Who wants them has the wire type.
func (m PLXContinuous) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	return m.appendReadings(dst, att.Arrival(f), m.PLXValues)
}

func (d PLXDetails) appendReadings(dst []vitals.Reading, r vitals.Reading, v PLXValues) []vitals.Reading {
	r.Quality |= d.Status.quality() | d.Sensor.quality()
	dst = att.AppendSFloat(dst, &r, vitals.SpO2, v.SpO2, vitals.UnitPercent)
	dst = att.AppendSFloat(dst, &r, vitals.PulseRateOximeter, v.PulseRate, vitals.UnitPerMinute)
	if d.HasAmplitude {
		dst = att.AppendSFloat(dst, &r, vitals.PerfusionIndex, d.Amplitude, vitals.UnitPercent)
	}
	return dst
}

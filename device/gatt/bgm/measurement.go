package bgm

import (
	"encoding/binary"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// The UUIDs of the Glucose Service.
const (
	UUIDMeasurement = 0x2A18
	UUIDContext     = 0x2A34
	UUIDFeature     = 0x2A51
)

// Measurement is characteristic 0x2A18 (Glucose Service 1.0, 3.1): one
// record of a meter's memory.
//
//	 0        1          3           10?        12?              14?             15?
//	+--------+----------+-----------+----------+----------------+---------------+----------+
//	| flags  | sequence | base time | offset ? | concentration ?| type, place ? | status ? |
//	+--------+----------+-----------+----------+----------------+---------------+----------+
//	flags: 0 offset | 1 concentration, type and place | 2 mol/L, else kg/L | 3 status | 4 context follows
type Measurement struct {
	Sequence      uint16
	BaseTime      clock.DateTime
	TimeOffset    int16           // minutes to add to BaseTime; meaningful if HasTimeOffset
	Concentration medfloat.SFloat // kg/L or mol/L; meaningful if HasConcentration
	Molar         bool            // the unit is mol/L, not kg/L
	Type          SampleType      // low half of its byte; meaningful if HasConcentration
	Location      SampleLocation  // high half; meaningful if HasConcentration
	Status        Status          // meaningful if HasStatus
	// ContextFollows: a [Context] with the same Sequence comes next.
	ContextFollows bool
	Reserved       uint8 // flag bits 5 to 7 as sent: no meaning yet, and refused by ParseMeasurement

	HasTimeOffset    bool
	HasConcentration bool
	HasStatus        bool
}

// SampleType is what was measured, as sent.
type SampleType uint8

// The sample types.
const (
	SampleCapillaryBlood     SampleType = 1
	SampleCapillaryPlasma    SampleType = 2
	SampleVenousBlood        SampleType = 3
	SampleVenousPlasma       SampleType = 4
	SampleArterialBlood      SampleType = 5
	SampleArterialPlasma     SampleType = 6
	SampleUndeterminedBlood  SampleType = 7
	SampleUndeterminedPlasma SampleType = 8
	SampleInterstitialFluid  SampleType = 9
	SampleControlSolution    SampleType = 10
)

// SampleLocation is where the sample was taken, as sent.
type SampleLocation uint8

// The sample locations.
const (
	LocationFinger        SampleLocation = 1
	LocationAlternateSite SampleLocation = 2
	LocationEarlobe       SampleLocation = 3
	LocationControl       SampleLocation = 4
	LocationNotAvailable  SampleLocation = att.NotAvailable
)

// Status is the sensor status, as sent. Reserved bits are kept.
type Status uint16

// What a meter says about its sensor.
const (
	BatteryLow         Status = 1 << 0
	SensorMalfunction  Status = 1 << 1
	SampleInsufficient Status = 1 << 2
	StripInsertion     Status = 1 << 3
	StripType          Status = 1 << 4
	ResultTooHigh      Status = 1 << 5
	ResultTooLow       Status = 1 << 6
	TooWarm            Status = 1 << 7
	TooCold            Status = 1 << 8
	StripPulled        Status = 1 << 9
	DeviceFault        Status = 1 << 10
	TimeFault          Status = 1 << 11
)

const (
	glucoseHasTimeOffset    = 1 << 0
	glucoseHasConcentration = 1 << 1
	glucoseMolar            = 1 << 2
	glucoseHasStatus        = 1 << 3
	glucoseContextFollows   = 1 << 4
	glucoseReserved         = 0xE0
)

// ParseMeasurement decodes b.
func ParseMeasurement(b []byte) (Measurement, error) {
	var m Measurement
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Molar = flags&glucoseMolar != 0
	m.ContextFollows = flags&glucoseContextFollows != 0
	m.Reserved = flags & glucoseReserved
	m.Sequence = r.Uint16("Sequence")
	m.BaseTime = clock.DateTime(r.DateTime("BaseTime"))
	if m.HasTimeOffset = flags&glucoseHasTimeOffset != 0; m.HasTimeOffset {
		m.TimeOffset = int16(r.Uint16("TimeOffset"))
	}
	if m.HasConcentration = flags&glucoseHasConcentration != 0; m.HasConcentration {
		m.Concentration = r.SFloat("Concentration")
		low, high := r.Nibbles("TypeSampleLocation")
		r.NibbleCode("Type", low, uint8(SampleControlSolution), 0)
		r.NibbleCode("SampleLocation", high, uint8(LocationControl), att.NotAvailable)
		m.Type, m.Location = SampleType(low), SampleLocation(high)
	}
	if m.HasStatus = flags&glucoseHasStatus != 0; m.HasStatus {
		m.Status = Status(r.Uint16("SensorStatus"))
	}
	return m, r.Finish(m.Reserved, "GlucoseMeasurement", "GLS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Type or
// Location has more than 4 bits.
func (m Measurement) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasTimeOffset, glucoseHasTimeOffset)|att.Flag(m.HasConcentration, glucoseHasConcentration)|
		att.Flag(m.Molar, glucoseMolar)|att.Flag(m.HasStatus, glucoseHasStatus)|att.Flag(m.ContextFollows, glucoseContextFollows)|
		m.Reserved&glucoseReserved)
	b = binary.LittleEndian.AppendUint16(b, m.Sequence)
	b, _ = m.BaseTime.AppendBinary(b)
	if m.HasTimeOffset {
		b = binary.LittleEndian.AppendUint16(b, uint16(m.TimeOffset))
	}
	if m.HasConcentration {
		if m.Type > 0xF || m.Location > 0xF {
			return b, att.Unencodable("TypeSampleLocation")
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Concentration))
		b = append(b, byte(m.Type)|byte(m.Location)<<4)
	}
	if m.HasStatus {
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Status))
	}
	return b, nil
}

// UserTime is when the measurement was taken by the clock that the user sees:
// base time plus offset. There is none if an offset has to be added to an
// incomplete date.
func (m Measurement) UserTime() (t clock.DateTime, ok bool) {
	if !m.HasTimeOffset {
		return m.BaseTime, true
	}
	return m.BaseTime.Add(time.Duration(m.TimeOffset) * time.Minute)
}

// AppendReadings appends the concentration in mg/dL or mmol/L, moved there by
// a power of ten with every digit kept. Its kind depends on the sample; a
// control solution is [vitals.TestData]. Where the meter has no number but
// says that the result was too high or too low, so does the reading. A record
// that says nothing about glucose appends nothing.
//
// The record number becomes [vitals.Reading.Sequence].
func (m Measurement) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	value, absent := m.value()
	if absent == vitals.NotAvailable {
		return dst
	}
	at, ok := m.UserTime()
	if !ok {
		at = clock.DateTime{}
	}
	r := att.DateTime(at).Reading(f, m.Status&TimeFault == 0)
	r.Sequence = uint32(m.Sequence)
	r.Quality |= m.Status.quality()
	if m.isControl() {
		r.Quality |= vitals.TestData
	}
	if absent == 0 && m.Status&(ResultTooHigh|ResultTooLow) != 0 {
		r.Quality |= vitals.Questionable // a number beside the claim that there is none
	}
	if m.Molar {
		return att.AppendValue(dst, &r, m.Kind(), value, absent, vitals.UnitMmolPerL)
	}
	return att.AppendValue(dst, &r, m.Kind(), value, absent, vitals.UnitMgPerDL)
}

// value is the number in mg/dL or mmol/L, or why there is none;
// [vitals.NotAvailable] if the record has nothing to say.
func (m Measurement) value() (value vitals.Decimal, absent vitals.Quality) {
	absent = vitals.NotAvailable
	if m.HasConcentration {
		value, absent = m.Concentration.Decimal()
	}
	switch {
	case absent == 0 && m.Molar:
		value.Exp += 3 // mol to mmol
	case absent == 0:
		value.Exp += 5 // kg/L to mg/dL
	case m.Status&ResultTooHigh != 0:
		absent = vitals.AboveRange
	case m.Status&ResultTooLow != 0:
		absent = vitals.BelowRange
	}
	return value, absent
}

func (m Measurement) isControl() bool {
	return m.HasConcentration && (m.Type == SampleControlSolution || m.Location == LocationControl)
}

// Kind is what the concentration is called. Whole blood from an unknown site
// has no name of its own.
func (m Measurement) Kind() vitals.Kind {
	if m.isControl() {
		return vitals.GlucoseControl
	}
	switch m.Type {
	case SampleCapillaryBlood:
		return vitals.GlucoseCapillaryBlood
	case SampleCapillaryPlasma:
		return vitals.GlucoseCapillaryPlasma
	case SampleVenousBlood:
		return vitals.GlucoseVenousBlood
	case SampleVenousPlasma:
		return vitals.GlucoseVenousPlasma
	case SampleArterialBlood:
		return vitals.GlucoseArterialBlood
	case SampleArterialPlasma:
		return vitals.GlucoseArterialPlasma
	case SampleUndeterminedPlasma:
		return vitals.GlucoseUndeterminedPlasma
	case SampleInterstitialFluid:
		return vitals.GlucoseISF
	}
	return vitals.GlucoseGeneric
}

// quality translates the status bits. Too high and too low are about the
// value and are dealt with there.
func (s Status) quality() (q vitals.Quality) {
	if s&BatteryLow != 0 {
		q |= vitals.LowBattery
	}
	if s&(SensorMalfunction|DeviceFault) != 0 {
		q |= vitals.SensorFault
	}
	if s&(SampleInsufficient|StripInsertion|StripType|StripPulled) != 0 {
		q |= vitals.SampleFault
	}
	if s&(TooWarm|TooCold) != 0 {
		q |= vitals.Invalid
	}
	if s&TimeFault != 0 {
		q |= vitals.ClockUnset
	}
	return q
}

// String is the type in words.
func (t SampleType) String() string { return att.NameOf(sampleTypes[:], uint8(t)) }

// String is the location in words.
func (l SampleLocation) String() string { return att.NameOf(sampleLocations[:], uint8(l)) }

// String lists the conditions in words.
func (s Status) String() string { return att.NamesOf(glucoseStatusNames[:], uint32(s)) }

var sampleTypes = [...]string{
	1: "capillary whole blood", 2: "capillary plasma", 3: "venous whole blood", 4: "venous plasma", 5: "arterial whole blood",
	6: "arterial plasma", 7: "undetermined whole blood", 8: "undetermined plasma", 9: "interstitial fluid", 10: "control solution",
}

var sampleLocations = [...]string{
	1: "finger", 2: "alternate site", 3: "earlobe", 4: "control solution", 5: "subcutaneous tissue",
	att.NotAvailable: "not available",
}

var glucoseStatusNames = [...]string{
	"battery low", "sensor malfunction", "sample insufficient", "strip inserted wrongly", "wrong strip type", "result too high",
	"result too low", "too warm", "too cold", "strip pulled too soon", "device fault", "time fault",
}

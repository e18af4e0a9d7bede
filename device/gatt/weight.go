package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// WeightMeasurement is characteristic 0x2A9D (Weight Scale Service 1.0, 3.2).
// Its numbers are counts of fixed steps. The resolutions in the feature
// characteristic describe the scale; they are not factors.
//
//	 0        1        3             10?      11?    13?
//	+--------+--------+-------------+--------+------+----------+
//	| flags  | weight | date-time ? | user ? | BMI ?| height ? |
//	+--------+--------+-------------+--------+------+----------+
//	flags: 0 pounds and inches | 1 date-time | 2 user | 3 BMI and height
type WeightMeasurement struct {
	Weight    uint16 // steps of 0.005 kg, or 0.01 lb if Imperial; 0xFFFF: unsuccessful
	Imperial  bool
	Timestamp clock.DateTime
	User      uint8  // 0xFF: unknown; meaningful if HasUser
	BMI       uint16 // steps of 0.1 kg/m²; meaningful if HasBMI
	Height    uint16 // steps of 0.001 m, or 0.1 in if Imperial; meaningful if HasBMI
	Reserved  uint8  // flag bits 4 to 7 as sent: no meaning yet, and refused by ParseWeightMeasurement

	HasTimestamp bool
	HasUser      bool
	HasBMI       bool // BMI and Height come together
}

const (
	weightImperial     = 1 << 0
	weightHasTimestamp = 1 << 1
	weightHasUser      = 1 << 2
	weightHasBMI       = 1 << 3
	weightReserved     = 0xF0

	weightUnsuccessful = 0xFFFF
)

// The bits of the weight scale feature, characteristic 0x2A9E, that allow
// optional fields.
const (
	WeightFeatureTimestamp = 1 << 0
	WeightFeatureUsers     = 1 << 1
	WeightFeatureBMI       = 1 << 2
)

// ParseWeightMeasurement decodes b.
func ParseWeightMeasurement(b []byte) (WeightMeasurement, error) {
	var m WeightMeasurement
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Imperial = flags&weightImperial != 0
	m.Reserved = flags & weightReserved
	m.Weight = r.Uint16("Weight")
	if m.HasTimestamp = flags&weightHasTimestamp != 0; m.HasTimestamp {
		m.Timestamp = clock.DateTime(r.DateTime("Timestamp"))
	}
	if m.HasUser = flags&weightHasUser != 0; m.HasUser {
		m.User = r.Uint8("User")
	}
	if m.HasBMI = flags&weightHasBMI != 0; m.HasBMI {
		m.BMI = r.Uint16("BMI")
		m.Height = r.Uint16("Height")
	}
	return m, r.Finish(m.Reserved, "WeightMeasurement", weightRef)
}

const weightRef = "WSS 1.0, 3.2"

// CheckFeature reports a field that the scale's feature characteristic
// (0x2A9E) denies, with [device.ErrFeature].
func (m WeightMeasurement) CheckFeature(feature uint32) error {
	var field string
	switch {
	case m.HasTimestamp && feature&WeightFeatureTimestamp == 0:
		field = "Timestamp"
	case m.HasUser && feature&WeightFeatureUsers == 0:
		field = "User"
	case m.HasBMI && feature&WeightFeatureBMI == 0:
		field = "BMI"
	default:
		return nil
	}
	return &device.DecodeError{Type: "WeightMeasurement", Field: field, Ref: weightRef, Err: device.ErrFeature}
}

// AppendBinary implements [encoding.BinaryAppender].
func (m WeightMeasurement) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.Imperial, weightImperial)|att.Flag(m.HasTimestamp, weightHasTimestamp)|
		att.Flag(m.HasUser, weightHasUser)|att.Flag(m.HasBMI, weightHasBMI)|m.Reserved&weightReserved)
	b = binary.LittleEndian.AppendUint16(b, m.Weight)
	if m.HasTimestamp {
		b, _ = m.Timestamp.AppendBinary(b)
	}
	if m.HasUser {
		b = append(b, m.User)
	}
	if m.HasBMI {
		b = binary.LittleEndian.AppendUint16(b, m.BMI)
		b = binary.LittleEndian.AppendUint16(b, m.Height)
	}
	return b, nil
}

// Mass is the weight in kilograms or pounds: a count of 14000 is 70.000 kg.
func (m WeightMeasurement) Mass() vitals.Quantity {
	return att.Mass(m.Weight, m.Imperial)
}

// Stature is the height in metres or inches.
func (m WeightMeasurement) Stature() vitals.Quantity {
	return att.Stature(m.Height, m.Imperial)
}

// BodyMassIndex is the index in kg/m², whatever the unit of the weight.
func (m WeightMeasurement) BodyMassIndex() vitals.Quantity {
	return vitals.UnitKgPerM2.Of(vitals.Decimal{Coef: int64(m.BMI), Exp: -1})
}

// AppendReadings appends the weight and, if sent, index and height. Whose
// weight it is says [device.Frame.Patient]; the scale's User is a number of
// its own that the caller may use to find out.
func (m WeightMeasurement) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.DateTime(m.Timestamp).Reading(f, m.HasTimestamp)
	weight := r
	weight.Kind = vitals.BodyWeight
	if m.Weight == weightUnsuccessful {
		weight.Quality |= vitals.NotAvailable
	} else {
		weight.Quantity = m.Mass()
	}
	dst = append(dst, weight)
	if m.HasBMI {
		r.Kind, r.Quantity = vitals.BMI, m.BodyMassIndex()
		dst = append(dst, r)
		r.Kind, r.Quantity = vitals.BodyHeight, m.Stature()
		dst = append(dst, r)
	}
	return dst
}

package body

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// The characteristics of the Body Composition Service.
const (
	UUIDFeature     = 0x2A9B
	UUIDComposition = 0x2A9C
)

// Composition is characteristic 0x2A9C (Body Composition Service 1.0, 3.2):
// a measurement or, if Multiple, one part of it. Its numbers are counts of
// fixed steps. The resolutions in the feature characteristic describe the
// scale; they are not factors.
//
//	 0       2          4             11?    12?     14?        16?       18?       20?
//	+-------+----------+-------------+------+-------+----------+---------+---------+---------
//	| flags | body fat | date-time ? | user?| basal?| muscle %?| muscle ?| fatfree?| lean ...
//	+-------+----------+-------------+------+-------+----------+---------+---------+---------
//	flags: 0 pounds and inches | 1 date-time | 2 user | 3 basal metabolism | 4 muscle in % | 5 muscle mass
//	       6 fat-free mass | 7 soft lean mass | 8 body water mass | 9 impedance | 10 weight | 11 height
//	       12 one of several packets
//
// A mass counts 0.005 kg, or 0.01 lb if Imperial.
type Composition struct {
	BodyFat   uint16 // steps of 0.1 %; 0xFFFF: unsuccessful
	Imperial  bool
	Timestamp clock.DateTime
	User      uint8  // 0xFF: unknown; meaningful if HasUser
	Basal     uint16 // basal metabolism, kJ; meaningful if HasBasal
	Muscle    uint16 // steps of 0.1 %; meaningful if HasMuscle
	// The masses.
	MuscleMass   uint16 // meaningful if HasMuscleMass
	FatFreeMass  uint16 // meaningful if HasFatFreeMass
	SoftLeanMass uint16 // meaningful if HasSoftLeanMass
	WaterMass    uint16 // meaningful if HasWaterMass
	Impedance    uint16 // steps of 0.1 ohm; meaningful if HasImpedance
	Weight       uint16 // a mass; meaningful if HasWeight
	Height       uint16 // steps of 0.001 m, or 0.1 in if Imperial; meaningful if HasHeight
	// Multiple: the measurement did not fit into one packet; this is one of two.
	Multiple bool
	Reserved uint16 // flag bits 13 to 15 as sent: no meaning yet, and refused by ParseComposition

	HasTimestamp    bool
	HasUser         bool
	HasBasal        bool
	HasMuscle       bool
	HasMuscleMass   bool
	HasFatFreeMass  bool
	HasSoftLeanMass bool
	HasWaterMass    bool
	HasImpedance    bool
	HasWeight       bool
	HasHeight       bool
}

const (
	bodyImperial        = 1 << 0
	bodyHasTimestamp    = 1 << 1
	bodyHasUser         = 1 << 2
	bodyHasBasal        = 1 << 3
	bodyHasMuscle       = 1 << 4
	bodyHasMuscleMass   = 1 << 5
	bodyHasFatFreeMass  = 1 << 6
	bodyHasSoftLeanMass = 1 << 7
	bodyHasWaterMass    = 1 << 8
	bodyHasImpedance    = 1 << 9
	bodyHasWeight       = 1 << 10
	bodyHasHeight       = 1 << 11
	bodyMultiple        = 1 << 12
	bodyReserved        = 0xE000

	bodyUnsuccessful = 0xFFFF
)

// ParseComposition decodes b.
func ParseComposition(b []byte) (Composition, error) {
	var m Composition
	r := att.NewReader(b)
	flags := r.Uint16("Flags")
	m.Imperial, m.Multiple = flags&bodyImperial != 0, flags&bodyMultiple != 0
	m.Reserved = flags & bodyReserved
	m.BodyFat = r.Uint16("BodyFat")
	if m.HasTimestamp = flags&bodyHasTimestamp != 0; m.HasTimestamp {
		m.Timestamp = clock.DateTime(r.DateTime("Timestamp"))
	}
	if m.HasUser = flags&bodyHasUser != 0; m.HasUser {
		m.User = r.Uint8("User")
	}
	m.Basal, m.HasBasal = readCount(&r, "BasalMetabolism", flags&bodyHasBasal)
	m.Muscle, m.HasMuscle = readCount(&r, "Muscle", flags&bodyHasMuscle)
	m.MuscleMass, m.HasMuscleMass = readCount(&r, "MuscleMass", flags&bodyHasMuscleMass)
	m.FatFreeMass, m.HasFatFreeMass = readCount(&r, "FatFreeMass", flags&bodyHasFatFreeMass)
	m.SoftLeanMass, m.HasSoftLeanMass = readCount(&r, "SoftLeanMass", flags&bodyHasSoftLeanMass)
	m.WaterMass, m.HasWaterMass = readCount(&r, "BodyWaterMass", flags&bodyHasWaterMass)
	m.Impedance, m.HasImpedance = readCount(&r, "Impedance", flags&bodyHasImpedance)
	m.Weight, m.HasWeight = readCount(&r, "Weight", flags&bodyHasWeight)
	m.Height, m.HasHeight = readCount(&r, "Height", flags&bodyHasHeight)
	return m, r.Finish(uint8(m.Reserved>>8), "BodyComposition", bodyRef)
}

const bodyRef = "BCS 1.0, 3.2"

// readCount reads a field of 16 bits, if its flag is set.
func readCount(r *att.Reader, field string, flag uint16) (v uint16, present bool) {
	if flag == 0 {
		return 0, false
	}
	return r.Uint16(field), true
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Composition) AppendBinary(b []byte) ([]byte, error) {
	counts := [...]struct {
		present bool
		flag    uint16
		value   uint16
	}{
		{m.HasBasal, bodyHasBasal, m.Basal},
		{m.HasMuscle, bodyHasMuscle, m.Muscle},
		{m.HasMuscleMass, bodyHasMuscleMass, m.MuscleMass},
		{m.HasFatFreeMass, bodyHasFatFreeMass, m.FatFreeMass},
		{m.HasSoftLeanMass, bodyHasSoftLeanMass, m.SoftLeanMass},
		{m.HasWaterMass, bodyHasWaterMass, m.WaterMass},
		{m.HasImpedance, bodyHasImpedance, m.Impedance},
		{m.HasWeight, bodyHasWeight, m.Weight},
		{m.HasHeight, bodyHasHeight, m.Height},
	}
	flags := uint16(att.Flag(m.Imperial, bodyImperial) | att.Flag(m.HasTimestamp, bodyHasTimestamp) | att.Flag(m.HasUser, bodyHasUser))
	flags |= m.Reserved & bodyReserved
	if m.Multiple {
		flags |= bodyMultiple
	}
	for _, c := range counts {
		if c.present {
			flags |= c.flag
		}
	}
	b = binary.LittleEndian.AppendUint16(b, flags)
	b = binary.LittleEndian.AppendUint16(b, m.BodyFat)
	if m.HasTimestamp {
		b, _ = m.Timestamp.AppendBinary(b)
	}
	if m.HasUser {
		b = append(b, m.User)
	}
	for _, c := range counts {
		if c.present {
			b = binary.LittleEndian.AppendUint16(b, c.value)
		}
	}
	return b, nil
}

// CheckFeature reports a field that the scale's feature characteristic denies,
// with [device.ErrFeature].
func (m Composition) CheckFeature(feature Feature) error {
	for _, c := range [...]struct {
		present bool
		needs   Feature
		field   string
	}{
		{m.HasTimestamp, FeatureTimestamp, "Timestamp"},
		{m.HasUser, FeatureUsers, "User"},
		{m.HasBasal, FeatureBasal, "BasalMetabolism"},
		{m.HasMuscle, FeatureMuscle, "Muscle"},
		{m.HasMuscleMass, FeatureMuscleMass, "MuscleMass"},
		{m.HasFatFreeMass, FeatureFatFreeMass, "FatFreeMass"},
		{m.HasSoftLeanMass, FeatureSoftLeanMass, "SoftLeanMass"},
		{m.HasWaterMass, FeatureWaterMass, "BodyWaterMass"},
		{m.HasImpedance, FeatureImpedance, "Impedance"},
		{m.HasWeight, FeatureWeight, "Weight"},
		{m.HasHeight, FeatureHeight, "Height"},
	} {
		if c.present && feature&c.needs == 0 {
			return &device.DecodeError{Type: "BodyComposition", Field: c.field, Ref: bodyRef, Err: device.ErrFeature}
		}
	}
	return nil
}

// Mass is one of the masses, or the weight, in kilograms or pounds.
func (m Composition) Mass(count uint16) vitals.Quantity {
	return att.Mass(count, m.Imperial)
}

// Stature is the height in metres or inches.
func (m Composition) Stature() vitals.Quantity {
	return att.Stature(m.Height, m.Imperial)
}

// AppendReadings appends body fat and, if sent, weight, height, fat-free mass,
// lean mass and water mass. There is no [vitals.Kind] for basal metabolism,
// muscle and impedance. Each packet of several gives its own readings; a value
// that is sent twice with the same time stamp is the same reading.
func (m Composition) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.DateTime(m.Timestamp).Reading(f, m.HasTimestamp)
	fat := vitals.Decimal{Coef: int64(m.BodyFat), Exp: -1}
	dst = att.AppendValue(dst, &r, vitals.BodyFat, fat, unsuccessful(m.BodyFat), vitals.UnitPercent)
	if m.HasWeight {
		dst = m.appendMass(dst, &r, vitals.BodyWeight, m.Weight)
	}
	if m.HasHeight {
		r := r
		r.Kind, r.Quantity = vitals.BodyHeight, m.Stature()
		dst = append(dst, r)
	}
	if m.HasFatFreeMass {
		dst = m.appendMass(dst, &r, vitals.FatFreeMass, m.FatFreeMass)
	}
	if m.HasSoftLeanMass {
		dst = m.appendMass(dst, &r, vitals.LeanBodyMass, m.SoftLeanMass)
	}
	if m.HasWaterMass {
		dst = m.appendMass(dst, &r, vitals.BodyWaterMass, m.WaterMass)
	}
	return dst
}

// appendMass appends r with a mass. A full count is no mass of 327 kg: scales
// send it for the weight that they could not take, here as in a Weight
// Measurement.
func (m Composition) appendMass(dst []vitals.Reading, r *vitals.Reading, k vitals.Kind, count uint16) []vitals.Reading {
	q := m.Mass(count)
	return att.AppendValue(dst, r, k, q.Value(), unsuccessful(count), q.Unit())
}

func unsuccessful(count uint16) vitals.Quality {
	if count == bodyUnsuccessful {
		return vitals.NotAvailable
	}
	return 0
}

// Feature is characteristic 0x2A9B (Body Composition Service
// 1.0, 3.1): what the scale can do, 32 bits. Reserved bits are kept.
//
//	bits: 0-10 as named below | 11-14 resolution of mass | 15-17 of height
type Feature uint32

// What a body composition scale can do.
const (
	FeatureTimestamp    Feature = 1 << 0
	FeatureUsers        Feature = 1 << 1
	FeatureBasal        Feature = 1 << 2
	FeatureMuscle       Feature = 1 << 3
	FeatureMuscleMass   Feature = 1 << 4
	FeatureFatFreeMass  Feature = 1 << 5
	FeatureSoftLeanMass Feature = 1 << 6
	FeatureWaterMass    Feature = 1 << 7
	FeatureImpedance    Feature = 1 << 8
	FeatureWeight       Feature = 1 << 9
	FeatureHeight       Feature = 1 << 10
)

// ParseFeature decodes b.
func ParseFeature(b []byte) (Feature, error) {
	r := att.NewReader(b)
	f := Feature(r.Uint32("Features"))
	return f, r.Finish(0, "BodyCompositionFeature", "BCS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f Feature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint32(b, uint32(f)), nil
}

// MassResolution is the finest difference in mass that the scale tells apart,
// in kilograms or pounds. It says how good the scale is; it is not a factor of
// any value. There is none if the scale does not say.
func (f Feature) MassResolution(imperial bool) (q vitals.Quantity, ok bool) {
	return att.MassResolution(uint32(f>>11&0xF), imperial)
}

// HeightResolution is the same for the height, in metres or inches.
func (f Feature) HeightResolution(imperial bool) (q vitals.Quantity, ok bool) {
	return att.LengthResolution(uint32(f>>15&7), imperial)
}

// String lists the features in words.
func (f Feature) String() string {
	return att.DescribeFeature(uint32(f), bodyFeatures[:], 11, 15, 18)
}

var bodyFeatures = [...]string{
	"time stamp", "multiple users", "basal metabolism", "muscle percentage", "muscle mass", "fat-free mass", "soft lean mass",
	"body water mass", "impedance", "weight", "height",
}

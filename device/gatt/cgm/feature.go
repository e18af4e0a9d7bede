package cgm

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// UUIDFeature is what a continuous glucose monitor can do.
const UUIDFeature = 0x2AA8

// Feature is characteristic 0x2AA8 (Continuous Glucose Monitoring Service
// 1.0, 3.2): what a sensor can do and what it sits in.
//
//	 0                3             4
//	+----------------+-------------+-----+
//	| features, 3 b. | type, place | CRC |
//	+----------------+-------------+-----+
//
// The checksum is always there; it is 0xFFFF if the sensor has none.
type Feature struct {
	Features Features
	Type     bgm.SampleType     // low half of its byte
	Location bgm.SampleLocation // high half
}

// LocationSubcutaneous is subcutaneous tissue, a location that exists for CGM
// sensors only.
const LocationSubcutaneous bgm.SampleLocation = 5

// Features are the abilities of a sensor, 24 bits as sent. Reserved bits
// are kept.
type Features uint32

// The features.
const (
	FeatureCalibration       Features = 1 << 0
	FeaturePatientAlerts     Features = 1 << 1
	FeatureHypoAlerts        Features = 1 << 2
	FeatureHyperAlerts       Features = 1 << 3
	FeatureRateAlerts        Features = 1 << 4
	FeatureDeviceAlert       Features = 1 << 5
	FeatureSensorMalfunction Features = 1 << 6
	FeatureTemperature       Features = 1 << 7
	FeatureResultHighLow     Features = 1 << 8
	FeatureLowBattery        Features = 1 << 9
	FeatureSensorType        Features = 1 << 10
	FeatureDeviceFault       Features = 1 << 11
	FeatureCRC               Features = 1 << 12
	FeatureMultipleBond      Features = 1 << 13
	FeatureMultipleSessions  Features = 1 << 14
	FeatureTrend             Features = 1 << 15
	FeatureQuality           Features = 1 << 16
)

const noCRC = 0xFFFF

// ParseFeature decodes b.
func ParseFeature(b []byte) (Feature, error) {
	var m Feature
	r := att.NewReader(b)
	m.Features = Features(r.Uint24("Features"))
	low, high := r.Nibbles("TypeSampleLocation")
	r.NibbleCode("Type", low, uint8(bgm.SampleControlSolution), 0)
	r.NibbleCode("SampleLocation", high, uint8(LocationSubcutaneous), att.NotAvailable)
	m.Type, m.Location = bgm.SampleType(low), bgm.SampleLocation(high)
	switch at := r.Offset(); {
	case m.Features.HasCRC():
		r.CRC(b[:at])
	case r.Uint16("CRC") != noCRC:
		r.Reject(device.ErrChecksumField, "CRC", at)
	}
	return m, r.Finish(0, "CGMFeature", "CGMS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Features has
// more than 24 bits, or Type or Location more than 4.
func (m Feature) AppendBinary(b []byte) ([]byte, error) {
	switch {
	case m.Features>>24 != 0:
		return b, att.Unencodable("Features")
	case m.Type > 0xF || m.Location > 0xF:
		return b, att.Unencodable("TypeSampleLocation")
	}
	start := len(b)
	b = append(b, byte(m.Features), byte(m.Features>>8), byte(m.Features>>16), byte(m.Type)|byte(m.Location)<<4)
	if m.Features.HasCRC() {
		return att.AppendCRC(b, start), nil
	}
	return append(b, noCRC&0xFF, noCRC>>8), nil
}

// HasCRC reports whether every characteristic of the sensor ends with a
// checksum.
func (f Features) HasCRC() bool { return f&FeatureCRC != 0 }

// checkCRC reports a checksum that the sensor denies, or lacks though it
// promises one.
func (f Features) checkCRC(has bool, at int, typ, ref string) error {
	if f.HasCRC() == has {
		return nil
	}
	return &device.DecodeError{Type: typ, Field: "CRC", Offset: at, Ref: ref, Err: device.ErrFeature}
}

// Kind is what the concentrations of the sensor are called.
func (m Feature) Kind() vitals.Kind {
	return bgm.Measurement{HasConcentration: true, Type: m.Type, Location: m.Location}.Kind()
}

// String lists the features in words.
func (f Features) String() string { return att.NamesOf(cgmFeatureNames[:], uint32(f)) }

var cgmFeatureNames = [...]string{
	"calibration", "patient high and low alerts", "hypo alerts", "hyper alerts", "rate alerts", "device specific alert", "sensor malfunction",
	"temperature high and low", "result high and low", "low battery", "sensor type error", "device fault", "E2E-CRC", "multiple bond",
	"multiple sessions", "trend", "quality",
}

package gatt

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// UUIDCGMFeature is what a continuous glucose monitor can do.
const UUIDCGMFeature = 0x2AA8

// CGMFeature is characteristic 0x2AA8 (Continuous Glucose Monitoring Service
// 1.0, 3.2): what a sensor can do and what it sits in.
//
//	 0                3             4
//	+----------------+-------------+-----+
//	| features, 3 b. | type, place | CRC |
//	+----------------+-------------+-----+
//
// The checksum is always there; it is 0xFFFF if the sensor has none.
type CGMFeature struct {
	Features CGMFeatures
	Type     SampleType     // low half of its byte
	Location SampleLocation // high half
}

// LocationSubcutaneous is subcutaneous tissue, a location that exists for CGM
// sensors only.
const LocationSubcutaneous SampleLocation = 5

// CGMFeatures are the abilities of a sensor, 24 bits as sent. Reserved bits
// are kept.
type CGMFeatures uint32

// The features.
const (
	CGMFeatureCalibration       CGMFeatures = 1 << 0
	CGMFeaturePatientAlerts     CGMFeatures = 1 << 1
	CGMFeatureHypoAlerts        CGMFeatures = 1 << 2
	CGMFeatureHyperAlerts       CGMFeatures = 1 << 3
	CGMFeatureRateAlerts        CGMFeatures = 1 << 4
	CGMFeatureDeviceAlert       CGMFeatures = 1 << 5
	CGMFeatureSensorMalfunction CGMFeatures = 1 << 6
	CGMFeatureTemperature       CGMFeatures = 1 << 7
	CGMFeatureResultHighLow     CGMFeatures = 1 << 8
	CGMFeatureLowBattery        CGMFeatures = 1 << 9
	CGMFeatureSensorType        CGMFeatures = 1 << 10
	CGMFeatureDeviceFault       CGMFeatures = 1 << 11
	CGMFeatureCRC               CGMFeatures = 1 << 12
	CGMFeatureMultipleBond      CGMFeatures = 1 << 13
	CGMFeatureMultipleSessions  CGMFeatures = 1 << 14
	CGMFeatureTrend             CGMFeatures = 1 << 15
	CGMFeatureQuality           CGMFeatures = 1 << 16
)

const noCRC = 0xFFFF

// ParseCGMFeature decodes b.
func ParseCGMFeature(b []byte) (CGMFeature, error) {
	var m CGMFeature
	r := att.NewReader(b)
	m.Features = CGMFeatures(r.Uint24("Features"))
	low, high := r.Nibbles("TypeSampleLocation")
	r.NibbleCode("Type", low, uint8(SampleControlSolution), 0)
	r.NibbleCode("SampleLocation", high, uint8(LocationSubcutaneous), att.NotAvailable)
	m.Type, m.Location = SampleType(low), SampleLocation(high)
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
func (m CGMFeature) AppendBinary(b []byte) ([]byte, error) {
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
func (f CGMFeatures) HasCRC() bool { return f&CGMFeatureCRC != 0 }

// checkCRC reports a checksum that the sensor denies, or lacks though it
// promises one.
func (f CGMFeatures) checkCRC(has bool, at int, typ, ref string) error {
	if f.HasCRC() == has {
		return nil
	}
	return &device.DecodeError{Type: typ, Field: "CRC", Offset: at, Ref: ref, Err: device.ErrFeature}
}

// Kind is what the concentrations of the sensor are called.
func (m CGMFeature) Kind() vitals.Kind {
	return GlucoseMeasurement{HasConcentration: true, Type: m.Type, Location: m.Location}.Kind()
}

// String lists the features in words.
func (f CGMFeatures) String() string { return att.NamesOf(cgmFeatureNames[:], uint32(f)) }

var cgmFeatureNames = [...]string{
	"calibration", "patient high and low alerts", "hypo alerts", "hyper alerts", "rate alerts", "device specific alert", "sensor malfunction",
	"temperature high and low", "result high and low", "low battery", "sensor type error", "device fault", "E2E-CRC", "multiple bond",
	"multiple sessions", "trend", "quality",
}

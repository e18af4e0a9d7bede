package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// GlucoseFeature is characteristic 0x2A51 (Glucose Service 1.0, 3.3): what the
// meter can detect, 16 bits. Reserved bits are kept.
type GlucoseFeature uint16

// What a glucose meter can detect or do.
const (
	GlucoseFeatureLowBattery        GlucoseFeature = 1 << 0
	GlucoseFeatureSensorMalfunction GlucoseFeature = 1 << 1
	GlucoseFeatureSampleSize        GlucoseFeature = 1 << 2
	GlucoseFeatureStripInsertion    GlucoseFeature = 1 << 3
	GlucoseFeatureStripType         GlucoseFeature = 1 << 4
	GlucoseFeatureResultHighLow     GlucoseFeature = 1 << 5
	GlucoseFeatureTemperature       GlucoseFeature = 1 << 6
	GlucoseFeatureReadInterrupt     GlucoseFeature = 1 << 7
	GlucoseFeatureDeviceFault       GlucoseFeature = 1 << 8
	GlucoseFeatureTimeFault         GlucoseFeature = 1 << 9
	GlucoseFeatureMultipleBonds     GlucoseFeature = 1 << 10
)

// ParseGlucoseFeature decodes b.
func ParseGlucoseFeature(b []byte) (GlucoseFeature, error) {
	r := att.NewReader(b)
	f := GlucoseFeature(r.Uint16("Features"))
	return f, r.Finish(0, "GlucoseFeature", "GLS 1.0, 3.3")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f GlucoseFeature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint16(b, uint16(f)), nil
}

// String lists the features in words.
func (f GlucoseFeature) String() string { return att.NamesOf(glucoseFeatures[:], uint32(f)) }

var glucoseFeatures = [...]string{
	"low battery", "sensor malfunction", "sample size", "strip insertion", "strip type", "result high or low",
	"temperature high or low", "read interrupt", "device fault", "time fault", "multiple bonds",
}

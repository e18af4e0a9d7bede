package bgm

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// Feature is characteristic 0x2A51 (Glucose Service 1.0, 3.3): what the
// meter can detect, 16 bits. Reserved bits are kept.
type Feature uint16

// What a glucose meter can detect or do.
const (
	FeatureLowBattery        Feature = 1 << 0
	FeatureSensorMalfunction Feature = 1 << 1
	FeatureSampleSize        Feature = 1 << 2
	FeatureStripInsertion    Feature = 1 << 3
	FeatureStripType         Feature = 1 << 4
	FeatureResultHighLow     Feature = 1 << 5
	FeatureTemperature       Feature = 1 << 6
	FeatureReadInterrupt     Feature = 1 << 7
	FeatureDeviceFault       Feature = 1 << 8
	FeatureTimeFault         Feature = 1 << 9
	FeatureMultipleBonds     Feature = 1 << 10
)

// ParseFeature decodes b.
func ParseFeature(b []byte) (Feature, error) {
	r := att.NewReader(b)
	f := Feature(r.Uint16("Features"))
	return f, r.Finish(0, "GlucoseFeature", "GLS 1.0, 3.3")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f Feature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint16(b, uint16(f)), nil
}

// String lists the features in words.
func (f Feature) String() string { return att.NamesOf(glucoseFeatures[:], uint32(f)) }

var glucoseFeatures = [...]string{
	"low battery", "sensor malfunction", "sample size", "strip insertion", "strip type", "result high or low",
	"temperature high or low", "read interrupt", "device fault", "time fault", "multiple bonds",
}

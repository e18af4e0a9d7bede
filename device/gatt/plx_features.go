package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// PLXFeatures is characteristic 0x2A60 (Pulse Oximeter Service 1.0, 3.3): what
// the oximeter can do and which status bits it can ever set.
//
//	 0          2                      4?
//	+----------+----------------------+-------------------------+
//	| features | measurement status ? | device, sensor status ? |
//	+----------+----------------------+-------------------------+
//	features: 0 measurement status follows | 1 device and sensor status follows
//
// Reserved bits of all three are kept.
type PLXFeatures struct {
	Features PLXFeature
	Status   PLXStatus // the bits it can set; meaningful with PLXFeatureStatus
	Sensor   PLXSensor // 24 bits, those it can set; meaningful with PLXFeatureSensor
}

// PLXFeature is the first word of [PLXFeatures], as sent.
type PLXFeature uint16

// What a pulse oximeter can do.
const (
	PLXFeatureStatus        PLXFeature = 1 << 0 // there is a measurement status
	PLXFeatureSensor        PLXFeature = 1 << 1 // there is a device and sensor status
	PLXFeatureStorage       PLXFeature = 1 << 2 // it stores spot checks
	PLXFeatureTimestamp     PLXFeature = 1 << 3 // spot checks have a time stamp
	PLXFeatureFast          PLXFeature = 1 << 4
	PLXFeatureSlow          PLXFeature = 1 << 5
	PLXFeatureAmplitude     PLXFeature = 1 << 6
	PLXFeatureMultipleBonds PLXFeature = 1 << 7
)

// ParsePLXFeatures decodes b.
func ParsePLXFeatures(b []byte) (PLXFeatures, error) {
	var f PLXFeatures
	r := att.NewReader(b)
	f.Features = PLXFeature(r.Uint16("Features"))
	if f.Features&PLXFeatureStatus != 0 {
		f.Status = PLXStatus(r.Uint16("MeasurementStatusSupport"))
	}
	if f.Features&PLXFeatureSensor != 0 {
		f.Sensor = PLXSensor(r.Uint24("DeviceSensorStatusSupport"))
	}
	return f, r.Finish(0, "PLXFeatures", "PLXS 1.0, 3.3")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Sensor has
// more than 24 bits.
func (f PLXFeatures) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint16(b, uint16(f.Features))
	if f.Features&PLXFeatureStatus != 0 {
		b = binary.LittleEndian.AppendUint16(b, uint16(f.Status))
	}
	if f.Features&PLXFeatureSensor != 0 {
		if f.Sensor>>24 != 0 {
			return b, att.Unencodable("Sensor")
		}
		b = append(b, byte(f.Sensor), byte(f.Sensor>>8), byte(f.Sensor>>16))
	}
	return b, nil
}

// String lists the features in words.
func (f PLXFeature) String() string { return att.NamesOf(plxFeatures[:], uint32(f)) }

var plxFeatures = [...]string{
	"measurement status", "device and sensor status", "storage", "time stamp", "fast", "slow", "pulse amplitude", "multiple bonds",
}

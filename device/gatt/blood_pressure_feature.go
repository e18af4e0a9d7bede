package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// BloodPressureFeature is characteristic 0x2A49 (Blood Pressure Service 1.1,
// 3.3): what the monitor can do, 16 bits. Reserved bits are kept.
type BloodPressureFeature uint16

// What a blood-pressure monitor can do. The last three came with version 1.1.
const (
	BPFeatureBodyMovement   BloodPressureFeature = 1 << 0
	BPFeatureCuffFit        BloodPressureFeature = 1 << 1
	BPFeatureIrregularPulse BloodPressureFeature = 1 << 2
	BPFeaturePulseRange     BloodPressureFeature = 1 << 3
	BPFeaturePosition       BloodPressureFeature = 1 << 4
	BPFeatureMultipleBonds  BloodPressureFeature = 1 << 5
	// single-source layout: bits 6 to 8 are seen in one description of version 1.1
	BPFeatureE2ECRC         BloodPressureFeature = 1 << 6
	BPFeatureUserData       BloodPressureFeature = 1 << 7
	BPFeatureUserFacingTime BloodPressureFeature = 1 << 8
)

// ParseBloodPressureFeature decodes b.
func ParseBloodPressureFeature(b []byte) (BloodPressureFeature, error) {
	r := att.NewReader(b)
	f := BloodPressureFeature(r.Uint16("Features"))
	return f, r.Finish(0, "BloodPressureFeature", "BLS 1.1, 3.3")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f BloodPressureFeature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint16(b, uint16(f)), nil
}

// String lists the features in words.
func (f BloodPressureFeature) String() string {
	return att.NamesOf(bloodPressureFeatures[:], uint32(f))
}

var bloodPressureFeatures = [...]string{
	"body movement", "cuff fit", "irregular pulse", "pulse rate range", "position", "multiple bonds", "E2E-CRC", "user data",
	"user-facing time",
}

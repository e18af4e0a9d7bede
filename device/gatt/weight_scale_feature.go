package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// WeightScaleFeature is characteristic 0x2A9E (Weight Scale Service 1.0, 3.1):
// what the scale can do, 32 bits. Reserved bits are kept. To hold a
// measurement against it: [WeightMeasurement.CheckFeature].
//
//	bits: 0 time stamp | 1 several users | 2 BMI | 3-6 resolution of weight | 7-9 of height
type WeightScaleFeature uint32

// ParseWeightScaleFeature decodes b.
func ParseWeightScaleFeature(b []byte) (WeightScaleFeature, error) {
	r := att.NewReader(b)
	f := WeightScaleFeature(r.Uint32("Features"))
	return f, r.Finish(0, "WeightScaleFeature", "WSS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f WeightScaleFeature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint32(b, uint32(f)), nil
}

// WeightResolution is the finest difference in weight that the scale tells
// apart, in kilograms or pounds. It says how good the scale is; it is not a
// factor of any value. There is none if the scale does not say.
func (f WeightScaleFeature) WeightResolution(imperial bool) (q vitals.Quantity, ok bool) {
	return att.MassResolution(uint32(f>>3&0xF), imperial)
}

// HeightResolution is the same for the height, in metres or inches.
func (f WeightScaleFeature) HeightResolution(imperial bool) (q vitals.Quantity, ok bool) {
	return att.LengthResolution(uint32(f>>7&7), imperial)
}

// String lists the features in words.
func (f WeightScaleFeature) String() string {
	return att.DescribeFeature(uint32(f), weightFeatures[:], 3, 7, 10)
}

var weightFeatures = [...]string{"time stamp", "multiple users", "BMI"}

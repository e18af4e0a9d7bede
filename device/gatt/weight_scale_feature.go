package gatt

import (
	"encoding/binary"
	"strings"

	"github.com/telemed-go/sdk/vitals"
)

// UUIDWeightScaleFeature is what a scale can do.
const UUIDWeightScaleFeature = 0x2A9E

// WeightScaleFeature is characteristic 0x2A9E (Weight Scale Service 1.0, 3.1):
// what the scale can do, 32 bits. Reserved bits are kept. To hold a
// measurement against it: [WeightMeasurement.CheckFeature].
//
//	bits: 0 time stamp | 1 several users | 2 BMI | 3-6 resolution of weight | 7-9 of height
type WeightScaleFeature uint32

// ParseWeightScaleFeature decodes b.
func ParseWeightScaleFeature(b []byte) (WeightScaleFeature, error) {
	r := newReader(b)
	f := WeightScaleFeature(r.Uint32("Features"))
	return f, finish(&r, 0, "WeightScaleFeature", "WSS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f WeightScaleFeature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint32(b, uint32(f)), nil
}

// WeightResolution is the finest difference in weight that the scale tells
// apart, in kilograms or pounds. It says how good the scale is; it is not a
// factor of any value. There is none if the scale does not say.
func (f WeightScaleFeature) WeightResolution(imperial bool) (q vitals.Quantity, ok bool) {
	return massResolution(uint32(f>>3&0xF), imperial)
}

// HeightResolution is the same for the height, in metres or inches.
func (f WeightScaleFeature) HeightResolution(imperial bool) (q vitals.Quantity, ok bool) {
	return lengthResolution(uint32(f>>7&7), imperial)
}

// String lists the features in words.
func (f WeightScaleFeature) String() string {
	return describeFeature(uint32(f), weightFeatures[:], 3, 7, 10)
}

var weightFeatures = [...]string{"time stamp", "multiple users", "BMI"}

// massResolution is a code of the four resolution bits of a scale.
func massResolution(code uint32, imperial bool) (vitals.Quantity, bool) {
	if code == 0 || int(code) > len(massResolutions) {
		return vitals.Quantity{}, false
	}
	grams := massResolutions[code-1]
	if imperial {
		return vitals.UnitPound.Of(vitals.Decimal{Coef: grams.hundredthsOfPound, Exp: -2}), true
	}
	return vitals.UnitKg.Of(vitals.Decimal{Coef: grams.grams, Exp: -3}), true
}

var massResolutions = [...]struct{ grams, hundredthsOfPound int64 }{
	{500, 100}, {200, 50}, {100, 20}, {50, 10}, {20, 5}, {10, 2}, {5, 1},
}

// lengthResolution is a code of the three resolution bits of a scale.
func lengthResolution(code uint32, imperial bool) (vitals.Quantity, bool) {
	if code == 0 || int(code) > len(lengthResolutions) {
		return vitals.Quantity{}, false
	}
	step := lengthResolutions[code-1]
	if imperial {
		return vitals.UnitInch.Of(vitals.Decimal{Coef: step.tenthsOfInch, Exp: -1}), true
	}
	return vitals.UnitMetre.Of(vitals.Decimal{Coef: step.millimetres, Exp: -3}), true
}

var lengthResolutions = [...]struct{ millimetres, tenthsOfInch int64 }{{10, 10}, {5, 5}, {1, 1}}

// describeFeature is the text of a feature word with names from bit 0 on, the
// resolution of mass from bit mass on, of length from bit length to bit end.
func describeFeature(f uint32, names []string, mass, length, end int) string {
	resolutions := uint32(1)<<end - uint32(1)<<mass
	var parts []string
	if rest := f &^ resolutions; rest != 0 {
		parts = append(parts, namesOf(names, rest))
	}
	if q, ok := massResolution(f>>mass&0xF, false); ok {
		parts = append(parts, "weight to "+q.String())
	}
	if q, ok := lengthResolution(f>>length&7, false); ok {
		parts = append(parts, "height to "+q.String())
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

package att

import (
	"strings"

	"github.com/telemed-go/sdk/vitals"
)

// Stature is a height as scales count it, in steps of 0.001 m, or 0.1 in.
func Stature(count uint16, imperial bool) vitals.Quantity {
	if imperial {
		return vitals.UnitInch.Of(vitals.Decimal{Coef: int64(count), Exp: -1})
	}
	return vitals.UnitMetre.Of(vitals.Decimal{Coef: int64(count), Exp: -3})
}

// Mass is a weight as scales count it, in steps of 0.005 kg, or 0.01 lb.
func Mass(count uint16, imperial bool) vitals.Quantity {
	if imperial {
		return vitals.UnitPound.Of(vitals.Decimal{Coef: int64(count), Exp: -2})
	}
	return vitals.UnitKg.Of(vitals.Decimal{Coef: 5 * int64(count), Exp: -3})
}

// MassResolution is a code of the four resolution bits of a scale.
func MassResolution(code uint32, imperial bool) (vitals.Quantity, bool) {
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

// LengthResolution is a code of the three resolution bits of a scale.
func LengthResolution(code uint32, imperial bool) (vitals.Quantity, bool) {
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

// DescribeFeature is the text of a feature word with names from bit 0 on, the
// resolution of mass from bit mass on, of length from bit length to bit end.
func DescribeFeature(f uint32, names []string, mass, length, end int) string {
	resolutions := uint32(1)<<end - uint32(1)<<mass
	var parts []string
	if rest := f &^ resolutions; rest != 0 {
		parts = append(parts, NamesOf(names, rest))
	}
	if q, ok := MassResolution(f>>mass&0xF, false); ok {
		parts = append(parts, "weight to "+q.String())
	}
	if q, ok := LengthResolution(f>>length&7, false); ok {
		parts = append(parts, "height to "+q.String())
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

package vitals

import "errors"

// A Unit is a unit of measure of UCUM. The zero Unit is "no unit", which is
// not the same as the dimensionless [UnitOne].
type Unit uint8

// ErrUnit reports text that is no unit, a conversion between units of different
// quantities, or one whose result does not fit a [Decimal].
var ErrUnit = errors.New("vitals: unknown unit, or units that do not convert")

// unitInfo is one row of units.tsv. One of the unit is num/den×10^exp of the
// base unit of its dimension.
type unitInfo struct {
	ucum, text string
	mdc        uint32
	dim        dimension
	num, den   uint64
	exp        int8
	offset     Decimal // base = (value + offset) × factor; temperatures only
}

// A dimension holds the units that convert into one another.
type dimension uint8

const (
	dimNone dimension = iota
	dimOne
	dimRate
	dimPressure
	dimTemperature
	dimMass
	dimLength
	dimMassConc
	dimMolarConc
	dimMolarRatio
	dimEnergy
	dimTime
	dimVoltage
	dimVolume
	dimVolumeFlow
	dimMassPerArea
	dimArea
	dimSpeed
	dimVolumePerTimeMass
	dimImpedance
	dimResistance
	dimMassConcRate
	dimFlowPerArea
	dimVascularResistance
	dimInsulin
	dimCount
	dimScore
	dimRatio
)

func (u Unit) info() *unitInfo {
	if int(u) >= len(units) {
		u = 0
	}
	return &units[u]
}

// UCUM is the case-sensitive UCUM code, such as "mm[Hg]".
func (u Unit) UCUM() string { return u.info().ucum }

// String is the form people read, such as "mmHg".
func (u Unit) String() string { return u.info().text }

// MDC is the number of the unit in IEEE 11073-10101, partition included, or 0.
func (u Unit) MDC() uint32 { return u.info().mdc }

// Of makes a quantity of d units.
func (u Unit) Of(d Decimal) Quantity { return Quantity{d, u} }

// ParseUnit reads a UCUM code. It returns [ErrUnit] for one that is not in the
// table, and for no code at all.
func ParseUnit(ucum string) (Unit, error) {
	for i := range units {
		if units[i].ucum == ucum && i != 0 {
			return Unit(i), nil
		}
	}
	return UnitNone, ErrUnit
}

package vitals

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
)

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

// convert computes d, given in from, in to. Small whole ratios (hours to
// milliseconds, inches to centimetres) and powers of ten convert without
// rounding. Otherwise the result is rounded once, half away from zero, to a
// power of ten that is at least as fine as the last digit of d.
func convert(d Decimal, from, to *unitInfo) (Decimal, error) {
	if from.dim != to.dim || from.dim == dimNone {
		return Decimal{}, ErrUnit
	}
	num, den := from.num*to.den, from.den*to.num // the table is small enough: see TestUnitsFit
	g := gcd(num, den)
	num, den = num/g, den/g
	exp := int(d.Exp) + int(from.exp) - int(to.exp)
	if from.offset != (Decimal{}) || to.offset != (Decimal{}) {
		return convertOffset(d, from.offset, to.offset, num, den)
	}

	coef := d.Coef
	if den == 1 && num < 1000 {
		hi, lo := bits.Mul64(magnitude(coef), num)
		if hi != 0 || lo > math.MaxInt64 {
			return Decimal{}, ErrUnit
		}
		coef *= int64(num)
	} else {
		var finer int
		num, den, finer = normalise(num, den)
		var ok bool
		if coef, ok = mulDiv(d.Coef, num, den); !ok {
			return Decimal{}, ErrUnit
		}
		exp += finer
	}
	if exp < math.MinInt8 || exp > math.MaxInt8 {
		return Decimal{}, ErrUnit
	}
	return Decimal{coef, int8(exp)}, nil
}

// convertOffset computes (d + from)×num/den - to, for temperatures, whose
// units have no power of ten. Kelvin and degrees Celsius convert exactly.
func convertOffset(d, from, to Decimal, num, den uint64) (Decimal, error) {
	num, den, finer := normalise(num, den)
	exp := int(d.Exp) + finer // of the result

	// Over the common denominator den: a = (d + from)×num, b = to×den.
	a, ok := add(d, from)
	if !ok {
		return Decimal{}, ErrUnit
	}
	if a.Coef, ok = mulDiv(a.Coef, num, 1); !ok || int(a.Exp)+finer < math.MinInt8 {
		return Decimal{}, ErrUnit
	}
	a.Exp += int8(finer)
	sum, ok := add(a, Decimal{-to.Coef * int64(den), to.Exp})
	if !ok || den == 1 && num == 1 {
		return okOr(sum, ok)
	}
	up, down := max(int(sum.Exp)-exp, 0), max(exp-int(sum.Exp), 0)
	if up > 18 || down > 17 {
		return Decimal{}, ErrUnit
	}
	c, ok := mulDiv(sum.Coef, pow10(up), den*pow10(down))
	return okOr(Decimal{c, int8(exp)}, ok)
}

func okOr(d Decimal, ok bool) (Decimal, error) {
	if !ok {
		return Decimal{}, ErrUnit
	}
	return d, nil
}

// normalise splits num/den into a fraction of at least 1 and below 10, and a
// power of ten: the resolution of a number that is multiplied by it.
func normalise(num, den uint64) (n, d uint64, exp int) {
	for ; num >= den*10; den *= 10 {
		exp++
	}
	for ; num < den; num *= 10 {
		exp--
	}
	return num, den, exp
}

// mulDiv returns c×num/den rounded half away from zero, unless it overflows.
func mulDiv(c int64, num, den uint64) (_ int64, ok bool) {
	hi, lo := bits.Mul64(magnitude(c), num)
	if hi >= den {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, den)
	if q >= math.MaxInt64 { // leaves room to round up
		return 0, false
	}
	if r >= den-r {
		q++
	}
	if c < 0 {
		return -int64(q), true
	}
	return int64(q), true
}

// compare compares a, given in one unit, with b, given in another of the same
// dimension, exactly.
func compare(a Decimal, from *unitInfo, b Decimal, to *unitInfo) int {
	x, y := from.float(a), to.float(b)
	near := 1e-9 * (math.Abs(x) + math.Abs(y))
	if from.dim == dimTemperature {
		near += 1e-6 // near 0 K the offsets cancel and take the precision along
	}
	if math.Abs(x-y) > near {
		if x < y {
			return -1
		}
		return 1
	}
	return from.rat(a).Cmp(to.rat(b)) // too close for floating point to tell
}

// float is d in the base unit of the dimension, nearly.
func (u *unitInfo) float(d Decimal) float64 {
	return (d.Float64() + u.offset.Float64()) * float64(u.num) / float64(u.den) * Decimal{1, u.exp}.Float64()
}

// rat is d in the base unit of the dimension.
func (u *unitInfo) rat(d Decimal) *big.Rat {
	r := d.rat()
	r.Add(r, u.offset.rat())
	r.Mul(r, new(big.Rat).SetFrac(new(big.Int).SetUint64(u.num), new(big.Int).SetUint64(u.den)))
	return r.Mul(r, Decimal{1, u.exp}.rat())
}

// add returns d + e unless it overflows.
func add(d, e Decimal) (sum Decimal, ok bool) {
	if d.Exp < e.Exp {
		d, e = e, d
	}
	shift := int(d.Exp) - int(e.Exp)
	if shift > 18 {
		if d.Coef == 0 {
			return e, true
		}
		return Decimal{}, false
	}
	hi, lo := bits.Mul64(magnitude(d.Coef), pow10(shift))
	if hi != 0 || lo > math.MaxInt64 {
		return Decimal{}, false
	}
	c := int64(lo)
	if d.Coef < 0 {
		c = -c
	}
	s := c + e.Coef
	if (s > c) != (e.Coef > 0) && e.Coef != 0 {
		return Decimal{}, false
	}
	return Decimal{s, e.Exp}, true
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

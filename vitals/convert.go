package vitals

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

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
		return convertOffset(d, from, to, num, den)
	}

	finer := 0
	if den != 1 || num >= 1000 {
		num, den, finer = normalise(num, den)
	}
	coef, ok := mulDiv(d.Coef, num, den)
	if !ok {
		return Decimal{}, ErrUnit
	}
	return fit(coef, exp+finer)
}

// convertOffset computes (d + from)×num/den - to, for temperatures, whose
// units have no power of ten and whose offsets have two fraction digits at
// most. Kelvin and degrees Celsius convert exactly.
func convertOffset(d Decimal, from, to *unitInfo, num, den uint64) (Decimal, error) {
	num, den, finer := normalise(num, den)
	common := min(int(d.Exp), -2) // of d and the offsets
	exp := int(d.Exp)
	if num == den {
		exp = common
	}
	if d.Exp > 0 || d.Exp < -9 || magnitude(d.Coef) > 1e12 {
		return convertFar(d, from, to, exp+finer)
	}
	// Everything fits 64 bits, over the common denominator den.
	scaled := func(x Decimal, exp int) int64 { return x.Coef * int64(pow10[int(x.Exp)-exp]) }
	sum := (scaled(d, common)+scaled(from.offset, common))*int64(num) - scaled(to.offset, common+finer)*int64(den)
	coef, _ := mulDiv(sum, 1, den*pow10[exp-common])
	return fit(coef, exp+finer)
}

// convertFar converts what is no temperature of a body. The result is rounded
// half away from zero to a multiple of 10^exp.
func convertFar(d Decimal, from, to *unitInfo, exp int) (Decimal, error) {
	r := from.rat(d)
	r.Quo(r, to.factor())
	r.Sub(r, to.offset.rat())
	step, _ := new(big.Rat).SetString("1e" + strconv.Itoa(exp))
	r.Quo(r, step)

	half := new(big.Rat).SetFrac64(int64(r.Sign()), 2)
	r.Add(r, half)
	coef := new(big.Int).Quo(r.Num(), r.Denom()) // towards zero
	if !coef.IsInt64() {
		return Decimal{}, ErrUnit
	}
	return fit(coef.Int64(), exp)
}

// fit is coef×10^exp. Zero takes the nearest exponent that there is: it has no
// digits to lose.
func fit(coef int64, exp int) (Decimal, error) {
	if coef == 0 {
		return Decimal{0, int8(min(max(exp, math.MinInt8), math.MaxInt8))}, nil
	}
	if exp < math.MinInt8 || exp > math.MaxInt8 {
		return Decimal{}, ErrUnit
	}
	return Decimal{coef, int8(exp)}, nil
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
	if q > math.MaxInt64+1 { // leaves room to round up
		return 0, false
	}
	if r >= den-r {
		q++
	}
	if c < 0 {
		return -int64(q), q <= math.MaxInt64+1
	}
	return int64(q), q <= math.MaxInt64
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
	return r.Mul(r, u.factor())
}

// factor is one of the unit in the base unit of the dimension.
func (u *unitInfo) factor() *big.Rat {
	f := new(big.Rat).SetFrac(new(big.Int).SetUint64(u.num), new(big.Int).SetUint64(u.den))
	return f.Mul(f, Decimal{1, u.exp}.rat())
}

// add returns d + e unless it overflows.
func add(d, e Decimal) (sum Decimal, ok bool) {
	if d.Exp < e.Exp {
		d, e = e, d
	}
	shift := int(d.Exp) - int(e.Exp)
	if shift >= len(pow10) {
		if d.Coef == 0 {
			return e, true
		}
		if e.Coef == 0 {
			return d, true
		}
		return Decimal{}, false
	}
	c, ok := mulDiv(d.Coef, pow10[shift], 1)
	s := c + e.Coef
	if !ok || (s > c) != (e.Coef > 0) && e.Coef != 0 {
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

// Package medfloat converts the decimal floating-point words of IEEE 11073,
// SFLOAT (16 bits) and FLOAT (32 bits), to and from [vitals.Decimal], exactly.
//
// Both are a two's-complement exponent of ten above a two's-complement
// mantissa, so every word is a decimal number and none needs rounding. They
// are not IEEE 754: read as such, 36.4 becomes nonsense. Five words of each
// with exponent 0 are no numbers; they become a [vitals.Quality].
//
// A word remembers how it was written: 0x0062 and 0xF3D4 are both 98, the
// first without and the second with a fraction digit. Wire types keep the
// word, so encoding gives back the very bytes.
package medfloat

import (
	"errors"

	"github.com/telemed-go/sdk/vitals"
)

// ErrRange reports a number that no word represents exactly.
var ErrRange = errors.New("medfloat: the number has no exact representation")

// SFloat is a 16-bit word: exponent in the upper 4 bits, mantissa in the
// lower 12 (IEEE 11073-20601, 8.1 of Annex F; also in the Bluetooth GSS).
type SFloat uint16

// Float is a 32-bit word: exponent in the upper 8 bits, mantissa in the lower 24.
type Float uint32

// The words that are no numbers. They are special only with exponent 0:
// SFloat(0x17FF) is 20470.
const (
	SNaN      SFloat = 0x07FF // no valid measurement
	SNRes     SFloat = 0x0800 // not at this resolution
	SPosInf   SFloat = 0x07FE // above the range of the device
	SNegInf   SFloat = 0x0802 // below the range of the device
	SReserved SFloat = 0x0801

	NaN      Float = 0x007FFFFF
	NRes     Float = 0x00800000
	PosInf   Float = 0x007FFFFE
	NegInf   Float = 0x00800002
	Reserved Float = 0x00800001
)

// Mantissa is the signed mantissa, -2048 to 2047.
func (s SFloat) Mantissa() int { return int(int16(s<<4) >> 4) }

// Exponent is the signed exponent of ten, -8 to 7.
func (s SFloat) Exponent() int { return int(int16(s) >> 12) }

// Mantissa is the signed mantissa, -8388608 to 8388607.
func (f Float) Mantissa() int { return int(int32(f<<8) >> 8) }

// Exponent is the signed exponent of ten, -128 to 127.
func (f Float) Exponent() int { return int(int32(f) >> 24) }

// Decimal returns the number with every digit that the word has, or the
// [vitals.Quality] that says why there is none.
func (s SFloat) Decimal() (vitals.Decimal, vitals.Quality) {
	if s-SPosInf <= SNegInf-SPosInf { // the five words are neighbours
		return vitals.Decimal{}, special(uint32(s - SPosInf))
	}
	return vitals.Decimal{Coef: int64(s.Mantissa()), Exp: int8(s.Exponent())}, 0
}

// Decimal returns the number with every digit that the word has, or the
// [vitals.Quality] that says why there is none.
func (f Float) Decimal() (vitals.Decimal, vitals.Quality) {
	if f-PosInf <= NegInf-PosInf {
		return vitals.Decimal{}, special(uint32(f - PosInf))
	}
	return vitals.Decimal{Coef: int64(f.Mantissa()), Exp: int8(f.Exponent())}, 0
}

// special maps the distance from +INF to a meaning.
func special(n uint32) vitals.Quality {
	return [...]vitals.Quality{
		vitals.AboveRange, vitals.NotANumber, vitals.NotAtResolution, vitals.ReservedNumber, vitals.BelowRange,
	}[n]
}

// String is the number in plain notation, or NaN, NRes, +INF, -INF, RFU.
func (s SFloat) String() string { return text(s.Decimal()) }

// String is the number in plain notation, or NaN, NRes, +INF, -INF, RFU.
func (f Float) String() string { return text(f.Decimal()) }

func text(d vitals.Decimal, q vitals.Quality) string {
	switch q {
	case vitals.AboveRange:
		return "+INF"
	case vitals.NotANumber:
		return "NaN"
	case vitals.NotAtResolution:
		return "NRes"
	case vitals.ReservedNumber:
		return "RFU"
	case vitals.BelowRange:
		return "-INF"
	}
	return d.String()
}

// NewSFloat encodes d exactly. It keeps d's exponent, and with it the digits,
// where the word has room; otherwise it takes the nearest exponent that is
// exact. It returns [ErrRange] when there is none.
func NewSFloat(d vitals.Decimal) (SFloat, error) {
	m, e, ok := fit(d, 2045, -8, 7)
	if !ok {
		return SNaN, ErrRange
	}
	return SFloat(uint16(m)&0xFFF | uint16(e)<<12), nil
}

// NewFloat encodes d exactly; see [NewSFloat].
func NewFloat(d vitals.Decimal) (Float, error) {
	m, e, ok := fit(d, 8388605, -128, 127)
	if !ok {
		return NaN, ErrRange
	}
	return Float(uint32(m)&0xFFFFFF | uint32(e)<<24), nil
}

// fit finds mantissa and exponent of equal value within the bounds. The outer
// two mantissas of either sign are left out: with exponent 0 they are special.
func fit(d vitals.Decimal, limit int64, low, high int) (m int64, e int, ok bool) {
	m, e = d.Coef, int(d.Exp)
	for m%10 == 0 && m != 0 && (m > limit || m < -limit || e < low) {
		m /= 10
		e++
	}
	for e > high && m != 0 && m <= limit/10 && m >= -limit/10 { // never m*10: it may overflow
		m *= 10
		e--
	}
	if m == 0 {
		e = max(low, min(high, e))
	}
	return m, e, m <= limit && m >= -limit && e >= low && e <= high
}

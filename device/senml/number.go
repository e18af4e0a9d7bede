package senml

import (
	"math"
	"strconv"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// maxDigits always fit a [vitals.Decimal]. A float64, which is all that a sender
// can rely on (RFC 8428, 5), has 17.
const maxDigits = 18

// parseNumber is a JSON number. More digits than fit are rounded off.
func parseNumber(s string) (vitals.Decimal, device.Fault) {
	if d, err := vitals.ParseDecimal(s); err == nil {
		return d, ""
	}
	var (
		digits          []byte
		exp             int
		negative, point bool
	)
	i := 0
	for ; i < len(s) && s[i] != 'e' && s[i] != 'E'; i++ {
		switch c := s[i]; {
		case c == '-':
			negative = true
		case c == '.':
			point = true
		case c == '0' && len(digits) == 0 && !point:
		case c == '0' && len(digits) == 0:
			exp--
		case len(digits) <= maxDigits: // one more, to round
			digits = append(digits, c)
			if point {
				exp--
			}
		case !point:
			exp++
		}
	}
	if i < len(s) {
		e, err := strconv.ParseInt(s[i+1:], 10, 16)
		if err != nil {
			return vitals.Decimal{}, device.ErrOutOfRange
		}
		exp += int(e)
	}
	var coef int64
	for _, c := range digits[:min(len(digits), maxDigits)] {
		coef = coef*10 + int64(c-'0')
	}
	if len(digits) > maxDigits {
		if exp++; digits[maxDigits] >= '5' {
			coef++
		}
	}
	if negative {
		coef = -coef
	}
	if exp < math.MinInt8 || exp > math.MaxInt8 {
		return vitals.Decimal{}, device.ErrOutOfRange
	}
	return vitals.Decimal{Coef: coef, Exp: int8(exp)}, ""
}

// decimalOf is the shortest decimal that is the same number in a float of so many
// bits.
func decimalOf(f float64, bits int) (d vitals.Decimal, why device.Fault) {
	const whole = 1 << 53 // all integers below are exact
	if math.Abs(f) < whole && f == math.Trunc(f) {
		return vitals.Decimal{Coef: int64(f)}, ""
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return d, device.ErrOutOfRange
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', -1, bits)
	d, err := vitals.ParseDecimal(string(text))
	if err != nil {
		return d, device.ErrOutOfRange
	}
	return d, ""
}

// plus is the exact sum, if it fits. Nothing added leaves the digits as they are.
func plus(a, b vitals.Decimal) (vitals.Decimal, bool) {
	switch {
	case a.Coef == 0:
		return b, true
	case b.Coef == 0:
		return a, true
	}
	if a.Exp < b.Exp {
		a, b = b, a
	}
	for ; a.Exp > b.Exp; a.Exp-- {
		if a.Coef > math.MaxInt64/10 || a.Coef < math.MinInt64/10 {
			return vitals.Decimal{}, false
		}
		a.Coef *= 10
	}
	sum := a.Coef + b.Coef
	if (sum > a.Coef) != (b.Coef > 0) {
		return vitals.Decimal{}, false
	}
	return vitals.Decimal{Coef: sum, Exp: a.Exp}, true
}

// seconds splits a number of seconds into whole ones, rounded down, and
// nanoseconds. It fails beyond maxSeconds.
func seconds(d vitals.Decimal) (sec, nsec int64, ok bool) {
	const ns = -9
	d = d.Round(ns)
	for ; d.Exp > 0; d.Exp-- {
		if d.Coef > maxSeconds || d.Coef < -maxSeconds {
			return 0, 0, false
		}
		d.Coef *= 10
	}
	scale := int64(1)
	for range -int(d.Exp) {
		scale *= 10
	}
	sec, rest := d.Coef/scale, d.Coef%scale
	if rest < 0 {
		sec, rest = sec-1, rest+scale
	}
	for ; d.Exp > ns; d.Exp-- {
		rest *= 10
	}
	return sec, rest, sec <= maxSeconds && sec >= -maxSeconds
}

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

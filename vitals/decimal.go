package vitals

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// A Decimal is the exact number Coef × 10^Exp. The digits are the precision:
// {3640, -2} is 36.40 and differs in text, though not in value, from
// {364, -1}. The zero Decimal is 0.
type Decimal struct {
	Coef int64
	Exp  int8
}

// ErrDecimal reports text that is no decimal number, or one whose digits do
// not fit an int64 (18 always do) or whose exponent is beyond int8.
var ErrDecimal = errors.New("vitals: not a decimal number that fits 64 bits")

// ParseDecimal reads plain or scientific notation. Every digit counts:
// "36.40" keeps its zero. The text of every Decimal can be read back; only
// where a whole number is too long do its last zeros become an exponent.
func ParseDecimal(s string) (Decimal, error) {
	var (
		coef  uint64
		exp   int
		seen  bool // a digit
		point bool
		full  bool // zeros have gone into the exponent
	)
	i, negative := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		switch longer := coef*10 + uint64(c-'0'); {
		case !full && coef <= math.MaxInt64/10 && longer <= math.MaxInt64+1:
			coef = longer
			if point {
				exp--
			}
		case c == '0' && !point:
			full = true
			exp++
		default:
			return Decimal{}, ErrDecimal
		}
	}
	if !seen || coef > math.MaxInt64 && !negative {
		return Decimal{}, ErrDecimal
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		e, err := strconv.ParseInt(s[i+1:], 10, 16)
		if err != nil {
			return Decimal{}, ErrDecimal
		}
		exp += int(e)
		i = len(s)
	}
	if i != len(s) || exp < math.MinInt8 || exp > math.MaxInt8 {
		return Decimal{}, ErrDecimal
	}
	if negative {
		coef = -coef
	}
	return Decimal{int64(coef), int8(exp)}, nil
}

// AppendText appends d in plain notation, without an exponent whatever its
// size, with every digit that d has. It implements [encoding.TextAppender].
func (d Decimal) AppendText(b []byte) ([]byte, error) {
	if d.Exp >= 0 {
		b = strconv.AppendInt(b, d.Coef, 10)
		if d.Coef != 0 {
			for range int(d.Exp) {
				b = append(b, '0')
			}
		}
		return b, nil
	}
	if d.Coef < 0 {
		b = append(b, '-')
	}
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], magnitude(d.Coef), 10)
	whole := len(digits) + int(d.Exp)
	if whole > 0 {
		b = append(b, digits[:whole]...)
		b = append(b, '.')
		return append(b, digits[whole:]...), nil
	}
	b = append(b, '0', '.')
	for range -whole {
		b = append(b, '0')
	}
	return append(b, digits...), nil
}

// String is the text of [Decimal.AppendText].
func (d Decimal) String() string {
	b, _ := d.AppendText(make([]byte, 0, 24))
	return string(b)
}

// MarshalText implements [encoding.TextMarshaler].
func (d Decimal) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Decimal) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDecimal(string(b))
	return err
}

// MarshalJSON writes a JSON number, never a string and never an exponent.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalJSON reads a JSON number and keeps its digits.
func (d *Decimal) UnmarshalJSON(b []byte) error { return d.UnmarshalText(b) }

// Cmp compares by value: -1 if d < e, 0 if equal, +1 if d > e.
func (d Decimal) Cmp(e Decimal) int {
	if d.Exp == e.Exp {
		return cmp.Compare(d.Coef, e.Coef)
	}
	if sd, se := cmp.Compare(d.Coef, 0), cmp.Compare(e.Coef, 0); sd != se {
		return cmp.Compare(sd, se)
	}
	c := cmpMagnitude(magnitude(d.Coef), int(d.Exp), magnitude(e.Coef), int(e.Exp))
	if d.Coef < 0 {
		return -c
	}
	return c
}

// cmpMagnitude compares a×10^x with b×10^y. Both are zero or neither is
// (the callers compared signs).
func cmpMagnitude(a uint64, x int, b uint64, y int) int {
	if a == 0 || b == 0 {
		return 0
	}
	// With equal orders of magnitude the shorter coefficient can be scaled
	// up to the longer one's digits, which fit.
	da, db := digitCount(a), digitCount(b)
	if da+x != db+y {
		return cmp.Compare(da+x, db+y)
	}
	if da < db {
		a *= pow10[db-da]
	} else {
		b *= pow10[da-db]
	}
	return cmp.Compare(a, b)
}

// Round returns d rounded half away from zero to the given exponent: Round(-1)
// keeps one fraction digit. A d that is coarser already is returned unchanged;
// rounding never invents digits.
func (d Decimal) Round(exp int8) Decimal {
	if d.Exp >= exp {
		return d
	}
	drop := int(exp) - int(d.Exp)
	if drop > 19 {
		return Decimal{0, exp}
	}
	m, p := magnitude(d.Coef), pow10[drop]
	q, r := m/p, m%p
	if r >= p-r {
		q++
	}
	if d.Coef < 0 {
		return Decimal{-int64(q), exp}
	}
	return Decimal{int64(q), exp}
}

// Float64 is the nearest binary number, for plots and statistics. It never
// goes back into a record.
func (d Decimal) Float64() float64 {
	// Both operands are exact below 2^53 and 10^22, so one operation rounds once.
	switch e := int(d.Exp); {
	case magnitude(d.Coef) > 1<<53:
	case e >= 0 && e <= 22:
		return float64(d.Coef) * float64pow10[e]
	case e < 0 && e >= -22:
		return float64(d.Coef) / float64pow10[-e]
	}
	f, _ := strconv.ParseFloat(strconv.FormatInt(d.Coef, 10)+"e"+strconv.Itoa(int(d.Exp)), 64)
	return f
}

// rat is d as a fraction, for the rare arithmetic that does not fit 64 bits.
func (d Decimal) rat() *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatInt(d.Coef, 10) + "e" + strconv.Itoa(int(d.Exp)))
	return r
}

var float64pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

var pow10 = [...]uint64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// digitCount is how many digits u has, and 0 for 0.
func digitCount(u uint64) int {
	n := bits.Len64(u) * 1233 >> 12 // log10(2) is 1233/4096, nearly: one too few at most
	if u >= pow10[n] {
		n++
	}
	return n
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

package validate

import (
	"cmp"
	"strings"
	"time"
)

// compareDecimals compares two JSON numbers exactly, whatever their exponents.
func compareDecimals(a, b string) int {
	x, y := splitDecimal(a), splitDecimal(b)
	if x.sign != y.sign {
		return cmp.Compare(x.sign, y.sign)
	}
	if c := cmp.Compare(x.magnitude, y.magnitude); c != 0 && x.sign != 0 {
		return c * x.sign
	}
	return strings.Compare(x.digits, y.digits) * x.sign // trailing zeros are cut
}

type parts struct {
	sign      int    // -1, 0, 1
	magnitude int64  // power of ten of the first digit
	digits    string // from the first that is not 0 to the last that is not 0
}

func splitDecimal(s string) parts {
	p := parts{sign: 1}
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		p.sign, s = -1, rest
	}
	mantissa := s
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		mantissa = s[:e]
		p.magnitude = exponent(s[e+1:])
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	p.magnitude += int64(len(whole))
	p.digits = whole + fraction
	trimmed := strings.TrimLeft(p.digits, "0")
	p.magnitude -= int64(len(p.digits) - len(trimmed))
	if p.digits = strings.TrimRight(trimmed, "0"); p.digits == "" {
		return parts{}
	}
	return p
}

// exponent reads the digits of an exponent; what is beyond any use counts as
// a large number.
func exponent(s string) (n int64) {
	sign := int64(1)
	for i := range len(s) {
		switch {
		case s[i] == '-':
			sign = -1
		case isDigit(s[i]) && n < 1e15:
			n = n*10 + int64(s[i]-'0')
		}
	}
	return n * sign
}

// span returns the first and the last instant that a dateTime can mean. Without
// an offset it can mean any place on earth.
func span(s string) (first, last time.Time, ok bool) {
	for _, f := range [...]struct {
		layout              string
		years, months, days int
	}{
		{"2006-01-02T15:04:05Z07:00", 0, 0, 0},
		{"2006-01-02", 0, 0, 1},
		{"2006-01", 0, 1, 0},
		{"2006", 1, 0, 0},
	} {
		t, err := time.Parse(f.layout, s)
		if err != nil {
			continue
		}
		if f.years+f.months+f.days == 0 {
			return t, t, true
		}
		return t.Add(-14 * time.Hour), t.AddDate(f.years, f.months, f.days).Add(14 * time.Hour), true
	}
	return first, last, false
}

package main

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// A table is a .tsv file: comment lines that begin with #, a header, rows.
type table struct {
	name   string
	header []string
	rows   []row
}

// A row knows its place for error messages.
type row struct {
	table *table
	line  int
	cells []string
}

func parseTable(name string, text []byte) (*table, error) {
	t := &table{name: name}
	provenance := false
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		switch cells := strings.Split(line, "\t"); {
		case strings.HasPrefix(line, "#"):
			provenance = true
		case t.header == nil:
			t.header = cells
		case len(cells) != len(t.header):
			return nil, fmt.Errorf("%s:%d: %d columns, the header has %d", name, i+1, len(cells), len(t.header))
		default:
			t.rows = append(t.rows, row{t, i + 1, cells})
		}
	}
	if !provenance {
		return nil, fmt.Errorf("%s: no line says where the data comes from", name)
	}
	return t, nil
}

// columns fails unless the header is exactly want.
func (t *table) columns(want ...string) error {
	if got := strings.Join(t.header, " "); got != strings.Join(want, " ") {
		return fmt.Errorf("%s: columns are %q, want %q", t.name, got, strings.Join(want, " "))
	}
	return nil
}

func (r row) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.table.name, r.line, fmt.Sprintf(format, args...))
}

// number reads a cell that may be empty, which is 0.
func (r row) number(cell, what string, bits int) (uint64, error) {
	if cell == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(cell, 10, bits)
	if err != nil {
		return 0, r.errorf("%s %q is no number", what, cell)
	}
	return n, nil
}

// decimalLiteral turns "273.15" into the fields of a Decimal, digits kept.
func decimalLiteral(s string) (string, error) {
	if s == "" {
		return "Decimal{}", nil
	}
	whole, fraction, _ := strings.Cut(s, ".")
	coef, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		return "", fmt.Errorf("%q is no decimal", s)
	}
	return fmt.Sprintf("Decimal{%d, %d}", coef, -len(fraction)), nil
}

// A factor is num/den×10^exp in lowest terms, with neither a trailing zero in
// num nor a 2 or 5 in den, so that whatever has a finite decimal converts
// without a denominator.
type factor struct {
	num, den uint64
	exp      int
}

func (f factor) isOne() bool { return f == factor{1, 1, 0} }

// parseFactor reads "133.322387415", "5/9" or "0.001/60".
func parseFactor(s string) (factor, error) {
	r := new(big.Rat)
	above, below, fraction := strings.Cut(s, "/")
	if _, ok := r.SetString(above); !ok || strings.Contains(below, "/") || r.Sign() <= 0 {
		return factor{}, fmt.Errorf("factor %q is no positive number", s)
	}
	if fraction {
		d, ok := new(big.Rat).SetString(below)
		if !ok || d.Sign() <= 0 {
			return factor{}, fmt.Errorf("factor %q is no positive number", s)
		}
		r.Quo(r, d)
	}
	num, den := new(big.Int).Set(r.Num()), new(big.Int).Set(r.Denom())
	f := factor{exp: stripTens(num)}
	f.exp -= stripTens(den)
	// What is left of 2 or 5 in the denominator is a power of ten over 5 or
	// 2: 1/4 is 25/100.
	for _, p := range []struct{ prime, other int64 }{{2, 5}, {5, 2}} {
		for {
			q, m := new(big.Int).QuoRem(den, big.NewInt(p.prime), new(big.Int))
			if m.Sign() != 0 {
				break
			}
			den = q
			num.Mul(num, big.NewInt(p.other))
			f.exp--
		}
	}
	if !num.IsUint64() || !den.IsUint64() {
		return factor{}, fmt.Errorf("factor %q needs more than 64 bits", s)
	}
	f.num, f.den = num.Uint64(), den.Uint64()
	return f, nil
}

// stripTens divides n by ten while it can and returns how often.
func stripTens(n *big.Int) (times int) {
	ten := big.NewInt(10)
	for {
		q, m := new(big.Int).QuoRem(n, ten, new(big.Int))
		if m.Sign() != 0 {
			return times
		}
		n.Set(q)
		times++
	}
}

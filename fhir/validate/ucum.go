package validate

import (
	_ "embed"
	"strings"
	"sync"
)

// ucumText is written by internal/fhirdefs.
//
//go:embed zz_ucum.txt
var ucumText string

type ucumTable struct {
	prefixes []string
	metric   map[string]bool // atom -> it takes a prefix
	special  map[string]bool // it takes no part in products and powers
}

var ucum = sync.OnceValue(func() ucumTable {
	t := ucumTable{metric: map[string]bool{}, special: map[string]bool{}}
	for line := range strings.Lines(ucumText) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch f[0] {
		case "prefixes":
			t.prefixes = f[1:]
		case "metric", "atoms":
			for _, a := range f[1:] {
				t.metric[a] = f[0] == "metric"
			}
		case "special":
			for _, a := range f[1:] {
				t.special[a] = true
			}
		}
	}
	return t
})

// isUCUM reports whether s is a unit of UCUM in its case-sensitive form (UCUM,
// sections 2.2 to 2.4). Special units such as Cel and [pH] stand alone (section 2.4, paragraph 22).
func isUCUM(s string) bool {
	if len(s) > 200 { // the longest in use have some thirty characters
		return false
	}
	p := ucumParser{s: s, table: ucum(), depth: 8}
	p.divides = p.accept('/')
	return p.term() && p.s == "" && (p.special == 0 || p.units == 1 && !p.divides)
}

type ucumParser struct {
	s              string
	table          ucumTable
	depth          int
	units, special int  // how many were read; numbers do not count
	divides        bool // by a unit
}

func (p *ucumParser) accept(c byte) bool {
	if p.s == "" || p.s[0] != c {
		return false
	}
	p.s = p.s[1:]
	return true
}

// term is components with . or / between them.
func (p *ucumParser) term() bool {
	if p.depth--; p.depth < 0 {
		return false
	}
	for {
		if !p.component() {
			return false
		}
		if !p.accept('.') && !p.accept('/') {
			p.depth++
			return true
		}
	}
}

// component is a term in parentheses, an annotation, a number, or a unit with
// its exponent and perhaps an annotation.
func (p *ucumParser) component() bool {
	switch {
	case p.accept('('):
		return p.term() && p.accept(')') && p.annotation()
	case strings.HasPrefix(p.s, "{"):
		return p.annotation()
	}
	return p.unit() && p.annotation()
}

// annotation reads one if there is one; it is false if that one is malformed.
func (p *ucumParser) annotation() bool {
	if !p.accept('{') {
		return true
	}
	for i := range len(p.s) {
		switch c := p.s[i]; {
		case c == '}':
			p.s = p.s[i+1:]
			return true
		case c < '!' || '~' < c || c == '{':
			return false
		}
	}
	return false
}

func (p *ucumParser) unit() bool {
	symbol, rest := cutSymbol(p.s)
	if symbol == "" {
		digits := len(p.s) - len(strings.TrimLeft(p.s, "0123456789"))
		p.s = p.s[digits:]
		return digits > 0 && digits <= 10
	}
	if !p.isSymbol(symbol) {
		return false
	}
	// the exponent
	sign := strings.TrimLeft(rest, "+-")
	p.units++
	digits := strings.TrimLeft(sign, "0123456789")
	if signs := len(rest) - len(sign); signs > 1 || signs == 1 && len(digits) == len(sign) || len(sign)-len(digits) > 4 {
		return false
	}
	if p.isSpecial(symbol) {
		p.special++
		if rest != digits {
			return false
		}
	}
	p.s = digits
	return true
}

func (p *ucumParser) isSpecial(symbol string) bool {
	if p.table.special[symbol] {
		return true
	}
	for _, prefix := range p.table.prefixes {
		if atom, ok := strings.CutPrefix(symbol, prefix); ok && p.table.special[atom] && p.table.metric[atom] && !p.isAtom(symbol) {
			return true
		}
	}
	return false
}

func (p *ucumParser) isAtom(symbol string) bool {
	_, ok := p.table.metric[symbol]
	return ok
}

// cutSymbol cuts the symbol of a unit off s: up to an operator, a bracket or an
// exponent. What is in square brackets belongs to it.
func cutSymbol(s string) (symbol, rest string) {
	if strings.HasPrefix(s, "10*") || strings.HasPrefix(s, "10^") {
		return s[:3], s[3:]
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return s[:i], s[i:]
			}
			i += end
		case strings.IndexByte("./(){}+-0123456789", c) >= 0:
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func (p *ucumParser) isSymbol(s string) bool {
	if p.isAtom(s) {
		return true
	}
	for _, prefix := range p.table.prefixes {
		if atom, ok := strings.CutPrefix(s, prefix); ok && p.table.metric[atom] {
			return true
		}
	}
	return false
}

// loincProblem says what is wrong with a LOINC code: its digits end in a check
// digit (LOINC Users' Guide, appendix on check digits). Codes of parts and
// answers have a prefix, and are judged by their shape only.
func loincProblem(code string) string {
	number, check, ok := strings.Cut(code, "-")
	part := false
	for _, prefix := range [...]string{"LP", "LA", "LL", "LG"} {
		if rest, is := strings.CutPrefix(number, prefix); is {
			number, part = rest, true
		}
	}
	if !ok || len(check) != 1 || !isDigit(check[0]) || number == "" || len(number) > 7 && !part || strings.Trim(number, "0123456789") != "" {
		return "not shaped like a LOINC code"
	}
	if part {
		return ""
	}
	sum := 0
	for i := range len(number) {
		n := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	if (10-sum%10)%10 != int(check[0]-'0') {
		return "wrong LOINC check digit"
	}
	return ""
}

package serve

import (
	"errors"
	"strings"
)

// A coding is a code in its system.
type coding struct {
	System string `json:"system"`
	Code   string `json:"code"`
}

// A token is a search for a coding (FHIR R4, search, 3.1.1.4.10): system|code,
// |code without a system, code in any system, or system| with any code.
type token struct {
	system, code         string
	anySystem, anyOfThem bool
}

func (t *token) match(c coding) bool {
	return (t.anySystem || t.system == c.System) && (t.anyOfThem || t.code == c.Code)
}

// maxAlternatives is how many values a parameter may have in one list.
const maxAlternatives = 100

var (
	errToken = errors.New("not a token")
	errMany  = errors.New("too many values")
)

// parseTokens reads a list of alternatives.
func parseTokens(s string) (list []token, err error) {
	values, err := alternatives(s)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		var t token
		system, code, both := cutUnescaped(v, '|')
		if !both {
			code, system, t.anySystem = system, "", true
		}
		if t.system, t.code = unescape(system), unescape(code); t.code == "" {
			t.anyOfThem = true
		}
		if t.system == "" && t.code == "" {
			return nil, errToken
		}
		list = append(list, t)
	}
	return list, nil
}

// alternatives splits at commas that are not escaped.
func alternatives(s string) (list []string, err error) {
	for more := true; more; {
		if len(list) == maxAlternatives {
			return nil, errMany
		}
		var one string
		one, s, more = cutUnescaped(s, ',')
		list = append(list, one)
	}
	return list, nil
}

// cutUnescaped is [strings.Cut] that passes over what a backslash precedes.
func cutUnescaped(s string, sep byte) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// unescape removes the backslashes of FHIR R4, search, 3.1.1.4.7.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// tokens is what codes and categories must be: each list of alternatives must
// have one that fits. The zero tokens fit all.
type tokens struct {
	code, category [][]token
}

func (t *tokens) add(name string, list []token) {
	if name == "code" {
		t.code = append(t.code, list)
	} else {
		t.category = append(t.category, list)
	}
}

func (t *tokens) match(f *facets) bool {
	return matchAll(t.code, f.codes) && matchAll(t.category, f.categories)
}

func matchAll(wanted [][]token, have []coding) bool {
	for _, alternatives := range wanted {
		if !matchAny(alternatives, have) {
			return false
		}
	}
	return true
}

func matchAny(list []token, have []coding) bool {
	for i := range list {
		for _, c := range have {
			if list[i].match(c) {
				return true
			}
		}
	}
	return false
}

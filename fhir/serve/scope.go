package serve

import (
	"net/url"
	"strings"
)

// Scopes are the SMART scopes of a token, versions 1 and 2: which resources, in
// whose context, for which interactions. The zero Scopes allow nothing.
type Scopes struct{ list []scope }

type scope struct {
	patient bool   // in the context of the launch patient only
	kind    string // "Observation" or "*"
	may     permission
	only    tokens // of category and code; the zero value is all
}

// A permission is a set of the interactions that SMART 2 tells apart.
type permission uint8

const (
	mayCreate permission = 1 << iota
	mayRead
	mayUpdate
	mayDelete
	maySearch
)

// maxScopes and maxScopeText bound what is read of a token.
const (
	maxScopes    = 100
	maxScopeText = 16 << 10
)

// ParseScopes reads the scope of an OAuth 2.0 token (SMART App Launch 2.0.0,
// scopes and launch context; version 1 as in 1.0.0):
//
//	patient/Observation.rs  user/*.read  system/Observation.rs?category=..|vital-signs
//
// What it does not understand grants nothing: a scope for another purpose, an
// unknown interaction, and a query with parameters other than category and code,
// which could not be enforced. Scopes after the hundredth grant nothing either.
func ParseScopes(text string) Scopes {
	var s Scopes
	if len(text) > maxScopeText {
		return s
	}
	for word := range strings.FieldsSeq(text) {
		if len(s.list) == maxScopes {
			break
		}
		if one, ok := parseScope(word); ok {
			s.list = append(s.list, one)
		}
	}
	return s
}

func parseScope(word string) (s scope, ok bool) {
	word, query, limited := strings.Cut(word, "?")
	context, rest, _ := strings.Cut(word, "/")
	switch context {
	case "patient":
		s.patient = true
	case "user", "system":
	default:
		return s, false
	}
	kind, actions, _ := strings.Cut(rest, ".")
	if s.kind = kind; kind == "" || strings.Trim(kind, "*") == "" && kind != "*" {
		return s, false
	}
	var version int
	if s.may, version = parsePermission(actions); s.may == 0 || limited && version == 1 {
		return s, false
	}
	if !limited {
		return s, true
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values) == 0 {
		return s, false
	}
	for name, given := range values {
		for _, v := range given {
			list, err := parseTokens(v)
			if err != nil || name != "category" && name != "code" {
				return s, false
			}
			s.only.add(name, list)
		}
	}
	return s, true
}

// parsePermission reads "read", "write" and "*" of version 1, and a part of
// "cruds", in this order, of version 2.
func parsePermission(s string) (may permission, version int) {
	switch s {
	case "read":
		return mayRead | maySearch, 1
	case "write":
		return mayCreate | mayUpdate | mayDelete, 1
	case "*":
		return mayCreate | mayRead | mayUpdate | mayDelete | maySearch, 1
	}
	const letters = "cruds"
	at := 0
	for i := range len(s) {
		n := strings.IndexByte(letters[at:], s[i])
		if n < 0 {
			return 0, 2
		}
		at += n
		may |= 1 << at
		at++
	}
	return may, 2
}

// grants are the scopes for one type of resource and one interaction, and
// whose they are.
type grants struct {
	list   []scope
	launch string // the reference to the patient in context, "" for none
}

func (p *Principal) grants(kind string, may permission) (g grants) {
	g.launch = patientReference(p.Patient)
	for _, s := range p.Scopes.list {
		if (s.kind == kind || s.kind == "*") && s.may&may == may && (!s.patient || g.launch != "") {
			g.list = append(g.list, s)
		}
	}
	return g
}

// none reports whether nothing at all is granted.
func (g *grants) none() bool { return len(g.list) == 0 }

// oneOnly reports whether nothing but the launch patient is granted.
func (g *grants) oneOnly() bool {
	for i := range g.list {
		if !g.list[i].patient {
			return false
		}
	}
	return true
}

// cover reports whether a patient is in the context of a scope.
func (g *grants) cover(patient string) bool {
	return len(g.list) > 0 && (patient == g.launch || !g.oneOnly())
}

// allow reports whether one of the scopes covers a resource of a patient.
func (g *grants) allow(patient string, f *facets) bool {
	for i := range g.list {
		if s := &g.list[i]; (!s.patient || patient == g.launch) && s.only.match(f) {
			return true
		}
	}
	return false
}

// patientReference is the reference that an id or a reference stands for.
func patientReference(s string) string {
	if s == "" || strings.Contains(s, "/") {
		return s
	}
	return "Patient/" + s
}

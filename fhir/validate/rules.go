package validate

import (
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// rules checks what an element of a type or a profile says about its value i,
// apart from what is inside. typ is nil if the type does not matter.
func (v *run) rules(e *element, typ *typeRef, i int32) {
	if e.fixed != nil && !v.equal(e.fixed, 0, i) || e.pattern != nil && !v.matches(e.pattern, 0, i) {
		v.error(codeValue, i, "must be "+e.json)
	}
	if e.binding != nil {
		v.bound(e.binding, i)
	}
	if typ != nil {
		if typ.targets != nil {
			v.target(typ, i)
		}
		if typ.profile != nil && typ.profile.of == typ.name && typ.name != "Extension" { // extensions are known by their URL
			v.as(typ.profile, i)
		}
	}
	v.invariants(e.rules, i)
}

// bound checks a required binding.
func (v *run) bound(set *valueSet, i int32) {
	switch n := &v.doc[i]; n.form {
	case text:
		if !set.has("", n.text) {
			v.error(codeCode, i, "not a code of the required value set "+set.url)
		}
	case object:
		if v.doc.member(i, "coding") < 0 && v.doc.member(i, "code") < 0 {
			v.issue(Warning, codeCode, i, "no code of the required value set "+set.url)
		} else if !v.inSet(set, i) {
			v.error(codeCode, i, "no code of the required value set "+set.url)
		}
	}
}

// inSet reports whether the code, Coding, Quantity or CodeableConcept i has a
// code of the set.
func (v *run) inSet(set *valueSet, i int32) bool {
	if v.doc[i].form == text {
		return set.has("", v.doc[i].text)
	}
	codings := v.doc.member(i, "coding")
	if codings < 0 || v.doc[codings].form != array {
		return set.has(v.doc.string(i, "system"), v.doc.string(i, "code"))
	}
	for c := codings + 1; c < v.doc[codings].end; c = v.doc[c].end {
		if v.step() || set.has(v.doc.string(c, "system"), v.doc.string(c, "code")) {
			return true
		}
	}
	return false
}

// target checks that a Reference leads to a type that is allowed.
func (v *run) target(typ *typeRef, i int32) {
	name := v.targetType(i)
	if name == "" || slices.Contains(typ.targets, name) {
		return
	}
	v.error(codeValue, i, "reference to a resource that is none of "+strings.Join(typ.targets, ", "))
}

// targetType finds the type of the resource a Reference leads to, or nothing.
func (v *run) targetType(i int32) string {
	ref := v.doc.string(i, "reference")
	if id, ok := strings.CutPrefix(ref, "#"); ok {
		if c := v.contained(id); c >= 0 {
			return v.doc.string(c, "resourceType")
		}
		return ""
	}
	if name, ok := v.urls[ref]; ok && ref != "" {
		return name
	}
	path, _, _ := strings.Cut(ref, "/_history/")
	parts := strings.Split(path, "/")
	if n := len(parts); n >= 2 && n <= 20 && isID(parts[n-1]) {
		name := parts[n-2]
		if s := v.lib.types[name]; s != nil && s.resource || n == 2 && name != "" {
			return name // a relative reference must be Type/id
		}
	}
	return v.doc.string(i, "type")
}

// contained finds the resource with the id that the container contains.
func (v *run) contained(id string) int32 {
	list := v.doc.member(v.top, "contained")
	if list < 0 || v.doc[list].form != array {
		return none
	}
	for c := list + 1; c < v.doc[list].end; c = v.doc[c].end {
		if v.step() {
			return none
		}
		if v.doc.string(c, "id") == id {
			return c
		}
	}
	return none
}

// equal reports whether the value at i is that of the definition.
func (v *run) equal(d document, k, i int32) bool {
	return !v.step() && same(d, k, v.doc, i)
}

// alike reports whether two values of the text are equal.
func (v *run) alike(i, k int32) bool {
	if v.doc[i].end-i != v.doc[k].end-k {
		return false
	}
	size := min(int(v.doc[i].end-i), 1<<14)
	v.work -= size * size / 8 // members are looked up one by one
	return !v.step() && same(v.doc, i, v.doc, k)
}

// same reports whether two values are equal; the order of members is free.
func same(d document, k int32, e document, i int32) bool {
	a, b := &d[k], &e[i]
	if a.form != b.form || a.text != b.text && a.form != number {
		return false
	}
	switch a.form {
	case number:
		return compareDecimals(a.text, b.text) == 0
	case object:
		if d.len(k) != e.len(i) {
			return false
		}
		for c := k + 1; c < a.end; c = d[c].end {
			if m := e.member(i, d[c].key); m < 0 || !same(d, c, e, m) {
				return false
			}
		}
	case array:
		x, y := k+1, i+1
		for ; x < a.end && y < b.end; x, y = d[x].end, e[y].end {
			if !same(d, x, e, y) {
				return false
			}
		}
		return x == a.end && y == b.end
	}
	return true
}

// matches reports whether the value at i has all that the pattern has (FHIR R4,
// elementdefinition-definitions.html, pattern[x]).
func (v *run) matches(d document, k, i int32) bool {
	if v.step() {
		return true
	}
	a, b := &d[k], &v.doc[i]
	if a.form != b.form {
		return false
	}
	switch a.form {
	case object:
		for c := k + 1; c < a.end; c = d[c].end {
			if m := v.doc.member(i, d[c].key); m < 0 || !v.matches(d, c, m) {
				return false
			}
		}
		return true
	case array:
		for c := k + 1; c < a.end; c = d[c].end {
			found := false
			for m := i + 1; m < b.end && !found; m = v.doc[m].end {
				found = v.matches(d, c, m)
			}
			if !found {
				return false
			}
		}
		return true
	}
	return same(d, k, v.doc, i)
}

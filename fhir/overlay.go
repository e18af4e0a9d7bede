package fhir

import (
	"encoding/json"
	"iter"
	"reflect"
	"strconv"
	"strings"
)

// A Document is a resource with all that its JSON says, also where samply's
// type T has no place for it: contained resources, ids and extensions of
// primitives, and elements that R4 does not have. [Unmarshal] reads it and
// [Marshal] writes it without any loss; so do the functions of encoding/json.
//
//	var d fhir.Document[models.Patient]
//	err := fhir.Unmarshal(data, &d)
//
// The zero Document is empty and can be filled by hand.
type Document[T any] struct {
	Resource T
	// Contained are the resources within this one, which refers to them by
	// "#" and their id.
	Contained []json.RawMessage
	// Rest is what Resource has no place for. Its paths count the elements of
	// lists: who inserts or removes some must move it along. What leads
	// nowhere any more is refused by Marshal ([ErrDocument]).
	Rest []Member
}

// A Member is a member of a JSON object.
type Member struct {
	// Path leads to it from the resource: "_birthDate", "name[0]._given".
	Path string
	JSON json.RawMessage
}

// MarshalJSON implements [json.Marshaler] with [Marshal].
func (d Document[T]) MarshalJSON() ([]byte, error) { return Marshal(d) }

// UnmarshalJSON implements [json.Unmarshaler] with [Unmarshal].
func (d *Document[T]) UnmarshalJSON(data []byte) error { return d.unmarshal(data) }

// Unknown yields the members of Rest that R4 does not have. A strict server
// will refuse them.
func (d Document[T]) Unknown() iter.Seq[Member] {
	return func(yield func(Member) bool) {
		for _, m := range d.Rest {
			if !knownPath(reflect.TypeFor[T](), m.Path) && !yield(m) {
				return
			}
		}
	}
}

func (d *Document[T]) unmarshal(data []byte) error {
	r := resourceReader{keep: true}
	v, err := r.read(data, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	*d = Document[T]{v.Interface().(T), r.contained, r.rest}
	return nil
}

// documented is a Document of any type.
type documented interface {
	parts() (reflect.Value, *overlay, error)
}

func (d Document[T]) parts() (reflect.Value, *overlay, error) {
	o, err := newOverlay(d.Rest)
	switch {
	case err != nil:
	case len(d.Contained) > 0 && o.has("contained"):
		err = &Error{"Document.Contained", ErrDuplicate}
	default:
		o.contained = d.Contained
	}
	return reflect.ValueOf(d.Resource), o, err
}

// An overlay is what lies over a struct: a tree of the members that the
// structs of a resource have no place for. The nil overlay is empty.
type overlay struct {
	members   []overlaid
	below     map[string]*overlay // by name, with the index within a list: "component[2]"
	contained []json.RawMessage
}

type overlaid struct {
	name  string
	json  json.RawMessage
	index int // in Rest
	taken bool
}

func newOverlay(rest []Member) (*overlay, error) {
	root := &overlay{}
	if len(rest) > maxRest {
		return nil, &Error{"Document.Rest", ErrLimit}
	}
	for i, m := range rest {
		if err := root.add(i, m); err != nil {
			return nil, &Error{"Document.Rest[" + strconv.Itoa(i) + "]", err}
		}
	}
	return root, nil
}

// add puts a member into its place.
func (o *overlay) add(index int, m Member) error {
	steps := strings.Split(m.Path, ".")
	if len(steps) > maxDepth {
		return ErrLimit
	}
	for i, step := range steps {
		name, element, listed := strings.Cut(step, "[")
		last := i == len(steps)-1
		if !isElementName(name) || listed && (last || !isIndex(element)) {
			return ErrDocument
		}
		if last {
			break
		}
		if o.below == nil {
			o.below = make(map[string]*overlay)
		}
		next := o.below[step]
		if next == nil {
			next = &overlay{}
			o.below[step] = next
		}
		o = next
	}
	name := steps[len(steps)-1]
	if len(steps) == 1 && name == "resourceType" {
		return ErrDuplicate
	}
	for i := range o.members {
		if o.members[i].name == name {
			return ErrDuplicate
		}
	}
	r := resourceReader{jsonReader: jsonReader{b: m.JSON}}
	r.space()
	if _, err := r.pass(); err != nil {
		return ErrValue
	}
	if r.space(); r.i < len(r.b) {
		return ErrValue
	}
	o.members = append(o.members, overlaid{name: name, json: compact(m.JSON), index: index})
	return nil
}

// isElementName reports whether s can be the name of an element, with an
// underscore or without: a letter, then letters and digits.
func isElementName(s string) bool {
	s = strings.TrimPrefix(s, "_")
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && isDigit(c):
		default:
			return false
		}
	}
	return s != ""
}

// isIndex reports whether s is the index of a list element and its bracket.
func isIndex(s string) bool {
	digits, ok := strings.CutSuffix(s, "]")
	if !ok || digits == "" || len(digits) > 1 && digits[0] == '0' {
		return false
	}
	_, err := strconv.ParseUint(digits, 10, 31)
	return err == nil
}

// has reports whether there is something for the element name.
func (o *overlay) has(name string) bool {
	if o == nil {
		return false
	}
	for i := range o.members {
		if n := o.members[i].name; n == name || n[0] == '_' && n[1:] == name {
			return true
		}
	}
	return o.child(name) != nil
}

// take returns the member of this name and takes note that it was found.
func (o *overlay) take(prefix, name string) json.RawMessage {
	if o == nil {
		return nil
	}
	for i := range o.members {
		m := &o.members[i]
		if len(m.name) == len(prefix)+len(name) && strings.HasPrefix(m.name, prefix) && m.name[len(prefix):] == name {
			m.taken = true
			return m.json
		}
	}
	return nil
}

func (o *overlay) child(name string) *overlay {
	if o == nil {
		return nil
	}
	return o.below[name]
}

// A place is where a value stands: a field, or an element of a list.
type place struct {
	parent *overlay
	name   string
	extra  json.RawMessage // of a list of primitives, what stands beside it
}

func (o *overlay) at(name string, extra json.RawMessage) place {
	if len(extra) > 0 && extra[0] != '[' {
		extra = nil
	}
	return place{o, name, extra}
}

func (p place) overlay() *overlay { return p.parent.child(p.name) }

// element is the place of an element of the list.
func (p place) element(i int) place {
	if p.parent == nil || len(p.parent.below) == 0 {
		return place{}
	}
	return place{parent: p.parent, name: p.name + "[" + strconv.Itoa(i) + "]"}
}

// appendContained appends the contained resources, which stand before the
// extensions.
func (o *overlay) appendContained(b []byte) ([]byte, error) {
	if o == nil || len(o.contained) == 0 {
		return b, nil
	}
	b = append(b, `,"contained":`...)
	for i, raw := range o.contained {
		if i == 0 {
			b = append(b, '[')
		} else {
			b = append(b, ',')
		}
		n := len(b)
		var err error
		if b, err = appendRaw(b, raw); err == nil && len(b) == n {
			err = &Error{"", ErrMissing}
		}
		if err != nil {
			return b, within("contained["+strconv.Itoa(i)+"]", err)
		}
	}
	o.contained = nil
	return append(b, ']'), nil
}

// appendUnknown appends the members that belong to no field.
func (o *overlay) appendUnknown(b []byte) []byte {
	if o == nil {
		return b
	}
	for i := range o.members {
		m := &o.members[i]
		if m.taken {
			continue
		}
		m.taken = true
		b = append(b, ',', '"')
		b = append(b, m.name...)
		b = append(b, '"', ':')
		b = append(b, m.json...)
	}
	return b
}

// left reports what found no place.
func (o *overlay) left() error {
	if o == nil {
		return nil
	}
	if len(o.contained) > 0 {
		return &Error{"Document.Contained", ErrDocument}
	}
	for i := range o.members {
		if m := &o.members[i]; !m.taken {
			return &Error{"Document.Rest[" + strconv.Itoa(m.index) + "]", ErrDocument}
		}
	}
	for _, below := range o.below {
		if err := below.left(); err != nil {
			return err
		}
	}
	return nil
}

// elements is the number of elements of an array that was read before.
func elements(array json.RawMessage) int {
	var list []json.RawMessage
	if json.Unmarshal(array, &list) != nil {
		return -1
	}
	return len(list)
}

// knownPath reports whether the path leads from the type t to an element of
// R4, or to what stands beside one.
func knownPath(t reflect.Type, path string) bool {
	step, below, more := strings.Cut(path, ".")
	name, _, _ := strings.Cut(step, "[")
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	l := layoutOf(t)
	if beside, ok := strings.CutPrefix(name, "_"); ok {
		i, ok := l.index[beside]
		return ok && l.fields[i].primitive && !more
	}
	i, ok := l.index[name]
	return ok && (!more || knownPath(t.Field(i).Type, below))
}

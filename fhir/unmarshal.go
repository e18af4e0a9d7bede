package fhir

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// The limits of [Unmarshal].
const (
	// MaxBytes is the largest resource that is read, in bytes.
	MaxBytes = 16 << 20
	// sharedSize is up to where the strings of a resource share one copy of its
	// text. In a larger one a short string would keep too much alive.
	sharedSize = 64 << 10
	// maxObjects bounds the memory for what is short as text and large as a
	// struct. Resources within a Bundle stay text and do not count.
	maxObjects = 100_000
	// maxRest bounds what a Document keeps beside the resource.
	maxRest = 10_000
)

// Unmarshal reads the JSON of one resource into a samply resource or a
// [Document], given by pointer. It reads what [Marshal] writes, and what others
// write if it is FHIR: digits stay as they are, the order of members is free.
// On an error, an [*Error] with the path, the resource stays as it was. It
// borrows nothing of data; its strings may share one copy.
//
// It is strict. Refused are JSON that readers disagree about ([ErrSyntax],
// [ErrDuplicate]), another resourceType ([ErrResourceType]), elements that the
// type does not have ([ErrUnknown]) or requires ([ErrMissing]), more than one
// variant of a choice ([ErrChoice]), null and whatever is empty ([ErrEmpty]),
// values of the wrong type and codes that do not exist ([ErrValue]), more than
// [MaxBytes] bytes or 64 levels ([ErrLimit]). Profiles, and the formats of
// strings such as dates, are for a validator.
//
// A samply resource has no place for contained resources and extensions of
// primitives; instead of losing them, Unmarshal refuses ([ErrDocument]). The
// resources of a Bundle stay JSON, which is read in the same way when its turn
// comes.
func Unmarshal(data []byte, resource any) error {
	if d, ok := resource.(interface{ unmarshal([]byte) error }); ok {
		if reflect.ValueOf(d).IsNil() {
			return &Error{"resource", ErrUnsupported}
		}
		return d.unmarshal(data)
	}
	v := reflect.ValueOf(resource)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return &Error{"resource", ErrUnsupported}
	}
	var r resourceReader
	read, err := r.read(data, v.Type().Elem())
	if err != nil {
		return err
	}
	v.Elem().Set(read)
	return nil
}

// A resourceReader reads one resource.
type resourceReader struct {
	jsonReader
	shared    string   // the text once more, for the strings of the resource
	strings   []string // to which pointers can point: most optional elements are strings
	path      []byte   // to what is read; on an error it stays there
	objects   int
	keep      bool     // as rest what the types have no place for
	beside    bool     // within what stands beside a primitive, kept as a whole
	spans     [][2]int // of values in the text, for each field of all open objects
	contained []json.RawMessage
	rest      []Member
}

func (r *resourceReader) read(data []byte, t reflect.Type) (v reflect.Value, err error) {
	v = reflect.New(t).Elem()
	if !isResource(v) {
		return v, &Error{"resource", ErrUnsupported}
	}
	r.b, r.path = data, append(r.path, t.Name()...)
	if len(data) > MaxBytes {
		return v, &Error{t.Name(), fmt.Errorf("%w: more than %d bytes", ErrLimit, MaxBytes)}
	}
	if len(data) <= sharedSize {
		r.shared = string(data)
	}
	r.names = make([]jsonName, 0, 32) // enough for most
	if name, ok := resourceTypeOf(data); ok && string(name) != t.Name() {
		return v, &Error{t.Name() + ".resourceType", ErrResourceType}
	}
	if err = r.struc(v, true); err == nil {
		if r.space(); r.i < len(r.b) {
			err = r.syntax()
		}
	}
	if err != nil {
		return v, within(string(r.path), err)
	}
	if r.keep && !hasStatus(v.Interface()) && !slices.ContainsFunc(r.rest, aboutStatus) { // it was set, and means what it says
		r.rest = append(r.rest, Member{"status", json.RawMessage(`"registered"`)})
	}
	return v, nil
}

func aboutStatus(m Member) bool { return m.Path == "status" || m.Path == "_status" }

// resourceTypeOf finds the type of a resource wherever it stands, without
// judging the rest.
func resourceTypeOf(b []byte) (name []byte, ok bool) {
	depth, text, next := 0, []byte(nil), false
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ':':
			next = depth == 1 && string(text) == "resourceType"
		case ',':
			next = false
		case '"':
			start := i + 1
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if text = b[start:min(i, len(b))]; next && depth == 1 {
				return text, true
			}
		}
	}
	return nil, false
}

// step goes one step down the path and returns the way back.
func (r *resourceReader) step(name string) (back int) {
	back = len(r.path)
	r.path = append(append(r.path, '.'), name...)
	return back
}

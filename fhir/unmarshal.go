package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// What can be wrong with a resource that is read.
var (
	// ErrResourceType: this is a resource of another type.
	ErrResourceType = errors.New("another type of resource")
	// ErrUnknown: the type has no such element.
	ErrUnknown = errors.New("no such element")
	// ErrEmpty: null, or an empty object, array or string. FHIR has none.
	ErrEmpty = errors.New("null or empty")
	// ErrDocument: only a Document can hold this, or what a Document holds
	// beside the resource does not fit the resource.
	ErrDocument = errors.New("it takes a Document to hold this")
)

// The limits of [Unmarshal].
const (
	// MaxBytes is the largest resource that is read, in bytes.
	MaxBytes = 16 << 20
	// maxObjects bounds the memory for what is short as text and large as a
	// struct. Resources within a Bundle stay text and do not count.
	maxObjects = 100_000
	// maxRest bounds what a Document keeps beside the resource.
	maxRest = 10_000
)

// Unmarshal reads the JSON of one resource into a samply resource or a
// [Document], given by pointer. It reads what [Marshal] writes, and what others
// write if it is FHIR: digits stay as they are, the order of members is free.
// On an error, an [*Error] with the path, the resource stays as it was.
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
	path      []byte // to what is read; on an error it stays there
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

// An extra is what stands beside a primitive element, under the name with an
// underscore.
type extra struct {
	given bool
	list  []bool // of a list: whether there is one
}

// objectState is what is known of the object that is being read. Its fields
// are known by their index.
type objectState struct {
	given  [maxFields / 64]uint64
	first  int // in resourceReader.spans, of this object's
	extras map[int]extra
	nulls  map[int][]bool // of lists that have some
}

// maxFields of one struct: an ElementDefinition has 200.
const maxFields = 256

func (s *objectState) give(i int) { s.given[i/64] |= 1 << (i % 64) }

func (s *objectState) has(i int) bool { return s.given[i/64]>>(i%64)&1 != 0 }

// struc reads an object into the struct v.
func (r *resourceReader) struc(v reflect.Value, root bool) error {
	if r.objects++; r.objects > maxObjects {
		return &Error{"", fmt.Errorf("%w: more than %d objects", ErrLimit, maxObjects)}
	}
	l := layoutOf(v.Type())
	if len(l.fields) > maxFields {
		return &Error{"", ErrUnsupported}
	}
	s := objectState{first: len(r.spans)}
	if r.keep {
		r.spans = slices.Grow(r.spans, len(l.fields))[:s.first+len(l.fields)]
	}
	typed := !root
	n, err := r.members(func(name []byte) error {
		if i, ok := l.index[string(name)]; ok {
			return r.field(v.Field(i), l, i, &s)
		}
		if root && string(name) == "resourceType" {
			back := r.step("resourceType")
			text, err := r.nonempty()
			if err == nil && string(text) != v.Type().Name() {
				err = &Error{"", ErrResourceType}
			}
			if err != nil {
				return err
			}
			typed, r.path = true, r.path[:back]
			return nil
		}
		if root && l.domain && string(name) == "contained" {
			return r.containedResources()
		}
		if name[0] == '_' {
			if i, ok := l.index[string(name[1:])]; ok && l.fields[i].primitive {
				return r.extra(v.Field(i).Type(), l, i, &s)
			}
		}
		return r.unknown(string(name))
	})
	switch {
	case err != nil:
		return err
	case n == 0:
		return &Error{"", ErrEmpty}
	case !typed:
		return &Error{"resourceType", ErrMissing}
	}
	err = r.complete(v, l, &s)
	r.spans = r.spans[:s.first]
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

// value reads a value. Of a list of primitives that has nulls it tells where.
func (r *resourceReader) value(v reflect.Value, primitive bool) (nulls []bool, err error) {
	if r.null() {
		return nil, &Error{"", ErrEmpty}
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		v.Set(p)
		return r.value(p.Elem(), primitive)
	case reflect.Struct:
		return nil, r.struc(v, false)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			raw, err := r.rawResource()
			v.SetBytes(raw)
			return nil, err
		}
		return r.list(v, primitive)
	}
	return nil, r.primitive(v)
}

func (r *resourceReader) primitive(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Bool:
		is := r.word("true")
		if !is && !r.word("false") {
			return r.wrongType()
		}
		v.SetBool(is)
		return nil
	case reflect.Int:
		if code, ok := v.Addr().Interface().(json.Unmarshaler); ok {
			return r.code(v, code)
		}
		digits, err := r.number()
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(digits), 10, 32)
		if err != nil || string(digits) == "-0" {
			return &Error{"", ErrValue}
		}
		v.SetInt(n)
		return nil
	case reflect.String:
		if v.Type() == reflect.TypeFor[json.Number]() {
			digits, err := r.number()
			v.SetString(string(digits))
			return err
		}
		text, err := r.nonempty()
		v.SetString(string(text))
		return err
	}
	return &Error{"", ErrUnsupported}
}

// code reads a code. Samply's decoder takes it with any number of quotation
// marks around, and quotes a wrong one in its error.
func (r *resourceReader) code(v reflect.Value, code json.Unmarshaler) error {
	text, err := r.nonempty()
	if err != nil {
		return err
	}
	known, ok := v.Addr().Interface().(interface{ Code() string })
	if code.UnmarshalJSON(text) != nil || !ok || known.Code() != string(text) {
		return &Error{"", ErrValue}
	}
	return nil
}

// nonempty reads a string.
func (r *resourceReader) nonempty() ([]byte, error) {
	if bytes.HasPrefix(r.b[r.i:], []byte(`""`)) {
		return nil, &Error{"", ErrEmpty}
	}
	return r.text()
}

func (r *resourceReader) word(w string) bool {
	if !bytes.HasPrefix(r.b[r.i:], []byte(w)) {
		return false
	}
	r.i += len(w)
	return true
}

func (r *resourceReader) null() bool { return bytes.HasPrefix(r.b[r.i:], []byte("null")) }

// elements reads an array and returns the number of its elements.
func (r *resourceReader) elements(element func(i int) error) error {
	if err := r.enter('['); err != nil {
		return err
	}
	n := 0
	for r.space(); !r.take(']'); n++ {
		if n > 0 && !r.take(',') {
			return r.syntax()
		}
		r.space()
		back := len(r.path)
		r.path = append(strconv.AppendInt(append(r.path, '['), int64(n), 10), ']')
		if err := element(n); err != nil {
			return err
		}
		r.path = r.path[:back]
		r.space()
	}
	r.depth--
	if n == 0 {
		return &Error{"", ErrEmpty}
	}
	return nil
}

func (r *resourceReader) list(v reflect.Value, primitive bool) (nulls []bool, err error) {
	element := v.Type().Elem()
	missing := 0
	err = r.elements(func(int) error {
		null := primitive && r.keep && r.null()
		if nulls = append(nulls, null); null {
			r.word("null")
			missing++
		}
		v.Grow(1)
		v.SetLen(v.Len() + 1)
		if null {
			return nil
		}
		// An element is a struct or a primitive and never a list.
		_, err := r.value(v.Index(v.Len()-1), element.Kind() != reflect.Struct)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case missing == v.Len():
		return nil, &Error{"", ErrEmpty}
	case missing == 0:
		return nil, nil
	}
	return nulls, nil
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

// complete judges an object that was read: what is required, choices, and the
// lists that belong together. It keeps what the struct cannot hold.
func (r *resourceReader) complete(v reflect.Value, l *layout, s *objectState) error {
	var buf [8]int
	chosen := append(buf[:0], make([]int, len(l.choices))...)
	for i := range l.fields {
		f, e := &l.fields[i], s.extras[i]
		switch {
		case f.choice >= 0 && (s.has(i) || e.given):
			chosen[f.choice]++
		case f.choice < 0 && !f.optional && !s.has(i) && !e.given:
			return &Error{f.name, ErrMissing}
		}
		if !s.has(i) {
			if e.given && e.list != nil && !slices.Contains(e.list, true) {
				return &Error{"_" + f.name, ErrEmpty}
			}
			continue
		}
		if err := pair(f.name, v.Field(i), s.nulls[i], e); err != nil {
			return err
		}
		if !r.keep || !hidden(f, v.Field(i), s.nulls[i], e) {
			continue
		}
		if v.Field(i).Kind() == reflect.Slice {
			v.Field(i).SetZero()
		}
		span := r.spans[s.first+i]
		if err := r.remember(string(r.path)+"."+f.name, r.b[span[0]:span[1]]); err != nil {
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

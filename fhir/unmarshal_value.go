package fhir

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
)

// value reads a value. Of a list of primitives that has nulls it tells where.
func (r *resourceReader) value(v reflect.Value, primitive bool) (nulls []bool, err error) {
	if r.null() {
		return nil, &Error{"", ErrEmpty}
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := r.pointer(v.Type().Elem())
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

// pointer makes a pointer to a new value. Those to strings share an array.
func (r *resourceReader) pointer(t reflect.Type) reflect.Value {
	if t != reflect.TypeFor[string]() {
		return reflect.New(t)
	}
	if len(r.strings) == 0 {
		r.strings = make([]string, 16)
	}
	p := &r.strings[0]
	r.strings = r.strings[1:]
	return reflect.ValueOf(p)
}

// own returns text that was read, and that ended at the byte end, as a string
// which does not borrow it.
func (r *resourceReader) own(text []byte, end int) string {
	at := end - len(text)
	if r.shared == "" || len(text) == 0 || at < 0 || &text[0] != &r.b[at] { // or it had escapes
		return string(text)
	}
	return r.shared[at:end]
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
			v.SetString(r.own(digits, r.i))
			return err
		}
		text, err := r.nonempty()
		v.SetString(r.own(text, r.i-1)) // before the quotation mark
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

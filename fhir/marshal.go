package fhir

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// Marshal returns the JSON of a samply resource or of a [Document], given by
// value or by pointer: resourceType first, the members in the order of the specification, decimals
// with the digits they have, and < > & as they are.
//
// What samply would write wrongly is left out or refused with an [*Error]:
//   - An empty object, array or string is left out; [ErrMissing] if it is required.
//   - Of a choice such as medication[x] the variant that is set is written.
//     More than one are [ErrChoice]. None, where one is required, is
//     [ErrMissing]; where samply has no pointers, a false, a 0 and a variant
//     that was not set look the same, and count as not set.
//   - The status of an Observation or DiagnosticReport is "registered" if it
//     was never set. That status says that there is no result yet, so together
//     with a result it is [ErrStatus].
//   - A code that does not exist and a number that is none are [ErrValue], and
//     so is a raw resource in a Bundle that samply wrote with empty members:
//     use Marshal for the entries, too.
func Marshal(resource any) ([]byte, error) {
	var o *overlay
	v := reflect.ValueOf(resource)
	if d, ok := resource.(documented); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		var err error
		if v, o, err = d.parts(); err != nil {
			return nil, err
		}
	}
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !isResource(v) {
		return nil, &Error{"resource", ErrUnsupported}
	}
	name := v.Type().Name()
	if !o.has("status") && !hasStatus(v.Interface()) {
		return nil, &Error{name + ".status", ErrStatus}
	}
	b, err := appendMembers([]byte(`{"resourceType":"`+name+`"`), v, o)
	if err != nil {
		return nil, within(name, err)
	}
	if err = o.left(); err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

// isResource reports whether v is a struct of samply's that has a resourceType.
func isResource(v reflect.Value) bool {
	return v.Kind() == reflect.Struct && v.Type().PkgPath() == reflect.TypeFor[models.Observation]().PkgPath() &&
		v.Type().Implements(reflect.TypeFor[json.Marshaler]())
}

func hasStatus(resource any) bool {
	switch r := resource.(type) {
	case models.Observation:
		return r.Status != models.ObservationStatusRegistered ||
			r.DataAbsentReason == nil && len(r.Component)+len(r.HasMember) == 0 && !anySet(reflect.ValueOf(r), "Value")
	case models.DiagnosticReport:
		return r.Status != models.DiagnosticReportStatusRegistered ||
			len(r.Result)+len(r.PresentedForm)+len(r.ConclusionCode) == 0 && r.Conclusion == nil
	}
	return true
}

func anySet(v reflect.Value, prefix string) bool {
	for i := range v.NumField() {
		if strings.HasPrefix(v.Type().Field(i).Name, prefix) && !v.Field(i).IsZero() {
			return true
		}
	}
	return false
}

// appendMembers appends the members of the struct v, each with a comma before
// it, and what o has beside them.
func appendMembers(b []byte, v reflect.Value, o *overlay) ([]byte, error) {
	l := layoutOf(v.Type())
	err := l.check(v, o)
	if err != nil {
		return b, err
	}
	for i := range l.fields {
		f := &l.fields[i]
		if f.name == "extension" && l.domain {
			if b, err = o.appendContained(b); err != nil {
				return b, err
			}
		}
		if b, err = appendMember(b, f, v.Field(i), o); err != nil {
			return b, within(f.name, err)
		}
	}
	return o.appendUnknown(b), nil
}

func appendMember(b []byte, f *field, v reflect.Value, o *overlay) ([]byte, error) {
	raw, extra := o.take("", f.name), o.take("_", f.name)
	start, err := len(b), error(nil)
	b = append(b, f.member...)
	switch {
	case !v.IsZero() || o.child(f.name) != nil:
		b, err = appendElement(b, v, o.at(f.name, extra))
	case raw != nil:
		b = append(b, raw...)
	case !f.optional && f.choice < 0 && extra == nil:
		b, err = appendElement(b, v, place{})
	}
	switch {
	case err != nil:
		return b, err
	case len(b) > start+len(f.member):
	case f.optional || f.choice >= 0 || extra != nil:
		b = b[:start]
	default:
		return b, &Error{"", ErrMissing}
	}
	if extra != nil {
		b = append(b, `,"_`...)
		b = append(b, f.member[2:]...)
		b = append(b, extra...)
	}
	return b, nil
}

// appendValue appends the JSON of v, or nothing if v is empty.
func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	return appendElement(b, v, place{})
}

// appendElement appends the JSON of v, which stands at p, or nothing if v is
// empty.
func appendElement(b []byte, v reflect.Value, p place) ([]byte, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return b, nil
		}
		return appendElement(b, v.Elem(), p)
	case reflect.Struct:
		start := len(b)
		b, err := appendMembers(b, v, p.overlay())
		if err != nil || len(b) == start {
			return b, err
		}
		b[start] = '{' // for the comma
		return append(b, '}'), nil
	case reflect.Slice:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			return appendRaw(b, raw)
		}
		return appendArray(b, v, p)
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int:
		code, ok := v.Interface().(interface{ Code() string })
		if !ok {
			return strconv.AppendInt(b, v.Int(), 10), nil
		}
		if code.Code() == "<unknown>" {
			return b, &Error{"", ErrValue}
		}
		return appendString(b, code.Code()), nil
	case reflect.String:
		if v.Len() == 0 {
			return b, nil
		}
		if v.Type() != reflect.TypeFor[json.Number]() {
			return appendString(b, v.String()), nil
		}
		if !isNumber(v.String()) {
			return b, &Error{"", ErrValue}
		}
		return append(b, v.String()...), nil
	}
	return b, &Error{"", ErrUnsupported}
}

// appendArray leaves out what is empty, save where extensions stand beside
// the elements: there it is null, so that they keep their places.
func appendArray(b []byte, v reflect.Value, p place) ([]byte, error) {
	if p.extra != nil && elements(p.extra) != v.Len() {
		return b, &Error{"", ErrDocument}
	}
	start := len(b)
	for i := range v.Len() {
		b = append(b, ',')
		element := len(b)
		var err error
		if b, err = appendElement(b, v.Index(i), p.element(i)); err != nil {
			return b, within("["+strconv.Itoa(i)+"]", err)
		}
		switch {
		case len(b) > element:
		case p.extra != nil:
			b = append(b, "null"...)
		default:
			b = b[:element-1]
		}
	}
	if len(b) == start {
		return b, nil
	}
	b[start] = '['
	return append(b, ']'), nil
}

// isNumber reports whether s is a JSON number.
func isNumber(s string) bool {
	return json.Valid([]byte(s)) && (s[0] == '-' || '0' <= s[0] && s[0] <= '9')
}

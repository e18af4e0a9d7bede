package fhir

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"reflect"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

const (
	maxDepth   = 64  // objects and arrays within one another
	maxMembers = 128 // of one object; an Observation can have some 60
)

// A jsonReader reads JSON in one pass. It is strict where readers differ and
// an attacker could hide something: names given twice anywhere, names with
// escapes (FHIR has none), text that is not UTF-8. What it returns borrows
// the text.
type jsonReader struct {
	b     []byte
	i     int
	depth int
	names []jsonName // of the members so far, of all open objects
}

type jsonName struct {
	hash    uint64
	at, end int
}

// object calls member with the name of each member. It must read the value.
func (r *jsonReader) object(member func(name []byte) error) error {
	if err := r.enter('{'); err != nil {
		return err
	}
	first := len(r.names)
	for n := 0; ; n++ {
		r.space()
		if n == 0 && r.take('}') {
			break
		}
		name, err := r.name(first)
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return within(printable(name), err)
		}
		r.space()
		if r.take('}') {
			break
		}
		if !r.take(',') {
			return r.syntax()
		}
	}
	r.names = r.names[:first]
	r.depth--
	return nil
}

// array calls element with the index of each element. It must read it.
func (r *jsonReader) array(element func(i int) error) error {
	if err := r.enter('['); err != nil {
		return err
	}
	for n := 0; ; n++ {
		r.space()
		if n == 0 && r.take(']') {
			break
		}
		if err := element(n); err != nil {
			return within("["+strconv.Itoa(n)+"]", err)
		}
		r.space()
		if r.take(']') {
			break
		}
		if !r.take(',') {
			return r.syntax()
		}
	}
	r.depth--
	return nil
}

// enter reads the bracket that opens an object or an array.
func (r *jsonReader) enter(bracket byte) error {
	r.space()
	if !r.take(bracket) {
		return r.wrongType()
	}
	if r.depth++; r.depth > maxDepth {
		return &Error{"", fmt.Errorf("%w: more than %d levels", ErrLimit, maxDepth)}
	}
	return nil
}

// name reads the name of a member and its colon.
func (r *jsonReader) name(first int) ([]byte, error) {
	if !r.take('"') {
		return nil, r.syntax()
	}
	at := r.i
	for {
		if r.i == len(r.b) {
			return nil, r.syntax()
		}
		c := r.b[r.i]
		if c == '"' {
			break
		}
		if c < ' ' || c == '\\' || c >= utf8.RuneSelf {
			return nil, r.syntax()
		}
		r.i++
	}
	name := r.b[at:r.i:r.i]
	r.i++
	n := jsonName{hashName(name), at, at + len(name)}
	for _, m := range r.names[first:] {
		if m.hash == n.hash && bytes.Equal(r.b[m.at:m.end], name) {
			return nil, &Error{printable(name), ErrDuplicate}
		}
	}
	if len(r.names)-first == maxMembers {
		return nil, &Error{"", fmt.Errorf("%w: more than %d members", ErrLimit, maxMembers)}
	}
	r.names = append(r.names, n)
	r.space()
	if !r.take(':') {
		return nil, r.syntax()
	}
	r.space()
	return name, nil
}

func hashName(b []byte) uint64 {
	if n := len(b); n >= 8 {
		return binary.LittleEndian.Uint64(b) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(b[n-8:]), 21) ^ uint64(n)
	}
	h := uint64(len(b))
	for _, c := range b {
		h = h<<8 | uint64(c)
	}
	return h
}

// text reads a string that is not empty, without its escapes.
func (r *jsonReader) text() ([]byte, error) {
	if r.i == len(r.b) || r.b[r.i] != '"' {
		return nil, r.wrongType()
	}
	at := r.i + 1
	escaped, err := r.string()
	if err != nil {
		return nil, err
	}
	s := r.b[at : r.i-1 : r.i-1]
	if len(s) == 0 {
		return nil, &Error{"", ErrValue}
	}
	if escaped {
		return unescape(s), nil
	}
	return s, nil
}

// string passes over a string and reports whether it has escapes.
func (r *jsonReader) string() (escaped bool, err error) {
	b, i := r.b, r.i+1
	ascii, at := true, i
	for {
		// Eight bytes at a time while none of them is special.
		for i+8 <= len(b) && plain(binary.LittleEndian.Uint64(b[i:])) {
			i += 8
		}
		if i == len(b) {
			r.i = i
			return false, r.syntax()
		}
		switch c := b[i]; {
		case c == '"':
			r.i = i + 1
			if !ascii && !utf8.Valid(b[at:i]) {
				r.i = at
				return false, r.syntax()
			}
			return escaped, nil
		case c == '\\':
			escaped = true
			n := escapeLen(b[i:])
			if n == 0 {
				r.i = i
				return false, r.syntax()
			}
			i += n
		case c < ' ':
			r.i = i
			return false, r.syntax()
		default:
			ascii = ascii && c < utf8.RuneSelf
			i++
		}
	}
}

// plain reports whether none of eight bytes is a quotation mark, a backslash,
// a control character or outside ASCII. It may say no too often.
func plain(w uint64) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	quote, slash := w^ones*'"', w^ones*'\\'
	return (w|(w-ones*' ')|(quote-ones)|(slash-ones))&tops == 0
}

// escapeLen is the length of the escape at the beginning of b, or 0 if it is
// none. Half a surrogate pair is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		c, ok := hex4(b)
		switch {
		case !ok:
			return 0
		case !utf16.IsSurrogate(c):
			return 6
		}
		if low, ok := hex4(b[6:]); ok && utf16.DecodeRune(c, low) != utf8.RuneError {
			return 12
		}
	}
	return 0
}

// hex4 reads \uXXXX.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var c rune
	for _, x := range b[2:6] {
		switch {
		case '0' <= x && x <= '9':
			c = c<<4 | rune(x-'0')
		case 'a' <= x|0x20 && x|0x20 <= 'f':
			c = c<<4 | rune(x|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return c, true
}

// unescape copies a string whose escapes are sound.
func unescape(s []byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if s[i+1] != 'u' {
			i++
			out = append(out, unescaped(s[i]))
			continue
		}
		c, _ := hex4(s[i:])
		if i += 5; utf16.IsSurrogate(c) {
			low, _ := hex4(s[i+1:])
			c, i = utf16.DecodeRune(c, low), i+6
		}
		out = utf8.AppendRune(out, c)
	}
	return out
}

func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// number reads a number as it is written.
func (r *jsonReader) number() ([]byte, error) {
	at := r.i
	r.take('-')
	if r.i == at && (at == len(r.b) || !isDigit(r.b[at])) {
		return nil, r.wrongType()
	}
	if !r.take('0') && !r.digits() {
		return nil, r.syntax()
	}
	if r.take('.') && !r.digits() {
		return nil, r.syntax()
	}
	if r.take('e') || r.take('E') {
		_ = r.take('+') || r.take('-')
		if !r.digits() {
			return nil, r.syntax()
		}
	}
	return r.b[at:r.i:r.i], nil
}

func (r *jsonReader) digits() bool {
	at := r.i
	for r.i < len(r.b) && isDigit(r.b[r.i]) {
		r.i++
	}
	return r.i > at
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// skip passes over a value, as strict as if it were read.
func (r *jsonReader) skip() error {
	r.space()
	if r.i == len(r.b) {
		return r.syntax()
	}
	switch r.b[r.i] {
	case '{':
		return r.object(func([]byte) error { return r.skip() })
	case '[':
		return r.array(func(int) error { return r.skip() })
	case '"':
		_, err := r.string()
		return err
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(r.b[r.i:], []byte(word)) {
			r.i += len(word)
			return nil
		}
	}
	if c := r.b[r.i]; c != '-' && !isDigit(c) {
		return r.syntax()
	}
	_, err := r.number()
	return err
}

func (r *jsonReader) space() {
	for r.i < len(r.b) {
		switch r.b[r.i] {
		case ' ', '\n', '\t', '\r':
			r.i++
		default:
			return
		}
	}
}

// take reads c if it comes next.
func (r *jsonReader) take(c byte) bool {
	if r.i < len(r.b) && r.b[r.i] == c {
		r.i++
		return true
	}
	return false
}

// wrongType is the error where a value of another type was expected.
func (r *jsonReader) wrongType() error {
	if r.i < len(r.b) {
		switch c := r.b[r.i]; c {
		case '{', '[', '"', 't', 'f', 'n', '-':
			return &Error{"", ErrValue}
		default:
			if isDigit(c) {
				return &Error{"", ErrValue}
			}
		}
	}
	return r.syntax()
}

func (r *jsonReader) syntax() error {
	return &Error{"", fmt.Errorf("%w: byte %d", ErrSyntax, r.i)}
}

// printable is the name of a member for a path. A name that FHIR does not
// know is somebody's text and is not repeated.
func printable(name []byte) string {
	if known, ok := elementNames()[string(bytes.TrimPrefix(name, []byte("_")))]; ok {
		return string(name[:len(name)-len(known)]) + known
	}
	return "*"
}

// elementNames are the names of the elements that paths may show.
var elementNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{"resourceType": "resourceType", "contained": "contained"}
	seen := make(map[reflect.Type]bool)
	var add func(reflect.Type)
	add = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for i, f := range layoutOf(t).fields {
			names[f.name] = f.name
			add(t.Field(i).Type)
		}
	}
	for _, t := range [...]reflect.Type{
		reflect.TypeFor[models.Observation](), reflect.TypeFor[models.Bundle](), reflect.TypeFor[models.Patient](),
		reflect.TypeFor[models.Device](), reflect.TypeFor[models.DeviceMetric](), reflect.TypeFor[models.OperationOutcome](),
	} {
		add(t)
	}
	return names
})

package validate

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A document is the values of one JSON text in the order of the text. The value
// at i is followed by all that is inside it, up to its end.
type document []value

type value struct {
	key    string // the name, of a member of an object
	text   string // of a string its characters, otherwise the literal
	offset int32  // in the text
	end    int32  // index of the next value that is not inside this one
	form   form
	double bool // the object has a member of this name before this one
}

type form uint8

const (
	null form = iota
	boolean
	number
	text
	array
	object
)

// none is the index of a value that is not there.
const none = -1

// member returns the member of the object i with this name.
func (d document) member(i int32, name string) int32 {
	if i < 0 || d[i].form != object {
		return none
	}
	for c := i + 1; c < d[i].end; c = d[c].end {
		if d[c].key == name {
			return c
		}
	}
	return none
}

// string returns a member's characters, if it is a string.
func (d document) string(i int32, name string) string {
	if m := d.member(i, name); m >= 0 && d[m].form == text {
		return d[m].text
	}
	return ""
}

// len counts the members or elements inside i.
func (d document) len(i int32) (n int) {
	for c := i + 1; c < d[i].end; c = d[c].end {
		n++
	}
	return n
}

var (
	errDepth = errors.New("nested deeper than the limit")
	errNodes = errors.New("more values than the limit")
)

// A reader reads a JSON text (RFC 8259) strictly.
type reader struct {
	s     string
	at    int
	doc   document
	depth int // how much deeper it may go
	nodes int // how many values more it may read
}

// A syntaxError says at which byte the text is not JSON.
type syntaxError struct {
	at     int
	reason string
}

func (e *syntaxError) Error() string { return e.reason + " at byte " + strconv.Itoa(e.at) }

func (r *reader) fail(reason string) error { return &syntaxError{r.at, reason} }

// read reads the one value that the text must be.
func (r *reader) read() error {
	if !utf8.ValidString(r.s) {
		return r.fail("not UTF-8")
	}
	if err := r.value(""); err != nil {
		return err
	}
	if r.space(); r.at < len(r.s) {
		return r.fail("text after the end of the resource")
	}
	return nil
}

func (r *reader) space() {
	for r.at < len(r.s) {
		switch r.s[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

// next skips space and returns the byte that follows, or 0 at the end.
func (r *reader) next() byte {
	if r.space(); r.at < len(r.s) {
		return r.s[r.at]
	}
	return 0
}

func (r *reader) value(key string) error {
	if r.nodes--; r.nodes < 0 {
		return errNodes
	}
	c := r.next()
	i := len(r.doc)
	r.doc = append(r.doc, value{key: key, offset: int32(r.at)})
	var err error
	v := value{form: text}
	switch {
	case c == '{':
		v.form, err = object, r.object(i)
	case c == '[':
		v.form, err = array, r.array()
	case c == '"':
		v.text, err = r.string()
	case c == '-' || '0' <= c && c <= '9':
		v.form = number
		v.text, err = r.number()
	case r.literal("null"):
		v.form = null
	case r.literal("true"):
		v.form, v.text = boolean, "true"
	case r.literal("false"):
		v.form, v.text = boolean, "false"
	default:
		err = r.fail("not a JSON value")
	}
	r.doc[i].form, r.doc[i].text, r.doc[i].end = v.form, v.text, int32(len(r.doc))
	return err
}

func (r *reader) literal(word string) bool {
	if !strings.HasPrefix(r.s[r.at:], word) {
		return false
	}
	r.at += len(word)
	return true
}

func (r *reader) array() error {
	if r.depth--; r.depth < 0 {
		return errDepth
	}
	r.at++
	if r.next() == ']' {
		r.at++
		r.depth++
		return nil
	}
	for {
		if err := r.value(""); err != nil {
			return err
		}
		switch r.next() {
		case ',':
			r.at++
		case ']':
			r.at++
			r.depth++
			return nil
		default:
			return r.fail("neither , nor ]")
		}
	}
}

// object reads the members of the object at index self.
func (r *reader) object(self int) error {
	if r.depth--; r.depth < 0 {
		return errDepth
	}
	r.at++
	if r.next() == '}' {
		r.at++
		r.depth++
		return nil
	}
	var names map[string]bool // of objects with many members
	for n := 0; ; n++ {
		if r.next() != '"' {
			return r.fail("not a member's name")
		}
		key, err := r.string()
		if err != nil {
			return err
		}
		if r.next() != ':' {
			return r.fail("no :")
		}
		r.at++
		double := false
		const few = 32
		switch {
		case n < few:
			for c := self + 1; c < len(r.doc) && !double; c = int(r.doc[c].end) {
				double = r.doc[c].key == key
			}
		case names == nil:
			names = make(map[string]bool)
			for c := self + 1; c < len(r.doc); c = int(r.doc[c].end) {
				names[r.doc[c].key] = true
			}
			fallthrough
		default:
			double = names[key]
			names[key] = true
		}
		i := len(r.doc)
		if err := r.value(key); err != nil {
			return err
		}
		r.doc[i].double = double
		switch r.next() {
		case ',':
			r.at++
		case '}':
			r.at++
			r.depth++
			return nil
		default:
			return r.fail("neither , nor }")
		}
	}
}

func (r *reader) digits() bool {
	from := r.at
	for r.at < len(r.s) && '0' <= r.s[r.at] && r.s[r.at] <= '9' {
		r.at++
	}
	return r.at > from
}

func (r *reader) number() (string, error) {
	from := r.at
	r.literal("-")
	if !r.literal("0") && !r.digits() {
		return "", r.fail("not a number")
	}
	if r.literal(".") && !r.digits() {
		return "", r.fail("no digit after the point")
	}
	if r.literal("e") || r.literal("E") {
		if !r.literal("+") {
			r.literal("-")
		}
		if !r.digits() {
			return "", r.fail("no digit in the exponent")
		}
	}
	return r.s[from:r.at], nil
}

func (r *reader) string() (string, error) {
	r.at++
	from := r.at
	for r.at < len(r.s) {
		switch c := r.s[r.at]; {
		case c == '"':
			r.at++
			return r.s[from : r.at-1], nil
		case c == '\\':
			return r.escaped(from)
		case c < ' ':
			return "", r.fail("control character in a string")
		default:
			r.at++
		}
	}
	return "", r.fail("string without end")
}

// escaped reads the rest of a string that begins at from and has a backslash
// at r.at.
func (r *reader) escaped(from int) (string, error) {
	b := []byte(r.s[from:r.at])
	for r.at < len(r.s) {
		c := r.s[r.at]
		r.at++
		switch {
		case c == '"':
			return string(b), nil
		case c < ' ':
			return "", r.fail("control character in a string")
		case c != '\\':
			b = append(b, c)
			continue
		case r.at == len(r.s):
			return "", r.fail("string without end")
		}
		c = r.s[r.at]
		r.at++
		switch c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			u, ok := r.hex()
			if ok && 0xD800 <= u && u < 0xDC00 && r.literal(`\u`) {
				var low rune
				if low, ok = r.hex(); ok && 0xDC00 <= low && low < 0xE000 {
					u = (u-0xD800)<<10 + (low - 0xDC00) + 0x10000
				} else {
					ok = false
				}
			}
			if !ok || 0xD800 <= u && u < 0xE000 {
				return "", r.fail("bad \\u escape")
			}
			b = utf8.AppendRune(b, u)
		default:
			return "", r.fail("bad escape")
		}
	}
	return "", r.fail("string without end")
}

func (r *reader) hex() (rune, bool) {
	if len(r.s)-r.at < 4 {
		return 0, false
	}
	u, err := strconv.ParseUint(r.s[r.at:r.at+4], 16, 16)
	if err != nil {
		return 0, false
	}
	r.at += 4
	return rune(u), true
}

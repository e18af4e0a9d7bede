package senml

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
)

// space walks over white space and returns the next byte, 0 at the end.
func (r *reader) space() byte {
	for r.off < len(r.b) {
		switch c := r.b[r.off]; c {
		case ' ', '\t', '\n', '\r':
			r.off++
		default:
			return c
		}
	}
	return 0
}

// token walks over a byte that must come next.
func (r *reader) token(want byte) {
	switch c := r.space(); {
	case c == want:
		r.off++
	case r.off >= len(r.b):
		r.fail(r.off, device.ErrTruncated)
	default:
		r.fail(r.off, device.ErrSyntax)
	}
}

// next reports whether an item follows: the first, or one after a comma.
func (r *reader) next(first bool, closing byte) bool {
	switch c := r.space(); {
	case r.err != "":
		return false
	case c == closing:
		r.off++
		return false
	case first:
		return true
	}
	r.token(',')
	return r.err == ""
}

// quoted reads a string (RFC 8259, 7).
func (r *reader) quoted() string {
	at := r.off
	r.token('"')
	from := r.off
	for r.off < len(r.b) {
		switch c := r.b[r.off]; {
		case c == '"':
			r.off++
			if s := r.s[from : r.off-1]; utf8.ValidString(s) {
				return s
			}
			r.fail(at, device.ErrText)
			return ""
		case c == '\\':
			return r.escaped(from)
		case c < ' ':
			r.fail(r.off, device.ErrSyntax)
			return ""
		}
		r.off++
	}
	r.fail(r.off, device.ErrTruncated)
	return ""
}

// escaped reads a string on, from its first backslash.
func (r *reader) escaped(from int) string {
	var text strings.Builder
	text.WriteString(r.s[from:r.off])
	for r.off < len(r.b) {
		switch c := r.b[r.off]; {
		case c == '"':
			r.off++
			if s := text.String(); utf8.ValidString(s) {
				return s
			}
			r.fail(from-1, device.ErrText)
			return ""
		case c == '\\':
			r.escape(&text)
		case c < ' ':
			r.fail(r.off, device.ErrSyntax)
			return ""
		default:
			text.WriteByte(c)
			r.off++
		}
	}
	r.fail(r.off, device.ErrTruncated)
	return ""
}

func (r *reader) escape(text *strings.Builder) {
	const (
		letters = `"\/bfnrt`
		meant   = "\"\\/\b\f\n\r\t"
	)
	at := r.off
	if r.off+1 >= len(r.b) {
		r.fail(len(r.b), device.ErrTruncated)
		return
	}
	if i := strings.IndexByte(letters, r.b[r.off+1]); i >= 0 {
		text.WriteByte(meant[i])
		r.off += 2
		return
	}
	c := rune(r.utf16())
	if utf16.IsSurrogate(c) && r.err == "" {
		if r.off+1 >= len(r.b) || r.b[r.off] != '\\' {
			r.fail(at, device.ErrText)
			return
		}
		if c = utf16.DecodeRune(c, rune(r.utf16())); c == utf8.RuneError {
			r.fail(at, device.ErrText) // half a pair
		}
	}
	text.WriteRune(c)
}

// utf16 reads \u and four digits.
func (r *reader) utf16() (unit uint16) {
	at, rest := r.off, r.b[r.off:]
	for i := range 6 {
		if i == len(rest) {
			r.fail(len(r.b), device.ErrTruncated)
			return 0
		}
		c := rest[i]
		switch {
		case i == 0: // a backslash
		case i == 1 && c == 'u':
		case i > 1 && c >= '0' && c <= '9':
			unit = unit<<4 | uint16(c-'0')
		case i > 1 && c|0x20 >= 'a' && c|0x20 <= 'f':
			unit = unit<<4 | uint16(c|0x20-'a'+10)
		default:
			r.fail(at, device.ErrSyntax)
			return 0
		}
	}
	r.off += 6
	return unit
}

// digits walks over one digit or more.
func (r *reader) digits() {
	from := r.off
	for r.off < len(r.b) && r.b[r.off] >= '0' && r.b[r.off] <= '9' {
		r.off++
	}
	switch {
	case r.off > from:
	case r.off == len(r.b):
		r.fail(r.off, device.ErrTruncated)
	default:
		r.fail(r.off, device.ErrSyntax)
	}
}

// numeral reads the text of a number (RFC 8259, 6).
func (r *reader) numeral() string {
	from := r.off
	is := func(set string) bool { return r.off < len(r.b) && strings.IndexByte(set, r.b[r.off]) >= 0 }
	if is("-") {
		r.off++
	}
	if is("0") {
		r.off++
	} else {
		r.digits()
	}
	if is(".") {
		r.off++
		r.digits()
	}
	if is("eE") {
		r.off++
		if is("+-") {
			r.off++
		}
		r.digits()
	}
	if r.err != "" {
		return ""
	}
	return r.s[from:r.off]
}

// literal walks over true, false or null.
func (r *reader) literal(word string) {
	rest := r.s[r.off:]
	switch {
	case strings.HasPrefix(rest, word):
		r.off += len(word)
	case strings.HasPrefix(word, rest):
		r.fail(len(r.b), device.ErrTruncated)
	default:
		r.fail(r.off, device.ErrSyntax)
	}
}

// pass walks over one value of any kind, at most depth levels deep. The names of
// an object are unique.
func (r *reader) pass(depth int) {
	switch c := r.space(); {
	case c == '"':
		r.quoted()
	case c == 't':
		r.literal("true")
	case c == 'f':
		r.literal("false")
	case c == 'n':
		r.literal("null")
	case c != '[' && c != '{':
		r.numeral()
	case depth == 0:
		r.fail(r.off, device.ErrOutOfRange)
	case c == '[':
		r.off++
		for first := true; r.next(first, ']'); first = false {
			r.pass(depth - 1)
		}
	default:
		r.off++
		from := len(r.keys)
		for first := true; r.next(first, '}'); first = false {
			at := r.off
			r.unique(from, key{text: r.quoted()}, at)
			r.token(':')
			r.pass(depth - 1)
		}
		r.keys = r.keys[:from]
	}
}

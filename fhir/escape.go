package fhir

import "unicode/utf8"

// The classes of bytes that are told apart.
const (
	plainByte = 1 << iota // stands in a JSON string as it is
	idByte                // may stand in a FHIR id
)

var classes = func() (t [256]uint8) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		if c != '"' && c != '\\' {
			t[c] |= plainByte
		}
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
			t[c] |= idByte
		}
	}
	return t
}()

// appendEscaped appends the characters of s and a closing quotation mark, in
// the way of encoding/json without its escapes for HTML: what is not UTF-8
// becomes U+FFFD, and U+2028 and U+2029 are escaped for the sake of JavaScript.
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	for _, r := range s {
		switch r {
		case '"', '\\':
			b = append(b, '\\', byte(r))
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case utf8.RuneError, '\u2028', '\u2029':
			b = append(b, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			if r < ' ' {
				b = append(b, `\u00`...)
				b = append(b, hex[r>>4], hex[r&15])
				continue
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

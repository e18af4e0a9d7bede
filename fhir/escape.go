package fhir

import "unicode/utf8"

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

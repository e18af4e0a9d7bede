package att

import (
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
)

// InvalidUTF8 is the offset of the first byte that is not UTF-8, or -1.
func InvalidUTF8(s []byte) int {
	for at := 0; at < len(s); {
		r, n := utf8.DecodeRune(s[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return -1
}

// CheckText refuses s, which begins at byte at, if it is not UTF-8.
func (r *Reader) CheckText(field string, s []byte, at int) {
	if i := InvalidUTF8(s); i >= 0 {
		r.Reject(device.ErrText, field, at+i)
	}
}

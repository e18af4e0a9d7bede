package senml

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
)

// The major types of RFC 8949, 3.1, and what else of it is named here.
const (
	majorUint   = 0
	majorNegint = 1
	majorBytes  = 2
	majorText   = 3
	majorArray  = 4
	majorMap    = 5
	majorTag    = 6
	majorSimple = 7
	majorNone   = 8 // what a failed read returns: no item has it

	infoFloat16    = 25
	infoFloat32    = 26
	infoFloat64    = 27
	infoIndefinite = 31

	simpleFalse = 20
	simpleTrue  = 21

	tagDecimal = 4 // decimal fraction, [exponent, mantissa] (RFC 8949, 3.4.4)
	breakByte  = 0xff
)

// head reads the major type, the additional information and the argument of the
// next item. Arguments may be longer than they need to be. The bits of a float
// are its argument; an item of indefinite length has none.
func (r *reader) head() (major, info byte, arg uint64) {
	at, rest := r.off, r.b[r.off:]
	if len(rest) == 0 {
		r.fail(at, device.ErrTruncated)
		return majorNone, 0, 0
	}
	major, info = rest[0]>>5, rest[0]&31
	if info < 24 {
		r.off++
		return major, info, uint64(info)
	}
	if info == infoIndefinite && major >= majorBytes && major <= majorMap {
		r.off++
		return major, info, 0
	}
	if info > infoFloat64 { // reserved, or a break where none may be
		r.fail(at, device.ErrSyntax)
		return majorNone, 0, 0
	}
	size := 1 << (info - 24)
	if len(rest) <= size {
		r.fail(at, device.ErrTruncated)
		return majorNone, 0, 0
	}
	switch size {
	case 1:
		arg = uint64(rest[1])
	case 2:
		arg = uint64(binary.BigEndian.Uint16(rest[1:]))
	case 4:
		arg = uint64(binary.BigEndian.Uint32(rest[1:]))
	default:
		arg = binary.BigEndian.Uint64(rest[1:])
	}
	if major == majorSimple && size == 1 && arg < 32 { // RFC 8949, 3.3
		r.fail(at, device.ErrSyntax)
		return majorNone, 0, 0
	}
	r.off += 1 + size
	return major, info, arg
}

// open reads the head of an array or map of at most so many items and returns
// their number, or -1 if a break ends them.
func (r *reader) open(want byte, most, size int) int {
	at := r.off
	major, info, n := r.head()
	switch {
	case major == majorNone:
		return 0
	case major != want:
		r.fail(at, device.ErrSyntax)
		return 0
	case info == infoIndefinite:
		return -1
	case n > uint64(most):
		r.fail(at, device.ErrOutOfRange)
		return 0
	case int(n)*size > len(r.b)-r.off: // an item has so many bytes at least
		r.fail(at, device.ErrTruncated)
		return 0
	}
	return int(n)
}

// more reports whether another item follows in what [reader.open] opened.
func (r *reader) more(done, n int) bool {
	switch {
	case r.err != "":
		return false
	case n >= 0:
		return done < n
	case r.off < len(r.b) && r.b[r.off] == breakByte:
		r.off++
		return false
	}
	return true
}

// take walks over the n bytes of a string that begins at a place.
func (r *reader) take(at int, info byte, n uint64) (from, to int) {
	if info == infoIndefinite { // strings are of definite length (RFC 8428, 6)
		r.fail(at, device.ErrSyntax)
		return 0, 0
	}
	if n > uint64(len(r.b)-r.off) {
		r.fail(at, device.ErrTruncated)
		return 0, 0
	}
	from = r.off
	r.off += int(n)
	return from, r.off
}

// utf8 is a text string whose head has been read.
func (r *reader) utf8(at int, info byte, n uint64) string {
	from, to := r.take(at, info, n)
	if s := r.s[from:to]; utf8.ValidString(s) {
		return s
	}
	r.fail(at, device.ErrText)
	return ""
}

// key reads a key: an integer or text.
func (r *reader) key() key {
	at := r.off
	major, info, arg := r.head()
	switch major {
	case majorUint, majorNegint:
		return key{major: major, arg: arg}
	case majorText:
		return key{major: major, text: r.utf8(at, info, arg)}
	}
	r.fail(at, device.ErrSyntax)
	return key{}
}

// skip walks over one item of any kind, at most depth levels deep. Within it
// lengths are definite and the keys of a map are integers or text, each once.
func (r *reader) skip(depth int) {
	at := r.off
	major, info, arg := r.head()
	switch {
	case major >= majorArray && major <= majorTag && depth == 0:
		r.fail(at, device.ErrOutOfRange)
	case info == infoIndefinite:
		r.fail(at, device.ErrSyntax)
	case major == majorBytes:
		r.take(at, info, arg)
	case major == majorText:
		r.utf8(at, info, arg)
	case major == majorTag:
		r.skip(depth - 1)
	case major == majorArray || major == majorMap:
		if arg > uint64(len(r.b)-r.off) {
			r.fail(at, device.ErrTruncated)
			return
		}
		r.skipAll(major, arg, depth-1)
	}
}

func (r *reader) skipAll(major byte, n uint64, depth int) {
	from := len(r.keys)
	for ; n > 0 && r.err == ""; n-- {
		if major == majorMap {
			at := r.off
			r.unique(from, r.key(), at)
		}
		r.skip(depth)
	}
	r.keys = r.keys[:from]
}

// halfFloat is the number of an IEEE 754 binary16 (RFC 8949, appendix D).
func halfFloat(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&0x3ff)
	switch exp {
	case 0:
		f := float32(frac) / (1 << 24)
		if sign != 0 {
			f = -f
		}
		return f
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

package compact

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
)

// The major types of RFC 8949, 3.1, and the two simple values in use.
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

	simpleFalse = 20
	simpleTrue  = 21
	simpleNull  = 22

	tagDecimal = 4 // decimal fraction, [exponent, mantissa] (RFC 8949, 3.4.4)
)

// A reader reads CBOR in the deterministic encoding of RFC 8949, 4.2.1.
type reader struct{ cursor }

func newReader(b []byte) reader { return reader{cursor{b: b}} }

// head reads the major type and the argument of the next item. Those of one
// and two bytes, nearly all, are read here.
func (r *reader) head() (major byte, arg uint64) {
	rest := r.b[r.off:]
	if len(rest) >= 1 && rest[0]&31 < 24 {
		r.off++
		return rest[0] >> 5, uint64(rest[0] & 31)
	}
	if len(rest) >= 2 && rest[0]&31 == 24 && rest[1] >= 24 && rest[0] < majorSimple<<5 {
		r.off += 2
		return rest[0] >> 5, uint64(rest[1])
	}
	return r.longHead()
}

func (r *reader) longHead() (major byte, arg uint64) {
	at, rest := r.off, r.b[r.off:]
	if len(rest) == 0 {
		r.fail(at, device.ErrTruncated)
		return majorNone, 0
	}
	major = rest[0] >> 5
	size, least := 1<<(rest[0]&31-24), uint64(24)
	if rest[0]&31 > 27 || major == majorSimple { // reserved, indefinite, floats, unassigned simple values
		r.fail(at, device.ErrSyntax)
		return majorNone, 0
	}
	if len(rest) <= size {
		r.fail(at, device.ErrTruncated)
		return majorNone, 0
	}
	switch size {
	case 1:
		arg = uint64(rest[1])
	case 2:
		arg, least = uint64(binary.BigEndian.Uint16(rest[1:])), 1<<8
	case 4:
		arg, least = uint64(binary.BigEndian.Uint32(rest[1:])), 1<<16
	default:
		arg, least = binary.BigEndian.Uint64(rest[1:]), 1<<32
	}
	if arg < least { // not the shortest form
		r.fail(at, device.ErrSyntax)
		return majorNone, 0
	}
	r.off += 1 + size
	return major, arg
}

// uint reads an unsigned integer between low and high.
func (r *reader) uint(low, high uint64) uint64 {
	at := r.off
	major, arg := r.head()
	if major != majorUint {
		r.fail(at, device.ErrSyntax)
		return 0
	}
	if arg < low || arg > high {
		r.fail(at, device.ErrOutOfRange)
		return 0
	}
	return arg
}

// int reads an integer that fits an int64.
func (r *reader) int() int64 {
	at := r.off
	major, arg := r.head()
	if major > majorNegint {
		r.fail(at, device.ErrSyntax)
		return 0
	}
	return r.signed(at, major, arg)
}

// signed is the integer with a head that was read at a place.
func (r *reader) signed(at int, major byte, arg uint64) int64 {
	if arg > math.MaxInt64 {
		r.fail(at, device.ErrOutOfRange)
		return 0
	}
	if major == majorNegint {
		return -1 - int64(arg)
	}
	return int64(arg)
}

// text reads a text string of 1 to most bytes. The result borrows the frame.
func (r *reader) text(most uint64) []byte {
	at := r.off
	major, n := r.head()
	if major != majorText {
		r.fail(at, device.ErrSyntax)
		return nil
	}
	if n == 0 || n > most {
		r.fail(at, device.ErrOutOfRange)
		return nil
	}
	b := r.take(at, n)
	if !utf8.Valid(b) {
		r.fail(at, device.ErrText)
		return nil
	}
	return b
}

// skip walks over one item of any kind that an extension may have: integers,
// strings, arrays, maps with ascending keys, decimal fractions, true, false
// and null, at most depth levels deep.
func (r *reader) skip(depth int) {
	at := r.off
	major, arg := r.head()
	if major >= majorArray && major <= majorTag && depth == 0 {
		r.fail(at, device.ErrOutOfRange)
		return
	}
	switch major {
	case majorBytes:
		r.take(at, arg)
	case majorText:
		if !utf8.Valid(r.take(at, arg)) {
			r.fail(at, device.ErrText)
		}
	case majorArray:
		for ; arg > 0 && r.err == ""; arg-- {
			r.skip(depth - 1)
		}
	case majorMap:
		r.skipMap(arg, depth-1)
	case majorTag:
		if arg != tagDecimal {
			r.fail(at, device.ErrSyntax)
			return
		}
		r.fraction(at)
	case majorSimple:
		if arg < simpleFalse || arg > simpleNull {
			r.fail(at, device.ErrSyntax)
		}
	}
}

// skipMap walks over n pairs. Keys are integers or text and ascend by their
// encoded bytes.
func (r *reader) skipMap(n uint64, depth int) {
	var last []byte
	for i := uint64(0); i < n && r.err == ""; i++ {
		at := r.off
		r.skip(depth)
		if r.err != "" {
			return
		}
		key := r.b[at:r.off]
		if major := key[0] >> 5; major > majorNegint && major != majorText || i > 0 && string(key) <= string(last) {
			r.fail(at, device.ErrSyntax)
			return
		}
		last = key
		r.skip(depth)
	}
}

// fraction reads what follows the tag of a decimal fraction. An exponent of
// zero is not allowed: that number is an integer.
func (r *reader) fraction(at int) (coef int64, exp int8) {
	if major, n := r.head(); major != majorArray || n != 2 {
		r.fail(at, device.ErrSyntax)
		return 0, 0
	}
	at = r.off
	e := r.int()
	if r.err == "" && (e < math.MinInt8 || e > math.MaxInt8) {
		r.fail(at, device.ErrOutOfRange)
	} else if e == 0 {
		r.fail(at, device.ErrSyntax)
	}
	return r.int(), int8(e)
}

// appendHead writes a head in its shortest form.
func appendHead(b []byte, major byte, arg uint64) []byte {
	major <<= 5
	switch {
	case arg < 24:
		return append(b, major|byte(arg))
	case arg < 1<<8:
		return append(b, major|24, byte(arg))
	case arg < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(arg))
	case arg < 1<<32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(arg))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), arg)
}

func appendInt(b []byte, n int64) []byte {
	if n < 0 {
		return appendHead(b, majorNegint, uint64(-1-n))
	}
	return appendHead(b, majorUint, uint64(n))
}

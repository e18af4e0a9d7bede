package seal

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// The major types of RFC 8949, 3.1.
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
)

// maxDepth bounds the nesting of what is not understood in a header.
const maxDepth = 4

// A reader walks over CBOR and remembers the first fault and where it is. After
// a fault it stands at the end, so that everything else fails quickly. It takes
// integers and lengths in any form, as RFC 8949 allows, but nothing of
// indefinite length, and notes whether all had the shortest form.
type reader struct {
	b     []byte
	off   int
	base  int // of b in the whole, for what faults say
	field string
	long  int // 1 + place of the first item that is not in its shortest form

	at    int // of the fault, in the whole
	err   Fault
	fault string // the field in which it is
}

func (r *reader) fail(at int, why Fault) {
	if r.err == "" {
		r.at, r.err, r.fault = r.base+at, why, r.field
	}
	r.off = len(r.b)
}

// failure is the fault, or nil.
func (r *reader) failure(ref string) error {
	if r.err == "" {
		return nil
	}
	return &Error{Field: r.fault, Offset: r.at, Err: r.err, Ref: ref}
}

// head reads the major type and the argument of the next item.
func (r *reader) head() (major byte, arg uint64) {
	at, rest := r.off, r.b[r.off:]
	if len(rest) == 0 {
		r.fail(at, ErrSyntax)
		return majorNone, 0
	}
	major, arg = rest[0]>>5, uint64(rest[0]&31)
	if arg < 24 {
		r.off++
		return major, arg
	}
	size := 1 << (arg - 24)
	if arg > 27 || len(rest) <= size || major == majorSimple && size == 1 { // reserved, indefinite, cut off
		r.fail(at, ErrSyntax)
		return majorNone, 0
	}
	least := uint64(24)
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
	if r.long == 0 && arg < least && major != majorSimple {
		r.long = 1 + r.base + at
	}
	r.off += 1 + size
	return major, arg
}

// want reads the head of an item of one major type.
func (r *reader) want(want byte) (arg uint64) {
	at := r.off
	major, arg := r.head()
	if major != want {
		r.fail(at, ErrSyntax)
		return 0
	}
	return arg
}

// int reads an integer that fits an int64.
func (r *reader) int() int64 {
	at := r.off
	major, arg := r.head()
	switch {
	case arg > math.MaxInt64 || major > majorNegint:
		r.fail(at, ErrSyntax)
		return 0
	case major == majorNegint:
		return -1 - int64(arg)
	}
	return int64(arg)
}

// bytes reads a byte string, which borrows.
func (r *reader) bytes() []byte {
	at := r.off
	return r.take(at, r.want(majorBytes))
}

// take reads the n bytes of a string whose head began at a place.
func (r *reader) take(at int, n uint64) []byte {
	if n > uint64(len(r.b)-r.off) {
		r.fail(at, ErrSyntax)
		return nil
	}
	b := r.b[r.off : r.off+int(n) : r.off+int(n)]
	r.off += int(n)
	return b
}

// text reads a text string, which borrows.
func (r *reader) text() []byte {
	at := r.off
	b := r.take(at, r.want(majorText))
	if !utf8.Valid(b) {
		r.fail(at, ErrSyntax)
	}
	return b
}

// peek is the major type of the next item.
func (r *reader) peek() byte {
	if r.off == len(r.b) {
		return majorNone
	}
	return r.b[r.off] >> 5
}

// skip walks over one item of any kind. No map in it may have a label twice.
func (r *reader) skip(depth int) {
	at := r.off
	switch major := r.peek(); major {
	case majorText:
		r.text()
	case majorBytes:
		r.bytes()
	case majorArray, majorMap, majorTag:
		_, n := r.head()
		if depth == 0 {
			r.fail(at, ErrSyntax)
			return
		}
		switch major {
		case majorTag:
			r.skip(depth - 1)
		case majorMap:
			var labels labels
			for ; n > 0 && r.err == ""; n-- {
				labels.add(r)
				r.skip(depth - 1)
			}
		default:
			for ; n > 0 && r.err == ""; n-- {
				r.skip(depth - 1)
			}
		}
	default:
		r.head()
	}
}

// maxLabels bounds the labels of one map, and of both header maps together.
const maxLabels = 24

// A label is an integer, or text.
type label struct {
	n    int64
	text []byte // nil for an integer
}

// labels are those that a map has so far.
type labels struct {
	all [maxLabels]label
	n   int
}

// add reads a label, which must be a new one.
func (l *labels) add(r *reader) label {
	at := r.off
	v := r.label()
	if r.err == "" && (l.n == maxLabels || l.has(v)) {
		r.fail(at, ErrSyntax)
	}
	if r.err == "" {
		l.all[l.n] = v
		l.n++
	}
	return v
}

func (l *labels) has(v label) bool {
	for _, w := range l.all[:l.n] {
		if w.n == v.n && (w.text == nil) == (v.text == nil) && string(w.text) == string(v.text) {
			return true
		}
	}
	return false
}

// label reads an integer or text.
func (r *reader) label() label {
	if r.peek() == majorText {
		return label{text: r.text()}
	}
	return label{n: r.int()}
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

func appendBytes[T ~[]byte | string](b []byte, s T) []byte {
	return append(appendHead(b, majorBytes, uint64(len(s))), s...)
}

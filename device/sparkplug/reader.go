package sparkplug

import (
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
)

// A reader walks over protobuf up to an end and remembers the first fault.
type reader struct {
	b        []byte
	off, end int
	name     string // of what is being read

	at    int
	err   device.Fault
	fault string
}

func (r *reader) fail(at int, why device.Fault) {
	if r.err == "" {
		r.at, r.err, r.fault = at, why, r.name
	}
	r.off, r.end = len(r.b), len(r.b)
}

func (r *reader) varint() (n uint64) {
	at := r.off
	for shift := 0; shift < 64; shift += 7 {
		if r.off >= r.end {
			r.fail(at, device.ErrTruncated)
			return 0
		}
		c := r.b[r.off]
		r.off++
		if shift == 63 && c > 1 {
			break
		}
		if n |= uint64(c&0x7f) << shift; c < 0x80 {
			return n
		}
	}
	r.fail(at, device.ErrSyntax)
	return 0
}

// tag reads the number of a field and the form of its value.
func (r *reader) tag() (field uint64, wire byte) {
	at := r.off
	n := r.varint()
	if field = n >> 3; r.err == "" && (field == 0 || field > 1<<29-1) {
		r.fail(at, device.ErrSyntax)
	}
	return field, byte(n & 7)
}

func (r *reader) millis() uint64 {
	at := r.off
	n := r.varint()
	if n > maxMillis {
		r.fail(at, device.ErrOutOfRange)
		return 0
	}
	return n
}

// fixed reads n bytes, the lowest first.
func (r *reader) fixed(n int) (bits uint64) {
	if n > r.end-r.off {
		r.fail(r.off, device.ErrTruncated)
		return 0
	}
	for i := range n {
		bits |= uint64(r.b[r.off+i]) << (8 * i)
	}
	r.off += n
	return bits
}

// open reads a length and makes its end that of the reader. It returns the old one.
func (r *reader) open() (outer int) {
	at := r.off
	n := r.varint()
	outer = r.end
	if r.err == "" && n > uint64(r.end-r.off) {
		r.fail(at, device.ErrTruncated)
	}
	if r.err == "" {
		r.end = r.off + int(n)
	}
	return outer
}

func (r *reader) close(outer int) {
	if r.err == "" {
		r.end = outer
	}
}

func (r *reader) text(most int) string {
	at := r.off
	outer := r.open()
	b := r.b[r.off:r.end]
	switch {
	case r.err != "":
		return ""
	case len(b) > most:
		r.fail(at, device.ErrOutOfRange)
		return ""
	case !utf8.Valid(b):
		r.fail(at, device.ErrText)
		return ""
	}
	r.off = r.end
	r.close(outer)
	return string(b)
}

// skip walks over a value of a field that is not known.
func (r *reader) skip(wire byte) {
	switch wire {
	case wireVarint:
		r.varint()
	case wireFixed32:
		r.fixed(4)
	case wireFixed64:
		r.fixed(8)
	case wireLen:
		outer := r.open()
		r.off = r.end
		r.close(outer)
	default: // groups, which Sparkplug does not have
		r.fail(r.off, device.ErrSyntax)
	}
}

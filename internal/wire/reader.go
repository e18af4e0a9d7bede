// Package wire reads little-endian device frames one named field at a time.
//
// A [Reader] remembers its first failure, so a decoder reads every field in
// order and asks once at the end what went wrong, as with [bufio.Scanner].
package wire

import "encoding/binary"

// A Reader consumes a frame. The zero Reader is an empty frame.
type Reader struct {
	buf   []byte
	off   int
	short string // field that did not fit; "" while all is well
}

// NewReader returns a Reader over b, which it borrows.
func NewReader(b []byte) Reader { return Reader{buf: b} }

// Uint8 reads one byte, or returns 0 after a failure.
func (r *Reader) Uint8(field string) uint8 {
	if b := r.next(field, 1); b != nil {
		return b[0]
	}
	return 0
}

// Uint16 reads two bytes, or returns 0 after a failure.
func (r *Reader) Uint16(field string) uint16 {
	if b := r.next(field, 2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// Uint24 reads three bytes, or returns 0 after a failure.
func (r *Reader) Uint24(field string) uint32 {
	if b := r.next(field, 3); b != nil {
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	}
	return 0
}

// Uint32 reads four bytes, or returns 0 after a failure.
func (r *Reader) Uint32(field string) uint32 {
	if b := r.next(field, 4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// Bytes takes n bytes, or returns nil after a failure. The result borrows the frame.
func (r *Reader) Bytes(field string, n int) []byte { return r.next(field, n) }

// Groups takes as many whole n-byte groups as the frame still holds. What
// remains of a group is a failure, reported at the incomplete group; the whole
// groups are returned all the same.
func (r *Reader) Groups(field string, n int) []byte {
	b := r.next(field, (len(r.buf)-r.off)/n*n)
	if r.short == "" && r.off < len(r.buf) {
		r.short = field
	}
	return b
}

// Offset is the position of the next byte to read.
func (r *Reader) Offset() int { return r.off }

// Rest reports how many bytes have not been read.
func (r *Reader) Rest() int { return len(r.buf) - r.off }

// Complete reports whether every field fitted and no byte is left.
func (r *Reader) Complete() bool { return r.short == "" && r.off == len(r.buf) }

// Short reports the first field that did not fit and the offset at which it begins.
func (r *Reader) Short() (field string, offset int, bad bool) {
	return r.short, r.off, r.short != ""
}

func (r *Reader) next(field string, n int) []byte {
	if r.short != "" {
		return nil
	}
	if len(r.buf)-r.off < n {
		r.short = field
		return nil
	}
	b := r.buf[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

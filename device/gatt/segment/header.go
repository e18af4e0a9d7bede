package segment

import (
	"strconv"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// Header is the first byte of a value that may come in several parts.
//
//	 7            2   1      0
//	+--------------+------+-------+
//	| counter 0-63 | last | first |
//	+--------------+------+-------+
type Header struct {
	First, Last bool
	// Counter goes up by one per part, also from one value to the next, and
	// from 63 to 0.
	Counter uint8
}

// Whole reports whether the part is all there is.
func (h Header) Whole() bool { return h.First && h.Last }

// Next is the counter of the part that follows.
func (h Header) Next() uint8 { return (h.Counter + 1) % att.SegmentModulus }

// String is "part 5, first and last".
func (h Header) String() string {
	s := "part " + strconv.Itoa(int(h.Counter))
	switch {
	case h.Whole():
		return s + ", first and last"
	case h.First:
		return s + ", first"
	case h.Last:
		return s + ", last"
	}
	return s
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits.
func (h Header) AppendBinary(b []byte) ([]byte, error) { return att.Segment(h).AppendBinary(b) }

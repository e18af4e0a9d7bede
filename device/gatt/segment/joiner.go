package segment

import (
	"bytes"

	"github.com/telemed-go/sdk/device"
)

// DefaultLimit is how long a value in parts may be if the caller does
// not say.
const DefaultLimit = 1 << 16

// Joiner puts a value together that a device sends in parts: a stored blood
// pressure record (0x2B36), an observation of a generic health sensor. Each
// characteristic of each device has its own Joiner; the zero Joiner is
// ready. It is not safe for concurrent use.
//
// A lost part costs its value and no other: the parts up to the next first one
// are dropped. A part that comes twice in a row counts once, as far as a
// counter of 64 can tell.
type Joiner struct {
	// Limit is how many bytes a value may have; 0 means [DefaultLimit].
	Limit int

	buf     []byte
	last    Header // of the part before
	size    int    // of the part before
	started bool   // there was a part before
	open    bool   // buf holds the beginning of a value
}

// Add takes the next part. When it is the last of its value, done is true and
// whole is the value, which is valid until the next call. It may be empty.
//
// An error wraps [device.ErrSequence] when something was lost before this
// part, and [device.ErrOutOfRange] when the value is longer than Limit. What
// the part itself completes is returned beside it.
func (s *Joiner) Add(h Header, part []byte) (whole []byte, done bool, err error) {
	if s.repeats(h, part) {
		return nil, false, nil
	}
	lost := s.started && h.Counter != s.last.Next() || !s.started && !h.First
	if lost || h.First && s.open {
		err = segmentFault("Counter", device.ErrSequence)
		s.open = false
	}
	s.started, s.last, s.size = true, h, len(part)
	if h.First {
		s.buf, s.open = s.buf[:0], true
	}
	if !s.open {
		return nil, false, err
	}
	if len(s.buf)+len(part) > s.limit() {
		s.open = false
		return nil, false, segmentFault("Data", device.ErrOutOfRange)
	}
	s.buf = append(s.buf, part...)
	if !h.Last {
		return nil, false, err
	}
	s.open = false
	return s.buf[:len(s.buf):len(s.buf)], true, err
}

// Reset forgets the value that has begun and where the counter stands: after
// the connection was lost.
func (s *Joiner) Reset() { s.open, s.started = false, false }

// repeats reports whether a part is the one before once more.
func (s *Joiner) repeats(h Header, part []byte) bool {
	return s.open && h == s.last && len(part) == s.size && bytes.HasSuffix(s.buf, part)
}

func (s *Joiner) limit() int {
	if s.Limit > 0 {
		return s.Limit
	}
	return DefaultLimit
}

func segmentFault(field string, fault device.Fault) error {
	return &device.DecodeError{Type: "Segments", Field: field, Ref: "BLS 1.1, segmentation header", Err: fault}
}

package att

// Segment is the header that package segment shows to users.
type Segment struct {
	First, Last bool
	Counter     uint8
}

// The bits of a segmentation header.
const (
	segmentFirst   = 1 << 0
	segmentLast    = 1 << 1
	segmentCounter = 2 // where the counter begins

	// SegmentModulus is how many numbers the counter has.
	SegmentModulus = 64
)

// Segment reads a segmentation header.
func (r *Reader) Segment() Segment {
	v := r.Uint8("SegmentationHeader")
	return Segment{First: v&segmentFirst != 0, Last: v&segmentLast != 0, Counter: v >> segmentCounter}
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits.
func (h Segment) AppendBinary(b []byte) ([]byte, error) {
	if h.Counter >= SegmentModulus {
		return b, Unencodable("Counter")
	}
	return append(b, Flag(h.First, segmentFirst)|Flag(h.Last, segmentLast)|h.Counter<<segmentCounter), nil
}

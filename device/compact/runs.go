package compact

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
)

// A runWriter writes differences between what was expected and what came: how
// often nothing differed, then the difference, and so on.
type runWriter struct {
	b    []byte
	hits uint64
}

func (w *runWriter) put(difference int64) {
	if difference == 0 {
		w.hits++
		return
	}
	w.b = binary.AppendUvarint(w.b, w.hits)
	w.b = binary.AppendVarint(w.b, difference)
	w.hits = 0
}

// end closes a row of differences.
func (w *runWriter) end() []byte {
	if w.hits > 0 {
		w.b = binary.AppendUvarint(w.b, w.hits)
	}
	return w.b
}

// columnReader reads the columns of a batch.
type columnReader struct {
	cursor
	hits   uint64 // differences of zero still to come
	inRun  bool
	runsAt int // where the run began
}

// uvarint reads a number up to most, in its shortest form.
func (r *columnReader) uvarint(most uint64) uint64 {
	at := r.off
	v, n := binary.Uvarint(r.b[r.off:])
	switch {
	case n == 0:
		r.fail(at, device.ErrTruncated)
		return 0
	case n < 0 || v > most:
		r.fail(at, device.ErrOutOfRange)
		return 0
	case n > 1 && r.b[at+n-1] == 0:
		r.fail(at, device.ErrSyntax)
		return 0
	}
	r.off += n
	return v
}

// varint reads a signed number (zigzag).
func (r *columnReader) varint() int64 {
	u := r.uvarint(1<<64 - 1)
	v := int64(u >> 1)
	if u&1 != 0 {
		v = ^v
	}
	return v
}

// text reads the length and the bytes of a string.
func (r *columnReader) text(most uint64) []byte {
	at := r.off
	return r.take(at, r.uvarint(most))
}

// next is the next difference that a [runWriter] put.
func (r *columnReader) next() int64 {
	if r.hits > 0 {
		r.hits--
		return 0
	}
	if !r.inRun {
		r.runsAt = r.off
		r.inRun = true
		if r.hits = r.uvarint(MaxSamples); r.hits > 0 {
			r.hits--
			return 0
		}
	}
	r.inRun = false
	at := r.off
	d := r.varint()
	if d == 0 {
		r.fail(at, device.ErrSyntax)
	}
	return d
}

// endRuns closes a row of differences: no run may reach beyond it.
func (r *columnReader) endRuns() {
	if r.hits > 0 {
		r.fail(r.runsAt, device.ErrOutOfRange)
	}
	r.hits, r.inRun = 0, false
}

package compact

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"

	"github.com/telemed-go/sdk/device"
)

// How the columns of a batch are packed.
const (
	methodStored  = 0
	methodDeflate = 1
)

// AppendBinary implements [encoding.BinaryAppender]. It packs the columns
// unless that makes them longer, and allocates about a megabyte meanwhile.
func (b Batch) AppendBinary(dst []byte) ([]byte, error) {
	columns, err := appendColumns(nil, b.Samples)
	if err != nil {
		return dst, err
	}
	method, packed := uint64(methodStored), columns
	if shorter := deflate(columns); len(shorter) < len(columns) && len(columns) <= maxRatio*len(shorter) {
		method, packed = methodDeflate, shorter
	}
	dst = appendHead(dst, majorArray, 3)
	dst = append(dst, version)
	dst = appendHead(dst, majorUint, method)
	return append(appendHead(dst, majorBytes, uint64(len(packed))), packed...), nil
}

func deflate(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil { // the level is one of those there are
		return b
	}
	_, _ = w.Write(b) // a Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// ParseBatch decodes b. Nothing in the result borrows b.
//
// It never holds more than the bounds of a batch allow ([MaxSamples]), whatever
// sizes b declares or inflates to. Errors are of type [*device.DecodeError];
// those of type "compact.Batch columns" count bytes from the start of the
// columns, inflated if they were packed.
func ParseBatch(b []byte) (Batch, error) {
	r := newReader(b)
	r.field = "Version"
	if major, n := r.head(); major != majorArray || n != 3 {
		r.fail(0, device.ErrSyntax)
	}
	at := r.off
	if v := r.uint(0, 1<<64-1); v != version {
		r.fail(at, device.ErrUnsupported)
	}
	at, r.field = r.off, "Method"
	method := r.uint(0, 1<<64-1)
	if method > methodDeflate {
		r.fail(at, device.ErrReservedValue)
	}
	at, r.field = r.off, "Columns"
	major, n := r.head()
	if major != majorBytes {
		r.fail(at, device.ErrSyntax)
	}
	columns := r.take(at, n)
	if r.err == "" && r.off < len(b) {
		r.field = ""
		r.fail(r.off, device.ErrTrailing)
	}
	if len(columns) > maxColumns {
		r.fail(at, device.ErrOutOfRange)
	}
	if r.err == "" && method == methodDeflate {
		columns = r.inflate(r.off-len(columns), columns)
	}
	if r.err != "" {
		return Batch{}, &device.DecodeError{Type: "compact.Batch", Field: r.fault, Offset: r.at, Ref: "compact.cddl, batch", Err: r.err}
	}
	samples, err := parseColumns(columns)
	return Batch{samples}, err
}

// inflate unpacks the columns that begin at a place, up to what they may be.
func (r *reader) inflate(at int, packed []byte) []byte {
	in := bytes.NewReader(packed)
	limit := min(maxColumns, maxRatio*len(packed))
	columns, err := io.ReadAll(io.LimitReader(flate.NewReader(in), int64(limit)+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.fail(at+len(packed), device.ErrTruncated)
	case err != nil:
		r.fail(at+len(packed)-in.Len(), device.ErrSyntax)
	case len(columns) > limit:
		r.fail(at, device.ErrOutOfRange)
	case in.Len() > 0:
		r.fail(at+len(packed)-in.Len(), device.ErrTrailing)
	}
	return columns
}

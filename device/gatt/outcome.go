package gatt

import (
	"bytes"
	"encoding"

	"github.com/telemed-go/sdk/device"
)

// An Outcome says how a frame was read. The zero Outcome is a frame that is as
// the specification wants it.
type Outcome struct {
	// Tolerated is what was wrong with the frame and passed over, every fault
	// of it: see [device.DecodeError.All]. Nil if nothing was.
	Tolerated *device.DecodeError
	// Applied are the quirks that made a difference to how the frame was read.
	Applied Quirks
	// Suspected are quirks that the bytes give away and that are not named for
	// the device. The frame was read without them.
	Suspected Quirks
}

// Strict reports whether the values are those that a strict reading gives.
func (o Outcome) Strict() bool { return o.Tolerated == nil && o.Applied.IsZero() }

// IsZero reports whether there is nothing to say.
func (o Outcome) IsZero() bool { return o == Outcome{} }

// tolerated is an error of a frame that has readings all the same.
type tolerated struct{ *device.DecodeError }

// lossless reports whether m accounts for all of b, bit by bit, or for its
// beginning: what comes after that is a fault of its own. A parser that gave up
// half-way does not.
func lossless(m encoding.BinaryAppender, b []byte) bool {
	back, err := m.AppendBinary(nil)
	return err == nil && len(back) > 0 && bytes.HasPrefix(b, back)
}

// tolerable reports whether a frame has readings in spite of err: all its
// fields are there, at places that are certain as far as anybody knows. A
// field that is missing would read as zero, a wrong checksum says that any
// byte may be wrong, and neither is ever tolerated. The one exception is a list
// of RR intervals that ends in half of one.
func tolerable(err error) (e *device.DecodeError, ok bool) {
	first, ok := err.(*device.DecodeError) //nolint:errorlint // of this package, never wrapped
	if !ok {
		return nil, false
	}
	for e := first; e != nil; e = e.Also {
		switch e.Err {
		case device.ErrReservedBits, device.ErrReservedValue, device.ErrOutOfRange, device.ErrTrailing:
		case device.ErrTruncated:
			if e.Type != "HeartRateMeasurement" || e.Field != "RR" {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return first, true
}

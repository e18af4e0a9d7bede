// Package att is what the packages of Bluetooth characteristics share: a
// reader of attribute values that remembers what was wrong first, the E2E-CRC,
// stamps and when to believe them, and the names of codes.
//
// A parser reads every field in order and asks once, with [Reader.Finish]. The
// package knows no characteristic: it makes no type that a user sees.
package att

import (
	"fmt"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/internal/wire"
)

// Reader reads named fields and remembers the first value that the
// specification forbids, as [wire.Reader] remembers the first that is missing.
type Reader struct {
	wire.Reader
	fault device.Fault
	field string
	at    int
}

// NewReader returns a Reader over b, which it borrows.
func NewReader(b []byte) Reader { return Reader{Reader: wire.NewReader(b)} }

// Reject notes a forbidden value that begins at byte at. Once the frame has
// run out there are no values any more, so nothing is forbidden. A wrong
// checksum counts before all others: it says that no byte can be trusted. Next
// comes a wrong length, which says that no field is where it seems to be.
func (r *Reader) Reject(fault device.Fault, field string, at int) {
	worse := r.fault == "" || fault == device.ErrChecksum || fault == device.ErrChecksumField ||
		fault == device.ErrLength && r.fault != device.ErrLength
	if _, _, short := r.Short(); !short && worse {
		r.fault, r.field, r.at = fault, field, at
	}
}

// Fault is what is wrong with the fields read so far: a missing one, else a
// forbidden one. It is "" if nothing is.
func (r *Reader) Fault() (fault device.Fault, field string, at int) {
	if field, at, short := r.Short(); short {
		return device.ErrTruncated, field, at
	}
	return r.fault, r.field, r.at
}

// SFloat reads a word of 16 bits.
func (r *Reader) SFloat(field string) medfloat.SFloat { return medfloat.SFloat(r.Uint16(field)) }

// Float reads a word of 32 bits.
func (r *Reader) Float(field string) medfloat.Float { return medfloat.Float(r.Uint32(field)) }

// Code reads one of a list of meanings that are numbered from 1 to last.
func (r *Reader) Code(field string, last uint8) uint8 {
	v := r.Uint8(field)
	if v == 0 || v > last {
		r.Reject(device.ErrReservedValue, field, r.Offset()-1)
	}
	return v
}

// UpTo reads one of a list of meanings that are numbered from 0 to last.
func (r *Reader) UpTo(field string, last uint8) uint8 {
	v := r.Uint8(field)
	if v > last {
		r.Reject(device.ErrReservedValue, field, r.Offset()-1)
	}
	return v
}

// NotAvailable is how half a byte says that the device does not know.
const NotAvailable = 15

// Nibbles reads a byte that holds two lists of meanings.
func (r *Reader) Nibbles(field string) (low, high uint8) {
	v := r.Uint8(field)
	return v & 0xF, v >> 4
}

// NibbleCode refuses a half of the last byte read that is neither 1 to last
// nor also.
func (r *Reader) NibbleCode(field string, v, last, also uint8) {
	if v == 0 || v > last && v != also {
		r.Reject(device.ErrReservedValue, field, r.Offset()-1)
	}
}

// Remaining takes what is left of the frame; nil if that is nothing.
func (r *Reader) Remaining(field string) []byte {
	if r.Rest() == 0 {
		return nil
	}
	return r.Bytes(field, r.Rest())
}

// Finish reports what was wrong with the frame, if anything: reserved flags
// first, because unknown fields make everything behind them suspect; then a
// wrong length, which makes every value suspect; then the values.
func (r *Reader) Finish(reservedFlags uint8, typ, ref string) error {
	if reservedFlags == 0 && r.fault == "" && r.Complete() {
		return nil
	}
	var e *device.DecodeError
	if r.fault != "" {
		e = &device.DecodeError{Type: typ, Field: r.field, Offset: r.at, Ref: ref, Err: r.fault}
	}
	if field, at, short := r.Short(); short {
		e = &device.DecodeError{Type: typ, Field: field, Offset: at, Ref: ref, Err: device.ErrTruncated, Also: e}
	} else if r.Rest() > 0 {
		e = &device.DecodeError{Type: typ, Offset: r.Offset(), Ref: ref, Err: device.ErrTrailing, Also: e}
	}
	if reservedFlags != 0 {
		e = &device.DecodeError{Type: typ, Field: "Flags", Ref: ref, Err: device.ErrReservedBits, Also: e}
	}
	return e
}

// Unencodable reports a field whose value has more bits than its place on air.
func Unencodable(field string) error { return fmt.Errorf("gatt: %s: %w", field, device.ErrOutOfRange) }

// Flag is bit if on, else 0.
func Flag(on bool, bit byte) byte {
	if on {
		return bit
	}
	return 0
}

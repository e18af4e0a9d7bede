package device

import (
	"errors"
	"iter"
	"strconv"
)

// A Fault is why bytes could not be decoded. Its values are the sentinels to
// compare with: errors.Is(err, device.ErrTruncated). The text of a Fault is a
// stable code.
type Fault string

// The faults of decoding.
const (
	// ErrTruncated: the frame ends inside the field.
	ErrTruncated Fault = "truncated"
	// ErrTrailing: bytes remain after the last field.
	ErrTrailing Fault = "trailing_bytes"
	// ErrReservedBits: a flag is set that the specification reserves. It may
	// announce fields that this package does not know.
	ErrReservedBits Fault = "reserved_bits"
	// ErrReservedValue: a number that the specification reserves.
	ErrReservedValue Fault = "reserved_value"
	// ErrOutOfRange: a number outside the range that the specification gives.
	ErrOutOfRange Fault = "out_of_range"
	// ErrFeature: the frame has a field that the device's feature
	// characteristic denies.
	ErrFeature Fault = "feature_mismatch"
	// ErrText: text that is not valid UTF-8.
	ErrText Fault = "invalid_utf8"
	// ErrChecksum: the bytes do not match their checksum.
	ErrChecksum Fault = "crc_mismatch"
	// ErrChecksumField: a checksum where the device says that it sends none.
	ErrChecksumField Fault = "crc_field_not_ffff"
	// ErrSize: a record states a size that its own flags contradict.
	ErrSize Fault = "size_mismatch"
	// ErrLength: a frame states a length that it does not have.
	ErrLength Fault = "length_mismatch"
	// ErrOpCode: a control point command that the specification does not know.
	ErrOpCode Fault = "unknown_opcode"
	// ErrOperator: an operator that the op code of the command does not allow.
	ErrOperator Fault = "bad_operator"
	// ErrDirection: a command that came from the device, or a response that
	// went to it.
	ErrDirection Fault = "wrong_direction"
	// ErrSyntax: bytes that the grammar of a self-describing format does not
	// allow here: another type, another form of the same number, keys out of order.
	ErrSyntax Fault = "syntax"
	// ErrSequence: what should have come before is missing.
	ErrSequence Fault = "sequence_gap"
	// ErrUnsupported: the decoder does not know this format.
	ErrUnsupported Fault = "unsupported"

	// ErrReserved stands for both [ErrReservedBits] and [ErrReservedValue] in
	// errors.Is. No error carries it.
	ErrReserved Fault = "reserved"
)

// Error is the code in words.
func (f Fault) Error() string {
	switch f {
	case ErrTrailing:
		return "trailing bytes"
	case ErrReservedBits:
		return "reserved bits are set"
	case ErrReservedValue:
		return "reserved value"
	case ErrOutOfRange:
		return "out of range"
	case ErrFeature:
		return "field denied by the feature characteristic"
	case ErrText:
		return "invalid UTF-8"
	case ErrChecksum:
		return "checksum mismatch"
	case ErrChecksumField:
		return "checksum of a device that sends none"
	case ErrSize:
		return "size does not fit the flags"
	case ErrLength:
		return "length does not fit the frame"
	case ErrOpCode:
		return "unknown op code"
	case ErrOperator:
		return "operator does not fit the op code"
	case ErrDirection:
		return "wrong direction"
	case ErrSyntax:
		return "not allowed here by the grammar"
	case ErrSequence:
		return "something is missing before this"
	}
	return string(f)
}

// Code is the stable code, such as "reserved_bits".
func (f Fault) Code() string { return string(f) }

// Is lets [ErrReserved] match both of its members.
func (f Fault) Is(target error) bool {
	return target == ErrReserved && (f == ErrReservedBits || f == ErrReservedValue)
}

// A DecodeError says where bytes are wrong and why. It never contains the
// bytes: they are health data.
type DecodeError struct {
	Type   string // what was being decoded: "HeartRateMeasurement"
	Field  string // the field at fault; "" when the whole is
	Offset int    // index of the byte where the fault begins
	Ref    string // specification and clause: "HRS 1.0, 3.1"
	Err    error  // why, usually a [Fault]
	// Also is the next fault of the same frame, if there is one: reserved flags
	// and, behind them, bytes that nobody expects. errors.Is sees the first only.
	Also *DecodeError
}

// Error reads "HeartRateMeasurement: byte 4, RR: truncated (HRS 1.0, 3.1)".
func (e *DecodeError) Error() string {
	s := e.Type + ": byte " + strconv.Itoa(e.Offset)
	if e.Field != "" {
		s += ", " + e.Field
	}
	s += ": " + e.Err.Error()
	if e.Ref != "" {
		s += " (" + e.Ref + ")"
	}
	return s
}

// Unwrap gives errors.Is the fault.
func (e *DecodeError) Unwrap() error { return e.Err }

// All yields e and every fault behind it. A nil e has none.
func (e *DecodeError) All() iter.Seq[*DecodeError] {
	return func(yield func(*DecodeError) bool) {
		for ; e != nil && yield(e); e = e.Also {
		}
	}
}

// IsUnsupported reports whether err only says that a decoder does not know a
// format.
func IsUnsupported(err error) bool { return errors.Is(err, ErrUnsupported) }

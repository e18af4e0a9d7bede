package device_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
)

// A decoding error says what, where and why, and can be asked for its reason.
func ExampleDecodeError() {
	var err error = &device.DecodeError{
		Type: "HeartRateMeasurement", Field: "RR", Offset: 4, Ref: "HRS 1.0, 3.1", Err: device.ErrTruncated,
	}
	err = fmt.Errorf("gateway: %w", err)
	fmt.Println(err)
	fmt.Println(errors.Is(err, device.ErrTruncated))
	if e, ok := errors.AsType[*device.DecodeError](err); ok {
		fmt.Println(e.Field, "at byte", e.Offset)
	}
	// Output:
	// gateway: HeartRateMeasurement: byte 4, RR: truncated (HRS 1.0, 3.1)
	// true
	// RR at byte 4
}

var faults = []struct {
	fault device.Fault
	code  string
	text  string
}{
	{device.ErrTruncated, "truncated", "truncated"},
	{device.ErrTrailing, "trailing_bytes", "trailing bytes"},
	{device.ErrReservedBits, "reserved_bits", "reserved bits are set"},
	{device.ErrReservedValue, "reserved_value", "reserved value"},
	{device.ErrOutOfRange, "out_of_range", "out of range"},
	{device.ErrFeature, "feature_mismatch", "field denied by the feature characteristic"},
	{device.ErrText, "invalid_utf8", "invalid UTF-8"},
	{device.ErrChecksum, "crc_mismatch", "checksum mismatch"},
	{device.ErrChecksumField, "crc_field_not_ffff", "checksum of a device that sends none"},
	{device.ErrSize, "size_mismatch", "size does not fit the flags"},
	{device.ErrLength, "length_mismatch", "length does not fit the frame"},
	{device.ErrOpCode, "unknown_opcode", "unknown op code"},
	{device.ErrOperator, "bad_operator", "operator does not fit the op code"},
	{device.ErrDirection, "wrong_direction", "wrong direction"},
	{device.ErrSyntax, "syntax", "not allowed here by the grammar"},
	{device.ErrSequence, "sequence_gap", "something is missing before this"},
	{device.ErrUnsupported, "unsupported", "unsupported"},
}

func TestFault(t *testing.T) {
	for _, tt := range faults {
		if tt.fault.Code() != tt.code || tt.fault.Error() != tt.text {
			t.Errorf("code %q, text %q; want %q, %q", tt.fault.Code(), tt.fault.Error(), tt.code, tt.text)
		}
		err := error(&device.DecodeError{Type: "T", Err: tt.fault})
		for _, other := range faults {
			if got, want := errors.Is(err, other.fault), other.fault == tt.fault; got != want {
				t.Errorf("errors.Is(%v, %v) = %v, want %v", tt.fault, other.fault, got, want)
			}
		}
		reserved := tt.fault == device.ErrReservedBits || tt.fault == device.ErrReservedValue
		if got := errors.Is(err, device.ErrReserved); got != reserved {
			t.Errorf("errors.Is(%v, ErrReserved) = %v, want %v", tt.fault, got, reserved)
		}
		if got := device.IsUnsupported(err); got != (tt.fault == device.ErrUnsupported) {
			t.Errorf("IsUnsupported(%v) = %v", tt.fault, got)
		}
	}
}

func TestDecodeErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  device.DecodeError
		want string
	}{
		{device.DecodeError{Type: "T", Err: device.ErrTrailing}, "T: byte 0: trailing bytes"},
		{device.DecodeError{Type: "T", Field: "F", Offset: 12, Err: device.ErrOutOfRange}, "T: byte 12, F: out of range"},
		{device.DecodeError{Type: "T", Offset: 3, Ref: "X 1.0, 2", Err: errors.New("odd")}, "T: byte 3: odd (X 1.0, 2)"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

package att

import "github.com/telemed-go/sdk/device"

// UnknownOpCode refuses the op code that was read and passes over its operand.
func (r *Reader) UnknownOpCode() {
	r.Reject(device.ErrOpCode, "OpCode", 0)
	r.Bytes("Operand", r.Rest())
}

// CheckDirection holds where a frame of a control point may come from against
// where it came from.
func CheckDirection(answer, fromDevice bool, typ, ref string) error {
	if answer == fromDevice {
		return nil
	}
	return &device.DecodeError{Type: typ, Field: "OpCode", Ref: ref, Err: device.ErrDirection}
}

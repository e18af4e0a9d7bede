package compact

import (
	"slices"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Decoder reads frames of [device.Compact], messages and batches alike. The
// zero Decoder is ready: it takes what a device says of itself, and refuses
// batches that speak for others. It keeps no state and is safe for concurrent
// use if Behind is.
type Decoder struct {
	// Behind reports whether a gateway may send readings of another device. A
	// payload can claim any name, so this must come from what the receiver knows
	// of the gateway: its certificate, its place. Nil allows none.
	Behind func(gateway, other vitals.DeviceID) bool
}

// ErrForeignDevice refuses a batch of a gateway that may not speak for a device
// in it. Its readings would pass for those of another patient's device.
const ErrForeignDevice device.Fault = "foreign_device"

// AppendReadings implements [device.Decoder]. Of a message it allocates nothing
// but for rare units.
func (d Decoder) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	if f.Format != device.Compact {
		return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	if IsBatch(f.Bytes) {
		return d.appendBatch(dst, f)
	}
	var usual [16]Vital
	m, values, err := parse(f.Bytes, usual[:0])
	if err != nil {
		return dst, err
	}
	m.Vitals = values
	return m.AppendReadings(dst, f), nil
}

func (d Decoder) appendBatch(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	b, err := ParseBatch(f.Bytes)
	if err != nil {
		return dst, err
	}
	if slices.ContainsFunc(b.Devices(), func(other vitals.DeviceID) bool { return d.Behind == nil || !d.Behind(f.Device, other) }) {
		return dst, &device.DecodeError{Type: "compact.Batch", Field: "Devices", Err: ErrForeignDevice}
	}
	return b.AppendReadings(dst, f), nil
}

// IsBatch reports whether bytes begin like a batch, an array, and not like a
// message, a map.
func IsBatch(b []byte) bool { return len(b) > 0 && b[0]>>5 == majorArray }

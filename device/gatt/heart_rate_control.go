package gatt

import "github.com/telemed-go/sdk/device/gatt/internal/att"

// HeartRateControl is characteristic 0x2A39 (Heart Rate Service 1.0, 3.3): one
// byte that the collector writes. All numbers but one are reserved.
type HeartRateControl uint8

// ResetEnergyExpended sets [HeartRateMeasurement.Energy] to zero, as is due
// when the counter is full.
const ResetEnergyExpended HeartRateControl = 1

// ParseHeartRateControl decodes b.
func ParseHeartRateControl(b []byte) (HeartRateControl, error) {
	r := att.NewReader(b)
	c := HeartRateControl(r.Code("Command", uint8(ResetEnergyExpended)))
	return c, r.Finish(0, "HeartRateControl", heartRateControlRef)
}

const heartRateControlRef = "HRS 1.0, 3.3"

// CheckDirection reports a command that came from the sensor, with
// [device.ErrDirection]: it never sends one.
func (c HeartRateControl) CheckDirection(fromDevice bool) error {
	return att.CheckDirection(false, fromDevice, "HeartRateControl", heartRateControlRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (c HeartRateControl) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(c)), nil }

// String is the command in words.
func (c HeartRateControl) String() string { return att.NameOf(heartRateControls[:], uint8(c)) }

var heartRateControls = [...]string{1: "reset energy expended"}

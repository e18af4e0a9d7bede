package gatt

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// BatteryLevel is characteristic 0x2A19 (Battery Service 1.0, 3.1): one byte,
// the charge in percent, 0 to 100.
type BatteryLevel uint8

// ParseBatteryLevel decodes b.
func ParseBatteryLevel(b []byte) (BatteryLevel, error) {
	r := att.NewReader(b)
	level := BatteryLevel(r.Uint8("Level"))
	if level > 100 {
		r.Reject(device.ErrReservedValue, "Level", 0)
	}
	return level, r.Finish(0, "BatteryLevel", "BAS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (l BatteryLevel) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(l)), nil }

// AppendReadings appends the level. It tells about the device and nothing
// about the patient. A number above 100 is reserved and no value.
func (l BatteryLevel) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	var absent vitals.Quality
	if l > 100 {
		absent = vitals.ReservedNumber
	}
	r := att.Arrival(f)
	return att.AppendValue(dst, &r, vitals.BatteryLevel, vitals.Decimal{Coef: int64(l)}, absent, vitals.UnitPercent)
}

package gatt

import "github.com/telemed-go/sdk/device/gatt/internal/att"

// ParseTemperatureType decodes characteristic 0x2A1D (Health Thermometer
// Service 1.0, 3.2), one byte: the site, when a thermometer has only one. Zero
// and the numbers from 10 on are reserved.
func ParseTemperatureType(b []byte) (TemperatureType, error) {
	r := att.NewReader(b)
	t := TemperatureType(r.Code("TemperatureType", uint8(TemperatureTympanum)))
	return t, r.Finish(0, "TemperatureType", "HTS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (t TemperatureType) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(t)), nil }

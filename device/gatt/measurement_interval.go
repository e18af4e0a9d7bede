package gatt

import (
	"encoding/binary"
	"time"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// MeasurementInterval is characteristic 0x2A21 (Health Thermometer Service 1.0,
// 3.4): the time between measurements in seconds, 16 bits. Zero means that the
// thermometer does not measure by itself.
type MeasurementInterval uint16

// ParseMeasurementInterval decodes b.
func ParseMeasurementInterval(b []byte) (MeasurementInterval, error) {
	r := att.NewReader(b)
	i := MeasurementInterval(r.Uint16("Interval"))
	return i, r.Finish(0, "MeasurementInterval", "HTS 1.0, 3.4")
}

// AppendBinary implements [encoding.BinaryAppender].
func (i MeasurementInterval) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint16(b, uint16(i)), nil
}

// Duration is the interval, if there is one.
func (i MeasurementInterval) Duration() (d time.Duration, periodic bool) {
	return time.Duration(i) * time.Second, i != 0
}

// String is the interval in words.
func (i MeasurementInterval) String() string {
	if d, periodic := i.Duration(); periodic {
		return "every " + d.String()
	}
	return "no periodic measurement"
}

package device_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A decoder for a format of one's own stands beside those of the SDK.
func ExampleDecoders() {
	decoders := device.Decoders{thermometer{device.GATT(0x2A1C)}, thermometer{device.Private(7)}}
	readings, err := decoders.AppendReadings(nil, device.Frame{Format: device.Private(7), Bytes: []byte{37}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(readings[0].Kind, readings[0].Quantity)
	// Output: BodyTemperature 37.0 °C
}

// thermometer understands one format: a byte, the temperature in °C.
type thermometer struct{ format device.Format }

func (t thermometer) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	if f.Format != t.format {
		return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	if len(f.Bytes) != 1 {
		return dst, &device.DecodeError{Type: "thermometer", Offset: len(f.Bytes), Err: device.ErrTruncated}
	}
	return append(dst, vitals.Reading{Kind: vitals.BodyTemperature, Quantity: vitals.CelsiusTenths(10 * int64(f.Bytes[0]))}), nil
}

func TestDecoders(t *testing.T) {
	both := device.Decoders{thermometer{device.Private(1)}, thermometer{device.Private(2)}}
	kept := []vitals.Reading{{Kind: vitals.SpO2}}
	for _, tt := range []struct {
		name     string
		decoders device.Decoders
		frame    device.Frame
		readings int
		want     error
	}{
		{"first", both, device.Frame{Format: device.Private(1), Bytes: []byte{37}}, 2, nil},
		{"second", both, device.Frame{Format: device.Private(2), Bytes: []byte{37}}, 2, nil},
		{"unknown", both, device.Frame{Format: device.Private(3), Bytes: []byte{37}}, 1, device.ErrUnsupported},
		{"none", nil, device.Frame{Format: device.Private(1), Bytes: []byte{37}}, 1, device.ErrUnsupported},
		{"a fault ends the search", both, device.Frame{Format: device.Private(1)}, 1, device.ErrTruncated},
	} {
		got, err := tt.decoders.AppendReadings(kept, tt.frame)
		if len(got) != tt.readings || got[0] != kept[0] || !errors.Is(err, tt.want) {
			t.Errorf("%s: %d readings, %v; want %d, %v", tt.name, len(got), err, tt.readings, tt.want)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, tt := range []struct {
		format device.Format
		text   string
		uuid   uint16
		gatt   bool
	}{
		{device.GATT(0x2A37), "gatt/2A37", 0x2A37, true},
		{device.GATT(0), "gatt/0000", 0, true},
		{device.Private(0x2A37), "format/ffff2a37", 0x2A37, false},
		{device.Compact, "compact", 0, false},
		{device.SenML, "senml", 0, false},
		{device.Sparkplug(6), "sparkplug/6", 6, false},
		{0, "format/0", 0, false},
	} {
		uuid, gatt := tt.format.Characteristic()
		if tt.format.String() != tt.text || uuid != tt.uuid || gatt != tt.gatt {
			t.Errorf("%v: characteristic %04X, %v; want %s, %04X, %v", tt.format, uuid, gatt, tt.text, tt.uuid, tt.gatt)
		}
	}
}

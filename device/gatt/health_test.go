package gatt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/vitals"
)

// A gateway has frames of many kinds and one decoder.
func ExampleHealth() {
	for _, f := range []device.Frame{
		{Format: device.GATT(gatt.UUIDHeartRateMeasurement), Bytes: []byte{0x00, 0x48}},
		{Format: device.GATT(gatt.UUIDTemperatureMeasurement), Bytes: []byte{0x00, 0x6C, 0x01, 0x00, 0xFF}},
		{Format: device.GATT(gatt.UUIDBloodPressureMeasurement), Bytes: []byte{0x00, 0x78}},
	} {
		readings, err := gatt.Health().AppendReadings(nil, f)
		if err != nil {
			fmt.Println(err)
		}
		for _, r := range readings {
			fmt.Println(r.Kind, r.Quantity)
		}
	}
	// Output:
	// HeartRate 72 /min
	// BodyTemperature 36.4 °C
	// BloodPressureMeasurement: byte 1, Systolic: truncated (BLS 1.1, 3.1)
}

var _ device.Decoder = gatt.Health()

// What is refused leaves no readings behind, not even those before the fault.
func TestHealthRefuses(t *testing.T) {
	kept := []vitals.Reading{{Kind: vitals.SpO2}}
	for _, tt := range []struct {
		format device.Format
		wire   string
		want   error
	}{
		{device.GATT(gatt.UUIDHeartRateMeasurement), "10 48 0004 00", device.ErrTruncated},
		{device.GATT(gatt.UUIDBloodPressureMeasurement), "20 7800 5000 5d00", device.ErrReserved},
		{device.GATT(gatt.UUIDIntermediateCuffPressure), "00 7800 5000 5d00 00", device.ErrTrailing},
		{device.GATT(gatt.UUIDTemperatureMeasurement), "04 6c0100ff 00", device.ErrReserved},
		{device.GATT(gatt.UUIDIntermediateTemperature), "00", device.ErrTruncated},
		{device.GATT(gatt.UUIDPLXSpotCheck), "01 6100 4800 e8070d1f0c1e00", device.ErrOutOfRange},
		{device.GATT(gatt.UUIDPLXContinuous), "00 6100", device.ErrTruncated},
		{device.GATT(gatt.UUIDWeightMeasurement), "10 b036", device.ErrReservedBits},
		{device.GATT(bgm.UUIDMeasurement), "02 0100 e807051f0c1e00 78b0 00", device.ErrReservedValue},
		{device.GATT(bgm.UUIDContext), "00 0100 00", device.ErrTrailing},
		{device.GATT(gatt.UUIDBatteryLevel), "65", device.ErrReservedValue},
		{device.GATT(gatt.UUIDSerialNumber), "41", device.ErrUnsupported},
		{device.GATT(0x2A00), "00", device.ErrUnsupported},
		{device.Private(0x2A37), "00 48", device.ErrUnsupported},
		{0, "", device.ErrUnsupported},
	} {
		got, err := gatt.Health().AppendReadings(kept, device.Frame{Format: tt.format, Bytes: atttest.Unhex(t, tt.wire), At: atttest.Noon})
		if !errors.Is(err, tt.want) || len(got) != len(kept) {
			t.Errorf("%v % s: %d readings, error %v; want none, %v", tt.format, tt.wire, len(got)-len(kept), err, tt.want)
		}
	}
}

// Readings own all they hold: a transport may reuse its buffer.
func TestHealthBorrowsNothing(t *testing.T) {
	wire := atttest.Unhex(t, "10 48 0004 0002")
	readings, err := gatt.Health().AppendReadings(nil, device.Frame{Format: device.GATT(gatt.UUIDHeartRateMeasurement), Bytes: wire})
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(readings)
	clear(wire)
	if after := fmt.Sprint(readings); after != before {
		t.Errorf("after the buffer was reused: %s, want %s", after, before)
	}
}

func TestHealthAllocs(t *testing.T) {
	f := device.Frame{Format: device.GATT(gatt.UUIDHeartRateMeasurement), Bytes: atttest.Unhex(t, "10 48 0004 0002"), At: atttest.Noon}
	dst, decoder := make([]vitals.Reading, 0, 8), gatt.Health()
	if n := testing.AllocsPerRun(100, func() { dst, _ = decoder.AppendReadings(dst[:0], f) }); n != 0 {
		t.Errorf("%v allocations per frame, want 0", n)
	}
}

func FuzzHealth(f *testing.F) {
	f.Add(uint16(gatt.UUIDHeartRateMeasurement), []byte{0x16, 0x48, 0, 4})
	f.Add(uint16(bgm.UUIDMeasurement), []byte{0x02, 1, 0, 0xE8, 7, 5, 31, 12, 30, 0, 0x78, 0xB0, 0x11})
	f.Fuzz(func(t *testing.T, uuid uint16, b []byte) {
		kept := []vitals.Reading{{Kind: vitals.SpO2}}
		got, err := gatt.Health().AppendReadings(kept, device.Frame{Format: device.GATT(uuid), Bytes: b, At: atttest.Noon})
		if got[0] != kept[0] || err != nil && len(got) != 1 {
			t.Errorf("%04X % x: %d readings beside %v", uuid, b, len(got)-1, err)
		}
	})
}

func BenchmarkHealth(b *testing.B) {
	f := device.Frame{Format: device.GATT(gatt.UUIDHeartRateMeasurement), Bytes: atttest.Unhex(b, "16 48 0004"), At: atttest.Noon}
	dst, decoder := make([]vitals.Reading, 0, 8), gatt.Health()
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = decoder.AppendReadings(dst[:0], f); err != nil {
			b.Fatal(err)
		}
	}
}

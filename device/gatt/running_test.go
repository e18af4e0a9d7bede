package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseRSCMeasurement() {
	m, err := gatt.ParseRSCMeasurement([]byte{0x05, 0x80, 0x02, 0xB4, 0x50, 0x00})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Running, m.Cadence, "steps a minute of", m.Stride, "cm")
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity)
	}
	// Output:
	// true 180 steps a minute of 80 cm
	// Speed 2.500 m/s
}

var runs = []vector[gatt.RSCMeasurement]{
	{name: "walking", wire: "00 8005 dc", want: gatt.RSCMeasurement{Speed: 0x580, Cadence: 220}},
	{name: "stride", wire: "01 9a01 78 5000", want: gatt.RSCMeasurement{Speed: 410, Cadence: 120, Stride: 80, HasStride: true}},
	{name: "distance", wire: "02 8002 b4 10270000", want: gatt.RSCMeasurement{
		Speed: 640, Cadence: 180, Distance: 10000, HasDistance: true,
	}},
	{name: "all", wire: "07 0003 12 5600 010000f0", want: gatt.RSCMeasurement{
		Speed: 768, Cadence: 18, Stride: 86, HasStride: true, Distance: 0xF0000001, HasDistance: true, Running: true,
	}},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "no speed", wire: "00", bad: "truncated @ 1 Speed"},
	{name: "no cadence", wire: "00 8005", want: gatt.RSCMeasurement{Speed: 0x580}, bad: "truncated @ 3 Cadence"},
	{
		name: "half a stride", wire: "03 8002 50 20", bad: "truncated @ 4 StrideLength",
		want: gatt.RSCMeasurement{Speed: 640, Cadence: 80, HasStride: true, HasDistance: true},
	},
	{
		name: "three quarters of a distance", wire: "07 0003 12 5600 000000", bad: "truncated @ 6 TotalDistance",
		want: gatt.RSCMeasurement{Speed: 768, Cadence: 18, Stride: 86, HasStride: true, HasDistance: true, Running: true},
	},
	{name: "surplus", wire: "00 8005 dc 00", want: gatt.RSCMeasurement{Speed: 0x580, Cadence: 220}, bad: "trailing_bytes @ 4"},
	{
		name: "reserved flag", wire: "08 8005 dc", want: gatt.RSCMeasurement{Speed: 0x580, Cadence: 220, Reserved: 8},
		bad: "reserved_bits @ 0 Flags",
	},
}

func TestRSCMeasurement(t *testing.T) { testVectors(t, gatt.ParseRSCMeasurement, runs) }

func FuzzParseRSCMeasurement(f *testing.F) { fuzz(f, gatt.ParseRSCMeasurement, runs) }

func TestRSCReadings(t *testing.T) {
	testReadings(t, gatt.UUIDRSCMeasurement, []meaning{
		{"standing", "00 0000 00", []string{"Speed 0.000 m/s [good] on arrival"}},
		{"one step of the sensor", "00 0100 00", []string{"Speed 0.004 m/s [good] on arrival"}},
		{"rounded", "01 9a01 78 5000", []string{"Speed 1.602 m/s [good] on arrival"}},
		{"fastest", "00 ffff 00", []string{"Speed 255.996 m/s [good] on arrival"}},
	})
	testAllocs(t, gatt.ParseRSCMeasurement, runs[3].wire)
	if v := (gatt.RSCMeasurement{Speed: 410}).Velocity(); v.String() != "1.60156250 m/s" {
		t.Errorf("410/256 m/s is %v", v)
	}
}

var rSCFeatureVectors = []vector[gatt.RSCFeature]{
	{name: "none", wire: "0000"},
	{name: "some", wire: "1100", want: gatt.RSCFeatureStride | gatt.RSCFeatureLocations},
	{name: "reserved bits are kept", wire: "ffff", want: 0xFFFF},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{name: "cut", wire: "00", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "1100 00", want: gatt.RSCFeatureStride | gatt.RSCFeatureLocations, bad: "trailing_bytes @ 2"},
}

func TestRSCFeature(t *testing.T) {
	testVectors(t, gatt.ParseRSCFeature, rSCFeatureVectors)
	testParseAllocs(t, gatt.ParseRSCFeature, "1100")
	testNames(t, []named{{gatt.RSCFeature(0), "none"}, {gatt.RSCFeatureRunning | 1<<5, "walking or running, bit 5"}})
}

func FuzzParseRSCFeature(f *testing.F) {
	fuzz(f, gatt.ParseRSCFeature, rSCFeatureVectors)
}

func BenchmarkRSC(b *testing.B) { benchmark(b, gatt.ParseRSCMeasurement, "07 0003 12 5600 010000f0") }

// A flag of a later version does not cost the speed.
func TestRSCTolerant(t *testing.T) {
	f := device.Frame{Bytes: unhex(t, "88 8005 dc"), Format: device.GATT(gatt.UUIDRSCMeasurement), At: noon}
	rs, err := gatt.HealthDecoder{Tolerant: true}.AppendReadings(nil, f)
	if err != nil || len(rs) != 1 || rs[0].Quantity.String() != "5.500 m/s" || rs[0].Quality != vitals.Nonconforming {
		t.Errorf("%v, %v", rs, err)
	}
	if _, err := gatt.Health().AppendReadings(nil, f); fault(err) != "reserved_bits @ 0 Flags" {
		t.Errorf("strictly: %v", err)
	}
}

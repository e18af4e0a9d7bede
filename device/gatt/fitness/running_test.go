package fitness_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseRSCMeasurement() {
	m, err := fitness.ParseRSCMeasurement([]byte{0x05, 0x80, 0x02, 0xB4, 0x50, 0x00})
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

var runs = []atttest.Vector[fitness.RSCMeasurement]{
	{Name: "walking", Wire: "00 8005 dc", Want: fitness.RSCMeasurement{Speed: 0x580, Cadence: 220}},
	{Name: "stride", Wire: "01 9a01 78 5000", Want: fitness.RSCMeasurement{Speed: 410, Cadence: 120, Stride: 80, HasStride: true}},
	{Name: "distance", Wire: "02 8002 b4 10270000", Want: fitness.RSCMeasurement{
		Speed: 640, Cadence: 180, Distance: 10000, HasDistance: true,
	}},
	{Name: "all", Wire: "07 0003 12 5600 010000f0", Want: fitness.RSCMeasurement{
		Speed: 768, Cadence: 18, Stride: 86, HasStride: true, Distance: 0xF0000001, HasDistance: true, Running: true,
	}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "no speed", Wire: "00", Bad: "truncated @ 1 Speed"},
	{Name: "no cadence", Wire: "00 8005", Want: fitness.RSCMeasurement{Speed: 0x580}, Bad: "truncated @ 3 Cadence"},
	{
		Name: "half a stride", Wire: "03 8002 50 20", Bad: "truncated @ 4 StrideLength",
		Want: fitness.RSCMeasurement{Speed: 640, Cadence: 80, HasStride: true, HasDistance: true},
	},
	{
		Name: "three quarters of a distance", Wire: "07 0003 12 5600 000000", Bad: "truncated @ 6 TotalDistance",
		Want: fitness.RSCMeasurement{Speed: 768, Cadence: 18, Stride: 86, HasStride: true, HasDistance: true, Running: true},
	},
	{Name: "surplus", Wire: "00 8005 dc 00", Want: fitness.RSCMeasurement{Speed: 0x580, Cadence: 220}, Bad: "trailing_bytes @ 4"},
	{
		Name: "reserved flag", Wire: "08 8005 dc", Want: fitness.RSCMeasurement{Speed: 0x580, Cadence: 220, Reserved: 8},
		Bad: "reserved_bits @ 0 Flags",
	},
}

func TestRSCMeasurement(t *testing.T) { atttest.Vectors(t, fitness.ParseRSCMeasurement, runs) }

func FuzzParseRSCMeasurement(f *testing.F) { atttest.Fuzz(f, fitness.ParseRSCMeasurement, runs) }

func TestRSCReadings(t *testing.T) {
	atttest.TestReadings(t, fitness.UUIDRSCMeasurement, []atttest.Meaning{
		{Name: "standing", Wire: "00 0000 00", Want: []string{"Speed 0.000 m/s [good] on arrival"}},
		{Name: "one step of the sensor", Wire: "00 0100 00", Want: []string{"Speed 0.004 m/s [good] on arrival"}},
		{Name: "rounded", Wire: "01 9a01 78 5000", Want: []string{"Speed 1.602 m/s [good] on arrival"}},
		{Name: "fastest", Wire: "00 ffff 00", Want: []string{"Speed 255.996 m/s [good] on arrival"}},
	})
	atttest.Allocs(t, fitness.ParseRSCMeasurement, runs[3].Wire)
	if v := (fitness.RSCMeasurement{Speed: 410}).Velocity(); v.String() != "1.60156250 m/s" {
		t.Errorf("410/256 m/s is %v", v)
	}
}

var rSCFeatureVectors = []atttest.Vector[fitness.RSCFeature]{
	{Name: "none", Wire: "0000"},
	{Name: "some", Wire: "1100", Want: fitness.RSCFeatureStride | fitness.RSCFeatureLocations},
	{Name: "reserved bits are kept", Wire: "ffff", Want: 0xFFFF},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "1100 00", Want: fitness.RSCFeatureStride | fitness.RSCFeatureLocations, Bad: "trailing_bytes @ 2"},
}

func TestRSCFeature(t *testing.T) {
	atttest.Vectors(t, fitness.ParseRSCFeature, rSCFeatureVectors)
	atttest.ParseAllocs(t, fitness.ParseRSCFeature, "1100")
	atttest.Names(t, []atttest.Named{{Value: fitness.RSCFeature(0), Name: "none"}, {Value: fitness.RSCFeatureRunning | 1<<5, Name: "walking or running, bit 5"}})
}

func FuzzParseRSCFeature(f *testing.F) {
	atttest.Fuzz(f, fitness.ParseRSCFeature, rSCFeatureVectors)
}

func BenchmarkRSC(b *testing.B) {
	atttest.Benchmark(b, fitness.ParseRSCMeasurement, "07 0003 12 5600 010000f0")
}

// A flag of a later version does not cost the speed.
func TestRSCTolerant(t *testing.T) {
	f := device.Frame{Bytes: atttest.Unhex(t, "88 8005 dc"), Format: device.GATT(fitness.UUIDRSCMeasurement), At: atttest.Noon}
	rs, err := gatt.HealthDecoder{Tolerant: true}.AppendReadings(nil, f)
	if err != nil || len(rs) != 1 || rs[0].Quantity.String() != "5.500 m/s" || rs[0].Quality != vitals.Nonconforming {
		t.Errorf("%v, %v", rs, err)
	}
	if _, err := gatt.Health().AppendReadings(nil, f); atttest.Fault(err) != "reserved_bits @ 0 Flags" {
		t.Errorf("strictly: %v", err)
	}
}

package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

func ExampleParseWeightMeasurement() {
	m, err := gatt.ParseWeightMeasurement([]byte{0x08, 0xB0, 0x36, 0xE5, 0x00, 0xD6, 0x06})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity)
	}
	// Output:
	// BodyWeight 70.000 kg
	// BMI 22.9 kg/m²
	// BodyHeight 1.750 m
}

var weights = []atttest.Vector[gatt.WeightMeasurement]{
	{Name: "kilograms", Wire: "00 b036", Want: gatt.WeightMeasurement{Weight: 14000}},
	{Name: "pounds", Wire: "01 543d", Want: gatt.WeightMeasurement{Weight: 15700, Imperial: true}},
	{
		Name: "all", Wire: "0f 543d e807051f0c1e00 02 e500 b102",
		Want: gatt.WeightMeasurement{
			Weight: 15700, Imperial: true, Timestamp: atttest.May31, HasTimestamp: true, User: 2, HasUser: true, BMI: 229, Height: 689, HasBMI: true,
		},
	},
	{Name: "unsuccessful", Wire: "00 ffff", Want: gatt.WeightMeasurement{Weight: 0xFFFF}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "cut", Wire: "00 b0", Bad: "truncated @ 1 Weight"},
	{
		Name: "no height", Wire: "08 b036 e500", Want: gatt.WeightMeasurement{Weight: 14000, BMI: 229, HasBMI: true},
		Bad: "truncated @ 5 Height",
	},
	{
		Name: "hour 24", Wire: "02 b036 e807051f181e00", Bad: "out_of_range @ 7 Hour",
		Want: gatt.WeightMeasurement{Weight: 14000, Timestamp: clock.DateTime{Year: 2024, Month: 5, Day: 31, Hour: 24, Minute: 30, Second: 0}, HasTimestamp: true},
	},
	{Name: "surplus", Wire: "00 b036 00", Want: gatt.WeightMeasurement{Weight: 14000}, Bad: "trailing_bytes @ 3"},
	{Name: "reserved flag", Wire: "10 b036", Want: gatt.WeightMeasurement{Weight: 14000, Reserved: 0x10}, Bad: "reserved_bits @ 0 Flags"},
}

func TestWeightMeasurement(t *testing.T) { atttest.Vectors(t, gatt.ParseWeightMeasurement, weights) }

func FuzzParseWeightMeasurement(f *testing.F) { atttest.Fuzz(f, gatt.ParseWeightMeasurement, weights) }

func TestWeightReadings(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDWeightMeasurement, []atttest.Meaning{
		{Name: "kilograms", Wire: "00 b036", Want: []string{"BodyWeight 70.000 kg [good] on arrival"}},
		{Name: "one step", Wire: "00 0100", Want: []string{"BodyWeight 0.005 kg [good] on arrival"}},
		{Name: "pounds and inches", Wire: "0b 543d e807051f0c1e00 e500 b102", Want: []string{
			"BodyWeight 157.00 lb [good] 2024-05-31 12:30:00",
			"BMI 22.9 kg/m² [good] 2024-05-31 12:30:00",
			"BodyHeight 68.9 in [good] 2024-05-31 12:30:00",
		}},
		{Name: "unsuccessful", Wire: "00 ffff", Want: []string{"BodyWeight no value [not-available] on arrival"}},
		{Name: "unset clock", Wire: "02 b036 00000000000000", Want: []string{"BodyWeight 70.000 kg [clock-unset] on arrival"}},
	})
	atttest.Allocs(t, gatt.ParseWeightMeasurement, weights[2].Wire)
}

func TestWeightFeature(t *testing.T) {
	for _, tt := range []struct {
		wire    string
		feature uint32
		bad     string
	}{
		{"00 b036", 0, ""},
		{"02 b036 e807051f0c1e00", 0, "feature_mismatch @ 0 Timestamp"},
		{"02 b036 e807051f0c1e00", gatt.WeightFeatureTimestamp, ""},
		{"04 b036 02", gatt.WeightFeatureTimestamp | gatt.WeightFeatureBMI, "feature_mismatch @ 0 User"},
		{"04 b036 02", gatt.WeightFeatureUsers, ""},
		{"08 b036 e500 d606", gatt.WeightFeatureTimestamp | gatt.WeightFeatureUsers, "feature_mismatch @ 0 BMI"},
		{"08 b036 e500 d606", gatt.WeightFeatureBMI, ""},
	} {
		m, err := gatt.ParseWeightMeasurement(atttest.Unhex(t, tt.wire))
		if err != nil {
			t.Fatal(err)
		}
		if bad := atttest.Fault(m.CheckFeature(tt.feature)); bad != tt.bad {
			t.Errorf("%s with feature %#x: %q, want %q", tt.wire, tt.feature, bad, tt.bad)
		}
	}
}

func BenchmarkWeight(b *testing.B) {
	atttest.Benchmark(b, gatt.ParseWeightMeasurement, "0e b036 e807051f0c1e00 02 e500 d606")
}

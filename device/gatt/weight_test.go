package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
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

var weights = []vector[gatt.WeightMeasurement]{
	{name: "kilograms", wire: "00 b036", want: gatt.WeightMeasurement{Weight: 14000}},
	{name: "pounds", wire: "01 543d", want: gatt.WeightMeasurement{Weight: 15700, Imperial: true}},
	{
		name: "all", wire: "0f 543d e807051f0c1e00 02 e500 b102",
		want: gatt.WeightMeasurement{
			Weight: 15700, Imperial: true, Timestamp: may31, HasTimestamp: true, User: 2, HasUser: true, BMI: 229, Height: 689, HasBMI: true,
		},
	},
	{name: "unsuccessful", wire: "00 ffff", want: gatt.WeightMeasurement{Weight: 0xFFFF}},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "cut", wire: "00 b0", bad: "truncated @ 1 Weight"},
	{
		name: "no height", wire: "08 b036 e500", want: gatt.WeightMeasurement{Weight: 14000, BMI: 229, HasBMI: true},
		bad: "truncated @ 5 Height",
	},
	{
		name: "hour 24", wire: "02 b036 e807051f181e00", bad: "out_of_range @ 7 Hour",
		want: gatt.WeightMeasurement{Weight: 14000, Timestamp: gatt.DateTime{2024, 5, 31, 24, 30, 0}, HasTimestamp: true},
	},
	{name: "surplus", wire: "00 b036 00", want: gatt.WeightMeasurement{Weight: 14000}, bad: "trailing_bytes @ 3"},
	{name: "reserved flag", wire: "10 b036", want: gatt.WeightMeasurement{Weight: 14000, Reserved: 0x10}, bad: "reserved_bits @ 0 Flags"},
}

func TestWeightMeasurement(t *testing.T) { testVectors(t, gatt.ParseWeightMeasurement, weights) }

func FuzzParseWeightMeasurement(f *testing.F) { fuzz(f, gatt.ParseWeightMeasurement, weights) }

func TestWeightReadings(t *testing.T) {
	testReadings(t, gatt.UUIDWeightMeasurement, []meaning{
		{"kilograms", "00 b036", []string{"BodyWeight 70.000 kg [good] on arrival"}},
		{"one step", "00 0100", []string{"BodyWeight 0.005 kg [good] on arrival"}},
		{"pounds and inches", "0b 543d e807051f0c1e00 e500 b102", []string{
			"BodyWeight 157.00 lb [good] 2024-05-31 12:30:00",
			"BMI 22.9 kg/m² [good] 2024-05-31 12:30:00",
			"BodyHeight 68.9 in [good] 2024-05-31 12:30:00",
		}},
		{"unsuccessful", "00 ffff", []string{"BodyWeight no value [not-available] on arrival"}},
		{"unset clock", "02 b036 00000000000000", []string{"BodyWeight 70.000 kg [clock-unset] on arrival"}},
	})
	testAllocs(t, gatt.ParseWeightMeasurement, weights[2].wire)
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
		m, err := gatt.ParseWeightMeasurement(unhex(t, tt.wire))
		if err != nil {
			t.Fatal(err)
		}
		if bad := fault(m.CheckFeature(tt.feature)); bad != tt.bad {
			t.Errorf("%s with feature %#x: %q, want %q", tt.wire, tt.feature, bad, tt.bad)
		}
	}
}

func BenchmarkWeight(b *testing.B) {
	benchmark(b, gatt.ParseWeightMeasurement, "0e b036 e807051f0c1e00 02 e500 d606")
}

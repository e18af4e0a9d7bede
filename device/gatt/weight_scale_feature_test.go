package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var weightScaleFeatures = []vector[gatt.WeightScaleFeature]{
	{name: "none", wire: "00000000"},
	{name: "all", wire: "ff010000", want: 0x1FF},
	{name: "reserved bits are kept", wire: "ffffffff", want: 0xFFFFFFFF},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{name: "cut", wire: "080000", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "0800000000", want: 8, bad: "trailing_bytes @ 4"},
}

func TestWeightScaleFeature(t *testing.T) {
	testVectors(t, gatt.ParseWeightScaleFeature, weightScaleFeatures)
	testParseAllocs(t, gatt.ParseWeightScaleFeature, "08000000")
	testNames(t, []named{
		{gatt.WeightScaleFeature(0), "none"},
		{gatt.WeightScaleFeature(0x1FF), "time stamp, multiple users, BMI, height to 0.001 m"},
		{gatt.WeightScaleFeature(5<<3 | 1<<31), "bit 31, weight to 0.020 kg"},
	})
}

func FuzzParseWeightScaleFeature(f *testing.F) {
	fuzz(f, gatt.ParseWeightScaleFeature, weightScaleFeatures)
}

// The resolutions of weight and height, in the units of both systems.
func TestWeightScaleResolution(t *testing.T) {
	for code, want := range []string{
		"no value no value", "0.500 kg 1.00 lb", "0.200 kg 0.50 lb", "0.100 kg 0.20 lb", "0.050 kg 0.10 lb", "0.020 kg 0.05 lb",
		"0.010 kg 0.02 lb", "0.005 kg 0.01 lb", "no value no value",
	} {
		f := gatt.WeightScaleFeature(code << 3)
		kg, ok := f.WeightResolution(false)
		lb, _ := f.WeightResolution(true)
		if got := kg.String() + " " + lb.String(); got != want || ok == kg.IsZero() {
			t.Errorf("weight resolution %d is %s, %t; want %s", code, got, ok, want)
		}
	}
	for code, want := range []string{
		"no value no value", "0.010 m 1.0 in", "0.005 m 0.5 in", "0.001 m 0.1 in", "no value no value",
	} {
		f := gatt.WeightScaleFeature(code << 7)
		m, ok := f.HeightResolution(false)
		in, _ := f.HeightResolution(true)
		if got := m.String() + " " + in.String(); got != want || ok == m.IsZero() {
			t.Errorf("height resolution %d is %s, %t; want %s", code, got, ok, want)
		}
	}
}

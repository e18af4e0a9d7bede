package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var weightScaleFeatures = []atttest.Vector[gatt.WeightScaleFeature]{
	{Name: "none", Wire: "00000000"},
	{Name: "all", Wire: "ff010000", Want: 0x1FF},
	{Name: "reserved bits are kept", Wire: "ffffffff", Want: 0xFFFFFFFF},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{Name: "cut", Wire: "080000", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "0800000000", Want: 8, Bad: "trailing_bytes @ 4"},
}

func TestWeightScaleFeature(t *testing.T) {
	atttest.Vectors(t, gatt.ParseWeightScaleFeature, weightScaleFeatures)
	atttest.ParseAllocs(t, gatt.ParseWeightScaleFeature, "08000000")
	atttest.Names(t, []atttest.Named{
		{Value: gatt.WeightScaleFeature(0), Name: "none"},
		{Value: gatt.WeightScaleFeature(0x1FF), Name: "time stamp, multiple users, BMI, height to 0.001 m"},
		{Value: gatt.WeightScaleFeature(5<<3 | 1<<31), Name: "bit 31, weight to 0.020 kg"},
	})
}

func FuzzParseWeightScaleFeature(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseWeightScaleFeature, weightScaleFeatures)
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

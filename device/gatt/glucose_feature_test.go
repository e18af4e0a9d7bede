package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var glucoseFeatureVectors = []vector[gatt.GlucoseFeature]{
	{name: "none", wire: "0000"},
	{name: "some", wire: "0304", want: 0x403},
	{name: "reserved bits are kept", wire: "ffff", want: 0xFFFF},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{name: "cut", wire: "00", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "0304 00", want: 0x403, bad: "trailing_bytes @ 2"},
}

func TestGlucoseFeature(t *testing.T) {
	testVectors(t, gatt.ParseGlucoseFeature, glucoseFeatureVectors)
	testParseAllocs(t, gatt.ParseGlucoseFeature, "0304")
	testNames(t, []named{
		{gatt.GlucoseFeature(0), "none"},
		{gatt.GlucoseFeature(0x403), "low battery, sensor malfunction, multiple bonds"},
		{gatt.GlucoseFeatureStripType | 1<<11, "strip type, bit 11"},
	})
}

func FuzzParseGlucoseFeature(f *testing.F) {
	fuzz(f, gatt.ParseGlucoseFeature, glucoseFeatureVectors)
}

package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var bloodPressureFeatureVectors = []vector[gatt.BloodPressureFeature]{
	{name: "none", wire: "0000"},
	{name: "some", wire: "2500", want: 0x25},
	{name: "reserved bits are kept", wire: "ffff", want: 0xFFFF},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{name: "cut", wire: "00", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "2500 00", want: 0x25, bad: "trailing_bytes @ 2"},
}

func TestBloodPressureFeature(t *testing.T) {
	testVectors(t, gatt.ParseBloodPressureFeature, bloodPressureFeatureVectors)
	testParseAllocs(t, gatt.ParseBloodPressureFeature, "2500")
	testNames(t, []named{
		{gatt.BloodPressureFeature(0), "none"},
		{gatt.BloodPressureFeature(0x25), "body movement, irregular pulse, multiple bonds"},
		{gatt.BPFeatureCuffFit | gatt.BPFeatureE2ECRC | 1<<9, "cuff fit, E2E-CRC, bit 9"},
	})
}

func FuzzParseBloodPressureFeature(f *testing.F) {
	fuzz(f, gatt.ParseBloodPressureFeature, bloodPressureFeatureVectors)
}

package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var bloodPressureFeatureVectors = []atttest.Vector[gatt.BloodPressureFeature]{
	{Name: "none", Wire: "0000"},
	{Name: "some", Wire: "2500", Want: 0x25},
	{Name: "reserved bits are kept", Wire: "ffff", Want: 0xFFFF},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "2500 00", Want: 0x25, Bad: "trailing_bytes @ 2"},
}

func TestBloodPressureFeature(t *testing.T) {
	atttest.Vectors(t, gatt.ParseBloodPressureFeature, bloodPressureFeatureVectors)
	atttest.ParseAllocs(t, gatt.ParseBloodPressureFeature, "2500")
	atttest.Names(t, []atttest.Named{
		{Value: gatt.BloodPressureFeature(0), Name: "none"},
		{Value: gatt.BloodPressureFeature(0x25), Name: "body movement, irregular pulse, multiple bonds"},
		{Value: gatt.BPFeatureCuffFit | gatt.BPFeatureE2ECRC | 1<<9, Name: "cuff fit, E2E-CRC, bit 9"},
	})
}

func FuzzParseBloodPressureFeature(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseBloodPressureFeature, bloodPressureFeatureVectors)
}

package bgm_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var glucoseFeatureVectors = []atttest.Vector[bgm.Feature]{
	{Name: "none", Wire: "0000"},
	{Name: "some", Wire: "0304", Want: 0x403},
	{Name: "reserved bits are kept", Wire: "ffff", Want: 0xFFFF},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "0304 00", Want: 0x403, Bad: "trailing_bytes @ 2"},
}

func TestGlucoseFeature(t *testing.T) {
	atttest.Vectors(t, bgm.ParseFeature, glucoseFeatureVectors)
	atttest.ParseAllocs(t, bgm.ParseFeature, "0304")
	atttest.Names(t, []atttest.Named{
		{Value: bgm.Feature(0), Name: "none"},
		{Value: bgm.Feature(0x403), Name: "low battery, sensor malfunction, multiple bonds"},
		{Value: bgm.FeatureStripType | 1<<11, Name: "strip type, bit 11"},
	})
}

func FuzzParseGlucoseFeature(f *testing.F) {
	atttest.Fuzz(f, bgm.ParseFeature, glucoseFeatureVectors)
}

package fitness_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var rides = []atttest.Vector[fitness.CSCMeasurement]{
	{Name: "no data", Wire: "00"},
	{Name: "wheel", Wire: "01 39300000 e803", Want: fitness.CSCMeasurement{HasWheel: true, WheelRevolutions: 12345, WheelTime: 1000}},
	{Name: "crank", Wire: "02 ffff 0004", Want: fitness.CSCMeasurement{HasCrank: true, CrankRevolutions: 65535, CrankTime: 1024}},
	{Name: "both", Wire: "03 ffffffff ffff 0100 0200", Want: fitness.CSCMeasurement{
		HasWheel: true, WheelRevolutions: 0xFFFFFFFF, WheelTime: 0xFFFF, HasCrank: true, CrankRevolutions: 1, CrankTime: 2,
	}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "no wheel", Wire: "01", Want: fitness.CSCMeasurement{HasWheel: true}, Bad: "truncated @ 1 WheelRevolutions"},
	{
		Name: "no wheel time", Wire: "01 39300000 e8", Want: fitness.CSCMeasurement{HasWheel: true, WheelRevolutions: 12345},
		Bad: "truncated @ 5 WheelEvent",
	},
	{Name: "no crank", Wire: "02", Want: fitness.CSCMeasurement{HasCrank: true}, Bad: "truncated @ 1 CrankRevolutions"},
	{
		Name: "no crank time", Wire: "02 0100", Want: fitness.CSCMeasurement{HasCrank: true, CrankRevolutions: 1},
		Bad: "truncated @ 3 CrankEvent",
	},
	{Name: "surplus", Wire: "00 00", Bad: "trailing_bytes @ 1"},
	{Name: "reserved flag", Wire: "04", Want: fitness.CSCMeasurement{Reserved: 4}, Bad: "reserved_bits @ 0 Flags"},
}

func TestCSCMeasurement(t *testing.T) {
	atttest.Vectors(t, fitness.ParseCSCMeasurement, rides)
	atttest.ParseAllocs(t, fitness.ParseCSCMeasurement, rides[3].Wire)
}

func FuzzParseCSCMeasurement(f *testing.F) { atttest.Fuzz(f, fitness.ParseCSCMeasurement, rides) }

var cSCFeatureVectors = []atttest.Vector[fitness.CSCFeature]{
	{Name: "none", Wire: "0000"},
	{Name: "some", Wire: "0500", Want: fitness.CSCFeatureWheel | fitness.CSCFeatureLocations},
	{Name: "reserved bits are kept", Wire: "ffff", Want: 0xFFFF},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "0500 00", Want: fitness.CSCFeatureWheel | fitness.CSCFeatureLocations, Bad: "trailing_bytes @ 2"},
}

func TestCSCFeature(t *testing.T) {
	atttest.Vectors(t, fitness.ParseCSCFeature, cSCFeatureVectors)
	atttest.ParseAllocs(t, fitness.ParseCSCFeature, "0500")
	atttest.Names(t, []atttest.Named{{Value: fitness.CSCFeature(0), Name: "none"}, {Value: fitness.CSCFeatureCrank | 1<<3, Name: "crank revolutions, bit 3"}})
}

func FuzzParseCSCFeature(f *testing.F) {
	atttest.Fuzz(f, fitness.ParseCSCFeature, cSCFeatureVectors)
}

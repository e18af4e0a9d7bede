package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var rides = []vector[gatt.CSCMeasurement]{
	{name: "no data", wire: "00"},
	{name: "wheel", wire: "01 39300000 e803", want: gatt.CSCMeasurement{HasWheel: true, WheelRevolutions: 12345, WheelTime: 1000}},
	{name: "crank", wire: "02 ffff 0004", want: gatt.CSCMeasurement{HasCrank: true, CrankRevolutions: 65535, CrankTime: 1024}},
	{name: "both", wire: "03 ffffffff ffff 0100 0200", want: gatt.CSCMeasurement{
		HasWheel: true, WheelRevolutions: 0xFFFFFFFF, WheelTime: 0xFFFF, HasCrank: true, CrankRevolutions: 1, CrankTime: 2,
	}},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "no wheel", wire: "01", want: gatt.CSCMeasurement{HasWheel: true}, bad: "truncated @ 1 WheelRevolutions"},
	{
		name: "no wheel time", wire: "01 39300000 e8", want: gatt.CSCMeasurement{HasWheel: true, WheelRevolutions: 12345},
		bad: "truncated @ 5 WheelEvent",
	},
	{name: "no crank", wire: "02", want: gatt.CSCMeasurement{HasCrank: true}, bad: "truncated @ 1 CrankRevolutions"},
	{
		name: "no crank time", wire: "02 0100", want: gatt.CSCMeasurement{HasCrank: true, CrankRevolutions: 1},
		bad: "truncated @ 3 CrankEvent",
	},
	{name: "surplus", wire: "00 00", bad: "trailing_bytes @ 1"},
	{name: "reserved flag", wire: "04", want: gatt.CSCMeasurement{Reserved: 4}, bad: "reserved_bits @ 0 Flags"},
}

func TestCSCMeasurement(t *testing.T) {
	testVectors(t, gatt.ParseCSCMeasurement, rides)
	testParseAllocs(t, gatt.ParseCSCMeasurement, rides[3].wire)
}

func FuzzParseCSCMeasurement(f *testing.F) { fuzz(f, gatt.ParseCSCMeasurement, rides) }

var cSCFeatureVectors = []vector[gatt.CSCFeature]{
	{name: "none", wire: "0000"},
	{name: "some", wire: "0500", want: gatt.CSCFeatureWheel | gatt.CSCFeatureLocations},
	{name: "reserved bits are kept", wire: "ffff", want: 0xFFFF},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{name: "cut", wire: "00", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "0500 00", want: gatt.CSCFeatureWheel | gatt.CSCFeatureLocations, bad: "trailing_bytes @ 2"},
}

func TestCSCFeature(t *testing.T) {
	testVectors(t, gatt.ParseCSCFeature, cSCFeatureVectors)
	testParseAllocs(t, gatt.ParseCSCFeature, "0500")
	testNames(t, []named{{gatt.CSCFeature(0), "none"}, {gatt.CSCFeatureCrank | 1<<3, "crank revolutions, bit 3"}})
}

func FuzzParseCSCFeature(f *testing.F) {
	fuzz(f, gatt.ParseCSCFeature, cSCFeatureVectors)
}

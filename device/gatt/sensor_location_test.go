package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var sensorLocations = []vector[gatt.SensorLocation]{
	{name: "other", wire: "00"},
	{name: "rear hub", wire: "0d", want: gatt.LocationRearHub},
	{name: "chain ring", wire: "10", want: gatt.LocationChainRing},
	{name: "reserved", wire: "11", want: 17, bad: "reserved_value @ 0 SensorLocation"},
	{name: "nothing", wire: "", bad: "truncated @ 0 SensorLocation"},
	{name: "surplus", wire: "0100", want: gatt.LocationTopOfShoe, bad: "trailing_bytes @ 1"},
}

func TestSensorLocation(t *testing.T) {
	testVectors(t, gatt.ParseSensorLocation, sensorLocations)
	testParseAllocs(t, gatt.ParseSensorLocation, "0d")
	testNames(t, []named{{gatt.LocationRearDropout, "rear dropout"}, {gatt.SensorLocation(17), "reserved 17"}})
}

func FuzzParseSensorLocation(f *testing.F) { fuzz(f, gatt.ParseSensorLocation, sensorLocations) }

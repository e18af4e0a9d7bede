package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var bodySensorLocations = []vector[gatt.BodySensorLocation]{
	{name: "other", wire: "00", want: gatt.SensorOther},
	{name: "wrist", wire: "02", want: gatt.SensorWrist},
	{name: "foot", wire: "06", want: gatt.SensorFoot},
	{name: "reserved", wire: "07", want: 7, bad: "reserved_value @ 0 BodySensorLocation"},
	{name: "last reserved", wire: "ff", want: 255, bad: "reserved_value @ 0 BodySensorLocation"},
	{name: "nothing", wire: "", bad: "truncated @ 0 BodySensorLocation"},
	{name: "surplus", wire: "0100", want: gatt.SensorChest, bad: "trailing_bytes @ 1"},
	{name: "reserved and surplus", wire: "0700", want: 7, bad: "trailing_bytes @ 1"},
}

func TestBodySensorLocation(t *testing.T) {
	testVectors(t, gatt.ParseBodySensorLocation, bodySensorLocations)
	testParseAllocs(t, gatt.ParseBodySensorLocation, "01")
	testNames(t, []named{{gatt.SensorEarLobe, "ear lobe"}, {gatt.BodySensorLocation(9), "reserved 9"}})
}

func FuzzParseBodySensorLocation(f *testing.F) {
	fuzz(f, gatt.ParseBodySensorLocation, bodySensorLocations)
}

package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var bodySensorLocations = []atttest.Vector[gatt.BodySensorLocation]{
	{Name: "other", Wire: "00", Want: gatt.SensorOther},
	{Name: "wrist", Wire: "02", Want: gatt.SensorWrist},
	{Name: "foot", Wire: "06", Want: gatt.SensorFoot},
	{Name: "reserved", Wire: "07", Want: 7, Bad: "reserved_value @ 0 BodySensorLocation"},
	{Name: "last reserved", Wire: "ff", Want: 255, Bad: "reserved_value @ 0 BodySensorLocation"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 BodySensorLocation"},
	{Name: "surplus", Wire: "0100", Want: gatt.SensorChest, Bad: "trailing_bytes @ 1"},
	{Name: "reserved and surplus", Wire: "0700", Want: 7, Bad: "trailing_bytes @ 1"},
}

func TestBodySensorLocation(t *testing.T) {
	atttest.Vectors(t, gatt.ParseBodySensorLocation, bodySensorLocations)
	atttest.ParseAllocs(t, gatt.ParseBodySensorLocation, "01")
	atttest.Names(t, []atttest.Named{{Value: gatt.SensorEarLobe, Name: "ear lobe"}, {Value: gatt.BodySensorLocation(9), Name: "reserved 9"}})
}

func FuzzParseBodySensorLocation(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseBodySensorLocation, bodySensorLocations)
}

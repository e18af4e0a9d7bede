package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var temperatureTypes = []vector[gatt.TemperatureType]{
	{name: "armpit", wire: "01", want: gatt.TemperatureArmpit},
	{name: "tympanum", wire: "09", want: gatt.TemperatureTympanum},
	{name: "zero", wire: "00", bad: "reserved_value @ 0 TemperatureType"},
	{name: "reserved", wire: "0a", want: 10, bad: "reserved_value @ 0 TemperatureType"},
	{name: "nothing", wire: "", bad: "truncated @ 0 TemperatureType"},
	{name: "surplus", wire: "0300", want: gatt.TemperatureEar, bad: "trailing_bytes @ 1"},
}

func TestTemperatureType(t *testing.T) {
	testVectors(t, gatt.ParseTemperatureType, temperatureTypes)
	testParseAllocs(t, gatt.ParseTemperatureType, "01")
}

func FuzzParseTemperatureType(f *testing.F) { fuzz(f, gatt.ParseTemperatureType, temperatureTypes) }

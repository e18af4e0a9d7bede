package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var temperatureTypes = []atttest.Vector[gatt.TemperatureType]{
	{Name: "armpit", Wire: "01", Want: gatt.TemperatureArmpit},
	{Name: "tympanum", Wire: "09", Want: gatt.TemperatureTympanum},
	{Name: "zero", Wire: "00", Bad: "reserved_value @ 0 TemperatureType"},
	{Name: "reserved", Wire: "0a", Want: 10, Bad: "reserved_value @ 0 TemperatureType"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 TemperatureType"},
	{Name: "surplus", Wire: "0300", Want: gatt.TemperatureEar, Bad: "trailing_bytes @ 1"},
}

func TestTemperatureType(t *testing.T) {
	atttest.Vectors(t, gatt.ParseTemperatureType, temperatureTypes)
	atttest.ParseAllocs(t, gatt.ParseTemperatureType, "01")
}

func FuzzParseTemperatureType(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseTemperatureType, temperatureTypes)
}

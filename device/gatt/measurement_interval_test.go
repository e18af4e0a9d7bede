package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var measurementIntervals = []atttest.Vector[gatt.MeasurementInterval]{
	{Name: "not periodic", Wire: "0000"},
	{Name: "a second", Wire: "0100", Want: 1},
	{Name: "longest", Wire: "ffff", Want: 65535},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Interval"},
	{Name: "cut", Wire: "3c", Bad: "truncated @ 0 Interval"},
	{Name: "surplus", Wire: "3c0000", Want: 60, Bad: "trailing_bytes @ 2"},
}

func TestMeasurementInterval(t *testing.T) {
	atttest.Vectors(t, gatt.ParseMeasurementInterval, measurementIntervals)
	atttest.ParseAllocs(t, gatt.ParseMeasurementInterval, "3c00")
	atttest.Names(t, []atttest.Named{
		{Value: gatt.MeasurementInterval(0), Name: "no periodic measurement"}, {Value: gatt.MeasurementInterval(65535), Name: "every 18h12m15s"},
	})
}

func FuzzParseMeasurementInterval(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseMeasurementInterval, measurementIntervals)
}

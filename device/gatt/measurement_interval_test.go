package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var measurementIntervals = []vector[gatt.MeasurementInterval]{
	{name: "not periodic", wire: "0000"},
	{name: "a second", wire: "0100", want: 1},
	{name: "longest", wire: "ffff", want: 65535},
	{name: "nothing", wire: "", bad: "truncated @ 0 Interval"},
	{name: "cut", wire: "3c", bad: "truncated @ 0 Interval"},
	{name: "surplus", wire: "3c0000", want: 60, bad: "trailing_bytes @ 2"},
}

func TestMeasurementInterval(t *testing.T) {
	testVectors(t, gatt.ParseMeasurementInterval, measurementIntervals)
	testParseAllocs(t, gatt.ParseMeasurementInterval, "3c00")
	testNames(t, []named{
		{gatt.MeasurementInterval(0), "no periodic measurement"}, {gatt.MeasurementInterval(65535), "every 18h12m15s"},
	})
}

func FuzzParseMeasurementInterval(f *testing.F) {
	fuzz(f, gatt.ParseMeasurementInterval, measurementIntervals)
}

package fitness_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var sensorLocations = []atttest.Vector[fitness.SensorLocation]{
	{Name: "other", Wire: "00"},
	{Name: "rear hub", Wire: "0d", Want: fitness.LocationRearHub},
	{Name: "chain ring", Wire: "10", Want: fitness.LocationChainRing},
	{Name: "reserved", Wire: "11", Want: 17, Bad: "reserved_value @ 0 SensorLocation"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 SensorLocation"},
	{Name: "surplus", Wire: "0100", Want: fitness.LocationTopOfShoe, Bad: "trailing_bytes @ 1"},
}

func TestSensorLocation(t *testing.T) {
	atttest.Vectors(t, fitness.ParseSensorLocation, sensorLocations)
	atttest.ParseAllocs(t, fitness.ParseSensorLocation, "0d")
	atttest.Names(t, []atttest.Named{{Value: fitness.LocationRearDropout, Name: "rear dropout"}, {Value: fitness.SensorLocation(17), Name: "reserved 17"}})
}

func FuzzParseSensorLocation(f *testing.F) {
	atttest.Fuzz(f, fitness.ParseSensorLocation, sensorLocations)
}

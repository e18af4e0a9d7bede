package fitness_test

import (
	"slices"
	"testing"

	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var scControls = []atttest.Vector[fitness.SCControlPoint]{
	{Name: "set cumulative value", Wire: "01 10270000", Want: fitness.SCControlPoint{OpCode: fitness.SCSetCumulativeValue, Value: 10000}},
	{Name: "start calibration", Wire: "02", Want: fitness.SCControlPoint{OpCode: fitness.SCStartCalibration}},
	{Name: "update location", Wire: "03 06", Want: fitness.SCControlPoint{OpCode: fitness.SCUpdateLocation, Location: fitness.LocationRightCrank}},
	{Name: "request locations", Wire: "04", Want: fitness.SCControlPoint{OpCode: fitness.SCRequestLocations}},
	{Name: "calibrated", Wire: "10 02 01", Want: fitness.SCControlPoint{
		OpCode: fitness.SCResponse, Request: fitness.SCStartCalibration, Result: fitness.SCSuccess,
	}},
	{Name: "locations", Wire: "10 04 01 01 05 10", Want: fitness.SCControlPoint{
		OpCode: fitness.SCResponse, Request: fitness.SCRequestLocations, Result: fitness.SCSuccess,
		Locations: fitness.NewSensorLocations(fitness.LocationTopOfShoe, fitness.LocationLeftCrank, fitness.LocationChainRing),
	}},
	{Name: "no locations", Wire: "10 04 01", Want: fitness.SCControlPoint{
		OpCode: fitness.SCResponse, Request: fitness.SCRequestLocations, Result: fitness.SCSuccess, Locations: fitness.NewSensorLocations(),
	}},
	{Name: "locations refused", Wire: "10 04 04", Want: fitness.SCControlPoint{
		OpCode: fitness.SCResponse, Request: fitness.SCRequestLocations, Result: fitness.SCFailed,
	}},
	{Name: "answer to what nobody knows", Wire: "10 77 02", Want: fitness.SCControlPoint{
		OpCode: fitness.SCResponse, Request: 0x77, Result: fitness.SCUnsupported,
	}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 OpCode"},
	{
		Name: "cut value", Wire: "01 102700", Want: fitness.SCControlPoint{OpCode: fitness.SCSetCumulativeValue},
		Bad: "truncated @ 1 CumulativeValue",
	},
	{Name: "no location", Wire: "03", Want: fitness.SCControlPoint{OpCode: fitness.SCUpdateLocation}, Bad: "truncated @ 1 SensorLocation"},
	{
		Name: "reserved location", Wire: "03 11", Want: fitness.SCControlPoint{OpCode: fitness.SCUpdateLocation, Location: 17},
		Bad: "reserved_value @ 1 SensorLocation",
	},
	{
		Name: "reserved location in a list", Wire: "10 04 01 01 ff 11", Bad: "reserved_value @ 4 SensorLocations",
		Want: fitness.SCControlPoint{
			OpCode: fitness.SCResponse, Request: fitness.SCRequestLocations, Result: fitness.SCSuccess,
			Locations: fitness.NewSensorLocations(1, 255, 17),
		},
	},
	{Name: "no request", Wire: "10", Want: fitness.SCControlPoint{OpCode: fitness.SCResponse}, Bad: "truncated @ 1 RequestOpCode"},
	{
		Name: "no result", Wire: "10 01", Want: fitness.SCControlPoint{OpCode: fitness.SCResponse, Request: 1},
		Bad: "truncated @ 2 ResponseCode",
	},
	{
		Name: "reserved result", Wire: "10 01 05", Want: fitness.SCControlPoint{OpCode: fitness.SCResponse, Request: 1, Result: 5},
		Bad: "reserved_value @ 2 ResponseCode",
	},
	{
		Name: "surplus", Wire: "10 01 01 00", Want: fitness.SCControlPoint{OpCode: fitness.SCResponse, Request: 1, Result: 1},
		Bad: "trailing_bytes @ 3",
	},
	{Name: "reserved op code", Wire: "00", Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "unknown op code with an operand", Wire: "05 0102", Want: fitness.SCControlPoint{OpCode: 5}, Bad: "unknown_opcode @ 0 OpCode"},
}

func TestSCControlPoint(t *testing.T) {
	atttest.Vectors(t, fitness.ParseSCControlPoint, scControls)
	atttest.ParseAllocs(t, fitness.ParseSCControlPoint, "10 04 01 01 05 10")
	atttest.Names(t, []atttest.Named{
		{Value: fitness.SCUpdateLocation, Name: "update sensor location"},
		{Value: fitness.SCResponse, Name: "response"},
		{Value: fitness.SCOpCode(7), Name: "reserved 7"},
		{Value: fitness.SCFailed, Name: "operation failed"},
		{Value: fitness.SCResult(0), Name: "reserved 0"},
	})
	if _, err := (fitness.SCControlPoint{OpCode: 5}).AppendBinary(nil); err == nil {
		t.Error("an unknown op code was encoded")
	}
}

func FuzzParseSCControlPoint(f *testing.F) { atttest.Fuzz(f, fitness.ParseSCControlPoint, scControls) }

func TestSensorLocations(t *testing.T) {
	want := []fitness.SensorLocation{fitness.LocationHip, fitness.LocationSpider}
	l := fitness.NewSensorLocations(want...)
	if got := slices.Collect(l.All()); !slices.Equal(got, want) || l.Len() != 2 {
		t.Errorf("%d locations %v, want %v", l.Len(), got, want)
	}
	for range l.All() {
		break
	}
}

func TestSCDirection(t *testing.T) {
	command, answer := fitness.SCControlPoint{OpCode: fitness.SCRequestLocations}, fitness.SCControlPoint{OpCode: fitness.SCResponse}
	for name, tt := range map[string]struct {
		err error
		bad string
	}{
		"command to":   {command.CheckDirection(false), ""},
		"command from": {command.CheckDirection(true), "wrong_direction @ 0 OpCode"},
		"answer from":  {answer.CheckDirection(true), ""},
		"answer to":    {answer.CheckDirection(false), "wrong_direction @ 0 OpCode"},
	} {
		if bad := atttest.Fault(tt.err); bad != tt.bad {
			t.Errorf("%s the sensor: %q, want %q", name, bad, tt.bad)
		}
	}
}

package gatt_test

import (
	"slices"
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var scControls = []vector[gatt.SCControlPoint]{
	{name: "set cumulative value", wire: "01 10270000", want: gatt.SCControlPoint{OpCode: gatt.SCSetCumulativeValue, Value: 10000}},
	{name: "start calibration", wire: "02", want: gatt.SCControlPoint{OpCode: gatt.SCStartCalibration}},
	{name: "update location", wire: "03 06", want: gatt.SCControlPoint{OpCode: gatt.SCUpdateLocation, Location: gatt.LocationRightCrank}},
	{name: "request locations", wire: "04", want: gatt.SCControlPoint{OpCode: gatt.SCRequestLocations}},
	{name: "calibrated", wire: "10 02 01", want: gatt.SCControlPoint{
		OpCode: gatt.SCResponse, Request: gatt.SCStartCalibration, Result: gatt.SCSuccess,
	}},
	{name: "locations", wire: "10 04 01 01 05 10", want: gatt.SCControlPoint{
		OpCode: gatt.SCResponse, Request: gatt.SCRequestLocations, Result: gatt.SCSuccess,
		Locations: gatt.NewSensorLocations(gatt.LocationTopOfShoe, gatt.LocationLeftCrank, gatt.LocationChainRing),
	}},
	{name: "no locations", wire: "10 04 01", want: gatt.SCControlPoint{
		OpCode: gatt.SCResponse, Request: gatt.SCRequestLocations, Result: gatt.SCSuccess, Locations: gatt.NewSensorLocations(),
	}},
	{name: "locations refused", wire: "10 04 04", want: gatt.SCControlPoint{
		OpCode: gatt.SCResponse, Request: gatt.SCRequestLocations, Result: gatt.SCFailed,
	}},
	{name: "answer to what nobody knows", wire: "10 77 02", want: gatt.SCControlPoint{
		OpCode: gatt.SCResponse, Request: 0x77, Result: gatt.SCUnsupported,
	}},
	{name: "nothing", wire: "", bad: "truncated @ 0 OpCode"},
	{
		name: "cut value", wire: "01 102700", want: gatt.SCControlPoint{OpCode: gatt.SCSetCumulativeValue},
		bad: "truncated @ 1 CumulativeValue",
	},
	{name: "no location", wire: "03", want: gatt.SCControlPoint{OpCode: gatt.SCUpdateLocation}, bad: "truncated @ 1 SensorLocation"},
	{
		name: "reserved location", wire: "03 11", want: gatt.SCControlPoint{OpCode: gatt.SCUpdateLocation, Location: 17},
		bad: "reserved_value @ 1 SensorLocation",
	},
	{
		name: "reserved location in a list", wire: "10 04 01 01 ff 11", bad: "reserved_value @ 4 SensorLocations",
		want: gatt.SCControlPoint{
			OpCode: gatt.SCResponse, Request: gatt.SCRequestLocations, Result: gatt.SCSuccess,
			Locations: gatt.NewSensorLocations(1, 255, 17),
		},
	},
	{name: "no request", wire: "10", want: gatt.SCControlPoint{OpCode: gatt.SCResponse}, bad: "truncated @ 1 RequestOpCode"},
	{
		name: "no result", wire: "10 01", want: gatt.SCControlPoint{OpCode: gatt.SCResponse, Request: 1},
		bad: "truncated @ 2 ResponseCode",
	},
	{
		name: "reserved result", wire: "10 01 05", want: gatt.SCControlPoint{OpCode: gatt.SCResponse, Request: 1, Result: 5},
		bad: "reserved_value @ 2 ResponseCode",
	},
	{
		name: "surplus", wire: "10 01 01 00", want: gatt.SCControlPoint{OpCode: gatt.SCResponse, Request: 1, Result: 1},
		bad: "trailing_bytes @ 3",
	},
	{name: "reserved op code", wire: "00", bad: "unknown_opcode @ 0 OpCode"},
	{name: "unknown op code with an operand", wire: "05 0102", want: gatt.SCControlPoint{OpCode: 5}, bad: "unknown_opcode @ 0 OpCode"},
}

func TestSCControlPoint(t *testing.T) {
	testVectors(t, gatt.ParseSCControlPoint, scControls)
	testParseAllocs(t, gatt.ParseSCControlPoint, "10 04 01 01 05 10")
	testNames(t, []named{
		{gatt.SCUpdateLocation, "update sensor location"},
		{gatt.SCResponse, "response"},
		{gatt.SCOpCode(7), "reserved 7"},
		{gatt.SCFailed, "operation failed"},
		{gatt.SCResult(0), "reserved 0"},
	})
	if _, err := (gatt.SCControlPoint{OpCode: 5}).AppendBinary(nil); err == nil {
		t.Error("an unknown op code was encoded")
	}
}

func FuzzParseSCControlPoint(f *testing.F) { fuzz(f, gatt.ParseSCControlPoint, scControls) }

func TestSensorLocations(t *testing.T) {
	want := []gatt.SensorLocation{gatt.LocationHip, gatt.LocationSpider}
	l := gatt.NewSensorLocations(want...)
	if got := slices.Collect(l.All()); !slices.Equal(got, want) || l.Len() != 2 {
		t.Errorf("%d locations %v, want %v", l.Len(), got, want)
	}
	for range l.All() {
		break
	}
}

func TestSCDirection(t *testing.T) {
	command, answer := gatt.SCControlPoint{OpCode: gatt.SCRequestLocations}, gatt.SCControlPoint{OpCode: gatt.SCResponse}
	for name, tt := range map[string]struct {
		err error
		bad string
	}{
		"command to":   {command.CheckDirection(false), ""},
		"command from": {command.CheckDirection(true), "wrong_direction @ 0 OpCode"},
		"answer from":  {answer.CheckDirection(true), ""},
		"answer to":    {answer.CheckDirection(false), "wrong_direction @ 0 OpCode"},
	} {
		if bad := fault(tt.err); bad != tt.bad {
			t.Errorf("%s the sensor: %q, want %q", name, bad, tt.bad)
		}
	}
}

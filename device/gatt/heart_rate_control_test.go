package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var heartRateControls = []vector[gatt.HeartRateControl]{
	{name: "reset", wire: "01", want: gatt.ResetEnergyExpended},
	{name: "zero", wire: "00", bad: "reserved_value @ 0 Command"},
	{name: "reserved", wire: "02", want: 2, bad: "reserved_value @ 0 Command"},
	{name: "nothing", wire: "", bad: "truncated @ 0 Command"},
	{name: "surplus", wire: "0101", want: gatt.ResetEnergyExpended, bad: "trailing_bytes @ 1"},
}

func TestHeartRateControl(t *testing.T) {
	testVectors(t, gatt.ParseHeartRateControl, heartRateControls)
	testParseAllocs(t, gatt.ParseHeartRateControl, "01")
	testNames(t, []named{{gatt.ResetEnergyExpended, "reset energy expended"}, {gatt.HeartRateControl(0), "reserved 0"}})
	if bad := fault(gatt.ResetEnergyExpended.CheckDirection(true)); bad != "wrong_direction @ 0 OpCode" {
		t.Errorf("from the sensor: %q", bad)
	}
	if err := gatt.ResetEnergyExpended.CheckDirection(false); err != nil {
		t.Error(err)
	}
}

func FuzzParseHeartRateControl(f *testing.F) {
	fuzz(f, gatt.ParseHeartRateControl, heartRateControls)
}

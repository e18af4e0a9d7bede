package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var heartRateControls = []atttest.Vector[gatt.HeartRateControl]{
	{Name: "reset", Wire: "01", Want: gatt.ResetEnergyExpended},
	{Name: "zero", Wire: "00", Bad: "reserved_value @ 0 Command"},
	{Name: "reserved", Wire: "02", Want: 2, Bad: "reserved_value @ 0 Command"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Command"},
	{Name: "surplus", Wire: "0101", Want: gatt.ResetEnergyExpended, Bad: "trailing_bytes @ 1"},
}

func TestHeartRateControl(t *testing.T) {
	atttest.Vectors(t, gatt.ParseHeartRateControl, heartRateControls)
	atttest.ParseAllocs(t, gatt.ParseHeartRateControl, "01")
	atttest.Names(t, []atttest.Named{{Value: gatt.ResetEnergyExpended, Name: "reset energy expended"}, {Value: gatt.HeartRateControl(0), Name: "reserved 0"}})
	if bad := atttest.Fault(gatt.ResetEnergyExpended.CheckDirection(true)); bad != "wrong_direction @ 0 OpCode" {
		t.Errorf("from the sensor: %q", bad)
	}
	if err := gatt.ResetEnergyExpended.CheckDirection(false); err != nil {
		t.Error(err)
	}
}

func FuzzParseHeartRateControl(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseHeartRateControl, heartRateControls)
}

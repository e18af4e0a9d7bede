package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var plxFeatures = []vector[gatt.PLXFeatures]{
	{name: "none", wire: "0000"},
	{name: "no status", wire: "fc00", want: gatt.PLXFeatures{Features: 0xFC}},
	{name: "measurement status", wire: "0100 4010", want: gatt.PLXFeatures{
		Features: gatt.PLXFeatureStatus, Status: gatt.PLXEarlyEstimate | gatt.PLXCalibrating,
	}},
	{name: "sensor status", wire: "0200 800180", want: gatt.PLXFeatures{
		Features: gatt.PLXFeatureSensor, Sensor: gatt.PLXQuestionablePulse | gatt.PLXNonpulsatile | 1<<23,
	}},
	{name: "both, reserved bits are kept", wire: "03ff ffff ffffff", want: gatt.PLXFeatures{
		Features: 0xFF03, Status: 0xFFFF, Sensor: 0xFFFFFF,
	}},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{name: "cut", wire: "00", bad: "truncated @ 0 Features"},
	{
		name: "no measurement status", wire: "0700", want: gatt.PLXFeatures{Features: 7},
		bad: "truncated @ 2 MeasurementStatusSupport",
	},
	{
		name: "half a sensor status", wire: "0300 4010 8001", want: gatt.PLXFeatures{Features: 3, Status: 0x1040},
		bad: "truncated @ 4 DeviceSensorStatusSupport",
	},
	{name: "surplus", wire: "0400 0000", want: gatt.PLXFeatures{Features: 4}, bad: "trailing_bytes @ 2"},
}

func TestPLXFeatures(t *testing.T) {
	testVectors(t, gatt.ParsePLXFeatures, plxFeatures)
	testParseAllocs(t, gatt.ParsePLXFeatures, "0300 4010 800100")
	testNames(t, []named{{gatt.PLXFeature(0), "none"}, {gatt.PLXFeatureFast | 1<<8, "fast, bit 8"}})
	wide := gatt.PLXFeatures{Features: gatt.PLXFeatureSensor, Sensor: 1 << 24}
	if _, err := wide.AppendBinary(nil); err == nil {
		t.Error("a sensor status of 25 bits was encoded")
	}
}

func FuzzParsePLXFeatures(f *testing.F) { fuzz(f, gatt.ParsePLXFeatures, plxFeatures) }

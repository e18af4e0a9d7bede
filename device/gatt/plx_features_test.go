package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var plxFeatures = []atttest.Vector[gatt.PLXFeatures]{
	{Name: "none", Wire: "0000"},
	{Name: "no status", Wire: "fc00", Want: gatt.PLXFeatures{Features: 0xFC}},
	{Name: "measurement status", Wire: "0100 4010", Want: gatt.PLXFeatures{
		Features: gatt.PLXFeatureStatus, Status: gatt.PLXEarlyEstimate | gatt.PLXCalibrating,
	}},
	{Name: "sensor status", Wire: "0200 800180", Want: gatt.PLXFeatures{
		Features: gatt.PLXFeatureSensor, Sensor: gatt.PLXQuestionablePulse | gatt.PLXNonpulsatile | 1<<23,
	}},
	{Name: "both, reserved bits are kept", Wire: "03ff ffff ffffff", Want: gatt.PLXFeatures{
		Features: 0xFF03, Status: 0xFFFF, Sensor: 0xFFFFFF,
	}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Features"},
	{
		Name: "no measurement status", Wire: "0700", Want: gatt.PLXFeatures{Features: 7},
		Bad: "truncated @ 2 MeasurementStatusSupport",
	},
	{
		Name: "half a sensor status", Wire: "0300 4010 8001", Want: gatt.PLXFeatures{Features: 3, Status: 0x1040},
		Bad: "truncated @ 4 DeviceSensorStatusSupport",
	},
	{Name: "surplus", Wire: "0400 0000", Want: gatt.PLXFeatures{Features: 4}, Bad: "trailing_bytes @ 2"},
}

func TestPLXFeatures(t *testing.T) {
	atttest.Vectors(t, gatt.ParsePLXFeatures, plxFeatures)
	atttest.ParseAllocs(t, gatt.ParsePLXFeatures, "0300 4010 800100")
	atttest.Names(t, []atttest.Named{{Value: gatt.PLXFeature(0), Name: "none"}, {Value: gatt.PLXFeatureFast | 1<<8, Name: "fast, bit 8"}})
	wide := gatt.PLXFeatures{Features: gatt.PLXFeatureSensor, Sensor: 1 << 24}
	if _, err := wide.AppendBinary(nil); err == nil {
		t.Error("a sensor status of 25 bits was encoded")
	}
}

func FuzzParsePLXFeatures(f *testing.F) { atttest.Fuzz(f, gatt.ParsePLXFeatures, plxFeatures) }

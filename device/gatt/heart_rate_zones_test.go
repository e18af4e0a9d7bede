package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

var (
	threeZones = []vector[gatt.HeartRateZones]{
		{name: "limits", wire: "5064", want: gatt.HeartRateZones{Scheme: gatt.ThreeZones, LightModerate: 80, ModerateHard: 100}},
		{name: "nothing", wire: "", want: gatt.HeartRateZones{Scheme: gatt.ThreeZones}, bad: "truncated @ 0 LightModerate"},
		{
			name: "cut", wire: "50", want: gatt.HeartRateZones{Scheme: gatt.ThreeZones, LightModerate: 80},
			bad: "truncated @ 1 ModerateHard",
		},
		{
			name: "surplus", wire: "506478", want: gatt.HeartRateZones{Scheme: gatt.ThreeZones, LightModerate: 80, ModerateHard: 100},
			bad: "trailing_bytes @ 2",
		},
	}
	fourZones = []vector[gatt.HeartRateZones]{
		{name: "limits", wire: "506478", want: gatt.HeartRateZones{
			Scheme: gatt.FourZones, LightModerate: 80, ModerateHard: 100, HardMaximum: 120,
		}},
		{
			name: "cut", wire: "5064", want: gatt.HeartRateZones{Scheme: gatt.FourZones, LightModerate: 80, ModerateHard: 100},
			bad: "truncated @ 2 HardMaximum",
		},
	}
	fiveZones = []vector[gatt.HeartRateZones]{
		{name: "limits", wire: "46506478", want: gatt.HeartRateZones{
			Scheme: gatt.FiveZones, VeryLightLight: 70, LightModerate: 80, ModerateHard: 100, HardMaximum: 120,
		}},
		{name: "nothing", wire: "", want: gatt.HeartRateZones{Scheme: gatt.FiveZones}, bad: "truncated @ 0 VeryLightLight"},
		{
			name: "cut", wire: "465064", bad: "truncated @ 3 HardMaximum",
			want: gatt.HeartRateZones{Scheme: gatt.FiveZones, VeryLightLight: 70, LightModerate: 80, ModerateHard: 100},
		},
	}
)

func TestHeartRateZones(t *testing.T) {
	testVectors(t, gatt.ThreeZones.Parse, threeZones)
	testVectors(t, gatt.FourZones.Parse, fourZones)
	testVectors(t, gatt.FiveZones.Parse, fiveZones)
	testParseAllocs(t, gatt.FiveZones.Parse, "46506478")
	z, err := gatt.ZoneScheme(0x2A95).Parse([]byte{70})
	if !device.IsUnsupported(err) {
		t.Errorf("an unknown scheme: %v", err)
	}
	if _, err := z.AppendBinary(nil); err == nil {
		t.Error("an unknown scheme was encoded")
	}
}

func FuzzThreeZones(f *testing.F) { fuzz(f, gatt.ThreeZones.Parse, threeZones) }
func FuzzFourZones(f *testing.F)  { fuzz(f, gatt.FourZones.Parse, fourZones) }
func FuzzFiveZones(f *testing.F)  { fuzz(f, gatt.FiveZones.Parse, fiveZones) }

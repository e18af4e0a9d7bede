package user_test

import (
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/user"
)

var (
	threeZones = []atttest.Vector[user.HeartRateZones]{
		{Name: "limits", Wire: "5064", Want: user.HeartRateZones{Scheme: user.ThreeZones, LightModerate: 80, ModerateHard: 100}},
		{Name: "nothing", Wire: "", Want: user.HeartRateZones{Scheme: user.ThreeZones}, Bad: "truncated @ 0 LightModerate"},
		{
			Name: "cut", Wire: "50", Want: user.HeartRateZones{Scheme: user.ThreeZones, LightModerate: 80},
			Bad: "truncated @ 1 ModerateHard",
		},
		{
			Name: "surplus", Wire: "506478", Want: user.HeartRateZones{Scheme: user.ThreeZones, LightModerate: 80, ModerateHard: 100},
			Bad: "trailing_bytes @ 2",
		},
	}
	fourZones = []atttest.Vector[user.HeartRateZones]{
		{Name: "limits", Wire: "506478", Want: user.HeartRateZones{
			Scheme: user.FourZones, LightModerate: 80, ModerateHard: 100, HardMaximum: 120,
		}},
		{
			Name: "cut", Wire: "5064", Want: user.HeartRateZones{Scheme: user.FourZones, LightModerate: 80, ModerateHard: 100},
			Bad: "truncated @ 2 HardMaximum",
		},
	}
	fiveZones = []atttest.Vector[user.HeartRateZones]{
		{Name: "limits", Wire: "46506478", Want: user.HeartRateZones{
			Scheme: user.FiveZones, VeryLightLight: 70, LightModerate: 80, ModerateHard: 100, HardMaximum: 120,
		}},
		{Name: "nothing", Wire: "", Want: user.HeartRateZones{Scheme: user.FiveZones}, Bad: "truncated @ 0 VeryLightLight"},
		{
			Name: "cut", Wire: "465064", Bad: "truncated @ 3 HardMaximum",
			Want: user.HeartRateZones{Scheme: user.FiveZones, VeryLightLight: 70, LightModerate: 80, ModerateHard: 100},
		},
	}
)

func TestHeartRateZones(t *testing.T) {
	atttest.Vectors(t, user.ThreeZones.Parse, threeZones)
	atttest.Vectors(t, user.FourZones.Parse, fourZones)
	atttest.Vectors(t, user.FiveZones.Parse, fiveZones)
	atttest.ParseAllocs(t, user.FiveZones.Parse, "46506478")
	z, err := user.ZoneScheme(0x2A95).Parse([]byte{70})
	if !device.IsUnsupported(err) {
		t.Errorf("an unknown scheme: %v", err)
	}
	if _, err := z.AppendBinary(nil); err == nil {
		t.Error("an unknown scheme was encoded")
	}
}

func FuzzThreeZones(f *testing.F) { atttest.Fuzz(f, user.ThreeZones.Parse, threeZones) }
func FuzzFourZones(f *testing.F)  { atttest.Fuzz(f, user.FourZones.Parse, fourZones) }
func FuzzFiveZones(f *testing.F)  { atttest.Fuzz(f, user.FiveZones.Parse, fiveZones) }

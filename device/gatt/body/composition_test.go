package body_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseComposition() {
	m, err := body.ParseComposition([]byte{0x40, 0x05, 0xE1, 0x00, 0x68, 0x2A, 0x98, 0x21, 0xB0, 0x36})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity)
	}
	// Output:
	// BodyFat 22.5 %
	// BodyWeight 70.000 kg
	// FatFreeMass 54.280 kg
	// BodyWaterMass 43.000 kg
}

// bodyAll has every field, in kilograms and metres.
const bodyAll = "fe0f e100 e807051f0c1e00 02 401f 9001 702b 682a e02e 9821 8813 b036 d606"

var bodyAllWant = body.Composition{
	BodyFat: 225, Timestamp: atttest.May31, HasTimestamp: true, User: 2, HasUser: true, Basal: 8000, HasBasal: true, Muscle: 400, HasMuscle: true,
	MuscleMass: 11120, HasMuscleMass: true, FatFreeMass: 10856, HasFatFreeMass: true, SoftLeanMass: 12000, HasSoftLeanMass: true,
	WaterMass: 8600, HasWaterMass: true, Impedance: 5000, HasImpedance: true, Weight: 14000, HasWeight: true, Height: 1750, HasHeight: true,
}

var bodies = []atttest.Vector[body.Composition]{
	{Name: "body fat only", Wire: "0000 3200", Want: body.Composition{BodyFat: 50}},
	{Name: "unsuccessful", Wire: "0000 ffff", Want: body.Composition{BodyFat: 0xFFFF}},
	{Name: "user and basal metabolism", Wire: "0c00 7800 05 4006", Want: body.Composition{
		BodyFat: 120, User: 5, HasUser: true, Basal: 1600, HasBasal: true,
	}},
	{Name: "all", Wire: bodyAll, Want: bodyAllWant},
	{Name: "pounds and inches", Wire: "010c 9600 543d b102", Want: body.Composition{
		BodyFat: 150, Imperial: true, Weight: 15700, HasWeight: true, Height: 689, HasHeight: true,
	}},
	{Name: "one of several", Wire: "0012 e100 8813", Want: body.Composition{
		BodyFat: 225, Multiple: true, Impedance: 5000, HasImpedance: true,
	}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "half the flags", Wire: "00", Bad: "truncated @ 0 Flags"},
	{Name: "no body fat", Wire: "0000 32", Bad: "truncated @ 2 BodyFat"},
	{
		Name: "no height", Wire: "000c 9600 543d b1", Bad: "truncated @ 6 Height",
		Want: body.Composition{BodyFat: 150, Weight: 15700, HasWeight: true, HasHeight: true},
	},
	{
		Name: "month 13", Wire: "0200 9600 e8070d1f0c1e00", Bad: "out_of_range @ 6 Month",
		Want: body.Composition{BodyFat: 150, Timestamp: clock.DateTime{Year: 2024, Month: 13, Day: 31, Hour: 12, Minute: 30, Second: 0}, HasTimestamp: true},
	},
	{Name: "surplus", Wire: "0000 3200 00", Want: body.Composition{BodyFat: 50}, Bad: "trailing_bytes @ 4"},
	{
		Name: "reserved flag", Wire: "0020 3200", Want: body.Composition{BodyFat: 50, Reserved: 0x2000},
		Bad: "reserved_bits @ 0 Flags",
	},
	{
		Name: "last reserved flag", Wire: "0080 3200", Want: body.Composition{BodyFat: 50, Reserved: 0x8000},
		Bad: "reserved_bits @ 0 Flags",
	},
}

func TestBodyComposition(t *testing.T) { atttest.Vectors(t, body.ParseComposition, bodies) }

func FuzzParseBodyComposition(f *testing.F) { atttest.Fuzz(f, body.ParseComposition, bodies) }

func TestBodyCompositionReadings(t *testing.T) {
	atttest.TestReadings(t, body.UUIDComposition, []atttest.Meaning{
		{Name: "all", Wire: bodyAll, Want: []string{
			"BodyFat 22.5 % [good] 2024-05-31 12:30:00",
			"BodyWeight 70.000 kg [good] 2024-05-31 12:30:00",
			"BodyHeight 1.750 m [good] 2024-05-31 12:30:00",
			"FatFreeMass 54.280 kg [good] 2024-05-31 12:30:00",
			"LeanBodyMass 60.000 kg [good] 2024-05-31 12:30:00",
			"BodyWaterMass 43.000 kg [good] 2024-05-31 12:30:00",
		}},
		{Name: "pounds and inches", Wire: "010c 9600 543d b102", Want: []string{
			"BodyFat 15.0 % [good] on arrival", "BodyWeight 157.00 lb [good] on arrival", "BodyHeight 68.9 in [good] on arrival",
		}},
		{Name: "one step in pounds", Wire: "0101 0100 0100", Want: []string{
			"BodyFat 0.1 % [good] on arrival", "BodyWaterMass 0.01 lb [good] on arrival",
		}},
		{Name: "unsuccessful", Wire: "0000 ffff", Want: []string{"BodyFat no value [not-available] on arrival"}},
		{Name: "weight without body fat", Wire: "0004 ffff b036", Want: []string{
			"BodyFat no value [not-available] on arrival", "BodyWeight 70.000 kg [good] on arrival",
		}},
		{Name: "no weight", Wire: "0004 3200 ffff", Want: []string{
			"BodyFat 5.0 % [good] on arrival", "BodyWeight no value [not-available] on arrival",
		}},
		{Name: "unset clock", Wire: "0200 3200 00000000000000", Want: []string{"BodyFat 5.0 % [clock-unset] on arrival"}},
		{Name: "nothing that has a kind", Wire: "0012 e100 8813", Want: []string{"BodyFat 22.5 % [good] on arrival"}},
	})
	atttest.Allocs(t, body.ParseComposition, bodyAll)
}

func TestBodyCompositionFeatureDenies(t *testing.T) {
	const all = body.FeatureHeight<<1 - 1
	for _, tt := range []struct {
		feature body.Feature
		bad     string
	}{
		{all, ""},
		{0, "feature_mismatch @ 0 Timestamp"},
		{all &^ body.FeatureUsers, "feature_mismatch @ 0 User"},
		{all &^ body.FeatureBasal, "feature_mismatch @ 0 BasalMetabolism"},
		{all &^ body.FeatureMuscle, "feature_mismatch @ 0 Muscle"},
		{all &^ body.FeatureMuscleMass, "feature_mismatch @ 0 MuscleMass"},
		{all &^ body.FeatureFatFreeMass, "feature_mismatch @ 0 FatFreeMass"},
		{all &^ body.FeatureSoftLeanMass, "feature_mismatch @ 0 SoftLeanMass"},
		{all &^ body.FeatureWaterMass, "feature_mismatch @ 0 BodyWaterMass"},
		{all &^ body.FeatureImpedance, "feature_mismatch @ 0 Impedance"},
		{all &^ body.FeatureWeight, "feature_mismatch @ 0 Weight"},
		{all &^ body.FeatureHeight, "feature_mismatch @ 0 Height"},
	} {
		if bad := atttest.Fault(bodyAllWant.CheckFeature(tt.feature)); bad != tt.bad {
			t.Errorf("feature %#x: %q, want %q", uint32(tt.feature), bad, tt.bad)
		}
	}
	if err := (body.Composition{BodyFat: 50}).CheckFeature(0); err != nil {
		t.Error(err)
	}
}

var bodyFeatures = []atttest.Vector[body.Feature]{
	{Name: "none", Wire: "00000000"},
	{Name: "some", Wire: "ff0f0000", Want: 0xFFF},
	{Name: "reserved bits are kept", Wire: "ffffffff", Want: 0xFFFFFFFF},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{Name: "cut", Wire: "000000", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "0020010000", Want: 0x12000, Bad: "trailing_bytes @ 4"},
}

func TestBodyCompositionFeature(t *testing.T) {
	atttest.Vectors(t, body.ParseFeature, bodyFeatures)
	atttest.ParseAllocs(t, body.ParseFeature, "00200100")
	atttest.Names(t, []atttest.Named{
		{Value: body.Feature(0), Name: "none"},
		{Value: body.Feature(0x12000), Name: "weight to 0.050 kg, height to 0.005 m"},
		{Value: body.FeatureImpedance | 1<<18, Name: "impedance, bit 18"},
	})
	f := body.Feature(7<<11 | 3<<15)
	mass, _ := f.MassResolution(true)
	height, _ := f.HeightResolution(true)
	if mass.String() != "0.01 lb" || height.String() != "0.1 in" {
		t.Errorf("resolutions %v and %v, want 0.01 lb and 0.1 in", mass, height)
	}
}

func FuzzParseBodyCompositionFeature(f *testing.F) {
	atttest.Fuzz(f, body.ParseFeature, bodyFeatures)
}

func BenchmarkBodyComposition(b *testing.B) { atttest.Benchmark(b, body.ParseComposition, bodyAll) }

// A flag of a later version does not cost the body fat, and all are kept.
func TestBodyCompositionTolerant(t *testing.T) {
	f := device.Frame{Bytes: atttest.Unhex(t, "00a4 3200 b036"), Format: device.GATT(body.UUIDComposition), At: atttest.Noon}
	rs, err := gatt.HealthDecoder{Tolerant: true}.AppendReadings(nil, f)
	if err != nil || len(rs) != 2 || rs[0].Quantity.String() != "5.0 %" || rs[1].Quality != vitals.Nonconforming {
		t.Errorf("%v, %v", rs, err)
	}
	m, _ := body.ParseComposition(f.Bytes)
	if back, err := m.AppendBinary(nil); err != nil || string(back) != string(f.Bytes) {
		t.Errorf("encodes to % x, %v", back, err)
	}
}

package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseBodyComposition() {
	m, err := gatt.ParseBodyComposition([]byte{0x40, 0x05, 0xE1, 0x00, 0x68, 0x2A, 0x98, 0x21, 0xB0, 0x36})
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

var bodyAllWant = gatt.BodyComposition{
	BodyFat: 225, Timestamp: may31, HasTimestamp: true, User: 2, HasUser: true, Basal: 8000, HasBasal: true, Muscle: 400, HasMuscle: true,
	MuscleMass: 11120, HasMuscleMass: true, FatFreeMass: 10856, HasFatFreeMass: true, SoftLeanMass: 12000, HasSoftLeanMass: true,
	WaterMass: 8600, HasWaterMass: true, Impedance: 5000, HasImpedance: true, Weight: 14000, HasWeight: true, Height: 1750, HasHeight: true,
}

var bodies = []vector[gatt.BodyComposition]{
	{name: "body fat only", wire: "0000 3200", want: gatt.BodyComposition{BodyFat: 50}},
	{name: "unsuccessful", wire: "0000 ffff", want: gatt.BodyComposition{BodyFat: 0xFFFF}},
	{name: "user and basal metabolism", wire: "0c00 7800 05 4006", want: gatt.BodyComposition{
		BodyFat: 120, User: 5, HasUser: true, Basal: 1600, HasBasal: true,
	}},
	{name: "all", wire: bodyAll, want: bodyAllWant},
	{name: "pounds and inches", wire: "010c 9600 543d b102", want: gatt.BodyComposition{
		BodyFat: 150, Imperial: true, Weight: 15700, HasWeight: true, Height: 689, HasHeight: true,
	}},
	{name: "one of several", wire: "0012 e100 8813", want: gatt.BodyComposition{
		BodyFat: 225, Multiple: true, Impedance: 5000, HasImpedance: true,
	}},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "half the flags", wire: "00", bad: "truncated @ 0 Flags"},
	{name: "no body fat", wire: "0000 32", bad: "truncated @ 2 BodyFat"},
	{
		name: "no height", wire: "000c 9600 543d b1", bad: "truncated @ 6 Height",
		want: gatt.BodyComposition{BodyFat: 150, Weight: 15700, HasWeight: true, HasHeight: true},
	},
	{
		name: "month 13", wire: "0200 9600 e8070d1f0c1e00", bad: "out_of_range @ 6 Month",
		want: gatt.BodyComposition{BodyFat: 150, Timestamp: gatt.DateTime{2024, 13, 31, 12, 30, 0}, HasTimestamp: true},
	},
	{name: "surplus", wire: "0000 3200 00", want: gatt.BodyComposition{BodyFat: 50}, bad: "trailing_bytes @ 4"},
	{
		name: "reserved flag", wire: "0020 3200", want: gatt.BodyComposition{BodyFat: 50, Reserved: 0x2000},
		bad: "reserved_bits @ 0 Flags",
	},
	{
		name: "last reserved flag", wire: "0080 3200", want: gatt.BodyComposition{BodyFat: 50, Reserved: 0x8000},
		bad: "reserved_bits @ 0 Flags",
	},
}

func TestBodyComposition(t *testing.T) { testVectors(t, gatt.ParseBodyComposition, bodies) }

func FuzzParseBodyComposition(f *testing.F) { fuzz(f, gatt.ParseBodyComposition, bodies) }

func TestBodyCompositionReadings(t *testing.T) {
	testReadings(t, gatt.UUIDBodyCompositionMeasurement, []meaning{
		{"all", bodyAll, []string{
			"BodyFat 22.5 % [good] 2024-05-31 12:30:00",
			"BodyWeight 70.000 kg [good] 2024-05-31 12:30:00",
			"BodyHeight 1.750 m [good] 2024-05-31 12:30:00",
			"FatFreeMass 54.280 kg [good] 2024-05-31 12:30:00",
			"LeanBodyMass 60.000 kg [good] 2024-05-31 12:30:00",
			"BodyWaterMass 43.000 kg [good] 2024-05-31 12:30:00",
		}},
		{"pounds and inches", "010c 9600 543d b102", []string{
			"BodyFat 15.0 % [good] on arrival", "BodyWeight 157.00 lb [good] on arrival", "BodyHeight 68.9 in [good] on arrival",
		}},
		{"one step in pounds", "0101 0100 0100", []string{
			"BodyFat 0.1 % [good] on arrival", "BodyWaterMass 0.01 lb [good] on arrival",
		}},
		{"unsuccessful", "0000 ffff", []string{"BodyFat no value [not-available] on arrival"}},
		{"weight without body fat", "0004 ffff b036", []string{
			"BodyFat no value [not-available] on arrival", "BodyWeight 70.000 kg [good] on arrival",
		}},
		{"no weight", "0004 3200 ffff", []string{
			"BodyFat 5.0 % [good] on arrival", "BodyWeight no value [not-available] on arrival",
		}},
		{"unset clock", "0200 3200 00000000000000", []string{"BodyFat 5.0 % [clock-unset] on arrival"}},
		{"nothing that has a kind", "0012 e100 8813", []string{"BodyFat 22.5 % [good] on arrival"}},
	})
	testAllocs(t, gatt.ParseBodyComposition, bodyAll)
}

func TestBodyCompositionFeatureDenies(t *testing.T) {
	const all = gatt.BodyFeatureHeight<<1 - 1
	for _, tt := range []struct {
		feature gatt.BodyCompositionFeature
		bad     string
	}{
		{all, ""},
		{0, "feature_mismatch @ 0 Timestamp"},
		{all &^ gatt.BodyFeatureUsers, "feature_mismatch @ 0 User"},
		{all &^ gatt.BodyFeatureBasal, "feature_mismatch @ 0 BasalMetabolism"},
		{all &^ gatt.BodyFeatureMuscle, "feature_mismatch @ 0 Muscle"},
		{all &^ gatt.BodyFeatureMuscleMass, "feature_mismatch @ 0 MuscleMass"},
		{all &^ gatt.BodyFeatureFatFreeMass, "feature_mismatch @ 0 FatFreeMass"},
		{all &^ gatt.BodyFeatureSoftLeanMass, "feature_mismatch @ 0 SoftLeanMass"},
		{all &^ gatt.BodyFeatureWaterMass, "feature_mismatch @ 0 BodyWaterMass"},
		{all &^ gatt.BodyFeatureImpedance, "feature_mismatch @ 0 Impedance"},
		{all &^ gatt.BodyFeatureWeight, "feature_mismatch @ 0 Weight"},
		{all &^ gatt.BodyFeatureHeight, "feature_mismatch @ 0 Height"},
	} {
		if bad := fault(bodyAllWant.CheckFeature(tt.feature)); bad != tt.bad {
			t.Errorf("feature %#x: %q, want %q", uint32(tt.feature), bad, tt.bad)
		}
	}
	if err := (gatt.BodyComposition{BodyFat: 50}).CheckFeature(0); err != nil {
		t.Error(err)
	}
}

var bodyFeatures = []vector[gatt.BodyCompositionFeature]{
	{name: "none", wire: "00000000"},
	{name: "some", wire: "ff0f0000", want: 0xFFF},
	{name: "reserved bits are kept", wire: "ffffffff", want: 0xFFFFFFFF},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{name: "cut", wire: "000000", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "0020010000", want: 0x12000, bad: "trailing_bytes @ 4"},
}

func TestBodyCompositionFeature(t *testing.T) {
	testVectors(t, gatt.ParseBodyCompositionFeature, bodyFeatures)
	testParseAllocs(t, gatt.ParseBodyCompositionFeature, "00200100")
	testNames(t, []named{
		{gatt.BodyCompositionFeature(0), "none"},
		{gatt.BodyCompositionFeature(0x12000), "weight to 0.050 kg, height to 0.005 m"},
		{gatt.BodyFeatureImpedance | 1<<18, "impedance, bit 18"},
	})
	f := gatt.BodyCompositionFeature(7<<11 | 3<<15)
	mass, _ := f.MassResolution(true)
	height, _ := f.HeightResolution(true)
	if mass.String() != "0.01 lb" || height.String() != "0.1 in" {
		t.Errorf("resolutions %v and %v, want 0.01 lb and 0.1 in", mass, height)
	}
}

func FuzzParseBodyCompositionFeature(f *testing.F) {
	fuzz(f, gatt.ParseBodyCompositionFeature, bodyFeatures)
}

func BenchmarkBodyComposition(b *testing.B) { benchmark(b, gatt.ParseBodyComposition, bodyAll) }

// A flag of a later version does not cost the body fat, and all are kept.
func TestBodyCompositionTolerant(t *testing.T) {
	f := device.Frame{Bytes: unhex(t, "00a4 3200 b036"), Format: device.GATT(gatt.UUIDBodyCompositionMeasurement), At: noon}
	rs, err := gatt.HealthDecoder{Tolerant: true}.AppendReadings(nil, f)
	if err != nil || len(rs) != 2 || rs[0].Quantity.String() != "5.0 %" || rs[1].Quality != vitals.Nonconforming {
		t.Errorf("%v, %v", rs, err)
	}
	m, _ := gatt.ParseBodyComposition(f.Bytes)
	if back, err := m.AppendBinary(nil); err != nil || string(back) != string(f.Bytes) {
		t.Errorf("encodes to % x, %v", back, err)
	}
}

package gatt_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

func ExampleUserDatum_Parse() {
	height, err := gatt.UserHeight.Parse([]byte{0xA5, 0x00})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(height.Datum, height.Quantity())
	// Output: height 1.65 m
}

// userData is every characteristic with one number, and what its largest means.
var userData = []struct {
	datum   gatt.UserDatum
	uuid    uint16
	wide    bool
	largest string
}{
	{gatt.AerobicHeartRateLowerLimit, 0x2A7E, false, "255 /min"},
	{gatt.AerobicThreshold, 0x2A7F, false, "255 /min"},
	{gatt.AnaerobicHeartRateLowerLimit, 0x2A81, false, "255 /min"},
	{gatt.AnaerobicHeartRateUpperLimit, 0x2A82, false, "255 /min"},
	{gatt.AnaerobicThreshold, 0x2A83, false, "255 /min"},
	{gatt.AerobicHeartRateUpperLimit, 0x2A84, false, "255 /min"},
	{gatt.FatBurnHeartRateLowerLimit, 0x2A88, false, "255 /min"},
	{gatt.FatBurnHeartRateUpperLimit, 0x2A89, false, "255 /min"},
	{gatt.HeartRateMax, 0x2A8D, false, "255 /min"},
	{gatt.UserHeight, 0x2A8E, true, "655.35 m"},
	{gatt.HipCircumference, 0x2A8F, true, "655.35 m"},
	{gatt.MaxRecommendedHeartRate, 0x2A91, false, "255 /min"},
	{gatt.RestingHeartRate, 0x2A92, false, "255 /min"},
	{gatt.TwoZoneHeartRateLimit, 0x2A95, false, "255 /min"},
	{gatt.VO2Max, 0x2A96, false, "255 mL/kg/min"},
	{gatt.UserWaistCircumference, 0x2A97, true, "655.35 m"},
	{gatt.UserWeight, 0x2A98, true, "327.675 kg"},
}

func TestUserData(t *testing.T) {
	for _, tt := range userData {
		wide, largest := "ff", uint16(0xFF)
		if tt.wide {
			wide, largest = "ffff", 0xFFFF
		}
		testVectors(t, tt.datum.Parse, []vector[gatt.UserNumber]{
			{name: tt.datum.String(), wire: wide, want: gatt.UserNumber{Datum: tt.datum, Raw: largest}},
			{name: "nothing", wire: "", want: gatt.UserNumber{Datum: tt.datum}, bad: "truncated @ 0 Value"},
			{name: "cut", wire: wide[2:], want: gatt.UserNumber{Datum: tt.datum}, bad: "truncated @ 0 Value"},
			{
				name: "surplus", wire: wide + "00", want: gatt.UserNumber{Datum: tt.datum, Raw: largest},
				bad: fmt.Sprintf("trailing_bytes @ %d", len(wide)/2),
			},
		})
		if got := (gatt.UserNumber{Datum: tt.datum, Raw: largest}).Quantity().String(); got != tt.largest || uint16(tt.datum) != tt.uuid {
			t.Errorf("%04X, the largest %v is %s, want %04X and %s", uint16(tt.datum), tt.datum, got, tt.uuid, tt.largest)
		}
		testAllocs(t, tt.datum.Parse, wide)
	}
}

func FuzzUserData(f *testing.F) {
	f.Add([]byte{0xA5, 0x00})
	f.Add([]byte{60})
	f.Fuzz(func(t *testing.T, wire []byte) {
		for _, tt := range userData {
			n, err := tt.datum.Parse(wire)
			if err != nil {
				continue
			}
			if back, err := n.AppendBinary(nil); err != nil || !bytes.Equal(back, wire) {
				t.Errorf("%v % x encodes to % x, %v", tt.datum, wire, back, err)
			}
		}
	})
}

// A profile is no measurement of today: the readings say so, and Health gives
// none.
func TestUserReadings(t *testing.T) {
	for _, tt := range []struct {
		datum gatt.UserDatum
		wire  []byte
		want  string
	}{
		{gatt.UserHeight, []byte{175, 0}, "BodyHeight 1.75 m [clock-unset|manual]"},
		{gatt.UserWeight, []byte{0x98, 0x3A}, "BodyWeight 75.000 kg [clock-unset|manual]"},
		{gatt.UserWaistCircumference, []byte{90, 0}, "WaistCircumference 0.90 m [clock-unset|manual]"},
		{gatt.RestingHeartRate, []byte{60}, "HeartRateResting 60 /min [clock-unset|manual]"},
		{gatt.HipCircumference, []byte{95, 0}, ""},
		{gatt.HeartRateMax, []byte{180}, ""},
	} {
		n, err := tt.datum.Parse(tt.wire)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range n.AppendReadings(nil, device.Frame{At: noon}) {
			got = fmt.Sprintf("%v %v [%v]", r.Kind, r.Quantity, r.Quality)
		}
		if got != tt.want {
			t.Errorf("%v: %s, want %s", tt.datum, got, tt.want)
		}
		f := device.Frame{Bytes: tt.wire, Format: device.GATT(uint16(tt.datum))}
		if _, err := gatt.Health().AppendReadings(nil, f); !device.IsUnsupported(err) {
			t.Errorf("%v, Health: %v, want unsupported", tt.datum, err)
		}
	}
}

func TestUserDatumUnknown(t *testing.T) {
	const no gatt.UserDatum = 0x2A37
	n, err := no.Parse([]byte{0, 72})
	if !device.IsUnsupported(err) {
		t.Errorf("parsed with %v", err)
	}
	if _, err := n.AppendBinary(nil); err == nil {
		t.Error("encoded")
	}
	if _, err := (gatt.UserNumber{Datum: gatt.VO2Max, Raw: 256}).AppendBinary(nil); err == nil {
		t.Error("256 was encoded in 8 bits")
	}
	if q := n.Quantity(); !q.IsZero() || len(n.AppendReadings(nil, device.Frame{})) > 0 || no.String() != "characteristic 2A37" {
		t.Errorf("%v is %v", no, q)
	}
}

var (
	userAges    = oneByte[gatt.UserAge]("Age")
	userIndexes = oneByte[gatt.UserIndex]("UserIndex")
	userGenders = []vector[gatt.UserGender]{
		{name: "male", wire: "00", want: gatt.GenderMale},
		{name: "unspecified", wire: "02", want: gatt.GenderUnspecified},
		{name: "reserved", wire: "03", want: 3, bad: "reserved_value @ 0 Gender"},
		{name: "nothing", wire: "", bad: "truncated @ 0 Gender"},
		{name: "surplus", wire: "0100", want: gatt.GenderFemale, bad: "trailing_bytes @ 1"},
	}
	sportTypes = []vector[gatt.SportType]{
		{name: "unspecified", wire: "00"},
		{name: "whole body", wire: "0b", want: gatt.SportWholeBody},
		{name: "reserved", wire: "0c", want: 12, bad: "reserved_value @ 0 SportType"},
		{name: "nothing", wire: "", bad: "truncated @ 0 SportType"},
		{name: "surplus", wire: "0100", want: gatt.SportRunning, bad: "trailing_bytes @ 1"},
	}
	changeIncrements = []vector[gatt.ChangeIncrement]{
		{name: "one", wire: "01000000", want: 1},
		{name: "last", wire: "ffffffff", want: 0xFFFFFFFF},
		{name: "nothing", wire: "", bad: "truncated @ 0 ChangeIncrement"},
		{name: "cut", wire: "010000", bad: "truncated @ 0 ChangeIncrement"},
		{name: "surplus", wire: "0100000000", want: 1, bad: "trailing_bytes @ 4"},
	}
)

func TestUserCodes(t *testing.T) {
	testVectors(t, gatt.ParseUserAge, userAges)
	testVectors(t, gatt.ParseUserIndex, userIndexes)
	testVectors(t, gatt.ParseUserGender, userGenders)
	testVectors(t, gatt.ParseSportType, sportTypes)
	testVectors(t, gatt.ParseChangeIncrement, changeIncrements)
	testParseAllocs(t, gatt.ParseUserAge, "19")
	testParseAllocs(t, gatt.ParseUserIndex, "ff")
	testParseAllocs(t, gatt.ParseUserGender, "01")
	testParseAllocs(t, gatt.ParseSportType, "01")
	testParseAllocs(t, gatt.ParseChangeIncrement, "01000000")
	testNames(t, []named{
		{gatt.GenderFemale, "female"},
		{gatt.UserGender(3), "reserved 3"},
		{gatt.SportRowing, "rowing (ergometer)"},
		{gatt.SportType(12), "reserved 12"},
	})
}

func FuzzParseUserAge(f *testing.F)         { fuzz(f, gatt.ParseUserAge, userAges) }
func FuzzParseUserIndex(f *testing.F)       { fuzz(f, gatt.ParseUserIndex, userIndexes) }
func FuzzParseUserGender(f *testing.F)      { fuzz(f, gatt.ParseUserGender, userGenders) }
func FuzzParseSportType(f *testing.F)       { fuzz(f, gatt.ParseSportType, sportTypes) }
func FuzzParseChangeIncrement(f *testing.F) { fuzz(f, gatt.ParseChangeIncrement, changeIncrements) }

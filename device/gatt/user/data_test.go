package user_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/user"
)

func ExampleDatum_Parse() {
	height, err := user.Height.Parse([]byte{0xA5, 0x00})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(height.Datum, height.Quantity())
	// Output: height 1.65 m
}

// userData is every characteristic with one number, and what its largest means.
var userData = []struct {
	datum   user.Datum
	uuid    uint16
	wide    bool
	largest string
}{
	{user.AerobicHeartRateLowerLimit, 0x2A7E, false, "255 /min"},
	{user.AerobicThreshold, 0x2A7F, false, "255 /min"},
	{user.AnaerobicHeartRateLowerLimit, 0x2A81, false, "255 /min"},
	{user.AnaerobicHeartRateUpperLimit, 0x2A82, false, "255 /min"},
	{user.AnaerobicThreshold, 0x2A83, false, "255 /min"},
	{user.AerobicHeartRateUpperLimit, 0x2A84, false, "255 /min"},
	{user.FatBurnHeartRateLowerLimit, 0x2A88, false, "255 /min"},
	{user.FatBurnHeartRateUpperLimit, 0x2A89, false, "255 /min"},
	{user.HeartRateMax, 0x2A8D, false, "255 /min"},
	{user.Height, 0x2A8E, true, "655.35 m"},
	{user.HipCircumference, 0x2A8F, true, "655.35 m"},
	{user.MaxRecommendedHeartRate, 0x2A91, false, "255 /min"},
	{user.RestingHeartRate, 0x2A92, false, "255 /min"},
	{user.TwoZoneHeartRateLimit, 0x2A95, false, "255 /min"},
	{user.VO2Max, 0x2A96, false, "255 mL/kg/min"},
	{user.WaistCircumference, 0x2A97, true, "655.35 m"},
	{user.Weight, 0x2A98, true, "327.675 kg"},
}

func TestUserData(t *testing.T) {
	for _, tt := range userData {
		wide, largest := "ff", uint16(0xFF)
		if tt.wide {
			wide, largest = "ffff", 0xFFFF
		}
		atttest.Vectors(t, tt.datum.Parse, []atttest.Vector[user.Number]{
			{Name: tt.datum.String(), Wire: wide, Want: user.Number{Datum: tt.datum, Raw: largest}},
			{Name: "nothing", Wire: "", Want: user.Number{Datum: tt.datum}, Bad: "truncated @ 0 Value"},
			{Name: "cut", Wire: wide[2:], Want: user.Number{Datum: tt.datum}, Bad: "truncated @ 0 Value"},
			{
				Name: "surplus", Wire: wide + "00", Want: user.Number{Datum: tt.datum, Raw: largest},
				Bad: fmt.Sprintf("trailing_bytes @ %d", len(wide)/2),
			},
		})
		if got := (user.Number{Datum: tt.datum, Raw: largest}).Quantity().String(); got != tt.largest || uint16(tt.datum) != tt.uuid {
			t.Errorf("%04X, the largest %v is %s, want %04X and %s", uint16(tt.datum), tt.datum, got, tt.uuid, tt.largest)
		}
		atttest.Allocs(t, tt.datum.Parse, wide)
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
		datum user.Datum
		wire  []byte
		want  string
	}{
		{user.Height, []byte{175, 0}, "BodyHeight 1.75 m [clock-unset|manual]"},
		{user.Weight, []byte{0x98, 0x3A}, "BodyWeight 75.000 kg [clock-unset|manual]"},
		{user.WaistCircumference, []byte{90, 0}, "WaistCircumference 0.90 m [clock-unset|manual]"},
		{user.RestingHeartRate, []byte{60}, "HeartRateResting 60 /min [clock-unset|manual]"},
		{user.HipCircumference, []byte{95, 0}, ""},
		{user.HeartRateMax, []byte{180}, ""},
	} {
		n, err := tt.datum.Parse(tt.wire)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range n.AppendReadings(nil, device.Frame{At: atttest.Noon}) {
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
	const no user.Datum = 0x2A37
	n, err := no.Parse([]byte{0, 72})
	if !device.IsUnsupported(err) {
		t.Errorf("parsed with %v", err)
	}
	if _, err := n.AppendBinary(nil); err == nil {
		t.Error("encoded")
	}
	if _, err := (user.Number{Datum: user.VO2Max, Raw: 256}).AppendBinary(nil); err == nil {
		t.Error("256 was encoded in 8 bits")
	}
	if q := n.Quantity(); !q.IsZero() || len(n.AppendReadings(nil, device.Frame{})) > 0 || no.String() != "characteristic 2A37" {
		t.Errorf("%v is %v", no, q)
	}
}

var (
	userAges    = atttest.OneByte[user.Age]("Age")
	userIndexes = atttest.OneByte[user.Index]("UserIndex")
	userGenders = []atttest.Vector[user.Gender]{
		{Name: "male", Wire: "00", Want: user.GenderMale},
		{Name: "unspecified", Wire: "02", Want: user.GenderUnspecified},
		{Name: "reserved", Wire: "03", Want: 3, Bad: "reserved_value @ 0 Gender"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 Gender"},
		{Name: "surplus", Wire: "0100", Want: user.GenderFemale, Bad: "trailing_bytes @ 1"},
	}
	sportTypes = []atttest.Vector[user.SportType]{
		{Name: "unspecified", Wire: "00"},
		{Name: "whole body", Wire: "0b", Want: user.SportWholeBody},
		{Name: "reserved", Wire: "0c", Want: 12, Bad: "reserved_value @ 0 SportType"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 SportType"},
		{Name: "surplus", Wire: "0100", Want: user.SportRunning, Bad: "trailing_bytes @ 1"},
	}
	changeIncrements = []atttest.Vector[user.ChangeIncrement]{
		{Name: "one", Wire: "01000000", Want: 1},
		{Name: "last", Wire: "ffffffff", Want: 0xFFFFFFFF},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 ChangeIncrement"},
		{Name: "cut", Wire: "010000", Bad: "truncated @ 0 ChangeIncrement"},
		{Name: "surplus", Wire: "0100000000", Want: 1, Bad: "trailing_bytes @ 4"},
	}
)

func TestUserCodes(t *testing.T) {
	atttest.Vectors(t, user.ParseAge, userAges)
	atttest.Vectors(t, user.ParseIndex, userIndexes)
	atttest.Vectors(t, user.ParseGender, userGenders)
	atttest.Vectors(t, user.ParseSportType, sportTypes)
	atttest.Vectors(t, user.ParseChangeIncrement, changeIncrements)
	atttest.ParseAllocs(t, user.ParseAge, "19")
	atttest.ParseAllocs(t, user.ParseIndex, "ff")
	atttest.ParseAllocs(t, user.ParseGender, "01")
	atttest.ParseAllocs(t, user.ParseSportType, "01")
	atttest.ParseAllocs(t, user.ParseChangeIncrement, "01000000")
	atttest.Names(t, []atttest.Named{
		{Value: user.GenderFemale, Name: "female"},
		{Value: user.Gender(3), Name: "reserved 3"},
		{Value: user.SportRowing, Name: "rowing (ergometer)"},
		{Value: user.SportType(12), Name: "reserved 12"},
	})
}

func FuzzParseUserAge(f *testing.F)    { atttest.Fuzz(f, user.ParseAge, userAges) }
func FuzzParseUserIndex(f *testing.F)  { atttest.Fuzz(f, user.ParseIndex, userIndexes) }
func FuzzParseUserGender(f *testing.F) { atttest.Fuzz(f, user.ParseGender, userGenders) }
func FuzzParseSportType(f *testing.F)  { atttest.Fuzz(f, user.ParseSportType, sportTypes) }
func FuzzParseChangeIncrement(f *testing.F) {
	atttest.Fuzz(f, user.ParseChangeIncrement, changeIncrements)
}

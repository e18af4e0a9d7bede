package user

import (
	"encoding/binary"
	"fmt"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// userRef is where all characteristics of the User Data Service are listed.
const userRef = "UDS 1.1, 3.2"

// Datum is a characteristic of the User Data Service 1.1 (3.2) that is one
// number with a unit; its value is the UUID. What a device is told about its
// user:
//
//	height, err := user.Height.Parse(b)
//
// single-source layout: AerobicThreshold, AnaerobicHeartRateUpperLimit and
// AnaerobicThreshold, the XML of the Bluetooth SIG
type Datum uint16

// The characteristics with one number.
const (
	AerobicHeartRateLowerLimit   Datum = 0x2A7E
	AerobicThreshold             Datum = 0x2A7F
	AnaerobicHeartRateLowerLimit Datum = 0x2A81
	AnaerobicHeartRateUpperLimit Datum = 0x2A82
	AnaerobicThreshold           Datum = 0x2A83
	AerobicHeartRateUpperLimit   Datum = 0x2A84
	FatBurnHeartRateLowerLimit   Datum = 0x2A88
	FatBurnHeartRateUpperLimit   Datum = 0x2A89
	HeartRateMax                 Datum = 0x2A8D
	Height                       Datum = 0x2A8E
	HipCircumference             Datum = 0x2A8F
	MaxRecommendedHeartRate      Datum = 0x2A91
	RestingHeartRate             Datum = 0x2A92
	TwoZoneHeartRateLimit        Datum = 0x2A95
	VO2Max                       Datum = 0x2A96
	WaistCircumference           Datum = 0x2A97
	Weight                       Datum = 0x2A98
)

// userNumber is a row of the table of these characteristics: raw × coef × 10^exp
// units, in 8 or 16 bits.
type userNumber struct {
	datum Datum
	wide  bool
	coef  int64
	exp   int8
	unit  vitals.Unit
	kind  vitals.Kind // what it is when measured; KindNone: nothing that is measured
	name  string
}

// A height of 165 is 1.65 m: the steps are centimetres, not hundredths of one.
var userNumbers = [...]userNumber{
	{AerobicHeartRateLowerLimit, false, 1, 0, vitals.UnitPerMinute, 0, "aerobic heart rate lower limit"},
	{AerobicThreshold, false, 1, 0, vitals.UnitPerMinute, 0, "aerobic threshold"},
	{AnaerobicHeartRateLowerLimit, false, 1, 0, vitals.UnitPerMinute, 0, "anaerobic heart rate lower limit"},
	{AnaerobicHeartRateUpperLimit, false, 1, 0, vitals.UnitPerMinute, 0, "anaerobic heart rate upper limit"},
	{AnaerobicThreshold, false, 1, 0, vitals.UnitPerMinute, 0, "anaerobic threshold"},
	{AerobicHeartRateUpperLimit, false, 1, 0, vitals.UnitPerMinute, 0, "aerobic heart rate upper limit"},
	{FatBurnHeartRateLowerLimit, false, 1, 0, vitals.UnitPerMinute, 0, "fat burn heart rate lower limit"},
	{FatBurnHeartRateUpperLimit, false, 1, 0, vitals.UnitPerMinute, 0, "fat burn heart rate upper limit"},
	{HeartRateMax, false, 1, 0, vitals.UnitPerMinute, 0, "heart rate max"},
	{Height, true, 1, -2, vitals.UnitMetre, vitals.BodyHeight, "height"},
	{HipCircumference, true, 1, -2, vitals.UnitMetre, 0, "hip circumference"},
	{MaxRecommendedHeartRate, false, 1, 0, vitals.UnitPerMinute, 0, "maximum recommended heart rate"},
	{RestingHeartRate, false, 1, 0, vitals.UnitPerMinute, vitals.HeartRateResting, "resting heart rate"},
	{TwoZoneHeartRateLimit, false, 1, 0, vitals.UnitPerMinute, 0, "two zone heart rate limit"},
	{VO2Max, false, 1, 0, vitals.UnitMLPerKgPerMin, 0, "VO2 max"},
	{WaistCircumference, true, 1, -2, vitals.UnitMetre, vitals.WaistCircumference, "waist circumference"},
	{Weight, true, 5, -3, vitals.UnitKg, vitals.BodyWeight, "weight"},
}

// info is the row of d, or an empty one.
func (d Datum) info() (row userNumber) {
	for i := range userNumbers {
		if userNumbers[i].datum == d {
			return userNumbers[i]
		}
	}
	return row
}

// String names the characteristic.
func (d Datum) String() string {
	if name := d.info().name; name != "" {
		return name
	}
	return fmt.Sprintf("characteristic %04X", uint16(d))
}

// Number is a number that a device knows about its user.
type Number struct {
	Datum Datum
	Raw   uint16 // as sent, a count of steps: see Quantity
}

// Parse decodes b, which is of characteristic d.
func (d Datum) Parse(b []byte) (Number, error) {
	n := Number{Datum: d}
	row := d.info()
	if row.datum == 0 {
		return n, &device.DecodeError{Type: "UserNumber", Ref: userRef, Err: device.ErrUnsupported}
	}
	r := att.NewReader(b)
	if row.wide {
		n.Raw = r.Uint16("Value")
	} else {
		n.Raw = uint16(r.Uint8("Value"))
	}
	return n, r.Finish(0, "UserNumber", userRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Datum is not
// one of the characteristics with a number, or the number has too many bits.
func (n Number) AppendBinary(b []byte) ([]byte, error) {
	row := n.Datum.info()
	switch {
	case row.wide:
		return binary.LittleEndian.AppendUint16(b, n.Raw), nil
	case row.datum == 0 || n.Raw > 0xFF:
		return b, att.Unencodable("Value")
	}
	return append(b, byte(n.Raw)), nil
}

// Quantity is the number with its unit. It is the zero Quantity if Datum is
// not one of the characteristics with a number.
func (n Number) Quantity() vitals.Quantity {
	row := n.Datum.info()
	if row.datum == 0 {
		return vitals.Quantity{}
	}
	return row.unit.Of(vitals.Decimal{Coef: int64(n.Raw) * row.coef, Exp: row.exp})
}

// AppendReadings appends height, weight, waist circumference or resting heart
// rate; the others are no measurements. Somebody typed the number, nobody knows
// when: it is [vitals.Manual] and [vitals.ClockUnset], and the decoder of package gatt leaves it
// out, so that a profile does not pass for a measurement of today.
func (n Number) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	kind := n.Datum.info().kind
	if kind == vitals.KindNone {
		return dst
	}
	r := att.Arrival(f)
	r.Kind, r.Quantity, r.Quality = kind, n.Quantity(), vitals.Manual|vitals.ClockUnset
	return append(dst, r)
}

// The other characteristics of the User Data Service.
const (
	UUIDAge                       = 0x2A80
	UUIDDateOfBirth               = 0x2A85
	UUIDDateOfThresholdAssessment = 0x2A86
	UUIDEmailAddress              = 0x2A87
	UUIDFirstName                 = 0x2A8A
	UUIDGender                    = 0x2A8C
	UUIDLastName                  = 0x2A90
	UUIDSportType                 = 0x2A93
	UUIDDatabaseChangeIncrement   = 0x2A99
	UUIDIndex                     = 0x2A9A
	UUIDLanguage                  = 0x2AA2
	UUIDDateUTC                   = 0x2AED
)

// Age is characteristic 0x2A80 (Age; User Data Service 1.1, 3.2): one byte,
// years.
type Age uint8

// ParseAge decodes b.
func ParseAge(b []byte) (Age, error) {
	r := att.NewReader(b)
	a := Age(r.Uint8("Age"))
	return a, r.Finish(0, "UserAge", userRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (a Age) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(a)), nil }

// Gender is characteristic 0x2A8C (Gender; User Data Service 1.1, 3.2): one
// byte, as sent. Numbers from 3 on are reserved.
type Gender uint8

// The genders.
const (
	GenderMale        Gender = 0
	GenderFemale      Gender = 1
	GenderUnspecified Gender = 2
)

// ParseGender decodes b.
func ParseGender(b []byte) (Gender, error) {
	r := att.NewReader(b)
	g := Gender(r.UpTo("Gender", uint8(GenderUnspecified)))
	return g, r.Finish(0, "UserGender", userRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (g Gender) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(g)), nil }

// String is the gender in words.
func (g Gender) String() string { return att.NameOf(userGenders[:], uint8(g)) }

var userGenders = [...]string{"male", "female", "unspecified"}

// SportType is characteristic 0x2A93 (Sport Type for Aerobic and Anaerobic
// Thresholds; User Data Service 1.1, 3.2): one byte, how the thresholds were
// measured, as sent. Numbers from 12 on are reserved.
//
// single-source layout: the XML of the Bluetooth SIG
type SportType uint8

// The sports.
const (
	SportUnspecified   SportType = 0
	SportRunning       SportType = 1
	SportCycling       SportType = 2
	SportRowing        SportType = 3
	SportCrossTraining SportType = 4
	SportClimbing      SportType = 5
	SportSkiing        SportType = 6
	SportSkating       SportType = 7
	SportArm           SportType = 8
	SportLowerBody     SportType = 9
	SportUpperBody     SportType = 10
	SportWholeBody     SportType = 11
)

// ParseSportType decodes b.
func ParseSportType(b []byte) (SportType, error) {
	r := att.NewReader(b)
	s := SportType(r.UpTo("SportType", uint8(SportWholeBody)))
	return s, r.Finish(0, "SportType", userRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (s SportType) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(s)), nil }

// String is the sport in words.
func (s SportType) String() string { return att.NameOf(sportTypes[:], uint8(s)) }

var sportTypes = [...]string{
	"unspecified", "running (treadmill)", "cycling (ergometer)", "rowing (ergometer)", "cross training (elliptical)", "climbing",
	"skiing", "skating", "arm exercising", "lower body exercising", "upper body exercising", "whole body exercising",
}

// Index is characteristic 0x2A9A (User Index; User Data Service 1.1, 3.2):
// one byte, which of the users of a shared device is meant.
type Index uint8

// UnknownIndex is no user that the device knows.
const UnknownIndex Index = 0xFF

// ParseIndex decodes b.
func ParseIndex(b []byte) (Index, error) {
	r := att.NewReader(b)
	i := Index(r.Uint8("UserIndex"))
	return i, r.Finish(0, "UserIndex", userRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (i Index) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(i)), nil }

// ChangeIncrement is characteristic 0x2A99 (Database Change Increment; User
// Data Service 1.1, 3.2): 32 bits, a counter that grows whenever the data of
// the user are changed.
type ChangeIncrement uint32

// ParseChangeIncrement decodes b.
func ParseChangeIncrement(b []byte) (ChangeIncrement, error) {
	r := att.NewReader(b)
	i := ChangeIncrement(r.Uint32("ChangeIncrement"))
	return i, r.Finish(0, "ChangeIncrement", userRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (i ChangeIncrement) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint32(b, uint32(i)), nil
}

package user

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// ZoneScheme is a characteristic of the User Data Service 1.1 (3.2) that says
// where the heart rate zones of a user meet; its value is the UUID. Two zones
// meet in one number: [TwoZoneHeartRateLimit].
//
//	limits, err := user.FiveZones.Parse(b)
type ZoneScheme uint16

// The schemes.
const (
	ThreeZones ZoneScheme = 0x2A94 // two limits
	// single-source layout: bluetooth-sig-python
	FourZones ZoneScheme = 0x2B4C // three limits
	FiveZones ZoneScheme = 0x2A8B // four limits
)

// HeartRateZones is where the heart rate zones of a user meet, in beats per
// minute, one byte each.
//
//	three zones:                     | light, moderate | moderate, hard |
//	four zones:                      | light, moderate | moderate, hard | hard, maximum |
//	five zones:  | very light, light | light, moderate | moderate, hard | hard, maximum |
type HeartRateZones struct {
	Scheme         ZoneScheme
	VeryLightLight uint8 // of five zones only
	LightModerate  uint8
	ModerateHard   uint8
	HardMaximum    uint8 // not of three zones
}

// Parse decodes b, which is of characteristic s.
func (s ZoneScheme) Parse(b []byte) (HeartRateZones, error) {
	z := HeartRateZones{Scheme: s}
	r := att.NewReader(b)
	switch s {
	case ThreeZones, FourZones:
	case FiveZones:
		z.VeryLightLight = r.Uint8("VeryLightLight")
	default:
		return z, &device.DecodeError{Type: "HeartRateZones", Ref: userRef, Err: device.ErrUnsupported}
	}
	z.LightModerate, z.ModerateHard = r.Uint8("LightModerate"), r.Uint8("ModerateHard")
	if s != ThreeZones {
		z.HardMaximum = r.Uint8("HardMaximum")
	}
	return z, r.Finish(0, "HeartRateZones", userRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Scheme is none
// of the schemes.
func (z HeartRateZones) AppendBinary(b []byte) ([]byte, error) {
	switch z.Scheme {
	case ThreeZones:
		return append(b, z.LightModerate, z.ModerateHard), nil
	case FourZones:
		return append(b, z.LightModerate, z.ModerateHard, z.HardMaximum), nil
	case FiveZones:
		return append(b, z.VeryLightLight, z.LightModerate, z.ModerateHard, z.HardMaximum), nil
	}
	return b, att.Unencodable("Scheme")
}

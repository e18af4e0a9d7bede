package gatt

import (
	"encoding/binary"
	"strings"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// BatteryStatus is characteristic 0x2BED, Battery Level Status (Battery Service
// 1.1): how a device is powered, and how full it is.
//
//	 0        1              3?             5?       6?
//	+--------+--------------+--------------+--------+-------------+
//	| flags  | power state  | identifier ? | level? | additional? |
//	+--------+--------------+--------------+--------+-------------+
//	flags: 0 identifier | 1 level | 2 additional status
//
// unverified layout: bluetooth-sig-python@27bdb3d; of three samples, one
// disagrees about the bits of [PowerState.ChargeLevel].
type BatteryStatus struct {
	Power      PowerState
	Identifier uint16 // which battery of the device; meaningful if HasIdentifier
	Level      uint8  // %, 0 to 100; meaningful if HasLevel
	Additional uint8  // bits 0-1 service required, 2 fault, as sent; meaningful if HasAdditional
	Reserved   uint8  // flag bits 3 to 7 as sent: no meaning yet, and refused by ParseBatteryStatus

	HasIdentifier bool
	HasLevel      bool
	HasAdditional bool
}

// PowerState is the power state as sent. Its parts are numbers of up to three
// bits; reserved ones are kept.
type PowerState uint16

const (
	batteryHasIdentifier = 1 << 0
	batteryHasLevel      = 1 << 1
	batteryHasAdditional = 1 << 2
	batteryReserved      = 0xF8
)

// ParseBatteryStatus decodes b.
func ParseBatteryStatus(b []byte) (BatteryStatus, error) {
	var m BatteryStatus
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Reserved = flags & batteryReserved
	m.Power = PowerState(r.Uint16("PowerState"))
	if m.HasIdentifier = flags&batteryHasIdentifier != 0; m.HasIdentifier {
		m.Identifier = r.Uint16("Identifier")
	}
	if m.HasLevel = flags&batteryHasLevel != 0; m.HasLevel {
		if m.Level = r.Uint8("Level"); m.Level > 100 {
			r.Reject(device.ErrReservedValue, "Level", r.Offset()-1)
		}
	}
	if m.HasAdditional = flags&batteryHasAdditional != 0; m.HasAdditional {
		m.Additional = r.Uint8("AdditionalStatus")
	}
	return m, r.Finish(m.Reserved, "BatteryStatus", "BAS 1.1, 3")
}

// AppendBinary implements [encoding.BinaryAppender].
func (m BatteryStatus) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasIdentifier, batteryHasIdentifier)|att.Flag(m.HasLevel, batteryHasLevel)|
		att.Flag(m.HasAdditional, batteryHasAdditional)|m.Reserved&batteryReserved)
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Power))
	if m.HasIdentifier {
		b = binary.LittleEndian.AppendUint16(b, m.Identifier)
	}
	if m.HasLevel {
		b = append(b, m.Level)
	}
	if m.HasAdditional {
		b = append(b, m.Additional)
	}
	return b, nil
}

// AppendReadings appends the level, if sent. It tells about the device and
// nothing about the patient.
func (m BatteryStatus) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	if !m.HasLevel {
		return dst
	}
	return BatteryLevel(m.Level).AppendReadings(dst, f)
}

// Present reports whether there is a battery.
func (s PowerState) Present() bool { return s&1 != 0 }

// Wired says whether external power comes by wire: 0 no, 1 yes, 2 unknown.
func (s PowerState) Wired() uint8 { return uint8(s >> 1 & 3) }

// Wireless says whether external power comes without wire: 0 no, 1 yes, 2 unknown.
func (s PowerState) Wireless() uint8 { return uint8(s >> 3 & 3) }

// Charge is 1 charging, 2 discharging in use, 3 discharging at rest, 0 unknown.
func (s PowerState) Charge() uint8 { return uint8(s >> 5 & 3) }

// ChargeLevel is 1 good, 2 low, 3 critical, 0 unknown.
func (s PowerState) ChargeLevel() uint8 { return uint8(s >> 7 & 3) }

// ChargingType is how the battery is charged, as sent, 0 to 7.
func (s PowerState) ChargingType() uint8 { return uint8(s >> 9 & 7) }

// Faults has bit 0 for a fault of the battery, 1 for one of the external power
// and 2 for another.
func (s PowerState) Faults() uint8 { return uint8(s >> 12 & 7) }

// String describes the state in words; what is unknown is left out.
func (s PowerState) String() string {
	words := []string{"no battery"}
	if s.Present() {
		words[0] = "battery"
	}
	for _, part := range []string{
		att.NameOf([]string{1: "wired power", 0: " ", 2: " "}, s.Wired()),
		att.NameOf([]string{1: "wireless power", 0: " ", 2: " "}, s.Wireless()),
		att.NameOf([]string{" ", "charging", "discharging", "at rest"}, s.Charge()),
		att.NameOf([]string{" ", "good", "low", "critical"}, s.ChargeLevel()),
	} {
		if part != " " {
			words = append(words, part)
		}
	}
	if s.Faults() != 0 {
		words = append(words, "charging fault: "+att.NamesOf([]string{"battery", "external power", "other"}, uint32(s.Faults())))
	}
	return strings.Join(words, ", ")
}

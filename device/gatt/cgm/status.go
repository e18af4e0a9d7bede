package cgm

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUIDStatus is the state of a continuous glucose monitor.
const UUIDStatus = 0x2AA9

// Status is characteristic 0x2AA9 (Continuous Glucose Monitoring Service
// 1.0, 3.3): the state of the sensor when it is read.
//
//	 0             2        3          4         5
//	+-------------+--------+----------+---------+-------+
//	| time offset | status | cal/temp | warning | CRC ? |
//	+-------------+--------+----------+---------+-------+
//
// The checksum is there if the frame is two bytes longer.
type Status struct {
	TimeOffset   uint16 // minutes since the start of the session
	Annunciation Annunciation
	HasCRC       bool
}

const cgmStatusRef = "CGMS 1.0, 3.3"

// ParseStatus decodes b.
func ParseStatus(b []byte) (Status, error) {
	var m Status
	r := att.NewReader(b)
	m.TimeOffset = r.Uint16("TimeOffset")
	m.Annunciation = Annunciation(r.Uint24("Annunciation"))
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMStatus", cgmStatusRef)
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m Status) CheckFeature(f Features) error {
	return f.checkCRC(m.HasCRC, 5, "CGMStatus", cgmStatusRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Annunciation
// has more than 24 bits.
func (m Status) AppendBinary(b []byte) ([]byte, error) {
	if m.Annunciation>>24 != 0 {
		return b, att.Unencodable("Annunciation")
	}
	start := len(b)
	b = binary.LittleEndian.AppendUint16(b, m.TimeOffset)
	b = append(b, m.Annunciation.Status(), m.Annunciation.CalTemp(), m.Annunciation.Warning())
	if m.HasCRC {
		b = att.AppendCRC(b, start)
	}
	return b, nil
}

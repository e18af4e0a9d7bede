package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUIDCGMStatus is the state of a continuous glucose monitor.
const UUIDCGMStatus = 0x2AA9

// CGMStatus is characteristic 0x2AA9 (Continuous Glucose Monitoring Service
// 1.0, 3.3): the state of the sensor when it is read.
//
//	 0             2        3          4         5
//	+-------------+--------+----------+---------+-------+
//	| time offset | status | cal/temp | warning | CRC ? |
//	+-------------+--------+----------+---------+-------+
//
// The checksum is there if the frame is two bytes longer.
type CGMStatus struct {
	TimeOffset   uint16 // minutes since the start of the session
	Annunciation CGMAnnunciation
	HasCRC       bool
}

const cgmStatusRef = "CGMS 1.0, 3.3"

// ParseCGMStatus decodes b.
func ParseCGMStatus(b []byte) (CGMStatus, error) {
	var m CGMStatus
	r := att.NewReader(b)
	m.TimeOffset = r.Uint16("TimeOffset")
	m.Annunciation = CGMAnnunciation(r.Uint24("Annunciation"))
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMStatus", cgmStatusRef)
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m CGMStatus) CheckFeature(f CGMFeatures) error {
	return f.checkCRC(m.HasCRC, 5, "CGMStatus", cgmStatusRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Annunciation
// has more than 24 bits.
func (m CGMStatus) AppendBinary(b []byte) ([]byte, error) {
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

package att

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
)

// CRC16 is the end-to-end checksum of the Bluetooth health services (E2E-CRC;
// CGMS 1.0, 3.11): CRC-16/MCRF4XX, that is the polynomial 0x1021 with the
// lowest bit first, from 0xFFFF, without a final inversion.
//
// The worked example in the CGM service prints its checksum with the bytes
// swapped.
func CRC16(b []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, v := range b {
		v ^= byte(crc)
		v ^= v << 4
		crc = crc>>8 ^ uint16(v)<<8 ^ uint16(v)<<3 ^ uint16(v>>4)
	}
	return crc
}

// AppendCRC appends the checksum of what has been appended since start.
func AppendCRC(b []byte, start int) []byte {
	return binary.LittleEndian.AppendUint16(b, CRC16(b[start:]))
}

// ReserveCRC leaves room for a checksum that [LeadCRC] fills in.
func ReserveCRC(b []byte, has bool) []byte {
	if has {
		return append(b, 0, 0)
	}
	return b
}

// LeadCRC writes the checksum of what follows it at start.
func LeadCRC(b []byte, start int, has bool) []byte {
	if has {
		binary.LittleEndian.PutUint16(b[start:], CRC16(b[start+2:]))
	}
	return b
}

// CRC reads the checksum of covered.
func (r *Reader) CRC(covered []byte) {
	at := r.Offset()
	if sum := r.Uint16("CRC"); sum != CRC16(covered) {
		r.Reject(device.ErrChecksum, "CRC", at)
	}
}

// LeadingCRC reads a checksum that comes before what it covers, the rest of
// the frame b.
func (r *Reader) LeadingCRC(b []byte) {
	at := r.Offset()
	if sum := r.Uint16("CRC"); len(b) >= at+2 && sum != CRC16(b[at+2:]) {
		r.Reject(device.ErrChecksum, "CRC", at)
	}
}

// FinalCRC reads the checksum of the frame b, if exactly two bytes are left
// for one. Nothing else in these frames says whether they have a checksum.
func (r *Reader) FinalCRC(b []byte) (has bool) {
	if _, _, short := r.Short(); short || r.Rest() != 2 {
		return false
	}
	r.CRC(b[:r.Offset()])
	return true
}

package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
)

// CRC16 is the end-to-end checksum of the Bluetooth health services (E2E-CRC;
// CGMS 1.0, 3.11): CRC-16/MCRF4XX, that is the polynomial 0x1021 with the
// lowest bit first, from 0xFFFF, without a final inversion. It travels in
// little-endian order behind the bytes that it covers.
//
// The CRC16 of "123456789" is 0x6F91. The worked example in the CGM service
// prints its checksum with the bytes swapped.
func CRC16(b []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, v := range b {
		v ^= byte(crc)
		v ^= v << 4
		crc = crc>>8 ^ uint16(v)<<8 ^ uint16(v)<<3 ^ uint16(v>>4)
	}
	return crc
}

// appendCRC appends the checksum of what has been appended since start.
func appendCRC(b []byte, start int) []byte {
	return binary.LittleEndian.AppendUint16(b, CRC16(b[start:]))
}

// crc reads the checksum of covered.
func (r *reader) crc(covered []byte) {
	at := r.Offset()
	if sum := r.Uint16("CRC"); sum != CRC16(covered) {
		r.distrust(device.ErrChecksum, at)
	}
}

// distrust notes a wrong checksum at byte at. It comes before any forbidden
// value: with it, no byte of the frame can be trusted.
func (r *reader) distrust(fault device.Fault, at int) {
	if _, _, short := r.Short(); !short {
		r.fault, r.field, r.at = fault, "CRC", at
	}
}

// finalCRC reads the checksum of the frame b, if exactly two bytes are left
// for one. Nothing else in these frames says whether they have a checksum.
func (r *reader) finalCRC(b []byte) (has bool) {
	if _, _, short := r.Short(); short || r.Rest() != 2 {
		return false
	}
	r.crc(b[:r.Offset()])
	return true
}

package gatt

import "github.com/telemed-go/sdk/device/gatt/internal/att"

// CRC16 is the end-to-end checksum of the Bluetooth health services (E2E-CRC;
// CGMS 1.0, 3.11): CRC-16/MCRF4XX, that is the polynomial 0x1021 with the
// lowest bit first, from 0xFFFF, without a final inversion. It travels in
// little-endian order behind the bytes that it covers.
//
// The CRC16 of "123456789" is 0x6F91. The worked example in the CGM service
// prints its checksum with the bytes swapped.
func CRC16(b []byte) uint16 { return att.CRC16(b) }

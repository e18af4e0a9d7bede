package store

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/telemed-go/sdk/vitals"
)

// For tests of the record format.

func Encode(r *vitals.Reading) []byte { return encode(r) }

func Decode(b []byte) (vitals.Reading, error) { return new(decoder).decode(b) }

// Sealed puts a good checksum in front of anything.
func Sealed(body []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, crc32.Checksum(body, castagnoli)), body...)
}

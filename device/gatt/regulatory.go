package gatt

import (
	"encoding/binary"
	"iter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// RegulatoryData is characteristic 0x2A2A, the IEEE 11073-20601 regulatory
// certification data list (Device Information Service 1.1, 3.8). Bluetooth says
// nothing about its bytes, so all are kept and none is refused; what is inside
// yields [RegulatoryData.All]. Unlike everything else here it is big-endian.
//
//	 0       2        4      5      6        8
//	+-------+--------+------+------+--------+------+-
//	| count | length | body | type | length | data | the last four again ...
//	+-------+--------+------+------+--------+------+-
//
// unverified layout: from memory, and the vAssist reading of the Personal
// Health Devices Transcoding white paper (2012)
type RegulatoryData struct{ raw []byte }

// ParseRegulatoryData borrows b. It never fails.
func ParseRegulatoryData(b []byte) (RegulatoryData, error) {
	return RegulatoryData{b[:len(b):len(b)]}, nil
}

// NewRegulatoryData makes a list, for encoding. It fails if the entries are
// longer than 16 bits can say.
func NewRegulatoryData(entries ...Certification) (RegulatoryData, error) {
	b := make([]byte, 4, 64)
	for _, c := range entries {
		if len(c.Data) > 0xFFFF {
			return RegulatoryData{}, att.Unencodable("Data")
		}
		b = append(b, byte(c.Body), c.Type)
		b = binary.BigEndian.AppendUint16(b, uint16(len(c.Data)))
		b = append(b, c.Data...)
	}
	if len(b)-4 > 0xFFFF || len(entries) > 0xFFFF {
		return RegulatoryData{}, att.Unencodable("Length")
	}
	binary.BigEndian.PutUint16(b, uint16(len(entries)))
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-4))
	return RegulatoryData{b}, nil
}

// AppendBinary implements [encoding.BinaryAppender].
func (d RegulatoryData) AppendBinary(b []byte) ([]byte, error) { return append(b, d.raw...), nil }

// Raw is the list as sent, borrowed.
func (d RegulatoryData) Raw() []byte { return d.raw }

// A Certification is an entry of the list. It borrows the frame.
type Certification struct {
	Body AuthorizingBody
	Type uint8 // of Data, numbered by the body
	Data []byte
}

// AuthorizingBody is who certified, as sent.
type AuthorizingBody uint8

// The bodies.
const (
	AuthorizingNone     AuthorizingBody = 0
	AuthorizingIEEE     AuthorizingBody = 1
	AuthorizingContinua AuthorizingBody = 2
)

// The types of data of [AuthorizingContinua].
const (
	continuaVersion    = 1
	continuaRegulation = 2
)

// All yields the entries. A list that is not what it says it is ends with an
// error that tells where.
func (d RegulatoryData) All() iter.Seq2[Certification, error] {
	return func(yield func(Certification, error) bool) {
		b := d.raw
		fail := func(field string, at int, why device.Fault) {
			yield(Certification{}, &device.DecodeError{
				Type: "RegulatoryData", Field: field, Offset: at, Ref: "DIS 1.1, 3.8", Err: why,
			})
		}
		if len(b) < 4 {
			fail("Count", 0, device.ErrTruncated)
			return
		}
		count, length := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if length != len(b)-4 {
			fail("Length", 2, device.ErrLength)
			return
		}
		at := 4
		for range count {
			if len(b)-at < 4 {
				fail("Certification", at, device.ErrTruncated)
				return
			}
			n := int(binary.BigEndian.Uint16(b[at+2:]))
			if len(b)-at-4 < n {
				fail("Data", at+4, device.ErrTruncated)
				return
			}
			end := at + 4 + n
			if !yield(Certification{AuthorizingBody(b[at]), b[at+1], b[at+4 : end : end]}, nil) {
				return
			}
			at = end
		}
		if at < len(b) {
			fail("", at, device.ErrTrailing)
		}
	}
}

// ContinuaVersion is what the Continua alliance certified: to which version of
// its guidelines, and the codes of which device classes, as pairs of bytes in
// big-endian order, borrowed.
func (c Certification) ContinuaVersion() (major, minor uint8, classes []byte, ok bool) {
	b := c.Data
	if c.Body != AuthorizingContinua || c.Type != continuaVersion || len(b) < 6 {
		return 0, 0, nil, false
	}
	count, length := int(binary.BigEndian.Uint16(b[2:])), int(binary.BigEndian.Uint16(b[4:]))
	if length != len(b)-6 || length != 2*count {
		return 0, 0, nil, false
	}
	return b[0], b[1], b[6:], true
}

// ContinuaRegulation is the regulation bit field of the Continua alliance.
func (c Certification) ContinuaRegulation() (bits uint16, ok bool) {
	if c.Body != AuthorizingContinua || c.Type != continuaRegulation || len(c.Data) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(c.Data), true
}

// String is the body in words.
func (a AuthorizingBody) String() string { return att.NameOf(authorizingBodies[:], uint8(a)) }

var authorizingBodies = [...]string{"none", "IEEE", "Continua"}

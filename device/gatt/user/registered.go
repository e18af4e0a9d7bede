package user

import (
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/gatt/segment"
)

// UUIDRegistered is the UUID of [Registered].
const UUIDRegistered = 0x2B37

// Registered is characteristic 0x2B37 (User Data Service 1.1): a part of
// the list of people whom a device knows. A name identifies a person and
// belongs in no log.
//
//	 0         1       2
//	+---------+-------+-----------------+
//	| header  | user  | data, part ...  |
//	+---------+-------+-----------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d after the GSS. How name
// and data are laid out within the joined parts no source tells.
type Registered struct {
	segment.Header
	User uint8 // index of the user on the device
	Data Text  // borrowed; may begin or end within a character
}

// ParseRegistered decodes b, which the result borrows.
func ParseRegistered(b []byte) (Registered, error) {
	r := att.NewReader(b)
	m := Registered{Header: segment.Header(r.Segment()), User: r.Uint8("UserIndex"), Data: Text{r.Remaining("Data")}}
	return m, r.Finish(0, "RegisteredUser", "UDS 1.1")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits.
func (m Registered) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.Header.AppendBinary(b)
	if err != nil {
		return b, err
	}
	return append(append(b, m.User), m.Data.raw...), nil
}

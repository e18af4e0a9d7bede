package gatt

import "github.com/telemed-go/sdk/device/gatt/internal/att"

// UUIDRegisteredUser is the UUID of [RegisteredUser].
const UUIDRegisteredUser = 0x2B37

// RegisteredUser is characteristic 0x2B37 (User Data Service 1.1): a part of
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
type RegisteredUser struct {
	SegmentHeader
	User uint8    // index of the user on the device
	Data UserText // borrowed; may begin or end within a character
}

// ParseRegisteredUser decodes b, which the result borrows.
func ParseRegisteredUser(b []byte) (RegisteredUser, error) {
	r := att.NewReader(b)
	m := RegisteredUser{SegmentHeader: SegmentHeader(r.Segment()), User: r.Uint8("UserIndex"), Data: UserText{r.Remaining("Data")}}
	return m, r.Finish(0, "RegisteredUser", "UDS 1.1")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits.
func (m RegisteredUser) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.SegmentHeader.AppendBinary(b)
	if err != nil {
		return b, err
	}
	return append(append(b, m.User), m.Data.raw...), nil
}

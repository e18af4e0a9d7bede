package gatt

import (
	"bytes"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UDI is characteristic 0x2BFF, UDI for Medical Devices (Device Information
// Service 1.2): the unique device identification, as up to four texts. A label
// may carry a serial number, which identifies a patient's device and belongs
// in no log.
//
//	 0        1
//	+--------+-----------+----------------------+------------+---------------+
//	| flags  | label 0 ? | device identifier 0? | issuer 0 ? | authority 0 ? |
//	+--------+-----------+----------------------+------------+---------------+
//	flags: 0 label | 1 device identifier | 2 issuer | 3 authority; every text ends with a NUL
//
// single-source layout: bluetooth-sig-python@27bdb3d after the GSS.
type UDI struct {
	// The texts are UTF-8, without the NUL, and borrowed. Nil was not sent; an
	// empty text is another thing on air.
	Label, DeviceIdentifier, Issuer, Authority []byte
	// Reserved is flag bits 4 to 7 as sent: no meaning yet, and refused by ParseUDI.
	Reserved uint8
}

const (
	udiHasLabel     = 1 << 0
	udiHasDevice    = 1 << 1
	udiHasIssuer    = 1 << 2
	udiHasAuthority = 1 << 3
	udiReserved     = 0xF0
)

// ParseUDI decodes b, which the result borrows.
func ParseUDI(b []byte) (UDI, error) {
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m := UDI{Reserved: flags & udiReserved}
	if flags&udiHasLabel != 0 {
		m.Label = readText(&r, "Label", b)
	}
	if flags&udiHasDevice != 0 {
		m.DeviceIdentifier = readText(&r, "DeviceIdentifier", b)
	}
	if flags&udiHasIssuer != 0 {
		m.Issuer = readText(&r, "Issuer", b)
	}
	if flags&udiHasAuthority != 0 {
		m.Authority = readText(&r, "Authority", b)
	}
	return m, r.Finish(m.Reserved, "UDI", "DIS 1.2, 3")
}

// readText reads UTF-8 up to a NUL, which it takes as well. b is the whole frame.
func readText(r *att.Reader, field string, b []byte) []byte {
	at := r.Offset()
	n := bytes.IndexByte(b[at:], 0)
	if n < 0 { // its end is missing
		r.Bytes(field, r.Rest()+1)
		return nil
	}
	s := r.Bytes(field, n+1)
	if s == nil { // something before it is missing
		return nil
	}
	r.CheckText(field, s[:n], at)
	return s[:n:n]
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if a text
// contains a NUL.
func (m UDI) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.Label != nil, udiHasLabel)|att.Flag(m.DeviceIdentifier != nil, udiHasDevice)|
		att.Flag(m.Issuer != nil, udiHasIssuer)|att.Flag(m.Authority != nil, udiHasAuthority)|m.Reserved&udiReserved)
	for _, s := range [...][]byte{m.Label, m.DeviceIdentifier, m.Issuer, m.Authority} {
		if bytes.IndexByte(s, 0) >= 0 {
			return b, att.Unencodable("UDI")
		}
		if s != nil {
			b = append(append(b, s...), 0)
		}
	}
	return b, nil
}

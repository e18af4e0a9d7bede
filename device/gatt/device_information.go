package gatt

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// DeviceText is any of the texts of the Device Information Service 1.1, 3.1 to
// 3.6: manufacturer name (0x2A29), model (0x2A24) and serial number (0x2A25),
// revisions of hardware (0x2A27), firmware (0x2A26) and software (0x2A28). It
// holds the bytes as sent; a serial number identifies a patient's device and
// belongs in no log.
type DeviceText string

// ParseDeviceText decodes b, which must be UTF-8. The result is a copy.
func ParseDeviceText(b []byte) (DeviceText, error) {
	t := DeviceText(b)
	if at := att.InvalidUTF8(b); at >= 0 {
		return t, &device.DecodeError{Type: "DeviceText", Field: "Text", Offset: at, Ref: "DIS 1.1, 3", Err: device.ErrText}
	}
	return t, nil
}

// Text is the text without the NULs that some devices pad it with.
func (t DeviceText) Text() string { return strings.TrimRight(string(t), "\x00") }

// AppendBinary implements [encoding.BinaryAppender].
func (t DeviceText) AppendBinary(b []byte) ([]byte, error) { return append(b, t...), nil }

// SystemID is characteristic 0x2A23 (Device Information Service 1.1, 3.7), an
// EUI-64 in two parts.
//
//	 0                        5
//	+------------------------+----------------+
//	| manufacturer (40 bits) | OUI (24 bits)  |
//	+------------------------+----------------+
type SystemID struct {
	Manufacturer uint64 // 40 bits, given by the owner of the OUI
	OUI          uint32 // 24 bits, given by the IEEE
}

// ParseSystemID decodes b.
func ParseSystemID(b []byte) (SystemID, error) {
	r := att.NewReader(b)
	low, high := r.Bytes("ManufacturerIdentifier", 5), r.Uint24("OUI")
	id := SystemID{OUI: high}
	for i, v := range low {
		id.Manufacturer |= uint64(v) << (8 * i)
	}
	return id, r.Finish(0, "SystemID", "DIS 1.1, 3.7")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if a part has too
// many bits.
func (id SystemID) AppendBinary(b []byte) ([]byte, error) {
	if id.Manufacturer>>40 != 0 || id.OUI>>24 != 0 {
		return b, att.Unencodable("SystemID")
	}
	return binary.LittleEndian.AppendUint64(b, uint64(id.OUI)<<40|id.Manufacturer), nil
}

// String is the EUI-64 in its usual form, the OUI first.
func (id SystemID) String() string { return fmt.Sprintf("%06X-%010X", id.OUI, id.Manufacturer) }

// PnPID is characteristic 0x2A50 (Device Information Service 1.1, 3.9): who
// made the device, in numbers.
//
//	 0        1        3         5
//	+--------+--------+---------+---------+
//	| source | vendor | product | version |
//	+--------+--------+---------+---------+
type PnPID struct {
	Source  VendorSource
	Vendor  uint16
	Product uint16
	Version uint16 // binary-coded, 0xJJMN: 2.1.3 is 0x0213
}

// VendorSource is who gave the vendor its number, as sent.
type VendorSource uint8

// The sources.
const (
	VendorBluetooth VendorSource = 1
	VendorUSB       VendorSource = 2
)

// ParsePnPID decodes b.
func ParsePnPID(b []byte) (PnPID, error) {
	r := att.NewReader(b)
	id := PnPID{
		Source: VendorSource(r.Code("VendorIDSource", uint8(VendorUSB))),
		Vendor: r.Uint16("VendorID"), Product: r.Uint16("ProductID"), Version: r.Uint16("ProductVersion"),
	}
	return id, r.Finish(0, "PnPID", "DIS 1.1, 3.9")
}

// AppendBinary implements [encoding.BinaryAppender].
func (id PnPID) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(id.Source))
	b = binary.LittleEndian.AppendUint16(b, id.Vendor)
	b = binary.LittleEndian.AppendUint16(b, id.Product)
	return binary.LittleEndian.AppendUint16(b, id.Version), nil
}

// String is the source in words.
func (s VendorSource) String() string { return att.NameOf(vendorSources[:], uint8(s)) }

var vendorSources = [...]string{1: "Bluetooth SIG", 2: "USB Implementers Forum"}

package gatt

import (
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/telemed-go/sdk/device"
)

// Identify adds to an identity what a frame of the Device Information Service
// says: texts without padding and control characters, the system identifier as
// the hexadecimal digits of its EUI-64. A frame of another service is an error
// that wraps [device.ErrUnsupported]; id is then returned as it was.
func Identify(id device.Identity, f device.Frame) (device.Identity, error) {
	uuid, _ := f.Format.Characteristic()
	if uuid == UUIDSystemID {
		return identifySystem(id, f.Bytes)
	}
	field := identityField(&id, uuid)
	if field == nil && uuid != UUIDSerialNumber {
		return id, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	text, err := ParseDeviceText(f.Bytes)
	if err != nil {
		return id, err
	}
	if clean := clean(text); field != nil {
		*field = clean
	} else {
		id.Serial = device.NewUniqueID(clean)
	}
	return id, nil
}

func identityField(id *device.Identity, uuid uint16) *string {
	switch uuid {
	case UUIDManufacturerName:
		return &id.Manufacturer
	case UUIDModelNumber:
		return &id.Model
	case UUIDFirmwareRevision:
		return &id.Firmware
	case UUIDHardwareRevision:
		return &id.Hardware
	case UUIDSoftwareRevision:
		return &id.Software
	}
	return nil
}

func identifySystem(id device.Identity, b []byte) (device.Identity, error) {
	if _, err := ParseSystemID(b); err != nil {
		return id, err
	}
	var eui [8]byte
	for i, v := range b {
		eui[7-i] = v
	}
	id.SystemID = device.NewUniqueID(hex.EncodeToString(eui[:]))
	return id, nil
}

// clean is a text that may stand in a line of a log.
func clean(t DeviceText) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, t.Text()))
}

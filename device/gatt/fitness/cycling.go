package fitness

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// The characteristics of the Cycling Speed and Cadence Service.
const (
	UUIDCSCMeasurement = 0x2A5B
	UUIDCSCFeature     = 0x2A5C
)

// CSCMeasurement is characteristic 0x2A5B (Cycling Speed and Cadence Service
// 1.0, 3.1): counters that run on and wrap. One frame says nothing about speed
// or cadence; two frames of the same sensor do.
//
//	 0       1            5             1 or 7        3 or 9
//	+-------+------------+-------------+-------------+-------------+
//	| flags | wheel rev ?| wheel time? | crank rev ? | crank time? |
//	+-------+------------+-------------+-------------+-------------+
//	flags: 0 wheel | 1 crank
type CSCMeasurement struct {
	WheelRevolutions uint32 // meaningful if HasWheel
	WheelTime        uint16 // of the last revolution, in 1/1024 s; wraps every 64 s
	CrankRevolutions uint16 // meaningful if HasCrank
	CrankTime        uint16 // of the last revolution, in 1/1024 s; wraps every 64 s
	Reserved         uint8  // flag bits 2 to 7 as sent: no meaning yet, and refused by ParseCSCMeasurement

	HasWheel bool
	HasCrank bool
}

const (
	cscHasWheel = 1 << 0
	cscHasCrank = 1 << 1
	cscReserved = 0xFC
)

// ParseCSCMeasurement decodes b.
func ParseCSCMeasurement(b []byte) (CSCMeasurement, error) {
	var m CSCMeasurement
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Reserved = flags & cscReserved
	if m.HasWheel = flags&cscHasWheel != 0; m.HasWheel {
		m.WheelRevolutions = r.Uint32("WheelRevolutions")
		m.WheelTime = r.Uint16("WheelEvent")
	}
	if m.HasCrank = flags&cscHasCrank != 0; m.HasCrank {
		m.CrankRevolutions = r.Uint16("CrankRevolutions")
		m.CrankTime = r.Uint16("CrankEvent")
	}
	return m, r.Finish(m.Reserved, "CSCMeasurement", "CSCS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (m CSCMeasurement) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasWheel, cscHasWheel)|att.Flag(m.HasCrank, cscHasCrank)|m.Reserved&cscReserved)
	if m.HasWheel {
		b = binary.LittleEndian.AppendUint32(b, m.WheelRevolutions)
		b = binary.LittleEndian.AppendUint16(b, m.WheelTime)
	}
	if m.HasCrank {
		b = binary.LittleEndian.AppendUint16(b, m.CrankRevolutions)
		b = binary.LittleEndian.AppendUint16(b, m.CrankTime)
	}
	return b, nil
}

// CSCFeature is characteristic 0x2A5C (Cycling Speed and Cadence Service 1.0,
// 3.2): what the sensor can do, 16 bits. Reserved bits are kept.
type CSCFeature uint16

// What a cycling sensor can do.
const (
	CSCFeatureWheel     CSCFeature = 1 << 0
	CSCFeatureCrank     CSCFeature = 1 << 1
	CSCFeatureLocations CSCFeature = 1 << 2 // it can be fixed at several places
)

// ParseCSCFeature decodes b.
func ParseCSCFeature(b []byte) (CSCFeature, error) {
	r := att.NewReader(b)
	f := CSCFeature(r.Uint16("Features"))
	return f, r.Finish(0, "CSCFeature", "CSCS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f CSCFeature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint16(b, uint16(f)), nil
}

// String lists the features in words.
func (f CSCFeature) String() string { return att.NamesOf(cscFeatures[:], uint32(f)) }

var cscFeatures = [...]string{"wheel revolutions", "crank revolutions", "multiple sensor locations"}

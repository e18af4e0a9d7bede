package fitness

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// The characteristics of the Running Speed and Cadence Service.
const (
	UUIDRSCMeasurement = 0x2A53
	UUIDRSCFeature     = 0x2A54
)

// RSCMeasurement is characteristic 0x2A53 (Running Speed and Cadence Service
// 1.0, 3.1).
//
//	 0       1       3         4          4 or 6
//	+-------+-------+---------+----------+------------+
//	| flags | speed | cadence | stride ? | distance ? |
//	+-------+-------+---------+----------+------------+
//	flags: 0 stride length | 1 total distance | 2 running, else walking
type RSCMeasurement struct {
	Speed    uint16 // in 1/256 m/s
	Cadence  uint8  // steps of one foot a minute
	Stride   uint16 // cm; meaningful if HasStride
	Distance uint32 // in 0.1 m since the last reset; meaningful if HasDistance
	Running  bool   // not walking; a sensor that cannot tell says walking
	Reserved uint8  // flag bits 3 to 7 as sent: no meaning yet, and refused by ParseRSCMeasurement

	HasStride   bool
	HasDistance bool
}

const (
	rscHasStride   = 1 << 0
	rscHasDistance = 1 << 1
	rscRunning     = 1 << 2
	rscReserved    = 0xF8
)

// ParseRSCMeasurement decodes b.
func ParseRSCMeasurement(b []byte) (RSCMeasurement, error) {
	var m RSCMeasurement
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Running = flags&rscRunning != 0
	m.Reserved = flags & rscReserved
	m.Speed = r.Uint16("Speed")
	m.Cadence = r.Uint8("Cadence")
	if m.HasStride = flags&rscHasStride != 0; m.HasStride {
		m.Stride = r.Uint16("StrideLength")
	}
	if m.HasDistance = flags&rscHasDistance != 0; m.HasDistance {
		m.Distance = r.Uint32("TotalDistance")
	}
	return m, r.Finish(m.Reserved, "RSCMeasurement", "RSCS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (m RSCMeasurement) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasStride, rscHasStride)|att.Flag(m.HasDistance, rscHasDistance)|att.Flag(m.Running, rscRunning)|
		m.Reserved&rscReserved)
	b = binary.LittleEndian.AppendUint16(b, m.Speed)
	b = append(b, m.Cadence)
	if m.HasStride {
		b = binary.LittleEndian.AppendUint16(b, m.Stride)
	}
	if m.HasDistance {
		b = binary.LittleEndian.AppendUint32(b, m.Distance)
	}
	return b, nil
}

// Velocity is the speed in m/s, exactly: 1/256 m/s is 0.00390625 m/s.
func (m RSCMeasurement) Velocity() vitals.Quantity {
	return vitals.UnitMPerS.Of(vitals.Decimal{Coef: int64(m.Speed) * 390625, Exp: -8})
}

// AppendReadings appends the speed, rounded to a millimetre a second (the
// sensor counts 1/256 m/s). There is no [vitals.Kind] for the cadence, the
// stride and the distance.
func (m RSCMeasurement) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	speed := vitals.Decimal{Coef: (int64(m.Speed)*1000 + 128) / 256, Exp: -3}
	r := att.Arrival(f)
	return att.AppendValue(dst, &r, vitals.Speed, speed, 0, vitals.UnitMPerS)
}

// RSCFeature is characteristic 0x2A54 (Running Speed and Cadence Service 1.0,
// 3.2): what the sensor can do, 16 bits. Reserved bits are kept.
type RSCFeature uint16

// What a running sensor can do.
const (
	RSCFeatureStride      RSCFeature = 1 << 0
	RSCFeatureDistance    RSCFeature = 1 << 1
	RSCFeatureRunning     RSCFeature = 1 << 2 // it tells running from walking
	RSCFeatureCalibration RSCFeature = 1 << 3
	RSCFeatureLocations   RSCFeature = 1 << 4 // it can be worn at several places
)

// ParseRSCFeature decodes b.
func ParseRSCFeature(b []byte) (RSCFeature, error) {
	r := att.NewReader(b)
	f := RSCFeature(r.Uint16("Features"))
	return f, r.Finish(0, "RSCFeature", "RSCS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (f RSCFeature) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint16(b, uint16(f)), nil
}

// String lists the features in words.
func (f RSCFeature) String() string { return att.NamesOf(rscFeatures[:], uint32(f)) }

var rscFeatures = [...]string{"stride length", "total distance", "walking or running", "calibration", "multiple sensor locations"}

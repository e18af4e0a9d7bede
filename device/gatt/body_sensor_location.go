package gatt

import "github.com/telemed-go/sdk/device"

// UUIDBodySensorLocation is where a heart-rate sensor is worn.
const UUIDBodySensorLocation = 0x2A38

// BodySensorLocation is characteristic 0x2A38 (Heart Rate Service 1.0, 3.2):
// one byte, where the sensor is worn, as sent. Numbers from 7 on are reserved.
type BodySensorLocation uint8

// The places.
const (
	SensorOther   BodySensorLocation = 0
	SensorChest   BodySensorLocation = 1
	SensorWrist   BodySensorLocation = 2
	SensorFinger  BodySensorLocation = 3
	SensorHand    BodySensorLocation = 4
	SensorEarLobe BodySensorLocation = 5
	SensorFoot    BodySensorLocation = 6
)

// ParseBodySensorLocation decodes b.
func ParseBodySensorLocation(b []byte) (BodySensorLocation, error) {
	r := newReader(b)
	l := BodySensorLocation(r.upTo("BodySensorLocation", uint8(SensorFoot)))
	return l, finish(&r, 0, "BodySensorLocation", "HRS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (l BodySensorLocation) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(l)), nil }

// String is the place in words.
func (l BodySensorLocation) String() string { return nameOf(bodySensorLocations[:], uint8(l)) }

var bodySensorLocations = [...]string{"other", "chest", "wrist", "finger", "hand", "ear lobe", "foot"}

// upTo reads one of a list of meanings that are numbered from 0 to last.
func (r *reader) upTo(field string, last uint8) uint8 {
	v := r.Uint8(field)
	if v > last {
		r.reject(device.ErrReservedValue, field, r.Offset()-1)
	}
	return v
}

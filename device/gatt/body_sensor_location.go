package gatt

import (
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

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
	r := att.NewReader(b)
	l := BodySensorLocation(r.UpTo("BodySensorLocation", uint8(SensorFoot)))
	return l, r.Finish(0, "BodySensorLocation", "HRS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (l BodySensorLocation) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(l)), nil }

// String is the place in words.
func (l BodySensorLocation) String() string { return att.NameOf(bodySensorLocations[:], uint8(l)) }

var bodySensorLocations = [...]string{"other", "chest", "wrist", "finger", "hand", "ear lobe", "foot"}

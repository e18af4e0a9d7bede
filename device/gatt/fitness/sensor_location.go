package fitness

import "github.com/telemed-go/sdk/device/gatt/internal/att"

// UUIDSensorLocation is where a running or cycling sensor is fixed.
const UUIDSensorLocation = 0x2A5D

// SensorLocation is characteristic 0x2A5D (Running Speed and Cadence Service
// 1.0, 3.3; Cycling Speed and Cadence Service 1.0, 3.3): one byte, where the
// sensor is fixed, as sent. Numbers from 17 on are reserved.
//
// single-source layout: the XML of the Bluetooth SIG
type SensorLocation uint8

// The places.
const (
	LocationOther       SensorLocation = 0
	LocationTopOfShoe   SensorLocation = 1
	LocationInShoe      SensorLocation = 2
	LocationHip         SensorLocation = 3
	LocationFrontWheel  SensorLocation = 4
	LocationLeftCrank   SensorLocation = 5
	LocationRightCrank  SensorLocation = 6
	LocationLeftPedal   SensorLocation = 7
	LocationRightPedal  SensorLocation = 8
	LocationFrontHub    SensorLocation = 9
	LocationRearDropout SensorLocation = 10
	LocationChainstay   SensorLocation = 11
	LocationRearWheel   SensorLocation = 12
	LocationRearHub     SensorLocation = 13
	LocationChest       SensorLocation = 14
	LocationSpider      SensorLocation = 15
	LocationChainRing   SensorLocation = 16
)

// ParseSensorLocation decodes b.
func ParseSensorLocation(b []byte) (SensorLocation, error) {
	r := att.NewReader(b)
	l := SensorLocation(r.UpTo("SensorLocation", uint8(LocationChainRing)))
	return l, r.Finish(0, "SensorLocation", "CSCS 1.0, 3.3")
}

// AppendBinary implements [encoding.BinaryAppender].
func (l SensorLocation) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(l)), nil }

// String is the place in words.
func (l SensorLocation) String() string { return att.NameOf(sensorLocations[:], uint8(l)) }

var sensorLocations = [...]string{
	"other", "top of shoe", "in shoe", "hip", "front wheel", "left crank", "right crank", "left pedal", "right pedal", "front hub",
	"rear dropout", "chainstay", "rear wheel", "rear hub", "chest", "spider", "chain ring",
}

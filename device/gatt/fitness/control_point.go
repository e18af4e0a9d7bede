package fitness

import (
	"encoding/binary"
	"iter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUIDSCControlPoint is the control point of running and cycling sensors.
const UUIDSCControlPoint = 0x2A55

// SCControlPoint is characteristic 0x2A55 (Running Speed and Cadence Service
// 1.0, 3.4; Cycling Speed and Cadence Service 1.0, 3.4): a command to a sensor,
// or its response. Which fields are meaningful says OpCode.
//
//	 0    1                                         to the sensor
//	+----+--------------------+
//	| 1  | value (32)         |                      set cumulative value
//	| 2  |                    |                      start calibration
//	| 3  | location           |                      update sensor location
//	| 4  |                    |                      request supported locations
//	+----+--------------------+
//	 0    1         2          3                    from the sensor
//	+----+---------+----------+----------------+
//	| 16 | request | response | locations ?*   |
//	+----+---------+----------+----------------+
//
// single-source layout: the XML of the Bluetooth SIG; the width of the
// cumulative value is from memory
type SCControlPoint struct {
	OpCode    SCOpCode
	Value     uint32         // wheel revolutions, or distance in 0.1 m; of SCSetCumulativeValue
	Location  SensorLocation // of SCUpdateLocation
	Request   SCOpCode       // what is answered, as sent; of SCResponse
	Result    SCResult       // of SCResponse
	Locations SensorLocations
}

// SCOpCode is what a command is, as sent.
type SCOpCode uint8

// The op codes. Only the last comes from the sensor.
const (
	SCSetCumulativeValue SCOpCode = 1
	SCStartCalibration   SCOpCode = 2
	SCUpdateLocation     SCOpCode = 3
	SCRequestLocations   SCOpCode = 4
	SCResponse           SCOpCode = 16
)

// SCResult is how a command ended, as sent.
type SCResult uint8

// The results.
const (
	SCSuccess          SCResult = 1
	SCUnsupported      SCResult = 2 // the sensor does not know the op code
	SCInvalidParameter SCResult = 3
	SCFailed           SCResult = 4
)

// ParseSCControlPoint decodes b, which the result borrows for its locations.
func ParseSCControlPoint(b []byte) (SCControlPoint, error) {
	r := att.NewReader(b)
	c := SCControlPoint{OpCode: SCOpCode(r.Uint8("OpCode"))}
	switch c.OpCode {
	case SCSetCumulativeValue:
		c.Value = r.Uint32("CumulativeValue")
	case SCUpdateLocation:
		c.Location = SensorLocation(r.UpTo("SensorLocation", uint8(LocationChainRing)))
	case SCStartCalibration, SCRequestLocations:
	case SCResponse:
		c.Request = SCOpCode(r.Uint8("RequestOpCode"))
		c.Result = SCResult(r.Code("ResponseCode", uint8(SCFailed)))
		if c.listsLocations() {
			c.Locations = readLocations(&r)
		}
	default:
		r.UnknownOpCode()
	}
	return c, r.Finish(0, "SCControlPoint", scControlRef)
}

const scControlRef = "CSCS 1.0, 3.4"

func readLocations(r *att.Reader) SensorLocations {
	at := r.Offset()
	raw := r.Bytes("SensorLocations", r.Rest())
	for i, l := range raw {
		if l > uint8(LocationChainRing) {
			r.Reject(device.ErrReservedValue, "SensorLocations", at+i)
		}
	}
	return SensorLocations{raw}
}

// listsLocations: only the answer to one command has a parameter.
func (c SCControlPoint) listsLocations() bool {
	return c.OpCode == SCResponse && c.Request == SCRequestLocations && c.Result == SCSuccess
}

// CheckDirection reports a command that came from the sensor, or a response
// that went to it, with [device.ErrDirection].
func (c SCControlPoint) CheckDirection(fromDevice bool) error {
	return att.CheckDirection(c.OpCode == SCResponse, fromDevice, "SCControlPoint", scControlRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if the op code is
// unknown.
func (c SCControlPoint) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(c.OpCode))
	switch c.OpCode {
	case SCSetCumulativeValue:
		b = binary.LittleEndian.AppendUint32(b, c.Value)
	case SCUpdateLocation:
		b = append(b, byte(c.Location))
	case SCStartCalibration, SCRequestLocations:
	case SCResponse:
		b = append(b, byte(c.Request), byte(c.Result))
		if c.listsLocations() {
			b = append(b, c.Locations.raw...)
		}
	default:
		return b, att.Unencodable("OpCode")
	}
	return b, nil
}

// SensorLocations is a borrowed list of places where a sensor can be fixed.
type SensorLocations struct{ raw []byte }

// NewSensorLocations makes a list, for encoding.
func NewSensorLocations(locations ...SensorLocation) SensorLocations {
	b := make([]byte, 0, len(locations))
	for _, l := range locations {
		b = append(b, byte(l))
	}
	return SensorLocations{b}
}

// Len is the number of places.
func (l SensorLocations) Len() int { return len(l.raw) }

// All yields the places.
func (l SensorLocations) All() iter.Seq[SensorLocation] {
	return func(yield func(SensorLocation) bool) {
		for _, v := range l.raw {
			if !yield(SensorLocation(v)) {
				return
			}
		}
	}
}

// String is the op code in words.
func (o SCOpCode) String() string { return att.NameOf(scOpCodes[:], uint8(o)) }

var scOpCodes = [...]string{
	1: "set cumulative value", 2: "start sensor calibration", 3: "update sensor location", 4: "request supported sensor locations",
	16: "response",
}

// String is the result in words.
func (s SCResult) String() string { return att.NameOf(scResults[:], uint8(s)) }

var scResults = [...]string{1: "success", 2: "op code not supported", 3: "invalid parameter", 4: "operation failed"}

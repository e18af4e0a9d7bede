package cgm

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
)

// UUIDControl is the control point of a continuous glucose monitor.
const UUIDControl = 0x2AAC

// Control is characteristic 0x2AAC, the CGM Specific Ops Control Point
// (Continuous Glucose Monitoring Service 1.0, 3.6): a setting, a question
// about one, or the answer.
//
//	 0         1
//	+---------+-----------------------------------------+-------+
//	| op code | operand, by op code                     | CRC ? |
//	+---------+-----------------------------------------+-------+
//	  1, 3      interval, 1 byte
//	  4, 6      glucose 2 | time 2 | type, place 1 | next time 2 | record 2 | status 1
//	  5         record 2
//	  7 to 24   level 2, of those that set or answer
//	  28        op code of the request 1 | response 1
//
// The checksum is there if the frame is two bytes longer than the operand.
type Control struct {
	OpCode      OpCode
	Interval    uint8           // minutes between measurements, 0: none, 0xFF: the fastest; of the op codes of the interval
	Calibration Calibration     // GetCalibration has Record only
	Level       medfloat.SFloat // mg/dL, of the rates mg/dL per minute
	Request     OpCode          // what is answered, even if unknown; of ResponseCode
	Response    Response        // of ResponseCode
	HasCRC      bool
}

// A Calibration is a value from a finger stick that the sensor is held
// against.
type Calibration struct {
	Glucose  medfloat.SFloat    // mg/dL
	Time     uint16             // minutes since the start of the session
	Type     bgm.SampleType     // low half of its byte
	Location bgm.SampleLocation // high half
	Next     uint16             // when the next is due, minutes since the start of the session
	Record   uint16             // number of the calibration; the sensor gives it
	Status   CalibrationStatus
}

// CalibrationStatus is what became of a calibration, as sent. Reserved bits
// are kept.
type CalibrationStatus uint8

// The states of a calibration.
const (
	CalibrationRejected   CalibrationStatus = 1 << 0
	CalibrationOutOfRange CalibrationStatus = 1 << 1
	CalibrationPending    CalibrationStatus = 1 << 2
)

// OpCode is a command or an answer.
type OpCode uint8

// The op codes. Those of the alert levels come in threes: set, get, answer.
const (
	SetInterval       OpCode = 1
	GetInterval       OpCode = 2
	Interval          OpCode = 3
	SetCalibration    OpCode = 4
	GetCalibration    OpCode = 5
	CalibrationValue  OpCode = 6
	SetPatientHigh    OpCode = 7
	GetPatientHigh    OpCode = 8
	PatientHigh       OpCode = 9
	SetPatientLow     OpCode = 10
	GetPatientLow     OpCode = 11
	PatientLow        OpCode = 12
	SetHypo           OpCode = 13
	GetHypo           OpCode = 14
	Hypo              OpCode = 15
	SetHyper          OpCode = 16
	GetHyper          OpCode = 17
	Hyper             OpCode = 18
	SetRateOfDecrease OpCode = 19
	GetRateOfDecrease OpCode = 20
	RateOfDecrease    OpCode = 21
	SetRateOfIncrease OpCode = 22
	GetRateOfIncrease OpCode = 23
	RateOfIncrease    OpCode = 24
	ResetDeviceAlert  OpCode = 25
	StartSession      OpCode = 26
	StopSession       OpCode = 27
	ResponseCode      OpCode = 28
)

// isGet and isAnswer tell the places of an op code within its three.
func (c OpCode) isGet() bool { return c <= RateOfIncrease && c%3 == GetInterval%3 }

func (c OpCode) isAnswer() bool { return c <= RateOfIncrease && c%3 == Interval%3 && c != 0 }

// HasLevel reports whether the op code has a level for its operand.
func (c OpCode) HasLevel() bool {
	return c >= SetPatientHigh && c <= RateOfIncrease && !c.isGet()
}

// IsRate reports whether the level of the op code is a rate, in mg/dL per
// minute.
func (c OpCode) IsRate() bool { return c >= SetRateOfDecrease && c <= RateOfIncrease }

func (c OpCode) fromDevice() bool {
	return c == ResponseCode || c.isAnswer()
}

// Response is how a command ended.
type Response uint8

// The responses.
const (
	Success             Response = 1
	OpCodeNotSupported  Response = 2
	InvalidOperand      Response = 3
	NotCompleted        Response = 4
	ParameterOutOfRange Response = 5
)

const cgmControlRef = "CGMS 1.0, 3.6"

// ParseControl decodes b.
func ParseControl(b []byte) (Control, error) {
	var m Control
	r := att.NewReader(b)
	m.OpCode = OpCode(r.Uint8("OpCode"))
	switch c := m.OpCode; {
	case c == SetInterval || c == Interval:
		m.Interval = r.Uint8("Interval")
	case c == SetCalibration || c == CalibrationValue:
		m.Calibration = readCalibration(&r)
	case c == GetCalibration:
		m.Calibration.Record = r.Uint16("CalibrationRecord")
	case c.HasLevel():
		m.Level = r.SFloat("Level")
	case c == ResponseCode:
		m.Request = OpCode(r.Uint8("RequestOpCode")) // the sensor repeats what it was sent, even nonsense
		m.Response = Response(r.Code("ResponseCode", uint8(ParameterOutOfRange)))
	case c == 0 || c > ResponseCode:
		r.Reject(device.ErrOpCode, "OpCode", 0)
		r.Remaining("Operand")
	}
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMControl", cgmControlRef)
}

func readCalibration(r *att.Reader) (c Calibration) {
	c.Glucose = r.SFloat("CalibrationGlucose")
	c.Time = r.Uint16("CalibrationTime")
	low, high := r.Nibbles("TypeSampleLocation")
	r.NibbleCode("Type", low, uint8(bgm.SampleControlSolution), 0)
	r.NibbleCode("SampleLocation", high, uint8(LocationSubcutaneous), att.NotAvailable)
	c.Type, c.Location = bgm.SampleType(low), bgm.SampleLocation(high)
	c.Next = r.Uint16("NextCalibrationTime")
	c.Record = r.Uint16("CalibrationRecord")
	c.Status = CalibrationStatus(r.Uint8("CalibrationStatus"))
	return c
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Type or
// Location of the calibration has more than 4 bits.
func (m Control) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, byte(m.OpCode))
	switch c := m.OpCode; {
	case c == SetInterval || c == Interval:
		b = append(b, m.Interval)
	case c == SetCalibration || c == CalibrationValue:
		if m.Calibration.Type > 0xF || m.Calibration.Location > 0xF {
			return b, att.Unencodable("TypeSampleLocation")
		}
		b = m.Calibration.append(b)
	case c == GetCalibration:
		b = binary.LittleEndian.AppendUint16(b, m.Calibration.Record)
	case c.HasLevel():
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Level))
	case c == ResponseCode:
		b = append(b, byte(m.Request), byte(m.Response))
	}
	if m.HasCRC {
		b = att.AppendCRC(b, start)
	}
	return b, nil
}

func (c Calibration) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(c.Glucose))
	b = binary.LittleEndian.AppendUint16(b, c.Time)
	b = append(b, byte(c.Type)|byte(c.Location)<<4)
	b = binary.LittleEndian.AppendUint16(b, c.Next)
	b = binary.LittleEndian.AppendUint16(b, c.Record)
	return append(b, byte(c.Status))
}

// CheckDirection reports a command that came from the sensor, or an answer
// that went to it.
func (m Control) CheckDirection(fromDevice bool) error {
	if m.OpCode.fromDevice() == fromDevice {
		return nil
	}
	return &device.DecodeError{Type: "CGMControl", Field: "OpCode", Ref: cgmControlRef, Err: device.ErrDirection}
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m Control) CheckFeature(f Features) error {
	has := m.HasCRC
	m.HasCRC = false
	operand, _ := m.AppendBinary(nil)
	return f.checkCRC(has, len(operand), "CGMControl", cgmControlRef)
}

// String is the op code in words.
func (c OpCode) String() string { return att.NameOf(cgmOpCodes[:], uint8(c)) }

// String is the response in words.
func (c Response) String() string { return att.NameOf(cgmResponses[:], uint8(c)) }

// String lists the states in words.
func (s CalibrationStatus) String() string { return att.NamesOf(cgmCalibrationNames[:], uint32(s)) }

var (
	cgmOpCodes = [...]string{
		1: "set communication interval", 2: "get communication interval", 3: "communication interval",
		4: "set calibration", 5: "get calibration", 6: "calibration",
		7: "set patient high level", 8: "get patient high level", 9: "patient high level",
		10: "set patient low level", 11: "get patient low level", 12: "patient low level",
		13: "set hypo level", 14: "get hypo level", 15: "hypo level",
		16: "set hyper level", 17: "get hyper level", 18: "hyper level",
		19: "set rate of decrease", 20: "get rate of decrease", 21: "rate of decrease",
		22: "set rate of increase", 23: "get rate of increase", 24: "rate of increase",
		25: "reset device specific alert", 26: "start session", 27: "stop session", 28: "response",
	}
	cgmResponses = [...]string{
		1: "success", 2: "op code not supported", 3: "invalid operand", 4: "not completed", 5: "parameter out of range",
	}
	cgmCalibrationNames = [...]string{"rejected", "out of range", "pending"}
)

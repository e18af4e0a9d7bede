package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
)

// UUIDCGMControl is the control point of a continuous glucose monitor.
const UUIDCGMControl = 0x2AAC

// CGMControl is characteristic 0x2AAC, the CGM Specific Ops Control Point
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
type CGMControl struct {
	OpCode      CGMOpCode
	Interval    uint8           // minutes between measurements, 0: none, 0xFF: the fastest; of the op codes of the interval
	Calibration CGMCalibration  // CGMGetCalibration has Record only
	Level       medfloat.SFloat // mg/dL, of the rates mg/dL per minute
	Request     CGMOpCode       // what is answered, even if unknown; of CGMResponseCode
	Response    CGMResponse     // of CGMResponseCode
	HasCRC      bool
}

// A CGMCalibration is a value from a finger stick that the sensor is held
// against.
type CGMCalibration struct {
	Glucose  medfloat.SFloat // mg/dL
	Time     uint16          // minutes since the start of the session
	Type     SampleType      // low half of its byte
	Location SampleLocation  // high half
	Next     uint16          // when the next is due, minutes since the start of the session
	Record   uint16          // number of the calibration; the sensor gives it
	Status   CGMCalibrationStatus
}

// CGMCalibrationStatus is what became of a calibration, as sent. Reserved bits
// are kept.
type CGMCalibrationStatus uint8

// The states of a calibration.
const (
	CGMCalibrationRejected   CGMCalibrationStatus = 1 << 0
	CGMCalibrationOutOfRange CGMCalibrationStatus = 1 << 1
	CGMCalibrationPending    CGMCalibrationStatus = 1 << 2
)

// CGMOpCode is a command or an answer.
type CGMOpCode uint8

// The op codes. Those of the alert levels come in threes: set, get, answer.
const (
	CGMSetInterval       CGMOpCode = 1
	CGMGetInterval       CGMOpCode = 2
	CGMInterval          CGMOpCode = 3
	CGMSetCalibration    CGMOpCode = 4
	CGMGetCalibration    CGMOpCode = 5
	CGMCalibrationValue  CGMOpCode = 6
	CGMSetPatientHigh    CGMOpCode = 7
	CGMGetPatientHigh    CGMOpCode = 8
	CGMPatientHigh       CGMOpCode = 9
	CGMSetPatientLow     CGMOpCode = 10
	CGMGetPatientLow     CGMOpCode = 11
	CGMPatientLow        CGMOpCode = 12
	CGMSetHypo           CGMOpCode = 13
	CGMGetHypo           CGMOpCode = 14
	CGMHypo              CGMOpCode = 15
	CGMSetHyper          CGMOpCode = 16
	CGMGetHyper          CGMOpCode = 17
	CGMHyper             CGMOpCode = 18
	CGMSetRateOfDecrease CGMOpCode = 19
	CGMGetRateOfDecrease CGMOpCode = 20
	CGMRateOfDecrease    CGMOpCode = 21
	CGMSetRateOfIncrease CGMOpCode = 22
	CGMGetRateOfIncrease CGMOpCode = 23
	CGMRateOfIncrease    CGMOpCode = 24
	CGMResetDeviceAlert  CGMOpCode = 25
	CGMStartSession      CGMOpCode = 26
	CGMStopSession       CGMOpCode = 27
	CGMResponseCode      CGMOpCode = 28
)

// isGet and isAnswer tell the places of an op code within its three.
func (c CGMOpCode) isGet() bool { return c <= CGMRateOfIncrease && c%3 == CGMGetInterval%3 }

func (c CGMOpCode) isAnswer() bool { return c <= CGMRateOfIncrease && c%3 == CGMInterval%3 && c != 0 }

// HasLevel reports whether the op code has a level for its operand.
func (c CGMOpCode) HasLevel() bool {
	return c >= CGMSetPatientHigh && c <= CGMRateOfIncrease && !c.isGet()
}

// IsRate reports whether the level of the op code is a rate, in mg/dL per
// minute.
func (c CGMOpCode) IsRate() bool { return c >= CGMSetRateOfDecrease && c <= CGMRateOfIncrease }

func (c CGMOpCode) fromDevice() bool {
	return c == CGMResponseCode || c.isAnswer()
}

// CGMResponse is how a command ended.
type CGMResponse uint8

// The responses.
const (
	CGMSuccess             CGMResponse = 1
	CGMOpCodeNotSupported  CGMResponse = 2
	CGMInvalidOperand      CGMResponse = 3
	CGMNotCompleted        CGMResponse = 4
	CGMParameterOutOfRange CGMResponse = 5
)

const cgmControlRef = "CGMS 1.0, 3.6"

// ParseCGMControl decodes b.
func ParseCGMControl(b []byte) (CGMControl, error) {
	var m CGMControl
	r := att.NewReader(b)
	m.OpCode = CGMOpCode(r.Uint8("OpCode"))
	switch c := m.OpCode; {
	case c == CGMSetInterval || c == CGMInterval:
		m.Interval = r.Uint8("Interval")
	case c == CGMSetCalibration || c == CGMCalibrationValue:
		m.Calibration = readCalibration(&r)
	case c == CGMGetCalibration:
		m.Calibration.Record = r.Uint16("CalibrationRecord")
	case c.HasLevel():
		m.Level = r.SFloat("Level")
	case c == CGMResponseCode:
		m.Request = CGMOpCode(r.Uint8("RequestOpCode")) // the sensor repeats what it was sent, even nonsense
		m.Response = CGMResponse(r.Code("ResponseCode", uint8(CGMParameterOutOfRange)))
	case c == 0 || c > CGMResponseCode:
		r.Reject(device.ErrOpCode, "OpCode", 0)
		r.Remaining("Operand")
	}
	m.HasCRC = r.FinalCRC(b)
	return m, r.Finish(0, "CGMControl", cgmControlRef)
}

func readCalibration(r *att.Reader) (c CGMCalibration) {
	c.Glucose = r.SFloat("CalibrationGlucose")
	c.Time = r.Uint16("CalibrationTime")
	low, high := r.Nibbles("TypeSampleLocation")
	r.NibbleCode("Type", low, uint8(SampleControlSolution), 0)
	r.NibbleCode("SampleLocation", high, uint8(LocationSubcutaneous), att.NotAvailable)
	c.Type, c.Location = SampleType(low), SampleLocation(high)
	c.Next = r.Uint16("NextCalibrationTime")
	c.Record = r.Uint16("CalibrationRecord")
	c.Status = CGMCalibrationStatus(r.Uint8("CalibrationStatus"))
	return c
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Type or
// Location of the calibration has more than 4 bits.
func (m CGMControl) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, byte(m.OpCode))
	switch c := m.OpCode; {
	case c == CGMSetInterval || c == CGMInterval:
		b = append(b, m.Interval)
	case c == CGMSetCalibration || c == CGMCalibrationValue:
		if m.Calibration.Type > 0xF || m.Calibration.Location > 0xF {
			return b, att.Unencodable("TypeSampleLocation")
		}
		b = m.Calibration.append(b)
	case c == CGMGetCalibration:
		b = binary.LittleEndian.AppendUint16(b, m.Calibration.Record)
	case c.HasLevel():
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Level))
	case c == CGMResponseCode:
		b = append(b, byte(m.Request), byte(m.Response))
	}
	if m.HasCRC {
		b = att.AppendCRC(b, start)
	}
	return b, nil
}

func (c CGMCalibration) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(c.Glucose))
	b = binary.LittleEndian.AppendUint16(b, c.Time)
	b = append(b, byte(c.Type)|byte(c.Location)<<4)
	b = binary.LittleEndian.AppendUint16(b, c.Next)
	b = binary.LittleEndian.AppendUint16(b, c.Record)
	return append(b, byte(c.Status))
}

// CheckDirection reports a command that came from the sensor, or an answer
// that went to it.
func (m CGMControl) CheckDirection(fromDevice bool) error {
	if m.OpCode.fromDevice() == fromDevice {
		return nil
	}
	return &device.DecodeError{Type: "CGMControl", Field: "OpCode", Ref: cgmControlRef, Err: device.ErrDirection}
}

// CheckFeature reports a checksum that does not fit the feature characteristic.
func (m CGMControl) CheckFeature(f CGMFeatures) error {
	has := m.HasCRC
	m.HasCRC = false
	operand, _ := m.AppendBinary(nil)
	return f.checkCRC(has, len(operand), "CGMControl", cgmControlRef)
}

// String is the op code in words.
func (c CGMOpCode) String() string { return att.NameOf(cgmOpCodes[:], uint8(c)) }

// String is the response in words.
func (c CGMResponse) String() string { return att.NameOf(cgmResponses[:], uint8(c)) }

// String lists the states in words.
func (s CGMCalibrationStatus) String() string { return att.NamesOf(cgmCalibrationNames[:], uint32(s)) }

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

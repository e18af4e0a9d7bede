package racp

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUID is the Record Access Control Point.
const UUID = 0x2A52

// ControlPoint is characteristic 0x2A52, the Record Access Control Point (Glucose
// Service 1.0, 3.4; CGMS 1.0, 3.9; BLS 1.1): what a collector asks of the
// memory of a device, and the answer.
//
//	 0         1          2
//	+---------+----------+--------------------------------------------+
//	| op code | operator | operand: filter type and bounds            | request
//	+---------+----------+--------------------------------------------+
//	| 5 or 8  | 0        | number of records, 16 bits (some: 32 bits) | count
//	+---------+----------+--------------------------------------------+
//	| 6       | 0        | op code of the request | response          | response
//	+---------+----------+--------------------------------------------+
type ControlPoint struct {
	OpCode   OpCode
	Operator Operator
	// Operand of a request: filter type and bounds as sent. Make one with ByNumber or
	// ByTime, read it with Filter, Numbers or Times. A type that has no name is kept as
	// it is: some makers have their own.
	Operand  []byte
	Count    uint32   // number of records; meaningful if OpCode is Count or CombinedResponse
	Request  OpCode   // what is answered, even if unknown; meaningful if OpCode is ResponseCode
	Response Response // meaningful if OpCode is ResponseCode
	// Service decides how wide numbers and times are.
	Service Service
}

// Service is the kind of service that a control point belongs to. The
// widths of operands depend on it.
type Service uint8

// The services.
const (
	// Plain: glucose and CGM. Numbers have 16 bits, times are a [clock.DateTime].
	Plain Service = iota
	// BloodPressure: blood pressure. Numbers have 16 bits, times are 32 bits
	// of seconds.
	//
	// unverified layout: the width of the time is from memory of BLS 1.1.
	BloodPressure
	// HealthSensor: generic health sensor. Record numbers, counts and times have 32 bits.
	//
	// unverified layout: from memory of GHSS 1.0; the record number agrees with
	// philips-labs/BLE-GHS-Client-Example.
	HealthSensor
)

// OpCode is a command or an answer.
type OpCode uint8

// The op codes. 7 and 8 exist in the generic health sensor service only.
const (
	Report           OpCode = 1 // send records
	Delete           OpCode = 2 // delete records
	Abort            OpCode = 3 // stop what is going on
	ReportCount      OpCode = 4 // say how many records there are
	Count            OpCode = 5 // from the device: that many
	ResponseCode     OpCode = 6 // from the device: how the request ended
	CombinedReport   OpCode = 7 // send records, then say how many they were
	CombinedResponse OpCode = 8 // from the device: that many were sent
)

// Operator selects records.
type Operator uint8

// The operators.
const (
	Null    Operator = 0 // none: answers and Abort
	All     Operator = 1
	AtMost  Operator = 2 // with a bound
	AtLeast Operator = 3 // with a bound
	Range   Operator = 4 // with two bounds, both included
	First   Operator = 5 // the oldest record
	Last    Operator = 6 // the newest record
)

// Filter is what the bounds of a request count.
type Filter uint8

// The filter types.
const (
	// ByNumber: the sequence number; in CGM the time offset in minutes; in the
	// generic health sensor service the record number.
	ByNumber Filter = 1
	// ByTime: the time that the user sees.
	ByTime Filter = 2
)

// Response is how a request ended.
//
// The values are seen on air; the meanings are from memory (unverified).
type Response uint8

// The responses.
const (
	Success              Response = 1
	OpCodeNotSupported   Response = 2
	InvalidOperator      Response = 3
	OperatorNotSupported Response = 4
	InvalidOperand       Response = 5
	NoRecords            Response = 6 // nothing matches; no error
	AbortUnsuccessful    Response = 7
	NotCompleted         Response = 8
	OperandNotSupported  Response = 9
	Busy                 Response = 10
)

// fromDevice says whether the op code is an answer.
func (c OpCode) fromDevice() bool {
	return c == Count || c == ResponseCode || c == CombinedResponse
}

const racpRef = "GLS 1.0, 3.4"

// Parse decodes b as of a glucose or CGM service; for others use
// [Service.Parse]. The result borrows b for its operand.
func Parse(b []byte) (ControlPoint, error) { return Plain.Parse(b) }

// Parse decodes b with the widths of a service. The result borrows b for its operand.
func (s Service) Parse(b []byte) (ControlPoint, error) {
	m := ControlPoint{Service: s}
	r := att.NewReader(b)
	m.OpCode = OpCode(r.Uint8("OpCode"))
	if m.OpCode == 0 || m.OpCode > CombinedResponse {
		r.Reject(device.ErrOpCode, "OpCode", 0)
		if len(b) == 1 {
			return m, r.Finish(0, "RACP", racpRef)
		}
	}
	m.Operator = Operator(r.Uint8("Operator"))
	switch m.OpCode {
	case Report, Delete, ReportCount, CombinedReport:
		m.Operand = readOperand(&r, s, m.Operator)
	case Abort:
		wantNull(&r, m.Operator)
	case Count, CombinedResponse:
		wantNull(&r, m.Operator)
		m.Count = readNumber(&r, s, "RecordCount")
	case ResponseCode:
		wantNull(&r, m.Operator)
		m.Request = OpCode(r.Uint8("RequestOpCode")) // the device repeats what it was sent, even nonsense
		m.Response = Response(r.Code("ResponseCode", uint8(Busy)))
	default:
		m.Operand = r.Remaining("Operand")
	}
	return m, r.Finish(0, "RACP", racpRef)
}

func wantNull(r *att.Reader, o Operator) {
	if o != Null {
		r.Reject(device.ErrOperator, "Operator", 1)
	}
}

func readNumber(r *att.Reader, s Service, field string) uint32 {
	if s == HealthSensor {
		return r.Uint32(field)
	}
	return uint32(r.Uint16(field))
}

// readOperand reads filter type and bounds, as far as the operator has any.
func readOperand(r *att.Reader, s Service, o Operator) []byte {
	switch o {
	case All, First, Last:
		return nil
	case AtMost, AtLeast, Range:
	default:
		r.Reject(device.ErrOperator, "Operator", 1)
		return r.Remaining("Operand")
	}
	whole := *r // the operand once more, as bytes
	switch t := Filter(r.Uint8("FilterType")); t {
	case ByNumber, ByTime:
		readBound(r, s, t, "FilterMinimum")
		if o == Range {
			readBound(r, s, t, "FilterMaximum")
		}
	case 0:
		r.Reject(device.ErrReservedValue, "FilterType", r.Offset()-1)
		r.Remaining("Operand")
	default: // a maker's own
		r.Remaining("Operand")
	}
	if r.Offset() == whole.Offset() {
		return nil
	}
	return whole.Bytes("Operand", r.Offset()-whole.Offset())
}

func readBound(r *att.Reader, s Service, t Filter, field string) {
	switch {
	case t == ByNumber:
		readNumber(r, s, field)
	case s == Plain:
		r.DateTime(field)
	default:
		r.Uint32(field)
	}
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Count has
// more than the 16 bits of its service.
func (m ControlPoint) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(m.OpCode), byte(m.Operator))
	switch m.OpCode {
	case Abort:
		return b, nil
	case Count, CombinedResponse:
		if m.Service != HealthSensor && m.Count > 0xFFFF {
			return b, att.Unencodable("RecordCount")
		}
		return m.Service.appendNumber(b, m.Count), nil
	case ResponseCode:
		return append(b, byte(m.Request), byte(m.Response)), nil
	}
	return append(b, m.Operand...), nil
}

func (s Service) appendNumber(b []byte, n uint32) []byte {
	if s == HealthSensor {
		return binary.LittleEndian.AppendUint32(b, n)
	}
	return binary.LittleEndian.AppendUint16(b, uint16(n))
}

// CheckDirection reports a command that came from the device, or an answer
// that went to it.
func (m ControlPoint) CheckDirection(fromDevice bool) error {
	if m.OpCode.fromDevice() == fromDevice {
		return nil
	}
	return &device.DecodeError{Type: "RACP", Field: "OpCode", Ref: racpRef, Err: device.ErrDirection}
}

// ByNumber is m with one bound, or two for [Range], that count sequence
// numbers (CGM: minutes). Where numbers have 16 bits the others are cut off.
func (m ControlPoint) ByNumber(bounds ...uint32) ControlPoint {
	m.Operand = []byte{byte(ByNumber)}
	for _, n := range bounds {
		m.Operand = m.Service.appendNumber(m.Operand, n)
	}
	return m
}

// ByTime is m with one bound, or two for [Range], of the time that the
// user sees. Only [Plain] has bounds of this form.
func (m ControlPoint) ByTime(bounds ...clock.DateTime) ControlPoint {
	m.Operand = []byte{byte(ByTime)}
	for _, t := range bounds {
		m.Operand, _ = t.AppendBinary(m.Operand)
	}
	return m
}

// Filter is what the bounds of a request count; 0 if it has none.
func (m ControlPoint) Filter() Filter {
	if len(m.Operand) == 0 {
		return 0
	}
	return Filter(m.Operand[0])
}

// Numbers are the bounds of a request for numbers. Of a request with one bound
// both are that bound.
func (m ControlPoint) Numbers() (low, high uint32, ok bool) {
	if m.Filter() != ByNumber {
		return 0, 0, false
	}
	r := att.NewReader(m.Operand[1:])
	low = readNumber(&r, m.Service, "")
	if high = low; r.Rest() > 0 {
		high = readNumber(&r, m.Service, "")
	}
	return low, high, r.Complete()
}

// Times are the bounds of a request for times. Of a request with one bound
// both are that bound.
func (m ControlPoint) Times() (low, high clock.DateTime, ok bool) {
	if m.Filter() != ByTime || m.Service != Plain {
		return low, high, false
	}
	r := att.NewReader(m.Operand[1:])
	low = clock.DateTime(r.DateTime(""))
	if high = low; r.Rest() > 0 {
		high = clock.DateTime(r.DateTime(""))
	}
	return low, high, r.Complete()
}

// String is the op code in words.
func (c OpCode) String() string { return att.NameOf(racpOpCodes[:], uint8(c)) }

// String is the operator in words.
func (o Operator) String() string { return att.NameOf(racpOperators[:], uint8(o)) }

// String is the filter in words.
func (f Filter) String() string { return att.NameOf(racpFilters[:], uint8(f)) }

// String is the response in words.
func (c Response) String() string { return att.NameOf(racpResponses[:], uint8(c)) }

var (
	racpOpCodes = [...]string{
		1: "report records", 2: "delete records", 3: "abort", 4: "report number of records", 5: "number of records", 6: "response",
		7: "report records and their number", 8: "number of records sent",
	}
	racpOperators = [...]string{"none", "all records", "at most", "at least", "range", "first record", "last record"}
	racpFilters   = [...]string{"none", "by number", "by time"}
	racpResponses = [...]string{
		1: "success", 2: "op code not supported", 3: "invalid operator", 4: "operator not supported", 5: "invalid operand",
		6: "no records found", 7: "abort unsuccessful", 8: "not completed", 9: "operand not supported", 10: "server busy",
	}
)

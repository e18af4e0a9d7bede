package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUIDRecordAccess is the Record Access Control Point.
const UUIDRecordAccess = 0x2A52

// RACP is characteristic 0x2A52, the Record Access Control Point (Glucose
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
type RACP struct {
	OpCode   RACPOpCode
	Operator RACPOperator
	// Operand of a request: filter type and bounds as sent. Make one with ByNumber or
	// ByTime, read it with Filter, Numbers or Times. A type that has no name is kept as
	// it is: some makers have their own.
	Operand  []byte
	Count    uint32       // number of records; meaningful if OpCode is RACPCount or RACPCombinedResponse
	Request  RACPOpCode   // what is answered, even if unknown; meaningful if OpCode is RACPResponseCode
	Response RACPResponse // meaningful if OpCode is RACPResponseCode
	// Service decides how wide numbers and times are.
	Service RACPService
}

// RACPService is the kind of service that a control point belongs to. The
// widths of operands depend on it.
type RACPService uint8

// The services.
const (
	// RACPPlain: glucose and CGM. Numbers have 16 bits, times are a [DateTime].
	RACPPlain RACPService = iota
	// RACPBloodPressure: blood pressure. Numbers have 16 bits, times are 32 bits
	// of seconds.
	//
	// unverified layout: the width of the time is from memory of BLS 1.1.
	RACPBloodPressure
	// RACPHealthSensor: generic health sensor. Record numbers, counts and times have 32 bits.
	//
	// unverified layout: from memory of GHSS 1.0; the record number agrees with
	// philips-labs/BLE-GHS-Client-Example.
	RACPHealthSensor
)

// RACPOpCode is a command or an answer.
type RACPOpCode uint8

// The op codes. 7 and 8 exist in the generic health sensor service only.
const (
	RACPReport           RACPOpCode = 1 // send records
	RACPDelete           RACPOpCode = 2 // delete records
	RACPAbort            RACPOpCode = 3 // stop what is going on
	RACPReportCount      RACPOpCode = 4 // say how many records there are
	RACPCount            RACPOpCode = 5 // from the device: that many
	RACPResponseCode     RACPOpCode = 6 // from the device: how the request ended
	RACPCombinedReport   RACPOpCode = 7 // send records, then say how many they were
	RACPCombinedResponse RACPOpCode = 8 // from the device: that many were sent
)

// RACPOperator selects records.
type RACPOperator uint8

// The operators.
const (
	RACPNull    RACPOperator = 0 // none: answers and RACPAbort
	RACPAll     RACPOperator = 1
	RACPAtMost  RACPOperator = 2 // with a bound
	RACPAtLeast RACPOperator = 3 // with a bound
	RACPRange   RACPOperator = 4 // with two bounds, both included
	RACPFirst   RACPOperator = 5 // the oldest record
	RACPLast    RACPOperator = 6 // the newest record
)

// RACPFilter is what the bounds of a request count.
type RACPFilter uint8

// The filter types.
const (
	// RACPByNumber: the sequence number; in CGM the time offset in minutes; in the
	// generic health sensor service the record number.
	RACPByNumber RACPFilter = 1
	// RACPByTime: the time that the user sees.
	RACPByTime RACPFilter = 2
)

// RACPResponse is how a request ended.
//
// The values are seen on air; the meanings are from memory (unverified).
type RACPResponse uint8

// The responses.
const (
	RACPSuccess              RACPResponse = 1
	RACPOpCodeNotSupported   RACPResponse = 2
	RACPInvalidOperator      RACPResponse = 3
	RACPOperatorNotSupported RACPResponse = 4
	RACPInvalidOperand       RACPResponse = 5
	RACPNoRecords            RACPResponse = 6 // nothing matches; no error
	RACPAbortUnsuccessful    RACPResponse = 7
	RACPNotCompleted         RACPResponse = 8
	RACPOperandNotSupported  RACPResponse = 9
	RACPBusy                 RACPResponse = 10
)

// fromDevice says whether the op code is an answer.
func (c RACPOpCode) fromDevice() bool {
	return c == RACPCount || c == RACPResponseCode || c == RACPCombinedResponse
}

const racpRef = "GLS 1.0, 3.4"

// ParseRACP decodes b as of a glucose or CGM service; for others use
// [RACPService.Parse]. The result borrows b for its operand.
func ParseRACP(b []byte) (RACP, error) { return RACPPlain.Parse(b) }

// Parse decodes b with the widths of a service. The result borrows b for its operand.
func (s RACPService) Parse(b []byte) (RACP, error) {
	m := RACP{Service: s}
	r := att.NewReader(b)
	m.OpCode = RACPOpCode(r.Uint8("OpCode"))
	if m.OpCode == 0 || m.OpCode > RACPCombinedResponse {
		r.Reject(device.ErrOpCode, "OpCode", 0)
		if len(b) == 1 {
			return m, r.Finish(0, "RACP", racpRef)
		}
	}
	m.Operator = RACPOperator(r.Uint8("Operator"))
	switch m.OpCode {
	case RACPReport, RACPDelete, RACPReportCount, RACPCombinedReport:
		m.Operand = readOperand(&r, s, m.Operator)
	case RACPAbort:
		wantNull(&r, m.Operator)
	case RACPCount, RACPCombinedResponse:
		wantNull(&r, m.Operator)
		m.Count = readNumber(&r, s, "RecordCount")
	case RACPResponseCode:
		wantNull(&r, m.Operator)
		m.Request = RACPOpCode(r.Uint8("RequestOpCode")) // the device repeats what it was sent, even nonsense
		m.Response = RACPResponse(r.Code("ResponseCode", uint8(RACPBusy)))
	default:
		m.Operand = r.Remaining("Operand")
	}
	return m, r.Finish(0, "RACP", racpRef)
}

func wantNull(r *att.Reader, o RACPOperator) {
	if o != RACPNull {
		r.Reject(device.ErrOperator, "Operator", 1)
	}
}

func readNumber(r *att.Reader, s RACPService, field string) uint32 {
	if s == RACPHealthSensor {
		return r.Uint32(field)
	}
	return uint32(r.Uint16(field))
}

// readOperand reads filter type and bounds, as far as the operator has any.
func readOperand(r *att.Reader, s RACPService, o RACPOperator) []byte {
	switch o {
	case RACPAll, RACPFirst, RACPLast:
		return nil
	case RACPAtMost, RACPAtLeast, RACPRange:
	default:
		r.Reject(device.ErrOperator, "Operator", 1)
		return r.Remaining("Operand")
	}
	whole := *r // the operand once more, as bytes
	switch t := RACPFilter(r.Uint8("FilterType")); t {
	case RACPByNumber, RACPByTime:
		readBound(r, s, t, "FilterMinimum")
		if o == RACPRange {
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

func readBound(r *att.Reader, s RACPService, t RACPFilter, field string) {
	switch {
	case t == RACPByNumber:
		readNumber(r, s, field)
	case s == RACPPlain:
		r.DateTime(field)
	default:
		r.Uint32(field)
	}
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Count has
// more than the 16 bits of its service.
func (m RACP) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(m.OpCode), byte(m.Operator))
	switch m.OpCode {
	case RACPAbort:
		return b, nil
	case RACPCount, RACPCombinedResponse:
		if m.Service != RACPHealthSensor && m.Count > 0xFFFF {
			return b, att.Unencodable("RecordCount")
		}
		return m.Service.appendNumber(b, m.Count), nil
	case RACPResponseCode:
		return append(b, byte(m.Request), byte(m.Response)), nil
	}
	return append(b, m.Operand...), nil
}

func (s RACPService) appendNumber(b []byte, n uint32) []byte {
	if s == RACPHealthSensor {
		return binary.LittleEndian.AppendUint32(b, n)
	}
	return binary.LittleEndian.AppendUint16(b, uint16(n))
}

// CheckDirection reports a command that came from the device, or an answer
// that went to it.
func (m RACP) CheckDirection(fromDevice bool) error {
	if m.OpCode.fromDevice() == fromDevice {
		return nil
	}
	return &device.DecodeError{Type: "RACP", Field: "OpCode", Ref: racpRef, Err: device.ErrDirection}
}

// ByNumber is m with one bound, or two for [RACPRange], that count sequence
// numbers (CGM: minutes). Where numbers have 16 bits the others are cut off.
func (m RACP) ByNumber(bounds ...uint32) RACP {
	m.Operand = []byte{byte(RACPByNumber)}
	for _, n := range bounds {
		m.Operand = m.Service.appendNumber(m.Operand, n)
	}
	return m
}

// ByTime is m with one bound, or two for [RACPRange], of the time that the
// user sees. Only [RACPPlain] has bounds of this form.
func (m RACP) ByTime(bounds ...DateTime) RACP {
	m.Operand = []byte{byte(RACPByTime)}
	for _, t := range bounds {
		m.Operand, _ = t.AppendBinary(m.Operand)
	}
	return m
}

// Filter is what the bounds of a request count; 0 if it has none.
func (m RACP) Filter() RACPFilter {
	if len(m.Operand) == 0 {
		return 0
	}
	return RACPFilter(m.Operand[0])
}

// Numbers are the bounds of a request for numbers. Of a request with one bound
// both are that bound.
func (m RACP) Numbers() (low, high uint32, ok bool) {
	if m.Filter() != RACPByNumber {
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
func (m RACP) Times() (low, high DateTime, ok bool) {
	if m.Filter() != RACPByTime || m.Service != RACPPlain {
		return low, high, false
	}
	r := att.NewReader(m.Operand[1:])
	low = DateTime(r.DateTime(""))
	if high = low; r.Rest() > 0 {
		high = DateTime(r.DateTime(""))
	}
	return low, high, r.Complete()
}

// String is the op code in words.
func (c RACPOpCode) String() string { return att.NameOf(racpOpCodes[:], uint8(c)) }

// String is the operator in words.
func (o RACPOperator) String() string { return att.NameOf(racpOperators[:], uint8(o)) }

// String is the filter in words.
func (f RACPFilter) String() string { return att.NameOf(racpFilters[:], uint8(f)) }

// String is the response in words.
func (c RACPResponse) String() string { return att.NameOf(racpResponses[:], uint8(c)) }

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

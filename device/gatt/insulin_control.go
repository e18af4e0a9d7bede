package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// IDDStatusReader is characteristic 0x2B24, IDD Status Reader Control Point
// (Insulin Delivery Service 1.0): a question to the pump or its answer.
//
//	 0         2
//	+---------+--------------+
//	| op code | operand ...  |
//	+---------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d. It leaves the operands
// alone, and so does this package, save [IDDStatusReader.Response].
type IDDStatusReader struct {
	OpCode  IDDReaderOp
	Operand []byte // borrowed; with E2E protection see [IDDUnprotect]
}

// ParseIDDStatusReader decodes b, which the result borrows.
func ParseIDDStatusReader(b []byte) (IDDStatusReader, error) {
	r := att.NewReader(b)
	m := IDDStatusReader{OpCode: readOpCode(&r, iddReaderOpNames), Operand: r.Remaining("Operand")}
	return m, r.Finish(0, "IDDStatusReader", idsRef)
}

// opCode16 reads an op code of two bytes that must be on a list.
func readOpCode[C ~uint16](r *att.Reader, names map[C]string) C {
	v := C(r.Uint16("OpCode"))
	if _, ok := names[v]; !ok {
		r.Reject(device.ErrOpCode, "OpCode", 0)
	}
	return v
}

// AppendBinary implements [encoding.BinaryAppender].
func (m IDDStatusReader) AppendBinary(b []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint16(b, uint16(m.OpCode)), m.Operand...), nil
}

// Response is what the pump answers to a question that has no answer of its
// own: the op code asked, two bytes, and one byte of result.
//
// single-source layout: ehealthinnovation/AndroidBLEParser.
func (m IDDStatusReader) Response() (request IDDReaderOp, result IDDResponse, ok bool) {
	if m.OpCode != IDDReaderResponseCode || len(m.Operand) != 3 {
		return 0, 0, false
	}
	return IDDReaderOp(binary.LittleEndian.Uint16(m.Operand)), IDDResponse(m.Operand[2]), true
}

// IDDCommand is characteristic 0x2B25, IDD Command Control Point (Insulin
// Delivery Service 1.0): a command to the pump or its answer.
//
//	 0         2
//	+---------+--------------+
//	| op code | operand ...  |
//	+---------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d. It leaves the operands
// alone, and so does this package, save [IDDCommand.Response]: nobody should
// command a pump on the word of one source.
type IDDCommand struct {
	OpCode  IDDCommandOp
	Operand []byte // borrowed; with E2E protection see [IDDUnprotect]
}

// ParseIDDCommand decodes b, which the result borrows.
func ParseIDDCommand(b []byte) (IDDCommand, error) {
	r := att.NewReader(b)
	m := IDDCommand{OpCode: readOpCode(&r, iddCommandOpNames), Operand: r.Remaining("Operand")}
	return m, r.Finish(0, "IDDCommand", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m IDDCommand) AppendBinary(b []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint16(b, uint16(m.OpCode)), m.Operand...), nil
}

// Response is what the pump answers to a command that has no answer of its
// own: the op code, two bytes, and one byte of result.
//
// single-source layout: ehealthinnovation/AndroidBLEParser.
func (m IDDCommand) Response() (request IDDCommandOp, result IDDResponse, ok bool) {
	if m.OpCode != IDDCommandResponseCode || len(m.Operand) != 3 {
		return 0, 0, false
	}
	return IDDCommandOp(binary.LittleEndian.Uint16(m.Operand)), IDDResponse(m.Operand[2]), true
}

// IDDCommandData is characteristic 0x2B26 (Insulin Delivery Service 1.0): what
// a command asked for, where it is longer than an answer. It has the layout of
// [IDDCommand].
//
// single-source layout: bluetooth-sig-python@27bdb3d.
type IDDCommandData IDDCommand

// ParseIDDCommandData decodes b, which the result borrows.
func ParseIDDCommandData(b []byte) (IDDCommandData, error) {
	r := att.NewReader(b)
	m := IDDCommandData{OpCode: readOpCode(&r, iddCommandOpNames), Operand: r.Remaining("Operand")}
	return m, r.Finish(0, "IDDCommandData", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m IDDCommandData) AppendBinary(b []byte) ([]byte, error) { return IDDCommand(m).AppendBinary(b) }

// IDDRecordAccess is characteristic 0x2B27, IDD Record Access Control Point
// (Insulin Delivery Service 1.0). It has the shape of [RACP] and other numbers.
//
//	 0         1          2
//	+---------+----------+--------------+
//	| op code | operator | operand ...  |
//	+---------+----------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d. Operands are left alone,
// save [IDDRecordAccess.Response].
type IDDRecordAccess struct {
	OpCode   IDDRecordOp
	Operator IDDRecordOperator
	Operand  []byte // borrowed; with E2E protection see [IDDUnprotect]
}

// ParseIDDRecordAccess decodes b, which the result borrows.
func ParseIDDRecordAccess(b []byte) (IDDRecordAccess, error) {
	var m IDDRecordAccess
	r := att.NewReader(b)
	m.OpCode = IDDRecordOp(r.Uint8("OpCode"))
	if _, ok := iddRecordOpNames[m.OpCode]; !ok {
		r.Reject(device.ErrOpCode, "OpCode", 0)
	}
	m.Operator = IDDRecordOperator(r.Uint8("Operator"))
	if _, ok := iddRecordOperatorNames[m.Operator]; !ok {
		r.Reject(device.ErrOperator, "Operator", 1)
	}
	m.Operand = r.Remaining("Operand")
	return m, r.Finish(0, "IDDRecordAccess", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m IDDRecordAccess) AppendBinary(b []byte) ([]byte, error) {
	return append(append(b, byte(m.OpCode), byte(m.Operator)), m.Operand...), nil
}

// Response is what the pump answers: the op code asked and the result, a byte
// each as in [RACP].
//
// unverified layout: by analogy with [RACP].
func (m IDDRecordAccess) Response() (request IDDRecordOp, result IDDRecordResponse, ok bool) {
	if m.OpCode != IDDRecordResponseCode || len(m.Operand) != 2 {
		return 0, 0, false
	}
	return IDDRecordOp(m.Operand[0]), IDDRecordResponse(m.Operand[1]), true
}

// IDDHistory is characteristic 0x2B28, IDD History Data (Insulin Delivery
// Service 1.0): an entry in the history of a pump.
//
//	 0       2           6         8
//	+-------+-----------+---------+-----------+
//	| event | sequence  | offset  | data ...  |
//	+-------+-----------+---------+-----------+
//
// single-source layout: bluetooth-sig-python@27bdb3d, which leaves the data of
// the events alone, and so does this package.
type IDDHistory struct {
	Event    IDDEvent
	Sequence uint32
	Offset   uint16 // s since the last reference time event
	Data     []byte // borrowed; with E2E protection see [IDDUnprotect]
}

// The event types that belong to manufacturers, both included.
const (
	iddEventOwnFirst IDDEvent = 0xF000
	iddEventOwnLast  IDDEvent = 0xFFF0
)

// OfManufacturer reports whether e is not of the service but of a maker.
func (e IDDEvent) OfManufacturer() bool { return e >= iddEventOwnFirst && e <= iddEventOwnLast }

// ParseIDDHistory decodes b, which the result borrows.
func ParseIDDHistory(b []byte) (IDDHistory, error) {
	var m IDDHistory
	r := att.NewReader(b)
	m.Event = IDDEvent(r.Uint16("EventType"))
	if _, ok := iddEventNames[m.Event]; !ok && !m.Event.OfManufacturer() {
		r.Reject(device.ErrReservedValue, "EventType", 0)
	}
	m.Sequence = r.Uint32("Sequence")
	m.Offset = r.Uint16("RelativeOffset")
	m.Data = r.Remaining("EventData")
	return m, r.Finish(0, "IDDHistory", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m IDDHistory) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Event))
	b = binary.LittleEndian.AppendUint32(b, m.Sequence)
	b = binary.LittleEndian.AppendUint16(b, m.Offset)
	return append(b, m.Data...), nil
}

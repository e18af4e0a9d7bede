package insulin

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// StatusReader is characteristic 0x2B24, IDD Status Reader Control Point
// (Insulin Delivery Service 1.0): a question to the pump or its answer.
//
//	 0         2
//	+---------+--------------+
//	| op code | operand ...  |
//	+---------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d. It leaves the operands
// alone, and so does this package, save [StatusReader.Response].
type StatusReader struct {
	OpCode  ReaderOp
	Operand []byte // borrowed; with E2E protection see [Unprotect]
}

// ParseStatusReader decodes b, which the result borrows.
func ParseStatusReader(b []byte) (StatusReader, error) {
	r := att.NewReader(b)
	m := StatusReader{OpCode: readOpCode(&r, iddReaderOpNames), Operand: r.Remaining("Operand")}
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
func (m StatusReader) AppendBinary(b []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint16(b, uint16(m.OpCode)), m.Operand...), nil
}

// Response is what the pump answers to a question that has no answer of its
// own: the op code asked, two bytes, and one byte of result.
//
// single-source layout: ehealthinnovation/AndroidBLEParser.
func (m StatusReader) Response() (request ReaderOp, result Response, ok bool) {
	if m.OpCode != ReaderResponseCode || len(m.Operand) != 3 {
		return 0, 0, false
	}
	return ReaderOp(binary.LittleEndian.Uint16(m.Operand)), Response(m.Operand[2]), true
}

// Command is characteristic 0x2B25, IDD Command Control Point (Insulin
// Delivery Service 1.0): a command to the pump or its answer.
//
//	 0         2
//	+---------+--------------+
//	| op code | operand ...  |
//	+---------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d. It leaves the operands
// alone, and so does this package, save [Command.Response]: nobody should
// command a pump on the word of one source.
type Command struct {
	OpCode  CommandOp
	Operand []byte // borrowed; with E2E protection see [Unprotect]
}

// ParseCommand decodes b, which the result borrows.
func ParseCommand(b []byte) (Command, error) {
	r := att.NewReader(b)
	m := Command{OpCode: readOpCode(&r, iddCommandOpNames), Operand: r.Remaining("Operand")}
	return m, r.Finish(0, "IDDCommand", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Command) AppendBinary(b []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint16(b, uint16(m.OpCode)), m.Operand...), nil
}

// Response is what the pump answers to a command that has no answer of its
// own: the op code, two bytes, and one byte of result.
//
// single-source layout: ehealthinnovation/AndroidBLEParser.
func (m Command) Response() (request CommandOp, result Response, ok bool) {
	if m.OpCode != CommandResponseCode || len(m.Operand) != 3 {
		return 0, 0, false
	}
	return CommandOp(binary.LittleEndian.Uint16(m.Operand)), Response(m.Operand[2]), true
}

// CommandData is characteristic 0x2B26 (Insulin Delivery Service 1.0): what
// a command asked for, where it is longer than an answer. It has the layout of
// [Command].
//
// single-source layout: bluetooth-sig-python@27bdb3d.
type CommandData Command

// ParseCommandData decodes b, which the result borrows.
func ParseCommandData(b []byte) (CommandData, error) {
	r := att.NewReader(b)
	m := CommandData{OpCode: readOpCode(&r, iddCommandOpNames), Operand: r.Remaining("Operand")}
	return m, r.Finish(0, "IDDCommandData", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m CommandData) AppendBinary(b []byte) ([]byte, error) { return Command(m).AppendBinary(b) }

// RecordAccess is characteristic 0x2B27, IDD Record Access Control Point
// (Insulin Delivery Service 1.0). It has the shape of [racp.ControlPoint] and other numbers.
//
//	 0         1          2
//	+---------+----------+--------------+
//	| op code | operator | operand ...  |
//	+---------+----------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d. Operands are left alone,
// save [RecordAccess.Response].
type RecordAccess struct {
	OpCode   RecordOp
	Operator RecordOperator
	Operand  []byte // borrowed; with E2E protection see [Unprotect]
}

// ParseRecordAccess decodes b, which the result borrows.
func ParseRecordAccess(b []byte) (RecordAccess, error) {
	var m RecordAccess
	r := att.NewReader(b)
	m.OpCode = RecordOp(r.Uint8("OpCode"))
	if _, ok := iddRecordOpNames[m.OpCode]; !ok {
		r.Reject(device.ErrOpCode, "OpCode", 0)
	}
	m.Operator = RecordOperator(r.Uint8("Operator"))
	if _, ok := iddRecordOperatorNames[m.Operator]; !ok {
		r.Reject(device.ErrOperator, "Operator", 1)
	}
	m.Operand = r.Remaining("Operand")
	return m, r.Finish(0, "IDDRecordAccess", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m RecordAccess) AppendBinary(b []byte) ([]byte, error) {
	return append(append(b, byte(m.OpCode), byte(m.Operator)), m.Operand...), nil
}

// Response is what the pump answers: the op code asked and the result, a byte
// each as in [racp.ControlPoint].
//
// unverified layout: by analogy with [racp.ControlPoint].
func (m RecordAccess) Response() (request RecordOp, result RecordResponse, ok bool) {
	if m.OpCode != RecordResponseCode || len(m.Operand) != 2 {
		return 0, 0, false
	}
	return RecordOp(m.Operand[0]), RecordResponse(m.Operand[1]), true
}

// History is characteristic 0x2B28, IDD History Data (Insulin Delivery
// Service 1.0): an entry in the history of a pump.
//
//	 0       2           6         8
//	+-------+-----------+---------+-----------+
//	| event | sequence  | offset  | data ...  |
//	+-------+-----------+---------+-----------+
//
// single-source layout: bluetooth-sig-python@27bdb3d, which leaves the data of
// the events alone, and so does this package.
type History struct {
	Event    Event
	Sequence uint32
	Offset   uint16 // s since the last reference time event
	Data     []byte // borrowed; with E2E protection see [Unprotect]
}

// The event types that belong to manufacturers, both included.
const (
	iddEventOwnFirst Event = 0xF000
	iddEventOwnLast  Event = 0xFFF0
)

// OfManufacturer reports whether e is not of the service but of a maker.
func (e Event) OfManufacturer() bool { return e >= iddEventOwnFirst && e <= iddEventOwnLast }

// ParseHistory decodes b, which the result borrows.
func ParseHistory(b []byte) (History, error) {
	var m History
	r := att.NewReader(b)
	m.Event = Event(r.Uint16("EventType"))
	if _, ok := iddEventNames[m.Event]; !ok && !m.Event.OfManufacturer() {
		r.Reject(device.ErrReservedValue, "EventType", 0)
	}
	m.Sequence = r.Uint32("Sequence")
	m.Offset = r.Uint16("RelativeOffset")
	m.Data = r.Remaining("EventData")
	return m, r.Finish(0, "IDDHistory", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m History) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Event))
	b = binary.LittleEndian.AppendUint32(b, m.Sequence)
	b = binary.LittleEndian.AppendUint16(b, m.Offset)
	return append(b, m.Data...), nil
}

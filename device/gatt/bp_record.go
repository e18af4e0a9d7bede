package gatt

import (
	"encoding/binary"
	"strconv"
)

// UUIDBloodPressureRecord is the UUID of [BloodPressureRecord].
const UUIDBloodPressureRecord = 0x2B36

// SegmentHeader is the first byte of a value that may come in several parts.
//
//	 7            2   1      0
//	+--------------+------+-------+
//	| counter 0-63 | last | first |
//	+--------------+------+-------+
type SegmentHeader struct {
	First, Last bool
	// Counter goes up by one per part, also from one value to the next, and
	// from 63 to 0.
	Counter uint8
}

const (
	segmentFirst   = 1 << 0
	segmentLast    = 1 << 1
	segmentCounter = 2 // where the counter begins
	segmentModulus = 64
)

// Whole reports whether the part is all there is.
func (h SegmentHeader) Whole() bool { return h.First && h.Last }

// Next is the counter of the part that follows.
func (h SegmentHeader) Next() uint8 { return (h.Counter + 1) % segmentModulus }

// String is "part 5, first and last".
func (h SegmentHeader) String() string {
	s := "part " + strconv.Itoa(int(h.Counter))
	switch {
	case h.Whole():
		return s + ", first and last"
	case h.First:
		return s + ", first"
	case h.Last:
		return s + ", last"
	}
	return s
}

func (r *reader) segmentHeader() SegmentHeader {
	v := r.Uint8("SegmentationHeader")
	return SegmentHeader{First: v&segmentFirst != 0, Last: v&segmentLast != 0, Counter: v >> segmentCounter}
}

func (h SegmentHeader) append(b []byte) ([]byte, error) {
	if h.Counter >= segmentModulus {
		return b, unencodable("Counter")
	}
	return append(b, flag(h.First, segmentFirst)|flag(h.Last, segmentLast)|h.Counter<<segmentCounter), nil
}

// rest takes what is left of the frame; nil if that is nothing.
func (r *reader) rest(field string) []byte {
	if r.Rest() == 0 {
		return nil
	}
	return r.Bytes(field, r.Rest())
}

// BloodPressureRecord is characteristic 0x2B36 (Blood Pressure Service 1.1):
// a part of a stored record, which is a value of another characteristic.
//
//	 0         1            3        5
//	+---------+------------+--------+----------------------+
//	| header  | sequence ? | UUID ? | recorded octets ...  |
//	+---------+------------+--------+----------------------+
//	sequence and UUID: in the first part only
//
// The last part ends with an E2E-CRC if the feature characteristic says so;
// the frame does not tell. Data then includes it. What exactly the CRC covers
// when a record has several parts no source tells, so it is not verified here.
//
// single-source layout: bluetooth-sig-python@27bdb3d after the GSS.
type BloodPressureRecord struct {
	SegmentHeader
	Sequence uint16 // of the record; 0 unless First
	UUID     uint16 // of the recorded characteristic; 0 unless First
	Data     []byte // borrowed
}

// ParseBloodPressureRecord decodes b, which the result borrows.
func ParseBloodPressureRecord(b []byte) (BloodPressureRecord, error) {
	r := newReader(b)
	m := BloodPressureRecord{SegmentHeader: r.segmentHeader()}
	if m.First {
		m.Sequence = r.Uint16("Sequence")
		m.UUID = r.Uint16("UUID")
	}
	m.Data = r.rest("Data")
	return m, finish(&r, 0, "BloodPressureRecord", ebpRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits.
func (m BloodPressureRecord) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.SegmentHeader.append(b)
	if err != nil {
		return b, err
	}
	if m.First {
		b = binary.LittleEndian.AppendUint16(b, m.Sequence)
		b = binary.LittleEndian.AppendUint16(b, m.UUID)
	}
	return append(b, m.Data...), nil
}

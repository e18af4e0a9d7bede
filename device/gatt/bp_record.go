package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/gatt/segment"
)

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
	segment.Header
	Sequence uint16 // of the record; 0 unless First
	UUID     uint16 // of the recorded characteristic; 0 unless First
	Data     []byte // borrowed
}

// ParseBloodPressureRecord decodes b, which the result borrows.
func ParseBloodPressureRecord(b []byte) (BloodPressureRecord, error) {
	r := att.NewReader(b)
	m := BloodPressureRecord{Header: segment.Header(r.Segment())}
	if m.First {
		m.Sequence = r.Uint16("Sequence")
		m.UUID = r.Uint16("UUID")
	}
	m.Data = r.Remaining("Data")
	return m, r.Finish(0, "BloodPressureRecord", ebpRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits.
func (m BloodPressureRecord) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.Header.AppendBinary(b)
	if err != nil {
		return b, err
	}
	if m.First {
		b = binary.LittleEndian.AppendUint16(b, m.Sequence)
		b = binary.LittleEndian.AppendUint16(b, m.UUID)
	}
	return append(b, m.Data...), nil
}

// Join takes the next part of a stored record. When it is the last, done is
// true and whole is the record, with the sequence number and the characteristic
// of its first part, which the caller keeps in first between calls. Otherwise it
// is [segment.Joiner.Add].
func (m BloodPressureRecord) Join(s *segment.Joiner, first *BloodPressureRecord) (whole BloodPressureRecord, done bool, err error) {
	if m.First {
		*first = m
		first.Data = nil
	}
	data, done, err := s.Add(m.Header, m.Data)
	if !done {
		return BloodPressureRecord{}, false, err
	}
	whole = *first
	whole.Header, whole.Data = segment.Header{First: true, Last: true, Counter: first.Counter}, data
	return whole, true, err
}

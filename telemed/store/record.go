package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A CorruptError reports what is not as it was written.
type CorruptError struct {
	Position telemed.Position // of the record, 0 if the damage is elsewhere in the file
	Err      error
}

// Error names the position and the reason.
func (e *CorruptError) Error() string {
	if e.Position == 0 {
		return fmt.Sprintf("the file is damaged: %v", e.Err)
	}
	return fmt.Sprintf("record %d is damaged: %v", e.Position, e.Err)
}

// Unwrap returns the reason.
func (e *CorruptError) Unwrap() error { return e.Err }

var (
	errChecksum = errors.New("checksum mismatch")
	errFormat   = errors.New("unknown format")
	errShort    = errors.New("too short")
	errMissing  = errors.New("missing")
)

// The first byte of a value in the file.
//
//	plain   1 | CRC-32C of content and place (4, little endian) | content
//	sealed  2 | key (8, big endian) | nonce (12) | encrypted content | tag (16)
//
// The place (bucket and key) goes into checksum or tag, so that a value that
// was moved or copied is as bad as one that was changed.
const (
	plain  = 1
	sealed = 2
)

// version is the first byte of the content.
//
//	version 1 | patient | device | kind | unit (each uvarint length, bytes)
//	| quality uvarint | coefficient varint | exponent int8 | seconds varint
//	| nanoseconds uvarint | zone offset in seconds varint | stamped 0/1
//	| sequence uvarint | code uvarint
//
// Kind and unit go by name: a file outlives the tables of a program.
const version = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendReading appends the content of a record. This is the one place where a
// patient is written in the clear.
func appendReading(b []byte, r *vitals.Reading) []byte {
	b = append(b, version)
	b = appendString(b, r.Patient.Reveal())
	b = appendString(b, string(r.Device))
	b = appendString(b, r.Kind.String())
	b = appendString(b, r.Quantity.Unit().UCUM())
	b = binary.AppendUvarint(b, uint64(r.Quality))
	b = binary.AppendVarint(b, r.Quantity.Value().Coef)
	b = append(b, byte(r.Quantity.Value().Exp))
	b = appendTime(b, r.At)
	stamped := byte(0)
	if r.Stamped {
		stamped = 1
	}
	b = append(b, stamped)
	b = binary.AppendUvarint(b, uint64(r.Sequence))
	return binary.AppendUvarint(b, uint64(r.Code))
}

func appendTime(b []byte, t time.Time) []byte {
	b = binary.AppendVarint(b, t.Unix())
	b = binary.AppendUvarint(b, uint64(t.Nanosecond()))
	_, offset := t.Zone()
	return binary.AppendVarint(b, int64(offset))
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// A decoder reads records of one transaction. It remembers the last names, so
// that readings of one patient in a row share them.
type decoder struct {
	patient vitals.PatientID
	device  vitals.DeviceID
	zone    *time.Location
	offset  int

	b   []byte
	bad bool
}

// reading reads the content of a record.
func (d *decoder) reading(content []byte) (r vitals.Reading, err error) {
	if len(content) == 0 {
		return r, errShort
	}
	if content[0] != version {
		return r, errFormat
	}
	d.b, d.bad = content[1:], false
	d.who()
	r.Patient, r.Device = d.patient, d.device
	if r.Kind, err = vitals.ParseKind(string(d.bytes())); err != nil {
		return r, errFormat
	}
	unit, _ := vitals.ParseUnit(string(d.bytes()))
	r.Quality = vitals.Quality(d.uvarint())
	value := vitals.Decimal{Coef: d.varint(), Exp: int8(d.byte())}
	if unit != 0 {
		r.Quantity = unit.Of(value)
	}
	r.At = d.time()
	r.Stamped = d.byte() != 0
	r.Sequence, r.Code = uint32(d.uvarint()), uint32(d.uvarint())
	if d.bad || len(d.b) != 0 {
		return r, errFormat
	}
	return r, nil
}

// who reads patient and device.
func (d *decoder) who() {
	if s := d.bytes(); string(s) != d.patient.Reveal() {
		d.patient = vitals.NewPatientID(string(s))
	}
	if s := d.bytes(); string(s) != string(d.device) {
		d.device = vitals.DeviceID(s)
	}
}

func (d *decoder) time() time.Time {
	seconds, nanos := d.varint(), d.uvarint()
	return time.Unix(seconds, int64(nanos)).In(d.location(int(d.varint())))
}

// location turns an offset into a zone; the common ones cost nothing.
func (d *decoder) location(offset int) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	if d.zone == nil || d.offset != offset {
		d.zone, d.offset = time.FixedZone("", offset), offset
	}
	return d.zone
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return nil
	}
	s := d.b[:n]
	d.b = d.b[n:]
	return s
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.bad = true
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

package senml

import (
	"strconv"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Pack is a list of records, in the order sent. It has at least one.
type Pack []Record

// A Record is one element of a pack, as sent (RFC 8428, 4.1 and 4.2).
type Record struct {
	// Has says which of the fields are there.
	Has Fields
	// Base fields hold from this record on until another record changes them.
	BaseName    string         // bn: goes before Name
	BaseTime    vitals.Decimal // bt: is added to Time
	BaseUnit    string         // bu: the unit of records without one
	BaseValue   vitals.Decimal // bv: is added to Value
	BaseSum     vitals.Decimal // bs: is added to Sum
	BaseVersion uint8          // bver: 1 to 10, the same throughout a pack

	Name       string         // n
	Unit       string         // u: a symbol of the SenML registry, or UCUM
	Value      vitals.Decimal // v
	Text       string         // vs
	Bool       bool           // vb
	Data       []byte         // vd; of a CBOR pack it borrows the bytes that were parsed
	Sum        vitals.Decimal // s: the integral of the value over time
	Time       vitals.Decimal // t, seconds: since 1970 from 2^28 on, otherwise from the time of reception
	UpdateTime vitals.Decimal // ut, seconds: after which the next measurement comes at the latest

	at  int                 // where the record begins
	bad *device.DecodeError // why the record is refused, if it was seen while parsing
}

// Offset is where the record begins in the bytes that were parsed.
func (r *Record) Offset() int { return r.at }

// Fields is a set of fields.
type Fields uint16

// The fields in the order of their CBOR labels, from -6 to 8 (RFC 8428, 6).
const (
	HasBaseSum Fields = 1 << iota
	HasBaseValue
	HasBaseUnit
	HasBaseTime
	HasBaseName
	HasBaseVersion
	HasName
	HasUnit
	HasValue
	HasText
	HasBool
	HasSum
	HasTime
	HasUpdateTime
	HasData

	firstLabel = -6
	fieldCount = 15

	baseFields = HasBaseSum | HasBaseValue | HasBaseUnit | HasBaseTime | HasBaseName | HasBaseVersion
	values     = HasValue | HasText | HasBool | HasData
	numeric    = HasBaseSum | HasBaseValue | HasBaseTime | HasValue | HasSum | HasTime | HasUpdateTime
	textual    = HasBaseUnit | HasBaseName | HasName | HasUnit | HasText
)

// fieldNames are the JSON labels, by CBOR label.
var fieldNames = [fieldCount]string{"bs", "bv", "bu", "bt", "bn", "bver", "n", "u", "v", "vs", "vb", "s", "t", "ut", "vd"}

// String is the JSON labels of the fields, joined by commas.
func (f Fields) String() string {
	var s string
	for i, name := range fieldNames {
		if f>>i&1 == 0 {
			continue
		}
		if s != "" {
			s += ","
		}
		s += name
	}
	return s
}

// Has reports whether any of the fields is in f.
func (f Fields) Has(any Fields) bool { return f&any != 0 }

// The bounds of a pack.
const (
	// MaxRecords is how many records a pack may have.
	MaxRecords = 4096
	// MaxName is how long the name of a measurement may be, in bytes. A long base
	// name before thousands of records would take a lot of memory.
	MaxName = 255

	maxPairs = 64 // of a record, or of a map within a field that is not known
	maxDepth = 8  // levels of such fields

	version = 10 // of RFC 8428
)

// The faults that concern a pack as a whole.
const (
	// ErrVersion refuses a pack of a version above 10, or of more than one.
	ErrVersion device.Fault = "senml_version"
	// ErrMustUnderstand refuses a pack with a label that ends in "_": who does not
	// know it must not use the rest (RFC 8428, 4.4).
	ErrMustUnderstand device.Fault = "must_understand"
)

// Parse reads a pack in JSON or CBOR; the first byte tells which. Errors are of
// type [*device.DecodeError] with the path of the field, such as "[3].t". Names
// and values that are wrong in themselves are left to [Pack.Resolve].
func Parse(b []byte) (Pack, error) {
	r := reader{b: b, s: string(b)}
	var p Pack
	if len(b) > 0 && b[0]>>5 == majorArray { // JSON is ASCII here
		p = r.cborPack()
	} else {
		p = r.jsonPack()
	}
	if r.err == "" && r.off < len(b) {
		r.record, r.field = -1, 0
		r.fail(r.off, device.ErrTrailing)
	}
	if r.err != "" {
		return nil, r.fault
	}
	return p, nil
}

// number is the place of a numeric field.
func (r *Record) number(f Fields) *vitals.Decimal {
	switch f {
	case HasBaseSum:
		return &r.BaseSum
	case HasBaseValue:
		return &r.BaseValue
	case HasBaseTime:
		return &r.BaseTime
	case HasValue:
		return &r.Value
	case HasSum:
		return &r.Sum
	case HasTime:
		return &r.Time
	}
	return &r.UpdateTime
}

// text is the place of a textual field.
func (r *Record) text(f Fields) *string {
	switch f {
	case HasBaseUnit:
		return &r.BaseUnit
	case HasBaseName:
		return &r.BaseName
	case HasName:
		return &r.Name
	case HasUnit:
		return &r.Unit
	}
	return &r.Text
}

// refusal is the error that says what is wrong with a field of a record.
func refusal(record int, f Fields, at int, why device.Fault) *device.DecodeError {
	e := &device.DecodeError{Type: "senml.Pack", Offset: at, Ref: "RFC 8428, 4", Err: why}
	if record >= 0 {
		e.Field = "[" + strconv.Itoa(record) + "]"
	}
	if f != 0 {
		e.Field += "." + f.String()
	}
	return e
}

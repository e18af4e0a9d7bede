package ghs

import (
	"encoding/binary"
	"iter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
)

// A Observation is what a generic health sensor measured: any quantity, code,
// readText or curve, named by a code of IEEE 11073-10101 (GHS service, before
// adoption).
//
//	 0       1        3       5?       9?                     18?         22?      24?        28?
//	+-------+--------+-------+--------+----------------------+-----------+--------+----------+-------+
//	| class | length | flags | type ? | ElapsedTime ?        | duration? | status?| object ? | user? |
//	+-------+--------+-------+--------+----------------------+-----------+--------+----------+-------+
//	+-------------------+-----------------+---------------+---------+-----------+
//	| supplemental ?    | derived from ?  | members ?     | TLVs ?  | value ... |
//	+-------------------+-----------------+---------------+---------+-----------+
//	length: of all that follows it | lists: count (8 bits), then the entries
//
// unverified layout: philips-labs/BLE-GHS-Client-Example@4850963 and
// BLE-GHS-Server-Simulator@271f2aa, written before the service was adopted. They
// agree on all but this: the client takes a sample array without scaled limits,
// the server sends them, and so does this package.
type Observation struct {
	// Flags says which of the following there are. Reserved bits are as sent,
	// and refused by ParseObservation.
	Flags        Flags
	Type         uint32         // MDC code, partition included
	Timestamp    ElapsedTime    // when it was measured, or began
	Duration     medfloat.Float // s
	Status       Status
	Object       uint32 // by which others of the bundle refer to this one
	User         uint8  // of the device
	Supplemental Codes  // MDC codes: body site, meal ...
	DerivedFrom  Codes  // objects
	Members      Codes  // objects
	Extra        TLVs   // attributes that the service does not know
	Value        Value
}

// Flags says which fields a [Observation] has.
type Flags uint16

// The fields.
const (
	HasType         Flags = 1 << 0
	HasTimestamp    Flags = 1 << 1
	HasDuration     Flags = 1 << 2
	HasStatus       Flags = 1 << 3
	HasObject       Flags = 1 << 4
	HasUser         Flags = 1 << 5
	HasSupplemental Flags = 1 << 6
	HasDerivedFrom  Flags = 1 << 7
	HasMembers      Flags = 1 << 8
	HasExtra        Flags = 1 << 9

	ghsReserved = 0xFC00
)

var ghsFlagNames = [...]string{
	"type", "timestamp", "duration", "status", "object", "user", "supplemental information", "derived from", "members", "TLVs",
}

// Has reports whether all fields of a set are there.
func (f Flags) Has(fields Flags) bool { return f&fields == fields }

// String lists the fields in words.
func (f Flags) String() string { return att.NamesOf(ghsFlagNames[:], uint32(f)) }

// Status is the measurement status, as sent. Reserved bits are kept.
type Status uint16

// The conditions.
const (
	Invalid           Status = 1 << 0
	Questionable      Status = 1 << 1
	NotAvailable      Status = 1 << 2
	Calibrating       Status = 1 << 4
	TestData          Status = 1 << 5
	EarlyEstimate     Status = 1 << 6
	ThresholdError    Status = 1 << 14
	ThresholdDisabled Status = 1 << 15
)

var ghsStatusNames = [...]string{
	0: "invalid", 1: "questionable", 2: "not available", 4: "calibrating", 5: "test data", 6: "early estimate",
	14: "threshold error", 15: "thresholding disabled",
}

// String lists the conditions in words.
func (s Status) String() string { return att.NamesOf(ghsStatusNames[:], uint32(s)) }

const (
	ghsRef = "GHS, pre-adoption"
	// ghsDepth is how deep bundles may nest. No sample nests at all.
	ghsDepth = 4
)

// ParseObservation decodes b, the joined parts of one [LiveObservation] or
// what follows the record number of a [StoredObservation]. The result borrows b.
// Bundles may nest four deep. The work is proportional to the length of b.
func ParseObservation(b []byte) (Observation, error) {
	r := att.NewReader(b)
	o := readObservation(&r, b, ghsDepth)
	return o, r.Finish(0, "GHSObservation", ghsRef)
}

// readObservation reads an observation from the frame b, with all that it holds.
func readObservation(r *att.Reader, b []byte, depth int) (o Observation) {
	o.Value.Class = Class(r.Uint8("Class"))
	at := r.Offset()
	length := int(r.Uint16("Length"))
	start := r.Offset()
	o.Flags = Flags(r.Uint16("Flags"))
	if o.Flags&ghsReserved != 0 {
		r.Reject(device.ErrReservedBits, "Flags", start)
	}
	o.readFields(r, b)
	from := r.Offset()
	if o.Value.Class.known() {
		readValue(r, b, o.Value.Class, depth)
	} else {
		r.Reject(device.ErrReservedValue, "Class", at-1)
		r.Bytes("Value", max(0, start+length-from))
	}
	if _, _, short := r.Short(); short {
		return o
	}
	if end := r.Offset(); end > from {
		o.Value.raw = b[from:end:end]
	}
	if r.Offset() != start+length {
		r.Reject(device.ErrLength, "Length", at)
	}
	return o
}

// readFields reads what stands between flags and value.
func (o *Observation) readFields(r *att.Reader, b []byte) {
	if o.Flags.Has(HasType) {
		o.Type = r.Uint32("Type")
	}
	if o.Flags.Has(HasTimestamp) {
		o.Timestamp = readElapsedTime(r)
	}
	if o.Flags.Has(HasDuration) {
		o.Duration = r.Float("Duration")
	}
	if o.Flags.Has(HasStatus) {
		o.Status = Status(r.Uint16("MeasurementStatus"))
	}
	if o.Flags.Has(HasObject) {
		o.Object = r.Uint32("ObjectID")
	}
	if o.Flags.Has(HasUser) {
		o.User = r.Uint8("PatientID")
	}
	if o.Flags.Has(HasSupplemental) {
		o.Supplemental = readCodes(r, "SupplementalInformation")
	}
	if o.Flags.Has(HasDerivedFrom) {
		o.DerivedFrom = readCodes(r, "DerivedFrom")
	}
	if o.Flags.Has(HasMembers) {
		o.Members = readCodes(r, "HasMember")
	}
	if o.Flags.Has(HasExtra) {
		o.Extra = readTLVs(r, b)
	}
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if a list has more
// than 255 entries or the whole more than 65535 bytes.
func (o Observation) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, byte(o.Value.Class), 0, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(o.Flags))
	b, err := o.appendFields(b)
	if err != nil {
		return b, err
	}
	b = append(b, o.Value.raw...)
	length := len(b) - start - 3
	if length > 0xFFFF {
		return b, att.Unencodable("Length")
	}
	binary.LittleEndian.PutUint16(b[start+1:], uint16(length))
	return b, nil
}

func (o Observation) appendFields(b []byte) (_ []byte, err error) {
	if o.Flags.Has(HasType) {
		b = binary.LittleEndian.AppendUint32(b, o.Type)
	}
	if o.Flags.Has(HasTimestamp) {
		if b, err = o.Timestamp.AppendBinary(b); err != nil {
			return b, err
		}
	}
	if o.Flags.Has(HasDuration) {
		b = binary.LittleEndian.AppendUint32(b, uint32(o.Duration))
	}
	if o.Flags.Has(HasStatus) {
		b = binary.LittleEndian.AppendUint16(b, uint16(o.Status))
	}
	if o.Flags.Has(HasObject) {
		b = binary.LittleEndian.AppendUint32(b, o.Object)
	}
	if o.Flags.Has(HasUser) {
		b = append(b, o.User)
	}
	if o.Flags.Has(HasSupplemental) {
		b = o.Supplemental.append(b)
	}
	if o.Flags.Has(HasDerivedFrom) {
		b = o.DerivedFrom.append(b)
	}
	if o.Flags.Has(HasMembers) {
		b = o.Members.append(b)
	}
	if o.Flags.Has(HasExtra) {
		b = o.Extra.append(b)
	}
	return b, nil
}

// Codes is a borrowed list of up to 255 numbers.
type Codes struct{ raw []byte }

// MakeCodes makes a list. It fails if there are more than 255 numbers.
func MakeCodes(codes ...uint32) (Codes, error) {
	if len(codes) > 0xFF {
		return Codes{}, att.Unencodable("GHSCodes")
	}
	var c Codes
	for _, v := range codes {
		c.raw = binary.LittleEndian.AppendUint32(c.raw, v)
	}
	return c, nil
}

// Len is the number of entries.
func (c Codes) Len() int { return len(c.raw) / 4 }

// All yields the entries in the order sent.
func (c Codes) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := 0; i+4 <= len(c.raw); i += 4 {
			if !yield(binary.LittleEndian.Uint32(c.raw[i:])) {
				return
			}
		}
	}
}

func readCodes(r *att.Reader, field string) Codes {
	n := int(r.Uint8(field))
	if n == 0 {
		return Codes{}
	}
	return Codes{r.Bytes(field, 4*n)}
}

func (c Codes) append(b []byte) []byte { return append(append(b, byte(c.Len())), c.raw...) }

// TLVs is a borrowed list of up to 255 attributes.
type TLVs struct {
	count uint8
	raw   []byte
}

// A TLV is one attribute.
//
//	 0      4        6        7
//	+------+--------+--------+-----------+
//	| type | length | format | value ... |
//	+------+--------+--------+-----------+
//	length: of the value alone
type TLV struct {
	Type   uint32 // MDC code
	Format uint8  // as the Bluetooth assigned numbers list them: 0x04 uint8, 0x17 FLOAT, 0x19 UTF-8 ...
	Value  []byte // borrowed
}

// MakeTLVs makes a list. It fails if there are more than 255 attributes, or
// one with more than 65535 bytes.
func MakeTLVs(attributes ...TLV) (TLVs, error) {
	if len(attributes) > 0xFF {
		return TLVs{}, att.Unencodable("GHSTLVs")
	}
	list := TLVs{count: uint8(len(attributes))}
	for _, a := range attributes {
		if len(a.Value) > 0xFFFF {
			return TLVs{}, att.Unencodable("GHSTLV")
		}
		list.raw = binary.LittleEndian.AppendUint32(list.raw, a.Type)
		list.raw = binary.LittleEndian.AppendUint16(list.raw, uint16(len(a.Value)))
		list.raw = append(append(list.raw, a.Format), a.Value...)
	}
	return list, nil
}

// Len is the number of entries.
func (t TLVs) Len() int { return int(t.count) }

// All yields the entries in the order sent.
func (t TLVs) All() iter.Seq[TLV] {
	return func(yield func(TLV) bool) {
		r := att.NewReader(t.raw)
		for range t.count {
			if v := readTLV(&r); !yield(v) {
				return
			}
		}
	}
}

func readTLV(r *att.Reader) (t TLV) {
	t.Type = r.Uint32("TLVType")
	n := int(r.Uint16("TLVLength"))
	t.Format = r.Uint8("TLVFormat")
	t.Value = r.Bytes("TLVValue", n)
	return t
}

func readTLVs(r *att.Reader, b []byte) (t TLVs) {
	count := r.Uint8("TLVCount")
	from := r.Offset()
	for range count {
		readTLV(r)
	}
	if _, _, short := r.Short(); short || count == 0 {
		return TLVs{}
	}
	end := r.Offset()
	return TLVs{count, b[from:end:end]}
}

func (t TLVs) append(b []byte) []byte { return append(append(b, t.count), t.raw...) }

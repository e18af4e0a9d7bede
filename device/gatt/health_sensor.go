package gatt

import (
	"encoding/binary"
	"iter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
)

// A GHSObservation is what a generic health sensor measured: any quantity, code,
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
type GHSObservation struct {
	// Flags says which of the following there are. Reserved bits are as sent,
	// and refused by ParseGHSObservation.
	Flags        GHSFlags
	Type         uint32         // MDC code, partition included
	Timestamp    ElapsedTime    // when it was measured, or began
	Duration     medfloat.Float // s
	Status       GHSStatus
	Object       uint32   // by which others of the bundle refer to this one
	User         uint8    // of the device
	Supplemental GHSCodes // MDC codes: body site, meal ...
	DerivedFrom  GHSCodes // objects
	Members      GHSCodes // objects
	Extra        GHSTLVs  // attributes that the service does not know
	Value        GHSValue
}

// GHSFlags says which fields a [GHSObservation] has.
type GHSFlags uint16

// The fields.
const (
	GHSHasType         GHSFlags = 1 << 0
	GHSHasTimestamp    GHSFlags = 1 << 1
	GHSHasDuration     GHSFlags = 1 << 2
	GHSHasStatus       GHSFlags = 1 << 3
	GHSHasObject       GHSFlags = 1 << 4
	GHSHasUser         GHSFlags = 1 << 5
	GHSHasSupplemental GHSFlags = 1 << 6
	GHSHasDerivedFrom  GHSFlags = 1 << 7
	GHSHasMembers      GHSFlags = 1 << 8
	GHSHasExtra        GHSFlags = 1 << 9

	ghsReserved = 0xFC00
)

var ghsFlagNames = [...]string{
	"type", "timestamp", "duration", "status", "object", "user", "supplemental information", "derived from", "members", "TLVs",
}

// Has reports whether all fields of a set are there.
func (f GHSFlags) Has(fields GHSFlags) bool { return f&fields == fields }

// String lists the fields in words.
func (f GHSFlags) String() string { return att.NamesOf(ghsFlagNames[:], uint32(f)) }

// GHSStatus is the measurement status, as sent. Reserved bits are kept.
type GHSStatus uint16

// The conditions.
const (
	GHSInvalid           GHSStatus = 1 << 0
	GHSQuestionable      GHSStatus = 1 << 1
	GHSNotAvailable      GHSStatus = 1 << 2
	GHSCalibrating       GHSStatus = 1 << 4
	GHSTestData          GHSStatus = 1 << 5
	GHSEarlyEstimate     GHSStatus = 1 << 6
	GHSThresholdError    GHSStatus = 1 << 14
	GHSThresholdDisabled GHSStatus = 1 << 15
)

var ghsStatusNames = [...]string{
	0: "invalid", 1: "questionable", 2: "not available", 4: "calibrating", 5: "test data", 6: "early estimate",
	14: "threshold error", 15: "thresholding disabled",
}

// String lists the conditions in words.
func (s GHSStatus) String() string { return att.NamesOf(ghsStatusNames[:], uint32(s)) }

const (
	ghsRef = "GHS, pre-adoption"
	// ghsDepth is how deep bundles may nest. No sample nests at all.
	ghsDepth = 4
)

// ParseGHSObservation decodes b, the joined parts of one [LiveObservation] or
// what follows the record number of a [StoredObservation]. The result borrows b.
// Bundles may nest four deep. The work is proportional to the length of b.
func ParseGHSObservation(b []byte) (GHSObservation, error) {
	r := att.NewReader(b)
	o := readObservation(&r, b, ghsDepth)
	return o, r.Finish(0, "GHSObservation", ghsRef)
}

// readObservation reads an observation from the frame b, with all that it holds.
func readObservation(r *att.Reader, b []byte, depth int) (o GHSObservation) {
	o.Value.Class = GHSClass(r.Uint8("Class"))
	at := r.Offset()
	length := int(r.Uint16("Length"))
	start := r.Offset()
	o.Flags = GHSFlags(r.Uint16("Flags"))
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
func (o *GHSObservation) readFields(r *att.Reader, b []byte) {
	if o.Flags.Has(GHSHasType) {
		o.Type = r.Uint32("Type")
	}
	if o.Flags.Has(GHSHasTimestamp) {
		o.Timestamp = readElapsedTime(r)
	}
	if o.Flags.Has(GHSHasDuration) {
		o.Duration = r.Float("Duration")
	}
	if o.Flags.Has(GHSHasStatus) {
		o.Status = GHSStatus(r.Uint16("MeasurementStatus"))
	}
	if o.Flags.Has(GHSHasObject) {
		o.Object = r.Uint32("ObjectID")
	}
	if o.Flags.Has(GHSHasUser) {
		o.User = r.Uint8("PatientID")
	}
	if o.Flags.Has(GHSHasSupplemental) {
		o.Supplemental = readCodes(r, "SupplementalInformation")
	}
	if o.Flags.Has(GHSHasDerivedFrom) {
		o.DerivedFrom = readCodes(r, "DerivedFrom")
	}
	if o.Flags.Has(GHSHasMembers) {
		o.Members = readCodes(r, "HasMember")
	}
	if o.Flags.Has(GHSHasExtra) {
		o.Extra = readTLVs(r, b)
	}
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if a list has more
// than 255 entries or the whole more than 65535 bytes.
func (o GHSObservation) AppendBinary(b []byte) ([]byte, error) {
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

func (o GHSObservation) appendFields(b []byte) (_ []byte, err error) {
	if o.Flags.Has(GHSHasType) {
		b = binary.LittleEndian.AppendUint32(b, o.Type)
	}
	if o.Flags.Has(GHSHasTimestamp) {
		if b, err = o.Timestamp.AppendBinary(b); err != nil {
			return b, err
		}
	}
	if o.Flags.Has(GHSHasDuration) {
		b = binary.LittleEndian.AppendUint32(b, uint32(o.Duration))
	}
	if o.Flags.Has(GHSHasStatus) {
		b = binary.LittleEndian.AppendUint16(b, uint16(o.Status))
	}
	if o.Flags.Has(GHSHasObject) {
		b = binary.LittleEndian.AppendUint32(b, o.Object)
	}
	if o.Flags.Has(GHSHasUser) {
		b = append(b, o.User)
	}
	if o.Flags.Has(GHSHasSupplemental) {
		b = o.Supplemental.append(b)
	}
	if o.Flags.Has(GHSHasDerivedFrom) {
		b = o.DerivedFrom.append(b)
	}
	if o.Flags.Has(GHSHasMembers) {
		b = o.Members.append(b)
	}
	if o.Flags.Has(GHSHasExtra) {
		b = o.Extra.append(b)
	}
	return b, nil
}

// GHSCodes is a borrowed list of up to 255 numbers.
type GHSCodes struct{ raw []byte }

// MakeGHSCodes makes a list. It fails if there are more than 255 numbers.
func MakeGHSCodes(codes ...uint32) (GHSCodes, error) {
	if len(codes) > 0xFF {
		return GHSCodes{}, att.Unencodable("GHSCodes")
	}
	var c GHSCodes
	for _, v := range codes {
		c.raw = binary.LittleEndian.AppendUint32(c.raw, v)
	}
	return c, nil
}

// Len is the number of entries.
func (c GHSCodes) Len() int { return len(c.raw) / 4 }

// All yields the entries in the order sent.
func (c GHSCodes) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := 0; i+4 <= len(c.raw); i += 4 {
			if !yield(binary.LittleEndian.Uint32(c.raw[i:])) {
				return
			}
		}
	}
}

func readCodes(r *att.Reader, field string) GHSCodes {
	n := int(r.Uint8(field))
	if n == 0 {
		return GHSCodes{}
	}
	return GHSCodes{r.Bytes(field, 4*n)}
}

func (c GHSCodes) append(b []byte) []byte { return append(append(b, byte(c.Len())), c.raw...) }

// GHSTLVs is a borrowed list of up to 255 attributes.
type GHSTLVs struct {
	count uint8
	raw   []byte
}

// A GHSTLV is one attribute.
//
//	 0      4        6        7
//	+------+--------+--------+-----------+
//	| type | length | format | value ... |
//	+------+--------+--------+-----------+
//	length: of the value alone
type GHSTLV struct {
	Type   uint32 // MDC code
	Format uint8  // as the Bluetooth assigned numbers list them: 0x04 uint8, 0x17 FLOAT, 0x19 UTF-8 ...
	Value  []byte // borrowed
}

// MakeGHSTLVs makes a list. It fails if there are more than 255 attributes, or
// one with more than 65535 bytes.
func MakeGHSTLVs(attributes ...GHSTLV) (GHSTLVs, error) {
	if len(attributes) > 0xFF {
		return GHSTLVs{}, att.Unencodable("GHSTLVs")
	}
	list := GHSTLVs{count: uint8(len(attributes))}
	for _, a := range attributes {
		if len(a.Value) > 0xFFFF {
			return GHSTLVs{}, att.Unencodable("GHSTLV")
		}
		list.raw = binary.LittleEndian.AppendUint32(list.raw, a.Type)
		list.raw = binary.LittleEndian.AppendUint16(list.raw, uint16(len(a.Value)))
		list.raw = append(append(list.raw, a.Format), a.Value...)
	}
	return list, nil
}

// Len is the number of entries.
func (t GHSTLVs) Len() int { return int(t.count) }

// All yields the entries in the order sent.
func (t GHSTLVs) All() iter.Seq[GHSTLV] {
	return func(yield func(GHSTLV) bool) {
		r := att.NewReader(t.raw)
		for range t.count {
			if v := readTLV(&r); !yield(v) {
				return
			}
		}
	}
}

func readTLV(r *att.Reader) (t GHSTLV) {
	t.Type = r.Uint32("TLVType")
	n := int(r.Uint16("TLVLength"))
	t.Format = r.Uint8("TLVFormat")
	t.Value = r.Bytes("TLVValue", n)
	return t
}

func readTLVs(r *att.Reader, b []byte) (t GHSTLVs) {
	count := r.Uint8("TLVCount")
	from := r.Offset()
	for range count {
		readTLV(r)
	}
	if _, _, short := r.Short(); short || count == 0 {
		return GHSTLVs{}
	}
	end := r.Offset()
	return GHSTLVs{count, b[from:end:end]}
}

func (t GHSTLVs) append(b []byte) []byte { return append(append(b, t.count), t.raw...) }

package vitals

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 prescribes SHA-1 for version 5; it guards nothing
	"encoding/binary"
	"time"
)

// A DeviceID is the name under which a device is known to the system: its
// system identifier, its address, its name on the broker.
type DeviceID string

// A Reading is one exact value of one kind of one patient at one time. It is a
// plain value: it may be copied and compared, and borrows nothing.
//
// Its JSON is for screens and prints the patient as a pseudonym, so it is not read
// back: package fhir has a form that travels.
type Reading struct {
	Patient  PatientID `json:"patient"`
	Device   DeviceID  `json:"device,omitempty"`
	Kind     Kind      `json:"kind"`
	Quality  Quality   `json:"quality"`        // doubts; with [Absent] there is no Quantity
	Quantity Quantity  `json:"value,omitzero"` // in the unit that the device sent
	At       time.Time `json:"at"`
	// Stamped says that At is the device's own time. Otherwise it is the time
	// of arrival, which another gateway would not reproduce.
	Stamped bool `json:"stamped"`
	// Sequence tells apart measurements of one device and kind at one instant:
	// the record number of a meter, the index of a beat within a notification.
	Sequence uint32 `json:"sequence,omitempty"`
	// Code is the value of a coded kind ([ShapeCoded]), from the kind's own table.
	Code uint32 `json:"code,omitempty"`
}

// HasValue reports whether there is a number.
func (r Reading) HasValue() bool { return !r.Quality.Has(Absent) && !r.Quantity.IsZero() }

// A ReadingID identifies a measurement: a UUID of version 5 (RFC 9562, 5.5).
type ReadingID [16]byte

// readingNamespace is the UUID namespace of this function,
// 6ba7b811-9dad-11d1-80b4-00c04fd430c8 (URLs) over "https://github.com/telemed-go/sdk/vitals#Reading".
var readingNamespace = uuid5([16]byte{
	0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
}, []byte("https://github.com/telemed-go/sdk/vitals#Reading"))

// ID is a function of patient, device, kind, instant and sequence, and of
// nothing else: neither the value nor the route. The same measurement has the
// same ID on every machine and however often it is sent.
func (r Reading) ID() ReadingID {
	var buf [256]byte
	b := append(buf[:0], readingNamespace[:]...)
	b = appendString(b, r.Patient.identifier())
	b = appendString(b, string(r.Device))
	b = appendString(b, r.Kind.String()) // the name: numbers move when the table grows
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.Unix()))
	b = binary.BigEndian.AppendUint32(b, uint32(r.At.Nanosecond()))
	b = binary.BigEndian.AppendUint32(b, r.Sequence)
	return hashed(b)
}

// String is the usual form with hyphens.
func (id ReadingID) String() string {
	b, _ := id.AppendText(make([]byte, 0, 36))
	return string(b)
}

// MarshalText implements [encoding.TextMarshaler].
func (id ReadingID) MarshalText() ([]byte, error) { return id.AppendText(nil) }

// AppendText implements [encoding.TextAppender].
func (id ReadingID) AppendText(b []byte) ([]byte, error) {
	const hex = "0123456789abcdef"
	var text [36]byte
	at := 0
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text[at] = '-'
			at++
		}
		text[at], text[at+1] = hex[c>>4], hex[c&15]
		at += 2
	}
	return append(b, text[:]...), nil
}

// appendString writes the length first, so that two fields cannot be shifted
// into one another.
func appendString(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

func uuid5(space [16]byte, name []byte) ReadingID {
	return hashed(append(space[:], name...))
}

// hashed is the UUID of version 5 of a namespace and a name behind it.
func hashed(b []byte) (id ReadingID) {
	sum := sha1.Sum(b) //nolint:gosec // see the import
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// MarkImplausible adds [Implausible] to the readings outside the limits of
// [Kind.PlausibleRange]. It changes no value and leaves none out.
func MarkImplausible(readings []Reading) {
	for i := range readings {
		if r := &readings[i]; r.HasValue() && !r.Kind.Plausible(r.Quantity) {
			r.Quality |= Implausible
		}
	}
}

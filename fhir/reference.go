package fhir

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 prescribes SHA-1 for version 5; it guards nothing

	"github.com/telemed-go/sdk/vitals"
)

// A reference is a literal FHIR reference, kept in two pieces so that it is
// put together in the output only.
type reference struct{ kind, id string }

func (r reference) isZero() bool { return r.id == "" }

func (r reference) append(b []byte) []byte {
	b = append(b, r.kind...)
	if r.kind == "" || isID(r.id) {
		return append(b, r.id...)
	}
	return idSpace.name(r.id).append(b)
}

func (r reference) String() string { return string(r.append(nil)) }

func (m *Mapper) patient(id vitals.PatientID) reference {
	if m.Patient != nil {
		return reference{id: m.Patient(id)}
	}
	return reference{"Patient/", id.Reveal()}
}

func (m *Mapper) device(id vitals.DeviceID) reference {
	switch {
	case id == "":
		return reference{}
	case m.Device != nil:
		return reference{id: m.Device(id)}
	}
	return reference{"Device/", string(id)}
}

// source is the device of an Observation: the DeviceMetric if there is one, and
// the Device if there is none or if the guide is PHD, which wants it.
func (m *Mapper) source(id vitals.DeviceID, k vitals.Kind) reference {
	if m.Metric != nil && id != "" && m.Profile != PHD {
		if metric := m.Metric(id, k); metric != "" {
			return reference{id: metric}
		}
	}
	return m.device(id)
}

// isID reports whether s is a FHIR id.
func isID(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		if classes[s[i]]&idByte == 0 {
			return false
		}
	}
	return true
}

// A uuid is a UUID in binary.
type uuid [16]byte

// idSpace is the namespace of ids that stand for identifiers FHIR does not
// allow as ids: version 5 of "https://github.com/telemed-go/sdk/fhir#id" in the
// namespace of URLs (RFC 9562, 6.6).
var idSpace = uuid{
	0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
}.name("https://github.com/telemed-go/sdk/fhir#id")

// name is the UUID of version 5 of s in the namespace u.
func (u uuid) name(s string) (v uuid) {
	var buf [256]byte
	sum := sha1.Sum(append(append(buf[:0], u[:]...), s...)) //nolint:gosec // see the import
	copy(v[:], sum[:])
	v[6] = v[6]&0x0f | 0x50
	v[8] = v[8]&0x3f | 0x80
	return v
}

// append uses the text form of a ReadingID, which is that of every UUID.
func (u uuid) append(b []byte) []byte {
	b, _ = vitals.ReadingID(u).AppendText(b)
	return b
}

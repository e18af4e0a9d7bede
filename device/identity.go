package device

import (
	"fmt"
	"log/slog"
	"strings"
	"unique"
)

// Identity is what a device says about itself: who made it, which model it is
// and what runs on it. All parts are optional; the zero Identity is a device
// that says nothing. Identities compare with ==.
//
// Printing an Identity in any way shows the model and the revisions, which
// many devices share, and never the numbers that only one device has.
type Identity struct {
	Manufacturer string // as sent: "A&D Medical", "NordicSemiconductor"
	Model        string
	Firmware     string
	Hardware     string
	Software     string
	Serial       UniqueID // the serial number
	SystemID     UniqueID // the EUI-64, or what the protocol has in its place
}

// String is "manufacturer model, firmware revision", as far as they are known.
func (id Identity) String() string {
	s := strings.TrimSpace(id.Manufacturer + " " + id.Model)
	if s == "" {
		s = "unknown device"
	}
	if id.Firmware != "" {
		s += ", firmware " + id.Firmware
	}
	return s
}

// LogValue implements [slog.LogValuer] with the text of [Identity.String].
func (id Identity) LogValue() slog.Value { return slog.StringValue(id.String()) }

// A UniqueID is a name that one physical device has for itself. Who knows whose
// device that is knows the patient, so it prints as "hidden" with every verb,
// in text and in logs. [UniqueID.Reveal] is the only way to the name itself.
// UniqueIDs compare with ==; the zero UniqueID is unknown.
type UniqueID struct {
	id unique.Handle[string] // a handle keeps fmt out, as in vitals.PatientID
}

// NewUniqueID wraps a name. The empty name is the zero UniqueID.
func NewUniqueID(name string) UniqueID {
	if name == "" {
		return UniqueID{}
	}
	return UniqueID{unique.Make(name)}
}

// Reveal discloses the name, for records that need it such as a FHIR Device.
func (u UniqueID) Reveal() string {
	if u.IsZero() {
		return ""
	}
	return u.id.Value()
}

// IsZero reports whether the name is unknown.
func (u UniqueID) IsZero() bool { return u == UniqueID{} }

// String is "hidden", or "unknown" for the zero UniqueID.
func (u UniqueID) String() string {
	if u.IsZero() {
		return "unknown"
	}
	return "hidden"
}

// GoString implements [fmt.GoStringer] with the text of [UniqueID.String].
func (u UniqueID) GoString() string { return u.String() }

// Format implements [fmt.Formatter]: every verb prints [UniqueID.String].
func (u UniqueID) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(u.String())) }

// LogValue implements [slog.LogValuer] with the text of [UniqueID.String].
func (u UniqueID) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText implements [encoding.TextMarshaler] with the text of
// [UniqueID.String]: it goes out and does not come back.
func (u UniqueID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

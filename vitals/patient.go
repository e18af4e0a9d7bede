package vitals

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"unique"
)

// A PatientID names a patient and tells nobody who. Printing it in any way
// (fmt, slog, JSON, text) shows a pseudonym, keyed with a secret of the running
// process: equal within one run, useless outside. Where fmt cannot call
// methods, as for an unexported field of the caller's struct, it shows an
// address. [PatientID.Reveal] is the only way to the identifier itself.
//
// The zero PatientID is "unknown patient". PatientIDs compare with ==.
type PatientID struct {
	// A handle and not a string: fmt prints the unexported fields of a
	// caller's struct without asking this type, and every operand of a wrong
	// verb likewise. It follows pointers to structs there, but never pointers
	// to strings. TestPatientIDNeverPrints tries them all.
	id unique.Handle[string]
}

// NewPatientID wraps an identifier as the caller's own systems use it. The
// empty identifier is the zero PatientID.
func NewPatientID(id string) PatientID {
	if id == "" {
		return PatientID{}
	}
	return PatientID{unique.Make(id)}
}

// Reveal discloses the identifier. Every call is a disclosure that a reviewer
// should be able to justify.
func (p PatientID) Reveal() string { return p.identifier() }

// identifier is Reveal for this package, where the value does not get out.
func (p PatientID) identifier() string {
	if p.IsZero() {
		return ""
	}
	return p.id.Value()
}

// IsZero reports whether the patient is unknown.
func (p PatientID) IsZero() bool { return p == PatientID{} }

// pseudonymKey is drawn once and never changes: it keeps the pseudonyms of a
// run apart from those of every other.
var pseudonymKey = sync.OnceValue(func() (key [32]byte) {
	_, _ = rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	return key
})

// String is the pseudonym, such as "patient-5f0c9d1e22aa".
func (p PatientID) String() string {
	if p.IsZero() {
		return "patient-unknown"
	}
	key := pseudonymKey()
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(p.identifier()))
	return "patient-" + hex.EncodeToString(mac.Sum(nil)[:6])
}

// GoString implements [fmt.GoStringer] with the pseudonym.
func (p PatientID) GoString() string { return p.String() }

// Format implements [fmt.Formatter]: every verb prints the pseudonym.
func (p PatientID) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// LogValue implements [slog.LogValuer] with the pseudonym.
func (p PatientID) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText implements [encoding.TextMarshaler] with the pseudonym.
func (p PatientID) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

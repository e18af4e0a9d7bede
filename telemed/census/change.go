package census

import (
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// An Op is what a [Change] says. The values are those in a journal and never
// change.
type Op uint8

// The operations, with the fields of a [Change] that they need besides At. In
// brackets the events of HL7 v2 (ADT) that they stand for.
const (
	Admit     Op = iota + 1 // Patient [Bed]: the patient comes (A01, A04)
	Discharge               // Patient: the patient leaves, and all devices with it (A03)
	Transfer                // Patient, Bed: the patient changes beds (A02)
	Assign                  // Device, Patient: the patient wears the device from At on
	Unassign                // Device: nobody wears the device from At on
	Merge                   // Patient, Into: the first turned out to be the second (A40)
	Correct                 // Device, Ahead: the device's clock is wrong from At on, see [Change.Ahead]
	Cancel                  // Cancels: an earlier change was a mistake and never held (A11, A12, A13)
)

// String is the name of the operation.
func (o Op) String() string {
	names := [...]string{"no change", "admit", "discharge", "transfer", "assign", "unassign", "merge", "correct", "cancel"}
	if int(o) < len(names) {
		return names[o]
	}
	return "unknown change"
}

// A Change is one thing that somebody said about the ward: from an instant on
// it holds, whenever it was said. It is the entry of the audit trail as well.
type Change struct {
	// Number is the place among the changes, counted from 1. The [Census] gives it.
	Number uint64
	Op     Op
	// At is when it begins to hold, by the clock of the ward. For [Correct] it is
	// an instant of the device's own clock. For [Merge] and [Cancel], which hold
	// for all time, it is only a record.
	At      time.Time
	Patient vitals.PatientID
	Into    vitals.PatientID // of a merge: who the patient is
	Device  vitals.DeviceID
	Bed     string
	// Ahead is how much the clock of the device is fast; below zero if it is
	// slow, zero if it is right (again). It holds for what the device stamps from
	// At on, until the next correction.
	Ahead   time.Duration
	Cancels uint64 // number of the change that was a mistake

	// By is who said it, a person or a system, under a name for the audit trail.
	By string
	// Said is when it was said; zero if that is not known.
	Said time.Time
}

// same reports whether two changes say the same.
func (c Change) same(d Change) bool {
	if !c.At.Equal(d.At) {
		return false
	}
	c.Number, c.At, c.By, c.Said = d.Number, d.At, d.By, d.Said
	return c == d
}

// Reasons why a [Census] refuses a change, in a [ChangeError].
var (
	// ErrOverlap: two patients would wear one device at one time, or two devices
	// go by one name. Unassign it from the first.
	ErrOverlap = errors.New("another patient wears the device at that time")
	// ErrNoEffect: nothing would be different, as when nobody wears the device
	// that is unassigned or the patient was not there.
	ErrNoEffect = errors.New("it would change nothing")
	// ErrMerged: the patient was merged already, or would turn out to be
	// somebody who turned out to be the patient.
	ErrMerged = errors.New("contradicts an earlier merge")
	// ErrMalformed: a field is missing, too long, or outside its range.
	ErrMalformed = errors.New("a field is missing or out of range")
	// ErrFull: there are a million changes.
	ErrFull = errors.New("too many changes")
)

// A ChangeError says which change was refused and why. It names nobody.
type ChangeError struct {
	Op    Op
	Field string // of the [Change], if one is to blame
	// With is the number of the change that it contradicts, 0 if there is none.
	With uint64
	Err  error
}

// Error gives operation, field or contradicted change, and reason.
func (e *ChangeError) Error() string {
	switch {
	case e.Field != "":
		return fmt.Sprintf("census: %v: %s: %v", e.Op, e.Field, e.Err)
	case e.With != 0:
		return fmt.Sprintf("census: %v: contradicts change %d: %v", e.Op, e.With, e.Err)
	}
	return fmt.Sprintf("census: %v: %v", e.Op, e.Err)
}

// Unwrap returns the reason.
func (e *ChangeError) Unwrap() error { return e.Err }

const (
	maxName    = 256 // bytes of a device, a bed, a name in the audit trail
	maxAhead   = 200 * 365 * 24 * time.Hour
	maxChanges = 1_000_000
)

// check finds fields that are missing or out of range.
func (c *Change) check() error {
	malformed := func(field string) error { return &ChangeError{Op: c.Op, Field: field, Err: ErrMalformed} }
	needs := func(ops ...Op) bool {
		for _, o := range ops {
			if c.Op == o {
				return true
			}
		}
		return false
	}
	switch {
	case c.Op < Admit || c.Op > Cancel:
		return malformed("Op")
	case c.At.Year() < 1900 || c.At.Year() > 2200:
		return malformed("At")
	case needs(Admit, Discharge, Transfer, Assign, Merge) == c.Patient.IsZero() || len(c.Patient.Reveal()) > maxName:
		return malformed("Patient")
	case needs(Merge) == c.Into.IsZero() || len(c.Into.Reveal()) > maxName:
		return malformed("Into")
	case needs(Assign, Unassign, Correct) == (c.Device == "") || len(c.Device) > maxName:
		return malformed("Device")
	case needs(Transfer) && c.Bed == "" || !needs(Admit, Transfer) && c.Bed != "" || len(c.Bed) > maxName:
		return malformed("Bed")
	case !needs(Correct) && c.Ahead != 0 || c.Ahead.Abs() > maxAhead:
		return malformed("Ahead")
	case needs(Cancel) == (c.Cancels == 0):
		return malformed("Cancels")
	case len(c.By) > maxName:
		return malformed("By")
	}
	return nil
}

package telemed

import (
	"errors"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Roster knows who wears what. It is safe for concurrent use.
type Roster interface {
	// Wearer returns the patient who wore a device at a time, or why that was
	// nobody: an error that wraps [ErrUnknownDevice], [ErrNotAdmitted] or
	// [ErrDischarged].
	Wearer(device vitals.DeviceID, at time.Time) (vitals.PatientID, error)
}

// The RosterFunc adapter makes a function a [Roster]. That it does not know a
// wearer becomes [ErrUnknownDevice].
type RosterFunc func(device vitals.DeviceID, at time.Time) (vitals.PatientID, bool)

// Wearer calls f.
func (f RosterFunc) Wearer(d vitals.DeviceID, at time.Time) (vitals.PatientID, error) {
	p, ok := f(d, at)
	if !ok {
		return vitals.PatientID{}, ErrUnknownDevice
	}
	return p, nil
}

// Why a reading is nobody's.
var (
	// ErrUnknownDevice: nobody wore the device.
	ErrUnknownDevice = errors.New("telemed: nobody wears this device")
	// ErrNotAdmitted: the wearer had not come yet.
	ErrNotAdmitted = errors.New("telemed: the wearer of this device is not admitted")
	// ErrDischarged: measured after the wearer had left.
	ErrDischarged = errors.New("telemed: the wearer of this device was discharged")
)

// A RevisableRoster is a [Roster] that may learn later whose a reading was, or
// that a clock was wrong. A [Gateway] asks it again then: see [Gateway.Roster].
//
// [github.com/telemed-go/sdk/telemed/census.Census] is one.
type RevisableRoster interface {
	Roster

	// Now returns what is known now. Until the next change it is the same value,
	// so that == tells of a change.
	Now() RosterVersion

	// Since returns how many changes there were, the patients whose past the
	// changes after the first so many made another, and what is known now.
	Since(seen int) (revision int, touched []vitals.PatientID, now RosterVersion)

	// Changed returns a channel that is closed at the next change.
	Changed() <-chan struct{}

	// ObserveClock hears of the newest stamp in a frame and when that arrived.
	ObserveClock(d vitals.DeviceID, stamp, arrived time.Time)
}

// A RosterVersion is what a [RevisableRoster] knows at one moment: its answers
// never change. It is safe for concurrent use.
type RosterVersion interface {
	Roster

	// Assigned reports whether the device is, was or will be anybody's.
	Assigned(d vitals.DeviceID) bool

	// Ahead is how much the clock of a device is fast when it shows a stamp, and
	// AheadAt how much it is at an instant; below zero if it is slow.
	Ahead(d vitals.DeviceID, stamp time.Time) time.Duration
	AheadAt(d vitals.DeviceID, at time.Time) time.Duration

	// Revise changes a reading of the log to what it means.
	Revise(r *vitals.Reading)

	// Who is who a patient turned out to be.
	Who(p vitals.PatientID) vitals.PatientID

	// Patients returns everybody who ever came.
	Patients() []vitals.PatientID

	// Discharge returns when the patient has left or will leave for good, as far
	// as is known; false of who stays, or never came.
	Discharge(p vitals.PatientID) (at time.Time, known bool)
}

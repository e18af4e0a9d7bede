package census

import (
	"slices"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// Revise changes a reading of the log to what it means by all that is known now:
// its instant by the correction of the device's clock, its patient by who wore
// the device then and who that turned out to be. A reading never moves to
// nobody: if the census says that nobody wore the device, it keeps its patient.
//
// Readings of a device that was never assigned, as those whose sender names the
// patient, change only by merges.
func (c *Census) Revise(r *vitals.Reading) { c.now.Load().Revise(r) }

// Revise implements [telemed.RosterVersion].
func (s *version) Revise(r *vitals.Reading) {
	if w := s.devices[r.Device]; w != nil && slices.Contains(w.ever, r.Patient) {
		w.correct(r)
		at := instant(r.At)
		if p, err := w.wearer(at); err == nil {
			r.Patient = p
		}
		for newest := w.shown.Load(); at > newest && !w.shown.CompareAndSwap(newest, at); newest = w.shown.Load() {
		}
	}
	r.Patient = s.who(r.Patient)
}

// tagShift is where in the sequence of a reading the correction of its clock
// shows. Record numbers of meters have 16 bits.
const tagShift = 20

// correct moves a stamped reading to the true time. Two stamps, before and
// after the clock was wrong, can come to the same instant without being the
// same measurement, so the sequence tells which correction it was.
func (w *worn) correct(r *vitals.Reading) {
	if !r.Stamped || len(w.clocks) == 0 {
		return
	}
	if c := w.clock(instant(r.At)); c.ahead != 0 {
		r.At = r.At.Add(-c.ahead)
		r.Sequence ^= uint32(c.number) << tagShift
	}
}

// Ahead implements [telemed.RosterVersion].
func (s *version) Ahead(d vitals.DeviceID, stamp time.Time) time.Duration {
	return s.devices[d].clock(instant(stamp)).ahead
}

// AheadAt implements [telemed.RosterVersion].
func (s *version) AheadAt(d vitals.DeviceID, at time.Time) time.Duration {
	if w := s.devices[d]; w != nil {
		for _, c := range slices.Backward(w.clocks) {
			if c.from <= instant(at.Add(c.ahead)) {
				return c.ahead
			}
		}
	}
	return 0
}

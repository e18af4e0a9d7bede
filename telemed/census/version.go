package census

import (
	"cmp"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A version is what a set of changes amounts to. It does not change: whoever
// has one works with the same answers throughout.
type version struct {
	devices map[vitals.DeviceID]*worn
	stays   map[vitals.PatientID][]stay           // by who the patient is
	merged  map[vitals.PatientID]vitals.PatientID // to who the patient is after all merges
}

// worn is the history of one device.
type worn struct {
	// The last of what follows, beside one another in memory: mostly it is about now.
	newest int64
	now    answer
	// What follows from spans and stays: from each instant on, until the next,
	// whose the readings are.
	from   []int64
	whose  []answer
	clocks []clock
	ever   []vitals.PatientID // everybody to whom it was assigned, by mistake as well
	// shown is the newest instant of a reading that a sink has seen. All versions
	// of the history of a device share it.
	shown *atomic.Int64
	spans []span
}

// An answer says whose the readings of a device are, or why nobody's.
type answer struct {
	patient vitals.PatientID
	err     error
}

// A clock says how far a device is ahead from a stamp of its own on.
type clock struct {
	from   int64
	ahead  time.Duration
	number uint64
}

func emptyVersion() *version {
	return &version{
		devices: make(map[vitals.DeviceID]*worn), stays: make(map[vitals.PatientID][]stay),
		merged: make(map[vitals.PatientID]vitals.PatientID),
	}
}

// who says who a patient turned out to be.
func (s *version) who(p vitals.PatientID) vitals.PatientID {
	if into, ok := s.merged[p]; ok {
		return into
	}
	return p
}

// names returns all names of one person.
func (s *version) names(who vitals.PatientID) []vitals.PatientID {
	out := []vitals.PatientID{who}
	for p, into := range s.merged {
		if into == who {
			out = append(out, p)
		}
	}
	return out
}

// leftAt returns when a patient is discharged first after an instant.
func (s *version) leftAt(p vitals.PatientID, after int64) int64 {
	for _, v := range s.stays[s.who(p)] {
		if v.until > after {
			return v.until
		}
	}
	return forever
}

// stay returns the stay of a patient that contains an instant.
func (s *version) stay(p vitals.PatientID, at int64) (stay, bool) {
	for _, v := range s.stays[s.who(p)] {
		if v.since <= at && at < v.until {
			return v, true
		}
	}
	return stay{}, false
}

// Wearer implements [telemed.Roster]: under the name by which the device was
// assigned.
func (s *version) Wearer(d vitals.DeviceID, at time.Time) (vitals.PatientID, error) {
	if w := s.devices[d]; w != nil {
		return w.wearer(instant(at))
	}
	return vitals.PatientID{}, telemed.ErrUnknownDevice
}

// Assigned implements [telemed.RosterVersion].
func (s *version) Assigned(d vitals.DeviceID) bool {
	w := s.devices[d]
	return w != nil && len(w.ever) > 0
}

// Discharge implements [telemed.RosterVersion].
func (s *version) Discharge(p vitals.PatientID) (at time.Time, known bool) {
	stays := s.stays[s.who(p)]
	if len(stays) == 0 || stays[len(stays)-1].until == forever {
		return time.Time{}, false
	}
	return time.Unix(0, stays[len(stays)-1].until), true
}

// Patients implements [telemed.RosterVersion].
func (s *version) Patients() []vitals.PatientID { return slices.Collect(maps.Keys(s.stays)) }

// Who implements [telemed.RosterVersion].
func (s *version) Who(p vitals.PatientID) vitals.PatientID { return s.who(p) }

func (w *worn) wearer(at int64) (vitals.PatientID, error) {
	if at >= w.newest && len(w.from) > 0 {
		return w.now.patient, w.now.err
	}
	after, _ := slices.BinarySearch(w.from, at+1)
	if after == 0 {
		return vitals.PatientID{}, telemed.ErrUnknownDevice
	}
	return w.whose[after-1].patient, w.whose[after-1].err
}

// clock returns the correction for a stamp of the device, the zero clock if
// there is none.
func (w *worn) clock(stamp int64) clock {
	if w == nil {
		return clock{}
	}
	for _, c := range slices.Backward(w.clocks) {
		if c.from <= stamp {
			return c
		}
	}
	return clock{}
}

// rebuilt returns the census after something about some patients and devices
// has changed in the book, and the number of an assignment that is contradicted.
func (s *version) rebuilt(b *book, patients []vitals.PatientID, devices []vitals.DeviceID) (next *version, contradicted uint64) {
	next = &version{devices: maps.Clone(s.devices), stays: s.stays, merged: b.whoIsWho()}
	if len(patients) > 0 {
		next.stays = maps.Clone(s.stays)
	}
	// A merge that begins or ends concerns everybody who was or is the same.
	var everybody []vitals.PatientID
	for _, p := range patients {
		everybody = append(everybody, s.names(s.who(p))...)
		everybody = append(everybody, next.names(next.who(p))...)
	}
	everybody = unique(everybody)
	for _, p := range everybody {
		delete(next.stays, p)
	}
	for _, p := range everybody {
		if who := next.who(p); who == p {
			if stays := b.stays(next.names(p)); stays != nil {
				next.stays[p] = stays
			}
		}
		devices = append(devices, b.devicesOf[p]...)
	}
	for _, d := range unique(devices) {
		n := next.rebuild(b, d)
		contradicted = cmp.Or(contradicted, n)
	}
	return next, contradicted
}

func unique[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(list, func(v T) bool {
		was := seen[v]
		seen[v] = true
		return was
	})
}

// rebuild makes the history of a device anew.
func (s *version) rebuild(b *book, d vitals.DeviceID) (contradicted uint64) {
	w := &worn{shown: new(atomic.Int64)}
	w.shown.Store(-forever)
	if old := s.devices[d]; old != nil {
		w.shown = old.shown
	}
	w.spans, contradicted = b.spans(s, d)
	for _, v := range w.spans {
		w.wear(v, s.stays[s.who(v.patient)])
	}
	for _, i := range b.ofDevice[d] {
		if c := &b.changes[i]; c.Op == Assign && !slices.Contains(w.ever, c.Patient) {
			w.ever = append(w.ever, c.Patient)
		}
	}
	for _, c := range b.standing(b.ofDevice[d]) {
		if c.Op == Correct {
			w.clocks = append(w.clocks, clock{instant(c.At), c.Ahead, c.Number})
		}
	}
	s.devices[d] = w
	return contradicted
}

// wear appends what holds during and after a span of a patient with these stays.
func (w *worn) wear(v span, stays []stay) {
	w.put(v.since, answer{err: telemed.ErrNotAdmitted})
	for _, there := range stays {
		if there.until > v.since && there.since < v.until {
			w.put(max(v.since, there.since), answer{patient: v.patient})
		}
	}
	switch {
	case v.discharged:
		w.put(v.until, answer{err: telemed.ErrDischarged})
	case v.until < forever:
		w.put(v.until, answer{err: telemed.ErrUnknownDevice})
	}
}

// put lets an answer hold from an instant on, which is not before the last.
func (w *worn) put(from int64, a answer) {
	w.newest, w.now = from, a
	if n := len(w.from); n > 0 && w.from[n-1] == from {
		w.whose[n-1] = a
		return
	}
	w.from, w.whose = append(w.from, from), append(w.whose, a)
}

// whoIsWho resolves the merges.
func (b *book) whoIsWho() map[vitals.PatientID]vitals.PatientID {
	out := make(map[vitals.PatientID]vitals.PatientID)
	for _, c := range b.standing(b.merges) {
		out[c.Patient] = c.Into
	}
	for p, into := range out {
		for range len(out) { // a ring, which Apply refuses, would have no end
			next, ok := out[into]
			if !ok {
				break
			}
			into = next
		}
		out[p] = into
	}
	return out
}

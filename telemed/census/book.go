package census

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A book is the set of all changes, with an index by what they are about. What
// follows from it does not depend on the order in which they were said.
type book struct {
	changes   []Change // by number
	cancelled map[uint64]bool
	// Indices in changes.
	ofDevice  map[vitals.DeviceID][]int32  // assign, unassign, correct
	ofPatient map[vitals.PatientID][]int32 // admit, discharge, transfer
	merges    []int32
	devicesOf map[vitals.PatientID][]vitals.DeviceID // ever assigned
}

func newBook() *book {
	return &book{
		cancelled: make(map[uint64]bool),
		ofDevice:  make(map[vitals.DeviceID][]int32), ofPatient: make(map[vitals.PatientID][]int32),
		devicesOf: make(map[vitals.PatientID][]vitals.DeviceID),
	}
}

// add enters a change.
func (b *book) add(c Change) {
	i := int32(len(b.changes))
	b.changes = append(b.changes, c)
	switch c.Op {
	case Admit, Discharge, Transfer:
		b.ofPatient[c.Patient] = append(b.ofPatient[c.Patient], i)
	case Assign, Unassign, Correct:
		b.ofDevice[c.Device] = append(b.ofDevice[c.Device], i)
		if c.Op == Assign {
			b.devicesOf[c.Patient] = append(b.devicesOf[c.Patient], c.Device)
		}
	case Merge:
		b.merges = append(b.merges, i)
	case Cancel:
		b.cancelled[c.Cancels] = true
	}
}

// undo takes out the change that was added last.
func (b *book) undo() {
	c := b.changes[len(b.changes)-1]
	b.changes = b.changes[:len(b.changes)-1]
	switch c.Op {
	case Admit, Discharge, Transfer:
		shorten(b.ofPatient, c.Patient)
	case Assign, Unassign, Correct:
		shorten(b.ofDevice, c.Device)
		if c.Op == Assign {
			shorten(b.devicesOf, c.Patient)
		}
	case Merge:
		b.merges = b.merges[:len(b.merges)-1]
	case Cancel:
		delete(b.cancelled, c.Cancels)
	}
}

// shorten drops the last element under a key, and the key with the last one.
func shorten[K comparable, V any](m map[K][]V, k K) {
	if m[k] = m[k][:len(m[k])-1]; len(m[k]) == 0 {
		delete(m, k)
	}
}

// change returns a change that holds.
func (b *book) change(number uint64) (Change, bool) {
	i, ok := slices.BinarySearchFunc(b.changes, number, func(c Change, n uint64) int { return cmp.Compare(c.Number, n) })
	if !ok || b.cancelled[number] {
		return Change{}, false
	}
	return b.changes[i], true
}

// find returns the number of a change that says the same and holds.
func (b *book) find(c Change) (uint64, bool) {
	among := b.merges
	switch c.Op {
	case Admit, Discharge, Transfer:
		among = b.ofPatient[c.Patient]
	case Assign, Unassign, Correct:
		among = b.ofDevice[c.Device]
	case Cancel:
		return b.findCancel(c)
	}
	for _, i := range among {
		if d := &b.changes[i]; d.same(c) && !b.cancelled[d.Number] {
			return d.Number, true
		}
	}
	return 0, false
}

func (b *book) findCancel(c Change) (uint64, bool) {
	if !b.cancelled[c.Cancels] {
		return 0, false
	}
	i := slices.IndexFunc(b.changes, c.same)
	if i < 0 {
		return 0, false
	}
	return b.changes[i].Number, true
}

// standing returns those changes that hold, in the order of the instants from
// which they do. What ends something comes before what begins at that instant.
func (b *book) standing(lists ...[]int32) []Change {
	var out []Change
	for _, list := range lists {
		for _, i := range list {
			if c := b.changes[i]; !b.cancelled[c.Number] {
				out = append(out, c)
			}
		}
	}
	begins := func(c Change) int {
		switch c.Op {
		case Discharge, Unassign:
			return 0
		case Admit, Assign:
			return 1
		}
		return 2
	}
	slices.SortFunc(out, func(x, y Change) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(begins(x), begins(y)), cmp.Compare(x.Number, y.Number))
	})
	return out
}

// A stay is one time of a patient on the ward.
type stay struct {
	since, until int64 // until is forever while the patient is there
	beds         []bedSince
}

type bedSince struct {
	since int64
	bed   string
}

const forever = math.MaxInt64

// instant is a time as nanoseconds since 1970, cut to what fits: the years 1684
// to 2255.
func instant(t time.Time) int64 {
	switch s := t.Unix(); {
	case s < -9e9:
		return -forever
	case s > 9e9:
		return forever
	}
	return t.UnixNano()
}

// stays follows the changes of one person, who may have been known as several
// patients.
func (b *book) stays(names []vitals.PatientID) []stay {
	lists := make([][]int32, len(names))
	for i, p := range names {
		lists[i] = b.ofPatient[p]
	}
	var out []stay
	var open *stay
	for _, c := range b.standing(lists...) {
		at := instant(c.At)
		switch {
		case c.Op == Admit && open == nil:
			out = append(out, stay{at, forever, []bedSince{{at, c.Bed}}})
			open = &out[len(out)-1]
		case c.Op == Discharge && open != nil:
			open.until, open = at, nil
		case c.Op == Transfer && open != nil:
			open.beds = append(open.beds, bedSince{at, c.Bed})
		}
	}
	return out
}

// A span is a time in which a patient wears a device. A discharge ends it too.
type span struct {
	since, until int64
	patient      vitals.PatientID
	number       uint64 // of the change that began it
	discharged   bool   // what ended it
}

// spans follows the changes of one device. It returns the number of the first
// assignment that another contradicts, 0 if there is none.
func (b *book) spans(s *version, d vitals.DeviceID) (out []span, contradicted uint64) {
	open := false
	end := func(at int64) { // ends the last span
		last := &out[len(out)-1]
		last.until, open = at, false
		if t := s.leftAt(last.patient, last.since); t <= at && t < forever {
			last.until, last.discharged = t, true
		}
	}
	for _, c := range b.standing(b.ofDevice[d]) {
		at := instant(c.At)
		switch {
		case c.Op == Unassign && open:
			end(at)
		case c.Op == Assign:
			if open {
				last := &out[len(out)-1]
				left := s.leftAt(last.patient, last.since) <= at
				if s.who(last.patient) == s.who(c.Patient) && !left {
					continue
				}
				if !left && contradicted == 0 {
					contradicted = last.number
				}
				end(at)
			}
			out, open = append(out, span{at, forever, c.Patient, c.Number, false}), true
		}
	}
	if open {
		end(forever)
	}
	return out, contradicted
}

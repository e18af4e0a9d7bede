package census

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A Census is a [telemed.RevisableRoster] that follows from its changes. It takes
// about 1 KB for each device. It is safe for concurrent use. Make one with [Open].
type Census struct {
	journal telemed.Journal
	now     atomic.Pointer[version]

	mu      sync.Mutex // guards what follows
	book    *book
	last    uint64 // number of the newest change
	news    []touched
	changed chan struct{} // closed and replaced with each change
	drifts  map[vitals.DeviceID]*Drift
}

// touched are the patients whose past is another since a change.
type touched []vitals.PatientID

var _ telemed.RevisableRoster = (*Census)(nil)

// Open returns the census that the changes in a journal amount to.
func Open(ctx context.Context, j telemed.Journal) (*Census, error) {
	if j == nil {
		return nil, errors.New("census: open: no journal")
	}
	changes, err := readChanges(ctx, j)
	if err != nil {
		return nil, fmt.Errorf("census: open: %w", err)
	}
	c := &Census{journal: j, book: newBook(), changed: make(chan struct{}), drifts: make(map[vitals.DeviceID]*Drift)}
	var patients []vitals.PatientID
	var devices []vitals.DeviceID
	for _, ch := range changes {
		if err := ch.check(); err != nil || ch.Number <= c.last {
			return nil, fmt.Errorf("census: open: change %d: %w", ch.Number, errors.Join(err, ErrMalformed))
		}
		c.book.add(ch)
		c.last = ch.Number
		patients = append(patients, ch.Patient)
		if ch.Device != "" {
			devices = append(devices, ch.Device)
		}
	}
	next, _ := emptyVersion().rebuilt(c.book, patients, devices)
	c.now.Store(next)
	return c, nil
}

// Apply makes a change: it checks it, stores it and lets it hold, and returns
// its number. A change that contradicts the others is refused with a
// [*ChangeError]. Applying the same change again has no effect and returns the
// number that it has, so that a message may come twice.
func (c *Census) Apply(ctx context.Context, ch Change) (uint64, error) {
	if err := ch.check(); err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := c.book.find(ch); ok {
		return n, nil
	}
	if len(c.book.changes) >= maxChanges {
		return 0, &ChangeError{Op: ch.Op, Err: ErrFull}
	}
	before := c.now.Load()
	if err := c.useful(before, ch); err != nil {
		return 0, err
	}
	ch.Number = c.last + 1
	about := ch
	if ch.Op == Cancel {
		about, _ = c.book.change(ch.Cancels)
	}
	c.book.add(ch)
	next, contradicted := before.rebuilt(c.book, about.patients(), about.devices())
	if contradicted != 0 {
		c.book.undo()
		return 0, &ChangeError{Op: ch.Op, With: contradicted, Err: ErrOverlap}
	}
	if err := appendChange(ctx, c.journal, ch); err != nil {
		c.book.undo()
		return 0, fmt.Errorf("census: %v: %w", ch.Op, err)
	}
	c.last = ch.Number
	c.now.Store(next)
	c.news = append(c.news, next.touchedBy(about, before))
	close(c.changed)
	c.changed = make(chan struct{})
	return ch.Number, nil
}

// useful refuses a change that would have no effect, and merges that
// contradict others.
func (c *Census) useful(s *version, ch Change) error {
	at := instant(ch.At)
	switch ch.Op {
	case Admit:
		if _, there := s.stay(ch.Patient, at); !there {
			return nil
		}
	case Discharge:
		if _, there := s.stay(ch.Patient, at-1); there {
			return nil
		}
	case Transfer:
		if v, there := s.stay(ch.Patient, at); there && v.bed(at) != ch.Bed {
			return nil
		}
	case Assign:
		if v, ok := s.devices[ch.Device].span(at); !ok || s.who(v.patient) != s.who(ch.Patient) {
			return nil
		}
	case Unassign:
		return c.unassignable(ch, at)
	case Merge:
		return s.mergeable(ch)
	case Correct:
		if s.devices[ch.Device].clock(at).ahead != ch.Ahead {
			return nil
		}
	case Cancel:
		if d, ok := c.book.change(ch.Cancels); ok && d.Op != Cancel {
			return nil
		}
	}
	return &ChangeError{Op: ch.Op, Err: ErrNoEffect}
}

// unassignable wants an assignment that the change would end, be it one that a
// discharge has ended: its cancellation must not bring the device back.
func (c *Census) unassignable(ch Change, at int64) error {
	worn := false
	for _, d := range c.book.standing(c.book.ofDevice[ch.Device]) {
		if instant(d.At) < at && d.Op != Correct {
			worn = d.Op == Assign
		}
	}
	if !worn {
		return &ChangeError{Op: ch.Op, Err: ErrNoEffect}
	}
	return nil
}

func (s *version) mergeable(ch Change) error {
	if s.who(ch.Patient) != ch.Patient || s.who(ch.Into) == ch.Patient {
		return &ChangeError{Op: ch.Op, Err: ErrMerged}
	}
	return nil
}

// span returns the span of a device that contains an instant.
func (w *worn) span(at int64) (span, bool) {
	if w == nil {
		return span{}, false
	}
	for _, v := range w.spans {
		if v.since <= at && at < v.until {
			return v, true
		}
	}
	return span{}, false
}

func (v stay) bed(at int64) string {
	bed := ""
	for _, b := range v.beds {
		if b.since <= at {
			bed = b.bed
		}
	}
	return bed
}

// patients and devices are what a change is about.
func (c Change) patients() []vitals.PatientID {
	switch c.Op {
	case Admit, Discharge, Transfer:
		return []vitals.PatientID{c.Patient}
	case Merge:
		return []vitals.PatientID{c.Patient, c.Into}
	}
	return nil
}

func (c Change) devices() []vitals.DeviceID {
	if c.Device == "" {
		return nil
	}
	return []vitals.DeviceID{c.Device}
}

// touchedBy returns the patients of whom a sink has seen what a change has made
// untrue. In everyday changes, which hold from now on, that is nobody but who
// has left.
func (s *version) touchedBy(c Change, before *version) touched {
	switch c.Op {
	case Discharge:
		return unique([]vitals.PatientID{c.Patient, s.who(c.Patient)})
	case Merge:
		return unique([]vitals.PatientID{
			c.Patient, s.who(c.Patient), before.who(c.Patient), s.who(c.Into), before.who(c.Into),
		})
	case Assign, Unassign, Correct:
		w, from := s.devices[c.Device], instant(c.At.Add(-max(c.Ahead, 0)))
		if w.shown.Load() < from {
			return nil
		}
		var out touched
		for _, p := range w.ever {
			out = append(out, p, s.who(p))
		}
		return unique(out)
	}
	return nil
}

// Changed implements [telemed.RevisableRoster].
func (c *Census) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// Now implements [telemed.RevisableRoster].
func (c *Census) Now() telemed.RosterVersion { return c.now.Load() }

// Since implements [telemed.RevisableRoster]. It counts the changes since the
// census was opened.
func (c *Census) Since(seen int) (revision int, touched []vitals.PatientID, now telemed.RosterVersion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.news[seen:] {
		touched = append(touched, t...)
	}
	return len(c.news), unique(touched), c.now.Load()
}

// Package ward shows the live state of many patients: see [Ward].
package ward

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A Ward is the live state of many patients: the newest reading of every kind
// and the alarms that are active. It is a [telemed.Sink] for readings and an
// [alert.Notifier] for alarms; screens subscribe to what changes.
//
// The zero Ward is empty and ready. It is safe for concurrent use.
type Ward struct {
	mu            sync.Mutex
	beds          map[vitals.PatientID]*bed
	subscriptions map[*Subscription]struct{}
}

// A bed is guarded by Ward.mu.
type bed struct {
	latest []vitals.Reading // one for each kind, sorted by kind
	alarms []alert.Event    // standing, oldest first
}

var (
	_ telemed.Sink      = (*Ward)(nil)
	_ telemed.Restorer  = (*Ward)(nil)
	_ telemed.Forgetter = (*Ward)(nil)
	_ alert.Notifier    = (*Ward)(nil)
	_ alert.Shower      = (*Ward)(nil)
)

// A PatientState is what the ward knows of one patient at one moment. It is a
// copy. Its JSON is for screens: the patient is a pseudonym of this process,
// quantities are as "86 %", alarms as [alert.EventDocument]. It is not read back.
type PatientState struct {
	Patient vitals.PatientID `json:"patient"`
	Latest  []vitals.Reading `json:"latest,omitempty"` // the newest of each kind, sorted by kind
	Alarms  []alert.Event    `json:"alarms,omitempty"` // standing, oldest first
}

// Reading returns the newest reading of a kind.
func (s PatientState) Reading(k vitals.Kind) (vitals.Reading, bool) {
	i, ok := slices.BinarySearchFunc(s.Latest, k, byKind)
	if !ok {
		return vitals.Reading{}, false
	}
	return s.Latest[i], true
}

// Stale reports whether a reading is too old at a time to pass for the present
// state: half a minute for what a sensor on the body sends continuously, half
// an hour for glucose of a sensor under the skin, a day for the rest, which is
// measured now and then. The limits are this library's own choice.
func Stale(r vitals.Reading, now time.Time) bool {
	limit := 24 * time.Hour
	switch r.Kind {
	case vitals.HeartRate, vitals.PulseRate, vitals.PulseRateOximeter, vitals.SpO2, vitals.PerfusionIndex, vitals.RRInterval:
		limit = 30 * time.Second
	case vitals.GlucoseISF:
		limit = 30 * time.Minute
	}
	return now.Sub(r.At) > limit
}

// Name implements [telemed.Sink].
func (w *Ward) Name() string { return "ward" }

// Put implements [telemed.Sink]. A reading older than the one shown is not shown.
func (w *Ward) Put(_ context.Context, readings []vitals.Reading) error {
	return w.Restore(readings)
}

// Restore implements [telemed.Restorer].
func (w *Ward) Restore(readings []vitals.Reading) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range readings {
		r := &readings[i]
		b := w.bed(r.Patient)
		at, found := slices.BinarySearchFunc(b.latest, r.Kind, byKind)
		switch {
		case !found:
			b.latest = slices.Insert(b.latest, at, *r)
		case r.At.Before(b.latest[at].At):
			continue
		default:
			b.latest[at] = *r
		}
		w.changed(r.Patient)
	}
	return nil
}

// Show implements [alert.Shower].
func (w *Ward) Show(ctx context.Context, e alert.Event) error { return w.Notify(ctx, e) }

// Notify implements [alert.Notifier]: it keeps the alarms that stand.
func (w *Ward) Notify(_ context.Context, e alert.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.bed(e.Patient)
	b.alarms = slices.DeleteFunc(b.alarms, func(a alert.Event) bool { return a.ID == e.ID })
	if e.State.Standing() {
		b.alarms = append(b.alarms, e)
	}
	w.changed(e.Patient)
	return nil
}

// Forget implements [telemed.Forgetter]: it removes a patient, after discharge.
func (w *Ward) Forget(p vitals.PatientID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.beds, p)
	w.changed(p)
}

// Patient returns the state of one patient.
func (w *Ward) Patient(p vitals.PatientID) (PatientState, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b, ok := w.beds[p]
	if !ok {
		return PatientState{Patient: p}, false
	}
	return b.state(p), true
}

// Patients returns the states of all, in no particular order.
func (w *Ward) Patients() []PatientState {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]PatientState, 0, len(w.beds))
	for p, b := range w.beds {
		all = append(all, b.state(p))
	}
	return all
}

// A Subscription tells which patients have changed. A slow subscriber sees
// fewer states, never older ones, and costs no more memory than one entry for
// each patient. No alarm is lost in between: it stays in the state while it is
// active.
type Subscription struct {
	ward    *Ward
	all     bool
	only    []vitals.PatientID            // unless all; it never changes
	pending map[vitals.PatientID]struct{} // guarded by ward.mu
	wake    chan struct{}
}

// Subscribe follows every patient, and begins with those of the ward. Close ends
// the subscription.
func (w *Ward) Subscribe() *Subscription {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.subscribe(&Subscription{all: true})
	for p := range w.beds {
		s.pending[p] = struct{}{}
	}
	return s
}

// SubscribeTo follows some patients and tells nothing of others, as for the
// screen of one of them; without any it never tells anything. It begins with all of
// them, also with those of whom nothing has come yet. Close ends the subscription.
func (w *Ward) SubscribeTo(patients ...vitals.PatientID) *Subscription {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.subscribe(&Subscription{only: slices.Clone(patients)})
	for _, p := range patients {
		s.pending[p] = struct{}{}
	}
	return s
}

// Next waits until something has changed and returns the present state of
// each patient that has, in no particular order. A patient who was forgotten
// comes once more with nothing in it. It returns the context's error.
func (s *Subscription) Next(ctx context.Context) ([]PatientState, error) {
	for {
		if changed := s.take(); len(changed) > 0 {
			return changed, nil
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.ward.mu.Lock()
	defer s.ward.mu.Unlock()
	delete(s.ward.subscriptions, s)
}

func (s *Subscription) take() []PatientState {
	s.ward.mu.Lock()
	defer s.ward.mu.Unlock()
	changed := make([]PatientState, 0, len(s.pending))
	for p := range s.pending {
		if b, ok := s.ward.beds[p]; ok {
			changed = append(changed, b.state(p))
		} else {
			changed = append(changed, PatientState{Patient: p})
		}
	}
	clear(s.pending)
	return changed
}

// The methods below want Ward.mu held.

func (w *Ward) subscribe(s *Subscription) *Subscription {
	s.ward, s.pending, s.wake = w, make(map[vitals.PatientID]struct{}), make(chan struct{}, 1)
	if w.subscriptions == nil {
		w.subscriptions = make(map[*Subscription]struct{})
	}
	w.subscriptions[s] = struct{}{}
	return s
}

func (w *Ward) bed(p vitals.PatientID) *bed {
	b, ok := w.beds[p]
	if !ok {
		if w.beds == nil {
			w.beds = make(map[vitals.PatientID]*bed)
		}
		b = new(bed)
		w.beds[p] = b
	}
	return b
}

func (w *Ward) changed(p vitals.PatientID) {
	for s := range w.subscriptions {
		if !s.all && !slices.Contains(s.only, p) {
			continue
		}
		s.pending[p] = struct{}{}
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

func (b *bed) state(p vitals.PatientID) PatientState {
	return PatientState{p, slices.Clone(b.latest), slices.Clone(b.alarms)}
}

func byKind(r vitals.Reading, k vitals.Kind) int { return int(r.Kind) - int(k) }

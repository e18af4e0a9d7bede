package alert

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// An Engine watches the readings of any number of patients for alarms. Make
// one with [NewEngine].
//
// It is safe for concurrent use. Readings of one patient must come in order,
// so from one goroutine at a time; then the events of that patient are
// delivered in the order in which they happened.
//
// Memory is a few hundred bytes for each patient and does not grow with the
// number of readings; see [Engine.Forget].
type Engine struct {
	notifier Notifier
	rules    []Rule
	watches  []watch
	index    []uint16 // by kind: 1 + the index in watches, 0 for a kind without rules
	keepAge  int64    // the longest maximum age of any score rule, ns
	scored   bool     // some rule needs a score

	// sending holds one token: whoever has it delivers.
	sending chan struct{}

	mu sync.Mutex // guards what follows

	byWho       map[subject]*patient
	patients    []*patient // in the order of their first reading
	nextSeq     uint64
	last        *patient // of the previous reading: they come in runs
	overdue     []deadline
	queue       []Event // raised and not yet taken for delivery
	undelivered int     // queue and what is being delivered
	silent      bool    // restoring: state changes, nobody is told
}

// watch is what the engine does with readings of one kind.
type watch struct {
	kind    vitals.Kind
	unit    vitals.Unit
	coded   bool
	scored  bool    // an input of a score
	rules   []int32 // indices of rules, ascending
	missing []int32 // those among them that are about missing data
}

// subject is whom a state belongs to. An unknown patient is told apart by the
// device.
type subject struct {
	patient vitals.PatientID
	device  vitals.DeviceID // only without a patient
}

// maxBacklog is how many events may wait for a notifier that fails before the
// engine refuses more readings.
const maxBacklog = 1 << 16

// Errors of [Engine.Put] and [Engine.Advance].
var (
	// ErrTime: a reading has no time, or one before 1691 or after 2248. It
	// cannot be ordered and was not evaluated, everything else was. To put the
	// batch again will not help.
	ErrTime = errors.New("alert: reading without a usable time")
	// ErrBacklog: too many events wait for delivery; the batch was not evaluated.
	ErrBacklog = errors.New("alert: too many undelivered events")
)

// NewEngine returns an engine that applies all rules to every patient and tells
// n. It fails if a rule is impossible ([ErrRule]), if two have the same name,
// and without a notifier or rules: an engine that can never alarm is a mistake.
func NewEngine(n Notifier, rules ...Rule) (*Engine, error) {
	if n == nil {
		return nil, errors.New("alert: no notifier")
	}
	if len(rules) == 0 {
		return nil, fmt.Errorf("alert: no rules: %w", ErrRule)
	}
	e := &Engine{
		notifier: n, rules: slices.Clone(rules), byWho: make(map[subject]*patient),
		sending: make(chan struct{}, 1),
	}
	var errs []error
	names := make(map[string]bool, len(rules))
	for _, r := range rules {
		switch err := r.Err(); {
		case err != nil:
			errs = append(errs, err)
		case names[r.name]:
			errs = append(errs, fmt.Errorf("alert: two rules named %q, see Named: %w", r.name, ErrRule))
		}
		names[r.name] = true
		if r.cond == news2 {
			e.scored, e.keepAge = true, max(e.keepAge, int64(r.maxAge))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for k := range vitals.Kinds() {
		e.watch(k)
	}
	return e, nil
}

// watch makes the list of rules for kind k.
func (e *Engine) watch(k vitals.Kind) {
	w := watch{kind: k, unit: k.Unit(), coded: k.Shape() == vitals.ShapeCoded, scored: e.scored && isNEWS2Input(k)}
	for i, r := range e.rules {
		if r.watches(k) {
			w.rules = append(w.rules, int32(i))
			if r.cond == missing {
				w.missing = append(w.missing, int32(i))
			}
		}
	}
	if w.rules == nil {
		return
	}
	if int(k) >= len(e.index) {
		e.index = append(e.index, make([]uint16, int(k)+1-len(e.index))...)
	}
	e.watches = append(e.watches, w)
	e.index[k] = uint16(len(e.watches))
}

// Name is "alert", the name of the engine among the sinks of a gateway.
func (e *Engine) Name() string { return "alert" }

// String tells how many rules there are, and nothing about patients.
func (e *Engine) String() string { return fmt.Sprintf("alert.Engine(%d rules)", len(e.rules)) }

// Put evaluates the readings in their order and delivers the events that they
// cause. It keeps nothing of batch.
//
// When the notifier fails for an event, Put goes on with other patients, keeps
// that event and the later ones of the same patient, and returns the error
// after all. They are offered again, in order, by the next Put or Advance. To
// put the same batch again is safe: its readings are duplicates by then.
func (e *Engine) Put(ctx context.Context, batch []vitals.Reading) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	late, err := e.evaluate(batch, false)
	if err != nil {
		return errors.Join(err, e.deliver(ctx))
	}
	return join(e.deliver(ctx), late)
}

// Restore brings the engine to the state that it had after these readings,
// without telling anybody: after a restart, give it the records that had been
// put before, in the same order, and then put the rest. It does not know when
// Advance was called: an alarm that only silence had raised is raised again,
// with the same ID, by the next Advance. It reports [ErrTime] like Put.
func (e *Engine) Restore(batch []vitals.Reading) error {
	late, err := e.evaluate(batch, true)
	return join(err, late)
}

// Resume shows the alarms that are active after Restore to a notifier that is
// a [Shower]. Nobody is called for them again.
func (e *Engine) Resume(ctx context.Context) error {
	s, ok := e.notifier.(Shower)
	if !ok {
		return nil
	}
	for _, ev := range e.Active(nil) {
		if err := s.Show(ctx, ev); err != nil {
			return fmt.Errorf("alert: show rule %q: %w", ev.Rule, err)
		}
	}
	return nil
}

// evaluate returns the mistakes in single readings apart from the reason why
// nothing was evaluated.
func (e *Engine) evaluate(batch []vitals.Reading, silent bool) (late, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.undelivered > maxBacklog {
		return nil, ErrBacklog
	}
	e.silent = silent
	defer func() { e.silent = false }()
	untimed := 0
	for i := range batch {
		if !e.apply(&batch[i]) {
			untimed++
		}
	}
	if untimed > 0 {
		late = fmt.Errorf("%d of %d readings: %w", untimed, len(batch), ErrTime)
	}
	return late, nil
}

// Advance tells the engine that no readings up to now, in event time, are to be
// expected any more, and delivers what that causes: missing-data alarms and
// conditions whose delay is over. A runner calls it about once a second with
// the present minus the usual time of transport. A now before an earlier one
// changes nothing. Errors are those of [Engine.Put].
func (e *Engine) Advance(ctx context.Context, now time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	at, ok := nanos(now)
	if !ok {
		return fmt.Errorf("advance: %w", ErrTime)
	}
	if err := e.advance(at); err != nil {
		return errors.Join(err, e.deliver(ctx))
	}
	return e.deliver(ctx)
}

func (e *Engine) advance(now int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.undelivered > maxBacklog {
		return ErrBacklog
	}
	e.overdue = e.overdue[:0]
	for _, p := range e.patients {
		if p.next > now {
			continue
		}
		p.next = math.MaxInt64
		for i := range e.rules {
			switch due, ok := e.due(p, i); {
			case ok && due <= now:
				e.overdue = append(e.overdue, deadline{due, p, i})
			case ok:
				p.next = min(p.next, due)
			}
		}
	}
	e.settle()
	return nil
}

// Forget drops everything about a patient who has left, active alarms as well,
// and tells nobody: whoever shows alarms should clear them with the patient.
// Events already waiting for delivery stay.
func (e *Engine) Forget(p vitals.PatientID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last, e.overdue = nil, nil // they point to patients
	e.patients = slices.DeleteFunc(e.patients, func(s *patient) bool {
		if s.who.patient != p {
			return false
		}
		delete(e.byWho, s.who)
		return true
	})
}

// Active appends the alarms that are active now to dst, each as the event that
// raised it, in the order of the patients' first readings and of the rules. It
// includes those that a notifier has not taken yet.
func (e *Engine) Active(dst []Event) []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.patients {
		for i := range p.rules {
			if p.rules[i].state == Active {
				dst = append(dst, *p.rules[i].alarm)
			}
		}
	}
	return dst
}

// deliver offers all waiting events to the notifier, oldest first, one caller
// at a time. What was not accepted goes back to the front of the queue.
func (e *Engine) deliver(ctx context.Context) error {
	e.mu.Lock()
	n := e.undelivered
	e.mu.Unlock()
	if n == 0 {
		return nil
	}
	// Events being delivered by another caller may be ours: wait for the outcome.
	select {
	case e.sending <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	e.mu.Lock()
	events := e.queue
	e.queue = nil
	e.mu.Unlock()

	var kept []Event
	done := 0
	defer func() { // also when the notifier panics
		kept = append(kept, events[done:]...)
		e.mu.Lock()
		e.queue = append(kept, e.queue...)
		e.undelivered = len(e.queue)
		e.mu.Unlock()
		<-e.sending
	}()
	var first error
	failed := make(map[subject]bool)
	for ; done < len(events) && ctx.Err() == nil; done++ {
		ev := &events[done]
		who := whose(ev.Patient, ev.Device)
		if !failed[who] {
			err := e.notifier.Notify(ctx, *ev)
			if err == nil {
				continue
			}
			failed[who] = true
			if first == nil {
				first = fmt.Errorf("alert: notify of rule %q: %w", ev.Rule, err)
			}
		}
		kept = append(kept, *ev)
	}
	if left := len(kept) + len(events) - done; left > 0 {
		if first == nil {
			first = ctx.Err()
		}
		return fmt.Errorf("%d of %d events not delivered: %w", left, len(events), first)
	}
	return nil
}

func whose(p vitals.PatientID, d vitals.DeviceID) subject {
	if p.IsZero() {
		return subject{device: d}
	}
	return subject{patient: p}
}

// A deadline is when silence becomes an alarm.
type deadline struct {
	at   int64
	p    *patient
	rule int
}

// settle raises what is in e.overdue, in the order of time, whatever the order
// in which it was found.
func (e *Engine) settle() {
	slices.SortFunc(e.overdue, func(a, b deadline) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.p.seq, b.p.seq), cmp.Compare(a.rule, b.rule))
	})
	for _, d := range e.overdue {
		e.lapse(d)
	}
}

// nanos is t in ns since 1970, if it is far enough within the range of int64
// that any duration of a rule can be added.
func nanos(t time.Time) (int64, bool) {
	const reach = 88e8 // seconds, 279 years
	if s := t.Unix(); s < -reach || s > reach {
		return 0, false
	}
	return t.UnixNano(), true
}

// join avoids the wrapper of errors.Join around a single error.
func join(a, b error) error {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	return errors.Join(a, b)
}

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
// one with [NewEngine]; the zero Engine has no rules and tells nobody.
//
// It is safe for concurrent use. Readings of one patient must come in order,
// so from one goroutine at a time; then the events of that patient are
// delivered in the order in which they happened.
//
// Memory is a few hundred bytes for each patient and does not grow with the
// number of readings; see [Engine.Forget].
type Engine struct {
	notifier Notifier
	members  []Notifier // whom to tell: notifier, or its members

	// sending holds one token: whoever has it delivers. The zero Engine has
	// nothing to deliver and no token.
	sending chan struct{}

	mu sync.Mutex // guards what follows

	ruleBook
	state
	last    *patient // of the previous reading: they come in runs
	overdue deadlines
	spare   []*life // not in use
	silent  bool    // restoring: state changes, nobody is told
}

// state is what an engine knows; see [Engine.Snapshot].
type state struct {
	known       map[vitals.PatientID]*patient
	unknown     map[vitals.DeviceID]*patient // without a patient
	devices     map[vitals.DeviceID]*device
	gateways    map[vitals.DeviceID]*gateway
	standing    map[AlarmID]place // the alarms that were raised and have not ended
	timers      timers
	nextSeq     uint64
	queue       []delivery // events not yet taken for delivery
	undelivered int        // queue and what is being delivered
}

// subject is whom a state belongs to. An unknown patient is told apart by the
// device.
type subject struct {
	patient vitals.PatientID
	device  vitals.DeviceID // only without a patient
}

// place is where an alarm lives.
type place struct {
	p    *patient
	rule int
}

// maxBacklog is how many events may wait for a notifier that fails before the
// engine refuses more readings.
const maxBacklog = 1 << 16

// Errors of [Engine.Put], [Engine.Advance] and [Engine.Do].
var (
	// ErrTime: a reading has no time, or one before 1691 or after 2248. It
	// cannot be ordered and was not evaluated, everything else was. To put the
	// batch again will not help.
	ErrTime = errors.New("alert: reading without a usable time")
	// ErrBacklog: too many events wait for delivery; the batch was not evaluated.
	ErrBacklog = errors.New("alert: too many undelivered events")
	// ErrUndelivered: everything was evaluated or done, but a notifier failed, or
	// the context ended before all were told. What is left waits in the engine for
	// the next call.
	ErrUndelivered = errors.New("alert: events not delivered")
)

// NewEngine returns an engine that applies all rules to every patient and tells
// n. It fails if a rule is impossible ([ErrRule]), if two have the same name,
// and without a notifier or rules: an engine that can never alarm is a mistake.
// The members of [Notifiers] are told independently of one another.
func NewEngine(n Notifier, rules ...Rule) (*Engine, error) {
	return NewEngineSet(n, RuleSet{Rules: rules})
}

// NewEngineSet is NewEngine for rules with overrides.
func NewEngineSet(n Notifier, set RuleSet) (*Engine, error) {
	members := flatten(nil, n)
	switch {
	case len(members) == 0 || slices.ContainsFunc(members, isNobody):
		return nil, errors.New("alert: no notifier")
	case len(members) > maxMembers:
		return nil, fmt.Errorf("alert: %d notifiers, at most %d are possible", len(members), maxMembers)
	}
	book, err := newRuleBook(set)
	if err != nil {
		return nil, err
	}
	return newEngine(n, members, book), nil
}

// isNobody reports whether a notifier can tell nobody.
func isNobody(n Notifier) bool {
	f, ok := n.(NotifyFunc)
	return n == nil || ok && f == nil
}

// errZero is what the zero Engine says where it would need rules.
var errZero = fmt.Errorf("alert: the engine was not made with NewEngine: %w", ErrRule)

func newEngine(n Notifier, members []Notifier, book ruleBook) *Engine {
	return &Engine{
		notifier: n, members: members, sending: make(chan struct{}, 1), ruleBook: book,
		state: state{
			known: make(map[vitals.PatientID]*patient), unknown: make(map[vitals.DeviceID]*patient),
			devices:  make(map[vitals.DeviceID]*device),
			gateways: make(map[vitals.DeviceID]*gateway), standing: make(map[AlarmID]place),
		},
	}
}

// Name is "alert", the name of the engine among the sinks of a gateway.
func (e *Engine) Name() string { return "alert" }

// String tells how many rules there are, and nothing about patients.
func (e *Engine) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return fmt.Sprintf("alert.Engine(%d rules)", len(e.rules))
}

// Put evaluates the readings in their order and delivers the events that they
// cause. It keeps nothing of batch.
//
// When the notifier fails for an event, Put goes on with other patients, keeps
// that event and the later ones of the same patient, and returns
// [ErrUndelivered] with the reason after all. They are offered again, in order, by the next Put or Advance. To
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
// Advance was called, nor what was done: an alarm that only silence had raised
// is raised again, with the same ID, by the next Advance; and of what was done
// it knows what [Engine.RestoreCommand] tells it. [Engine.Load] has neither
// fault. It reports [ErrTime] like Put.
func (e *Engine) Restore(batch []vitals.Reading) error {
	late, err := e.evaluate(batch, true)
	return join(err, late)
}

// Resume shows the standing alarms to a notifier that is a [Shower], after
// Restore or Load. Nobody is called for them again.
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
// expected any more, and delivers what that causes: missing-data alarms,
// conditions whose delay is over, reminders, the ends of pauses. A runner calls
// it about once a second, or at the times of [Engine.Next], with the present
// minus the usual time of transport. A now before an earlier one changes
// nothing. Errors are those of [Engine.Put]. Its cost does not depend on the
// number of patients, only on what is due.
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

// Next is the earliest event time at which Advance may have something to do;
// ok is false if only input can change anything.
func (e *Engine) Next() (at time.Time, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.timers) == 0 || e.timers[0].at == math.MaxInt64 {
		return time.Time{}, false
	}
	return instant(e.timers[0].at), true
}

// Forget drops everything about a patient who has left, standing alarms as
// well, and tells nobody: whoever shows alarms should clear them with the
// patient. Events already waiting for delivery stay.
func (e *Engine) Forget(id vitals.PatientID) {
	if id.IsZero() {
		return // nobody in particular
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.known[id]
	if p == nil {
		return
	}
	delete(e.known, id)
	e.last = nil
	e.timers.remove(p)
	for i, l := range p.lives {
		switch state := p.state(i); {
		case state == folded:
			e.unfold(p, i)
		case state.Standing():
			delete(e.standing, l.alarm.ID)
		}
	}
	for i := range p.kinds {
		e.release(p.kinds[i].device)
	}
}

// Active appends the standing alarms to dst, each as its latest event, in the
// order of the patients' first readings and of the rules. It includes those
// that a notifier has not taken yet.
func (e *Engine) Active(dst []Event) []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	places := make([]place, 0, len(e.standing))
	for _, at := range e.standing {
		places = append(places, at)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.p.seq, b.p.seq), cmp.Compare(a.rule, b.rule))
	})
	for _, at := range places {
		dst = append(dst, *at.p.lives[at.rule].alarm)
	}
	return dst
}

// reach is how far from 1970 event time may be: 279 years, in seconds.
const reach = 88e8

// nanos is t in ns since 1970, if it is far enough within the range of int64
// that any duration of a rule can be added.
func nanos(t time.Time) (int64, bool) {
	if s := t.Unix(); s < -reach || s > reach {
		return 0, false
	}
	return t.UnixNano(), true
}

// instant is the inverse of nanos, in UTC.
func instant(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// join avoids the wrapper of errors.Join around a single error.
func join(a, b error) error {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	return errors.Join(a, b)
}

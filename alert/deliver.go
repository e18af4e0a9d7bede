package alert

import (
	"context"
	"fmt"
	"slices"

	"github.com/telemed-go/sdk/vitals"
)

// delivery is an event on its way.
type delivery struct {
	event *Event
	told  uint64 // by member: has accepted it
}

// maxMembers is the number of bits of delivery.told.
const maxMembers = 64

// flatten appends whom a notifier stands for.
func flatten(dst []Notifier, n Notifier) []Notifier {
	all, ok := n.(Notifiers)
	if !ok {
		return append(dst, n)
	}
	for _, member := range all {
		dst = flatten(dst, member)
	}
	return dst
}

// emit queues an event for delivery.
func (e *Engine) emit(ev *Event) {
	if !e.silent {
		e.queue = append(e.queue, delivery{event: ev})
		e.undelivered++
	}
}

// deliver offers all waiting events to the notifiers, oldest first, one caller
// at a time. What was not accepted by all goes back to the front of the queue.
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
		return fmt.Errorf("%w: %w", ErrUndelivered, ctx.Err())
	}
	e.mu.Lock()
	waiting := e.queue
	e.queue = nil
	e.mu.Unlock()
	defer func() { // also when a notifier panics
		waiting = slices.DeleteFunc(waiting, func(d delivery) bool { return d.told == e.all() })
		e.mu.Lock()
		e.queue = append(waiting, e.queue...)
		e.undelivered = len(e.queue)
		e.mu.Unlock()
		<-e.sending
	}()
	left, err := e.offer(ctx, waiting)
	if left > 0 {
		return fmt.Errorf("%w, %d of %d: %w", ErrUndelivered, left, len(waiting), err)
	}
	return nil
}

// all is delivery.told of an event that everybody has accepted.
func (e *Engine) all() uint64 { return 1<<len(e.members) - 1 }

// offer tells each member what it does not know. A member that fails for one
// event is told nothing more about the same subject for now, so that it hears
// everything in order. It returns how many events were not accepted by all.
func (e *Engine) offer(ctx context.Context, waiting []delivery) (left int, first error) {
	type held struct {
		member int
		who    subject
	}
	var failed map[held]bool
	for i := range waiting {
		d := &waiting[i]
		for m, member := range e.members {
			key := held{m, whose(d.event.Patient, d.event.Device)}
			if d.told>>m&1 != 0 || failed[key] || ctx.Err() != nil {
				continue
			}
			err := member.Notify(ctx, *d.event)
			if err == nil {
				d.told |= 1 << m
				continue
			}
			if failed == nil {
				failed = make(map[held]bool)
			}
			failed[key] = true
			if first == nil {
				first = fmt.Errorf("notify of rule %q: %w", d.event.Rule, err)
			}
		}
		if d.told != e.all() {
			left++
		}
	}
	if first == nil {
		first = ctx.Err()
	}
	return left, first
}

func whose(p vitals.PatientID, d vitals.DeviceID) subject {
	if p.IsZero() {
		return subject{device: d}
	}
	return subject{patient: p}
}

package alert

import (
	"context"
	"errors"
)

// A Notifier tells somebody. An error means that the event did not arrive; the
// engine will offer it again. The engine calls it for one event at a time, and
// waits: put a [Queue] before a slow channel. Of the engine that is calling a
// notifier, it may call Active and Next and nothing else.
type Notifier interface {
	Notify(ctx context.Context, e Event) error
}

// NotifyFunc is a function that is a [Notifier].
type NotifyFunc func(ctx context.Context, e Event) error

// Notify calls f.
func (f NotifyFunc) Notify(ctx context.Context, e Event) error { return f(ctx, e) }

// A Shower is a [Notifier] that shows alarms, such as a screen: after a restart
// it must learn which are active ([Engine.Resume]), while somebody who was
// called must not be called again.
type Shower interface {
	Show(ctx context.Context, e Event) error
}

// Notifiers tells all of its members. An [Engine] tells each of them on its own,
// nested ones too: one that fails is offered the event again, and the others
// are not. It may have at most 64 in all.
type Notifiers []Notifier

// Notify implements [Notifier] for callers other than an engine: if one member
// fails, the others are told.
func (n Notifiers) Notify(ctx context.Context, e Event) error {
	var errs []error
	for _, member := range n {
		errs = append(errs, member.Notify(ctx, e))
	}
	return errors.Join(errs...)
}

// Show implements [Shower] for the members that are.
func (n Notifiers) Show(ctx context.Context, e Event) error {
	var errs []error
	for _, member := range n {
		if s, ok := member.(Shower); ok {
			errs = append(errs, s.Show(ctx, e))
		}
	}
	return errors.Join(errs...)
}

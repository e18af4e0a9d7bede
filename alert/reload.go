package alert

import (
	"context"
	"errors"
	"time"
)

// Reload replaces the rules at event time at, by whom it is said. Rules whose
// name and definition ([Rule.Version]) have not changed go on with all their
// state; the others begin anew, and an alarm of a rule that was changed or
// removed ends, with an event of [CauseRules]. On an error that wraps [ErrRule],
// or [ErrTime], nothing has changed; other errors are those of the notifier.
// While the engine is being rebuilt, readings wait.
func (e *Engine) Reload(ctx context.Context, set RuleSet, at time.Time, by string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.sending == nil {
		return errZero
	}
	ns, ok := nanos(at)
	if !ok || len(by) > maxLabel {
		return errors.Join(ErrCommand, ErrTime)
	}
	book, err := newRuleBook(set)
	if err != nil {
		return err
	}
	if err := e.rebuild(ctx, book, ns, by); err != nil {
		return err
	}
	return e.deliver(ctx)
}

// rebuild moves the state to other rules, by way of a snapshot, so that there
// is one way to keep a state and not two.
func (e *Engine) rebuild(ctx context.Context, book ruleBook, at int64, by string) error {
	select {
	case e.sending <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-e.sending }()
	e.mu.Lock()
	defer e.mu.Unlock()
	fresh := newEngine(e.notifier, e.members, book)
	if err := fresh.load(e.snapshot(nil), by, at); err != nil {
		return err
	}
	e.take(fresh)
	return nil
}

package escalate

import (
	"cmp"
	"context"
	"math"
	"sync"
	"time"
)

// Advance tells the dispatcher the time, takes the steps that are due, sends
// what is to be sent and waits for the outcome. It is for programs with a time of
// their own, as in a simulation or test; others call [Dispatcher.Run]. The error
// is that of the journal; the messages were sent nevertheless.
func (d *Dispatcher) Advance(ctx context.Context, now time.Time) error {
	var running sync.WaitGroup
	p := pass{d, func() time.Time { return now }, &running}
	for {
		err := p.look(ctx)
		running.Wait()
		err = cmp.Or(err, d.flush())
		if err != nil || ctx.Err() != nil {
			return cmp.Or(ctx.Err(), err)
		}
		if at, ok := d.Next(); !ok || at.After(now) {
			return nil
		}
	}
}

// Run advances with the clock until the context ends, and returns its error when
// all its goroutines have ended. There are at most [Config.Parallel] for each
// channel. Messages that are under way then are sent again after the next start.
// Errors of the journal go to [Config.Report], and the journal is tried again
// each second; 65,536 decisions may wait for it, then no further are made.
func (d *Dispatcher) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer func() {
		running.Wait()
		if err := d.flush(); err != nil {
			d.config.Report(err)
		}
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	p := pass{d, time.Now, &running}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		case <-d.wake:
		}
		wait := time.Second
		if err := p.look(ctx); err != nil {
			d.config.Report(err)
		} else if at, ok := d.Next(); ok {
			wait = max(0, time.Until(at))
		} else {
			wait = math.MaxInt64
		}
		timer.Reset(wait)
	}
}

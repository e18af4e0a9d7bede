package client

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// A pace keeps all requests of a client to what the server asks for. Urgent ones
// wait only for Retry-After and for an exhausted limit; the others leave them a
// tenth of a limit, and are spread over the time that it is for.
type pace struct {
	mu     sync.Mutex
	closed time.Time     // nobody sends before
	next   time.Time     // what is not urgent does not go before
	gap    time.Duration // between such requests
	until  time.Time     // when gap ends
}

// turn is how long a request has to wait. The turn counts as used.
func (p *pace) turn(now time.Time, urgent bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	if p.closed.After(at) {
		at = p.closed
	}
	if !urgent {
		if p.next.After(at) {
			at = p.next
		}
		if at.Before(p.until) {
			p.next = at.Add(p.gap)
		}
	}
	return at.Sub(now)
}

// hold stops all requests for a while.
func (p *pace) hold(now time.Time, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := now.Add(d); d > 0 && at.After(p.closed) {
		p.closed = at
	}
}

// note takes what the server told of its limit.
func (p *pace) note(now time.Time, l limit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	end := now.Add(l.reset)
	free := l.remaining - l.remaining/10 - 1
	switch {
	case l.remaining == 0:
		if end.After(p.closed) {
			p.closed = end
		}
		p.next, p.until = end, end
	case free <= 0:
		p.next, p.until = end, end
	default:
		p.gap, p.until = l.reset/time.Duration(free), end
		if at := now.Add(p.gap); p.next.Before(now) || p.next.After(at) {
			p.next = at
		}
	}
}

// sleep waits for d, or returns the error of the context.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// backoff is the pause after a number of failures in a row: full jitter, between
// nothing and a bound that doubles from a first one to 30 seconds.
func backoff(first time.Duration, failures int) time.Duration {
	const longest = 30 * time.Second
	bound := longest
	if failures < 16 {
		bound = min(first<<max(failures-1, 0), longest)
	}
	return time.Duration(rand.Int64N(int64(bound) + 1)) //nolint:gosec // chance, no secret
}

package mqtt

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/telemed-go/sdk/telemed"
)

// errLost ends a connection after which another is made.
var errLost = errors.New("mqtt: connection lost")

const (
	takeAtOnce  = 32                     // messages from the outbox
	forgetAfter = 100 * time.Millisecond // receipts that share one change of the outbox
)

// A run is the state of Sender.Run: an epoch and what is in flight. Only its
// goroutine uses it.
type run struct {
	*Sender
	epoch   string
	levels  int
	pipes   sync.WaitGroup // the goroutines of all connections
	flights [3]*flight     // by lane
	taken   [3]uint64      // by lane: the last sequence taken from the outbox
	done    [3]uint64      // by lane: to be deleted in the outbox
	forgot  [3]uint64      // by lane: deleted there
	forgets time.Time      // when; zero if there is nothing
	useful  bool           // this connection has brought receipts
	batch   [takeAtOnce]telemed.Queued
}

func newRun(s *Sender) (*run, error) {
	var random [epochBytes]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, fmt.Errorf("mqtt: epoch: %w", err)
	}
	r := &run{Sender: s, epoch: base64.RawURLEncoding.EncodeToString(random[:])}
	if s.config.prefix != "" {
		r.levels = strings.Count(s.config.prefix, "/") + 1
	}
	for lane := range r.flights {
		r.flights[lane] = newFlight(telemed.Lane(lane), s.config.resend)
	}
	return r, nil
}

// connection sends over one connection until it is lost.
func (r *run) connection(ctx context.Context) error {
	p, err := r.dial(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	r.connected(true)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		changed := r.box.Changed() // before looking into it
		now := time.Now()
		if err := r.news(ctx, p, now); err != nil {
			return err
		}
		if err := r.fill(p, now); err != nil {
			return err
		}
		timer.Reset(r.rest(now))
		select {
		case <-changed:
		case <-p.wake:
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// news takes in what has come over the connection and what time has brought.
func (r *run) news(ctx context.Context, p *pipe, now time.Time) error {
	shots, receipts, ignored, err := p.take()
	for _, s := range shots {
		p.window.confirmed(s, now)
		r.flights[s.lane].confirmed(s.sequence)
	}
	for _, receipt := range receipts {
		if !r.receipted(receipt, now) {
			ignored++
		}
	}
	if ignored > 0 {
		r.mu.Lock()
		r.progress.Ignored += ignored
		r.mu.Unlock()
	}
	for _, f := range r.flights {
		f.expire(now)
	}
	if !r.forgets.IsZero() && !now.Before(r.forgets) {
		if err := r.forget(ctx); err != nil {
			return err
		}
	}
	return err
}

// receipted takes in a receipt. One that claims what was never sent in any lane
// is not believed in the others.
func (r *run) receipted(receipt receipt, now time.Time) (useful bool) {
	for lane, f := range r.flights {
		if receipt[lane] > f.last() {
			return false
		}
	}
	for lane, f := range r.flights {
		n, done := f.receipted(receipt[lane], now)
		if n == 0 {
			continue
		}
		useful, r.useful = true, true
		r.done[lane] = done
		if r.forgets.IsZero() {
			r.forgets = now.Add(forgetAfter)
		}
		r.mu.Lock()
		r.progress.Lanes[lane].Receipted += uint64(n)
		r.mu.Unlock()
	}
	return useful
}

// forget deletes in the outbox what is receipted.
func (r *run) forget(ctx context.Context) error {
	r.forgets = time.Time{}
	for lane := range r.done {
		if r.done[lane] == r.forgot[lane] {
			continue
		}
		err := r.box.Done(ctx, telemed.Lane(lane), r.done[lane])
		switch {
		case errors.Is(err, telemed.ErrLogFull): // deleting needs room as well
			r.config.logger.Warn("the outbox cannot delete what was receipted", "reason", err)
			r.forgets = time.Now().Add(time.Second)
		case err != nil:
			return fmt.Errorf("mqtt: outbox: %w", err)
		default:
			r.forgot[lane] = r.done[lane]
		}
	}
	return nil
}

func (r *run) broken(now time.Time) {
	for _, f := range r.flights {
		f.broken(now)
	}
}

// fill sends as much as the connection takes, the most urgent first.
func (r *run) fill(p *pipe, now time.Time) error {
	for _, lane := range telemed.Lanes() {
		f := r.flights[lane]
		for {
			if err := r.load(f); err != nil {
				return err
			}
			e, sequence := f.next()
			if e == nil {
				break
			}
			topic, err := r.topic(e.m.Topic, tag{r.epoch, r.levels, lane, f.base, sequence})
			if err != nil {
				return fmt.Errorf("mqtt: message %d of lane %s in the outbox: %w", e.m.Sequence, lane, err)
			}
			s := shot{lane: lane, sequence: sequence, bytes: len(topic) + len(e.m.Payload), at: now}
			if !p.window.room(lane, s.bytes) {
				return nil // nothing less urgent may pass
			}
			p.window.sent(&s)
			p.publish(s, topic, e.m.Payload)
			r.count(e, lane)
			f.sent(e, now)
		}
	}
	return nil
}

func (r *run) count(e *entry, lane telemed.Lane) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.sends == 0 {
		r.progress.Lanes[lane].Sent++
	} else {
		r.progress.Lanes[lane].Resent++
	}
}

// load takes messages from the outbox when all that were taken are sent.
func (r *run) load(f *flight) error {
	if e, _ := f.next(); e != nil || !f.room() {
		return nil
	}
	n, err := r.box.Next(f.lane, r.taken[f.lane], r.batch[:])
	if err != nil {
		return fmt.Errorf("mqtt: outbox: %w", err)
	}
	for _, m := range r.batch[:n] {
		f.add(m)
		r.taken[f.lane] = m.Sequence
	}
	clear(r.batch[:n])
	return nil
}

// topic is that of a message on the wire.
func (r *run) topic(topic string, t tag) (string, error) {
	if s := r.config.prefix; s != "" && !strings.HasPrefix(topic, s+"/") {
		return "", fmt.Errorf("%w: it is not below SenderTopic", ErrTopic)
	}
	if err := r.config.mayPublish(r.identity, topic); err != nil {
		return "", err
	}
	return string(t.appendTo(append(make([]byte, 0, len(topic)+maxTag), topic...))), nil
}

// rest is how long nothing happens by itself.
func (r *run) rest(now time.Time) time.Duration {
	until := now.Add(time.Hour)
	for _, f := range r.flights {
		if !f.deadline.IsZero() && f.deadline.Before(until) {
			until = f.deadline
		}
	}
	if !r.forgets.IsZero() && r.forgets.Before(until) {
		until = r.forgets
	}
	return max(0, until.Sub(now))
}

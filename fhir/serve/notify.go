package serve

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Retries of notifications: a pause that doubles, and is drawn from its upper
// half, so that endpoints that fail together do not come back together.
const (
	firstPause  = time.Second
	lastPause   = 5 * time.Minute
	maxFailures = 5 // in a row, after which the status is error; trying goes on
)

// pause is how long to wait after so many failures, with a number in [0, 1).
func pause(failures int, random float64) time.Duration {
	p := lastPause
	if failures < 10 {
		p = min(lastPause, firstPause<<max(failures-1, 0))
	}
	return p/2 + time.Duration(random*float64(p/2))
}

// send keeps one subscription going until it ends or the context does.
func (s *Server) send(ctx context.Context, client *http.Client, sub *subscription) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !sub.end.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, sub.end)
		defer cancel()
	}
	sender := &sender{s: s, client: client, sub: sub}
	defer s.release(sub)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	work.Go(func() {
		select {
		case <-sub.deleted:
			cancel()
		case <-ctx.Done():
		}
	})
	if sender.deliver(ctx, notifyHandshake) != nil {
		return
	}
	d := newFeed(sub.interest, s.Notifications.events())
	d.every = true
	s.listen(d)
	defer s.unlisten(d)
	work.Go(func() { s.count(ctx, d, sub) })
	sender.run(ctx)
}

// release gives a subscription back for the next Run, unless its time is over.
func (s *Server) release(sub *subscription) {
	if !sub.end.IsZero() && !time.Now().Before(sub.end) {
		s.subs.remove(sub)
	}
	sub.mu.Lock()
	defer sub.mu.Unlock()
	sub.busy = false
}

// count gives numbers to the events of patients who agree, and keeps the newest.
// What consent leaves out has no number: a gap would tell of it.
func (s *Server) count(ctx context.Context, d *feed, sub *subscription) {
	var events []*event
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		}
		var skipped uint64
		if events, skipped = d.take(events[:0]); skipped > 0 {
			// What came too fast to be asked consent for gets numbers as well: that
			// something is missing must be seen, even if somebody did not agree.
			sub.miss(skipped)
			s.counts.skipped.Add(skipped)
		}
		agreed := make(map[*bed]bool, 1)
		now := time.Now()
		for _, e := range events {
			if _, asked := agreed[e.bed]; !asked {
				agreed[e.bed] = !e.bed.left.Load() && s.consents(ctx, sub.who, e.bed.patient)
			}
			if agreed[e.bed] {
				sub.push(owned{e.resource, e.bed}, now, s.Notifications.events())
			}
		}
		clear(events)
		select {
		case sub.more <- struct{}{}:
		default:
		}
	}
}

// miss counts events that nobody can be told of.
func (s *subscription) miss(n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted += n
}

func (s *subscription) push(o owned, now time.Time, limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted++
	if len(s.ring) == limit {
		s.ring[0] = numbered{}
		s.ring = s.ring[1:]
	}
	s.ring = append(s.ring, numbered{o, s.counted, now})
}

// due are the next events to be sent. Those that no room was left for are
// missing in the numbers.
func (s *subscription) due() []numbered { return s.between(0, 0, s.batch) }

// between are the events from one number to another, both included; from 0 is
// the first that was not delivered, to 0 the last.
func (s *subscription) between(from, to uint64, limit int) (list []numbered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if from == 0 {
		from = s.delivered + 1
	}
	for _, e := range s.ring {
		if e.number >= from && (to == 0 || e.number <= to) && len(list) < limit {
			list = append(list, e)
		}
	}
	return list
}

// A sender sends to one endpoint, one notification at a time.
type sender struct {
	s        *Server
	client   *http.Client
	sub      *subscription
	failures int
}

func (n *sender) run(ctx context.Context) {
	beat := time.NewTimer(time.Hour)
	defer beat.Stop()
	for ctx.Err() == nil {
		if n.sub.beat > 0 {
			beat.Reset(n.sub.beat)
		} else {
			beat.Stop()
		}
		select {
		case <-ctx.Done():
		case <-beat.C:
			_ = n.deliver(ctx, notifyHeartbeat)
		case <-n.sub.more:
			for len(n.sub.due()) > 0 && n.deliver(ctx, notifyEvents) == nil {
				continue
			}
		}
	}
}

// deliver sends until it is taken. The error is the context's.
func (n *sender) deliver(ctx context.Context, kind notificationType) error {
	for {
		if n.attempt(ctx, kind) {
			n.s.counts.notified.Add(1)
			n.failures = 0
			n.s.setStatus(n.sub, statusActive)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n.s.counts.unnotified.Add(1)
		if n.failures++; n.failures == maxFailures {
			n.s.setStatus(n.sub, statusError)
		}
		select {
		case <-time.After(pause(n.failures, rand.Float64())):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) setStatus(sub *subscription, status subscriptionStatus) {
	now := s.now()
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if sub.status != status {
		sub.status, sub.changed = status, now
	}
}

// attempt makes the notification anew, since patients may have revoked their
// consent since the last one, and sends it.
func (n *sender) attempt(ctx context.Context, kind notificationType) bool {
	if n.sub.isDeleted() || !n.s.Notifications.permits(ctx, n.sub) {
		return false
	}
	var list []numbered
	var last uint64
	if kind == notifyEvents {
		if list = n.sub.due(); len(list) == 0 {
			return true
		}
		last = list[len(list)-1].number
		var ok bool
		if list, ok = n.s.disclosed(ctx, n.sub, list, n.sub.endpoint.Host); !ok {
			return false
		}
	}
	if (kind != notifyEvents || len(list) > 0) && !n.post(ctx, n.s.notification(n.sub, kind, list, n.sub.content)) {
		return false
	}
	if kind == notifyEvents {
		n.sub.mu.Lock()
		n.sub.delivered = last
		n.sub.mu.Unlock()
	}
	return true
}

func (s *subscription) isDeleted() bool {
	select {
	case <-s.deleted:
		return true
	default:
		return false
	}
}

// disclosed leaves the events of patients who agree now, and records them.
func (s *Server) disclosed(ctx context.Context, sub *subscription, list []numbered, to string) (left []numbered, ok bool) {
	agreed := make(map[*bed]bool, 1)
	for _, e := range list {
		permitted, asked := agreed[e.bed]
		if !asked {
			permitted = !e.bed.left.Load() && s.consents(ctx, sub.who, e.bed.patient)
			if agreed[e.bed] = permitted; permitted && !s.noticed(ctx, &sub.who, e.bed, "Subscription/"+sub.id, to) {
				return nil, false
			}
		}
		if permitted {
			left = append(left, e)
		}
	}
	return left, true
}

func (n *sender) post(ctx context.Context, body []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, n.sub.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.sub.endpoint.String(), bytes.NewReader(body))
	if err != nil {
		return false
	}
	for name, values := range n.sub.header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/fhir+json")
	answer, err := n.client.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection can be used again
	return answer.StatusCode/100 == 2
}

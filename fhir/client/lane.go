package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/telemed-go/sdk/fhir"
)

// A lane delivers the Observations of some patients, one request at a time. It
// remembers how large Bundles may be.
type lane struct {
	c       *Client
	limit   int // entries of a Bundle, as the server takes them
	good    int // Bundles of that size that went well since
	bundles fhir.BundleWriter
	proof   request // puts again what was put before

	queue    []*item
	bad      int // so many at the head of the queue have one among them that the server refuses
	failures int // rounds in a row that achieved nothing
}

// maxTries is how often an Observation is sent at which the server fails, until
// it is asked whether it takes another.
const maxTries = 12

// run delivers a queue.
func (l *lane) run(ctx context.Context, queue []*item) error {
	l.queue, l.bad, l.failures = queue, 0, 0
	for len(l.queue) > 0 {
		w, err := l.c.way(ctx, l.queue[0].kind, false)
		if err != nil {
			return err
		}
		n := l.next(w)
		before := len(l.queue)
		pause, err := l.round(ctx, w, l.queue[:n:n])
		if err != nil {
			return err
		}
		l.sweep(n)
		switch {
		case len(l.queue) < before:
			l.failures = 0
			l.c.trouble.over()
		case pause == now:
		default:
			l.failures++
		}
		if pause == now {
			continue
		}
		if err := sleep(ctx, max(pause, backoff(200*time.Millisecond, l.failures))); err != nil {
			return err
		}
	}
	return nil
}

// now is the pause before a round that need not wait.
const now time.Duration = -1

// next is how many of the queue go into the next request: one that is refused is
// isolated by halves.
func (l *lane) next(w way) int {
	n := min(l.limit, len(l.queue))
	if l.bad > 0 {
		n = min(n, max(1, l.bad/2))
	}
	if w.pack == "" {
		n = 1
	}
	bytes := 0
	for i, it := range l.queue[:n] {
		if bytes += len(it.body) + entryOverhead; bytes > l.c.bytes && i > 0 {
			return i
		}
	}
	return n
}

// sweep takes what is done off the first n of the queue. It keeps the order.
func (l *lane) sweep(n int) {
	kept := l.queue[:0]
	for _, it := range l.queue[:n] {
		if !it.gone {
			kept = append(kept, it)
		}
	}
	if len(kept) < n {
		l.queue = append(kept, l.queue[n:]...)
	}
}

// round tries to deliver some items and returns how long to wait before the next
// round.
func (l *lane) round(ctx context.Context, w way, items []*item) (time.Duration, error) {
	items, err := l.c.reconcile(ctx, w, items)
	if err != nil {
		return l.unfit(ctx, err)
	}
	switch len(items) {
	case 0:
		return now, nil
	case 1:
		return l.single(ctx, w, items[0])
	}
	return l.bundle(ctx, w, items)
}

// unfit is the end of a round that did not come to its request.
func (l *lane) unfit(ctx context.Context, err error) (time.Duration, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter, nil
	}
	return 0, nil
}

// single sends one item by itself.
func (l *lane) single(ctx context.Context, w way, it *item) (time.Duration, error) {
	v := w.verb(it.id)
	r := it.request(v, false)
	a, err := l.c.do(ctx, r)
	if err == nil {
		err = a.about(r.op, it.kind)
	}
	if err == nil {
		l.c.ways.works(it.kind, v, false)
		l.c.delivered(w, it, located(a.header, it.kind))
		if l.bad == 1 {
			l.c.ways.unpack(w.pack) // no entry was wrong: Bundles are
		}
		l.bad = max(l.bad-1, 0)
		l.prove(w, it)
		l.grow(1)
		return now, nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok || ctx.Err() != nil {
		return 0, err
	}
	switch l.c.judge(w, it, e) {
	case lie:
		l.bad = 0
		return now, nil
	case poison:
		l.bad = 0
		return now, l.condemn(ctx, it, e)
	}
	l.bad = 0
	if l.stubborn(ctx, it, e) {
		return now, l.condemn(ctx, it, e)
	}
	l.c.counts.retries.Add(1)
	if e.Status == http.StatusInternalServerError && it.tries >= 3 {
		l.yield(it)
	}
	return denied(e), nil
}

// stubborn reports whether a server error is about this item alone: every so many
// tries an Observation that the server has is put once more. Where that cannot be
// done without harm, because the server gives ids, nothing is proved.
func (l *lane) stubborn(ctx context.Context, it *item, e *Error) bool {
	if e.Status != http.StatusInternalServerError || it.tries%maxTries != 0 || l.proof.body == nil {
		return false
	}
	again := l.proof
	_, err := l.c.do(ctx, &again)
	return err == nil
}

// prove keeps a copy of an item that was put.
func (l *lane) prove(w way, it *item) {
	if w.verb(it.id) != update || it.tries > 0 {
		return
	}
	body := append([]byte(nil), it.body...) // not in place: a transport may read the old one
	l.proof = request{op: "update", method: http.MethodPut, path: it.kind + "/" + it.id, body: body}
}

// yield lets the patients behind an item go first.
func (l *lane) yield(it *item) {
	first, last := make([]*item, 0, len(l.queue)), []*item(nil)
	for _, other := range l.queue {
		if other.panel[0].Patient == it.panel[0].Patient {
			last = append(last, other)
		} else {
			first = append(first, other)
		}
	}
	l.queue = append(first, last...)
}

// denied is how long to wait after an error. What is forbidden or not supported
// will be for a while.
func denied(e *Error) time.Duration {
	switch e.Status {
	case http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return max(e.RetryAfter, time.Minute)
	}
	return e.RetryAfter
}

// condemn puts an item into quarantine.
func (l *lane) condemn(ctx context.Context, it *item, e *Error) error {
	if err := l.c.lock(ctx, it, e); err != nil {
		return err
	}
	it.gone = true
	l.c.counts.waiting.Add(-1)
	return nil
}

// delivered notes that the server has an item, and under which id, if it told.
func (c *Client) delivered(w way, it *item, id string) {
	it.gone = true
	c.counts.delivered.Add(1)
	c.counts.waiting.Add(-1)
	if w.verb(it.id) != update {
		c.recent.add(it.key(), id)
	}
}

// A verdict is what the failure of one item means.
type verdict uint8

const (
	again  verdict = iota // it was not done
	unsure                // it may have been done
	poison                // it will never be done
	lie                   // the verb is refused, not the item
)

// judge finds out what an error means for the one item that it is about.
func (c *Client) judge(w way, it *item, e *Error) verdict {
	v := w.verb(it.id)
	it.tries++
	switch s := e.Status; {
	case e.unsure || s == http.StatusPreconditionFailed && v != update: // there are several, says the server: a search tells
		it.suspect, it.searched = time.Now().Add(c.settle), false
		c.counts.unsure.Add(1)
		return unsure
	case (s == http.StatusNotFound || notSupported(e)) && c.ways.lied(it.kind, v):
		return lie
	case v == create && s != http.StatusNotFound && notSupported(e): // there is nothing else that could be tried
		return again
	case s == http.StatusForbidden, e.Retryable():
		return again
	}
	return poison
}

// notSupported says that the server cannot do what was asked, for anything.
func notSupported(e *Error) bool {
	return e.Status == http.StatusMethodNotAllowed || e.Status == http.StatusNotImplemented ||
		len(e.Issues) > 0 && e.Issues[0].Code == "not-supported"
}

// located is the id in a Location header: Observation/17/_history/1.
func located(h http.Header, kind string) string { return idIn(h.Get("Location"), kind) }

func idIn(location, kind string) string {
	i := strings.LastIndex("/"+location, "/"+kind+"/")
	if i < 0 {
		return ""
	}
	if id, _, _ := strings.Cut(location[i+len(kind)+1:], "/"); isID(id) {
		return id
	}
	return ""
}

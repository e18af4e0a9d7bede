package mqtt

import (
	"context"
	"sync"

	"github.com/telemed-go/sdk/telemed"
)

// A queue hands messages from Paho's goroutine, which must never wait, to the
// gateway. Messages that want an acknowledgement are bounded by the protocol:
// at most 65,535 packet identifiers are in flight. Others are bounded here.
type queue struct {
	mu      sync.Mutex
	items   []telemed.Delivery
	head    int
	err     error // ends the queue once the items are gone
	wake    chan struct{}
	dropped uint64
}

// maxUnacknowledged bounds the messages of QoS 0 that wait.
const maxUnacknowledged = 8192

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// push appends a delivery. One without an acknowledgement is dropped when too
// many wait: its sender asked for no better.
func (q *queue) push(d telemed.Delivery) (ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if d.Ack == nil && len(q.items)-q.head >= maxUnacknowledged {
		q.dropped++
		return false
	}
	if q.head > 0 && len(q.items) == cap(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, d)
	q.signal()
	return true
}

// fail ends the queue.
func (q *queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
	}
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) pop(ctx context.Context, dst []telemed.Delivery) (int, error) {
	for {
		if n, err := q.take(dst); n > 0 || err != nil {
			return n, err
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (q *queue) take(dst []telemed.Delivery) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := copy(dst, q.items[q.head:])
	clear(q.items[q.head : q.head+n])
	if q.head += n; q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	if n == 0 {
		return 0, q.err
	}
	return n, nil
}

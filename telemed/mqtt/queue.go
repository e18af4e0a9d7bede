package mqtt

import (
	"context"
	"sync"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
)

// A queue hands messages from Paho's goroutine, which must never wait, to the
// gateway, and counts the bytes that nobody has acknowledged.
//
// The protocol bounds messages that want an acknowledgement to 65,535, which can
// be 4 GiB, and brokers are known to exceed the window they were given. So the
// connection is not read while more than limit bytes are held.
type queue struct {
	mu      sync.Mutex
	items   []telemed.Delivery
	head    int
	err     error // ends the queue once the items are gone
	wake    chan struct{}
	dropped uint64

	held, limit int
	room        chan struct{} // closed while there is room
}

// maxUnacknowledged bounds the messages of QoS 0 that wait.
const maxUnacknowledged = 8192

// overhead is about what a message takes beside its payload, in bytes.
const overhead = 512

func cost(f *device.Frame) int { return len(f.Bytes) + overhead }

func newQueue(limit int) *queue {
	q := &queue{wake: make(chan struct{}, 1), limit: limit, room: make(chan struct{})}
	close(q.room)
	return q
}

// push appends a delivery. One without an acknowledgement is dropped when too
// many wait: its sender asked for no better. Nothing comes in after the end.
func (q *queue) push(d telemed.Delivery) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return
	}
	if d.Ack == nil && len(q.items)-q.head >= maxUnacknowledged {
		q.dropped++
		return
	}
	if q.head > 0 && len(q.items) == cap(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, d)
	q.hold(cost(&d.Frame))
	q.signal()
}

// release tells that a delivery of a cost is acknowledged.
func (q *queue) release(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hold(-n)
}

// hold changes what is held. Once full, there is room again at half the limit.
func (q *queue) hold(n int) {
	before := q.held
	q.held += n
	switch {
	case before <= q.limit && q.held > q.limit:
		select {
		case <-q.room:
			q.room = make(chan struct{})
		default: // still closed to readers since the last time
		}
	case before > q.limit/2 && q.held <= q.limit/2:
		select {
		case <-q.room:
		default:
			close(q.room)
		}
	}
}

func (q *queue) hasRoom() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.room
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
	for i := range dst[:n] {
		if dst[i].Ack == nil {
			q.hold(-cost(&dst[i].Frame))
		}
	}
	clear(q.items[q.head : q.head+n])
	if q.head += n; q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	if n == 0 {
		return 0, q.err
	}
	if q.head < len(q.items) {
		q.signal() // for another Receive
	}
	return n, nil
}

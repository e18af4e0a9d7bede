package alert

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// A Queue is a [Notifier] for a slow channel, such as a pager, which would hold
// up all alarms: it takes events at once, and [Queue.Run] tells To. The zero Queue
// with a To is ready; it is safe for concurrent use.
//
// What is in the queue counts as told, and is lost with the program. Therefore
// [Engine.Resume] queues after a restart each standing alarm that was to be
// announced last, told before or not: To must drop repeats by ID and Number.
// [github.com/telemed-go/sdk/alert/escalate] keeps a journal instead.
type Queue struct {
	// To is told one event at a time, those of a patient in their order. If it
	// fails, the later ones of that patient wait too, and it is tried again after a
	// second.
	To Notifier
	// Max is how many events may wait, 1024 if it is 0.
	Max int

	mu      sync.Mutex
	waiting []Event
	wake    chan struct{} // holds a token if something has come
}

var (
	_ Notifier = (*Queue)(nil)
	_ Shower   = (*Queue)(nil)
)

// Errors with which a queue takes nothing.
var (
	errQueueFull = errors.New("alert: the queue is full")
	errNobody    = errors.New("alert: the queue has nobody to tell")
)

// Notify queues an event. It fails if the queue is full: the engine offers the
// event again.
func (q *Queue) Notify(_ context.Context, e Event) error {
	if isNobody(q.To) {
		return errNobody
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= cmp.Or(q.Max, 1024) {
		return errQueueFull
	}
	q.put(e)
	return nil
}

// Show implements [Shower]. As many alarms as stand find room.
func (q *Queue) Show(_ context.Context, e Event) error {
	if isNobody(q.To) {
		return errNobody
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if e.Announce {
		q.put(e)
	}
	return nil
}

// put appends an event and wakes Run. The lock must be held.
func (q *Queue) put(e Event) {
	q.waiting = append(q.waiting, e)
	select {
	case q.woken() <- struct{}{}:
	default: // it knows
	}
}

// woken is q.wake, made when needed. The lock must be held.
func (q *Queue) woken() chan struct{} {
	if q.wake == nil {
		q.wake = make(chan struct{}, 1)
	}
	return q.wake
}

// Waiting is the number of events that To has not taken yet.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// Run tells To of what is queued until the context ends, and returns its error.
// It must not run twice at the same time.
func (q *Queue) Run(ctx context.Context) error {
	q.mu.Lock()
	wake := q.woken()
	q.mu.Unlock()
	for {
		ready, retry := wake, (<-chan time.Time)(nil)
		if !q.tell(ctx) { // To may be failing for everybody
			ready, retry = nil, time.After(time.Second)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ready:
		case <-retry:
		}
	}
}

// tell offers each waiting event to To, once and oldest first, and none of a
// subject after one that failed. It reports whether none did.
func (q *Queue) tell(ctx context.Context) (ok bool) {
	failed := make(map[subject]bool)
	for i := 0; ctx.Err() == nil; {
		q.mu.Lock()
		if i == len(q.waiting) {
			q.mu.Unlock()
			break
		}
		e := q.waiting[i]
		q.mu.Unlock()
		who := whose(e.Patient, e.Device)
		if failed[who] || q.To.Notify(ctx, e) != nil {
			failed[who] = true
			i++
			continue
		}
		q.mu.Lock()
		q.waiting = slices.Delete(q.waiting, i, i+1) // others only append
		q.mu.Unlock()
	}
	return len(failed) == 0
}

package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// Outbox is a queue in a file for what a device or a gateway has to send: what
// was added stays, over crashes and lost connections, until the receiver says
// that it has it. It is safe for concurrent use; a second process cannot open
// the file meanwhile.
//
// An outbox is emptied by one sender at a time, which reads with
// [Outbox.Next] and deletes with [Outbox.Done].
//
// The file does not shrink: room that became free is used again. Without
// [Encrypt] it holds topics and payloads in the clear.
type Outbox struct {
	file     *file
	safe     safe
	capacity uint64
	policy   FullPolicy
	liveFor  time.Duration

	mu      sync.Mutex // also serialises Add, Next and Done
	lanes   laneCounts
	handed  uint64 // the last live message that Next has returned
	changed chan struct{}
}

// The buckets of the file.
//
//	live, alarm, backlog  sequence (8, big endian) -> message, see outbox_message.go
//	waiting               lane (1)                 -> messages (8), bytes (8), dropped (8)
var (
	laneBuckets   = [...][]byte{telemed.LaneLive: []byte("live"), telemed.LaneAlarm: []byte("alarm"), telemed.LaneBacklog: []byte("backlog")}
	bucketWaiting = []byte("waiting")
)

// OpenOutbox opens or creates the file. It waits five seconds for another
// process to let go of it.
func OpenOutbox(path string, opts ...OutboxOption) (*Outbox, error) {
	o := &Outbox{capacity: 256 << 20, liveFor: 30 * time.Second, changed: make(chan struct{})}
	for _, opt := range opts {
		opt.applyOutbox(o)
	}
	// A message that is damaged does not keep the others from being sent: see Next.
	anything := func(_, _, _ []byte) error { return nil }
	f, err := openFile(path, anything, append(laneBuckets[:], bucketWaiting)...)
	if err != nil {
		return nil, fmt.Errorf("store: open outbox: %w", err)
	}
	if err := f.view(o.lanes.load); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open outbox: %w", err), f.close())
	}
	o.file = f
	return o, nil
}

// Close releases the file.
func (o *Outbox) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file.close()
}

// Add returns nil once all messages are on stable storage, and stores none of
// them otherwise. Much at once shares the cost of one sync. It returns an error
// that wraps [telemed.ErrLogFull] when there is no room, and one that wraps
// [telemed.ErrMessage] for a message that could never be sent. It does not keep
// the payloads.
func (o *Outbox) Add(ctx context.Context, messages ...telemed.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range messages {
		if err := checkMessage(&messages[i]); err != nil {
			return fmt.Errorf("store: message %d of %d: %w", i+1, len(messages), err)
		}
	}
	now := time.Now()
	err := o.update(func(tx *bbolt.Tx, w *laneCounts) error {
		// The move is paid for by the sync of this call.
		if err := o.retire(tx, w, now.Add(-o.liveFor), 2*len(messages)+16); err != nil {
			return err
		}
		before := tx.Bucket(laneBuckets[telemed.LaneBacklog]).Sequence()
		limit := o.capacity + o.capacity/8
		for i := range messages {
			if err := o.put(tx, w, &messages[i], now.UnixMilli()); err != nil {
				return err
			}
			if messages[i].Lane != telemed.LaneAlarm {
				limit = o.capacity
			}
		}
		return o.makeRoom(tx, w, limit, before)
	})
	if err != nil {
		return fmt.Errorf("store: add: %w", err)
	}
	o.announce()
	return nil
}

// Next fills dst with the messages of a lane after a sequence number, in their
// order, and returns how many. It does not wait; see [Outbox.Changed]. What it
// has returned stays in its lane until the outbox is opened anew. A message
// that is damaged, or whose key was destroyed, is left out: it must not hold up
// the others.
func (o *Outbox) Next(lane telemed.Lane, after uint64, dst []telemed.Queued) (n int, err error) {
	if int(lane) >= len(laneBuckets) {
		return 0, telemed.ErrMessage
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	err = o.file.view(func(tx *bbolt.Tx) error {
		name := laneBuckets[lane]
		c := tx.Bucket(name).Cursor()
		for k, v := c.Seek(binary.BigEndian.AppendUint64(nil, after+1)); k != nil && n < len(dst); k, v = c.Next() {
			m, err := o.take(name, k, v)
			if isDamage(err) {
				continue
			}
			if err != nil {
				return err
			}
			m.Lane = lane
			dst[n] = telemed.Queued{Message: m, Sequence: binary.BigEndian.Uint64(k)}
			n++
		}
		return nil
	})
	if n > 0 && lane == telemed.LaneLive {
		o.handed = max(o.handed, dst[n-1].Sequence)
	}
	if err != nil {
		return n, fmt.Errorf("store: next: %w", err)
	}
	return n, nil
}

// Done deletes the messages of a lane up to and including a sequence number.
// To do it twice is harmless.
func (o *Outbox) Done(ctx context.Context, lane telemed.Lane, through uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if int(lane) >= len(laneBuckets) {
		return telemed.ErrMessage
	}
	err := o.update(func(tx *bbolt.Tx, w *laneCounts) error {
		_, err := w.deleteFirst(tx, lane, func(k []byte) bool { return binary.BigEndian.Uint64(k) <= through })
		return err
	})
	if err != nil {
		return fmt.Errorf("store: done: %w", err)
	}
	return nil
}

// Waiting counts the messages of a lane.
func (o *Outbox) Waiting(lane telemed.Lane) telemed.Waiting {
	o.mu.Lock()
	defer o.mu.Unlock()
	if int(lane) >= len(o.lanes) {
		return telemed.Waiting{}
	}
	return o.lanes[lane]
}

// Changed returns a channel that is closed when messages are added. Get it
// before calling [Outbox.Next], or an addition between the two is missed.
func (o *Outbox) Changed() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed
}

// update changes messages and counts together.
func (o *Outbox) update(change func(*bbolt.Tx, *laneCounts) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	counts := o.lanes
	err := o.file.update(func(tx *bbolt.Tx) error {
		if err := change(tx, &counts); err != nil {
			return err
		}
		return counts.store(tx)
	})
	if err == nil {
		o.lanes = counts
	}
	return err
}

// announce wakes the sender.
func (o *Outbox) announce() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
}

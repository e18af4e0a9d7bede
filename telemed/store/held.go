package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// The bounds of what is held. A frame weighs its bytes and 128 more. Beyond its
// share a device loses its own oldest frames; when all is full, the device that
// has most loses its oldest.
const (
	heldTotal  = 64 << 20
	heldShare  = 4 << 20 // about nine hours of one small frame a second
	heldWeight = 128
)

// Buckets of held frames.
//
//	held     number (8, big endian) -> frame, as a dead letter without reason
//	sighted  number (8, big endian) -> sighting, see held_sighting.go
//
// Names are in the values only, which can be sealed.
var (
	bucketHeld    = []byte("held")
	bucketSighted = []byte("sighted")
)

var _ telemed.Holder = (*Log)(nil)

// A heldIndex is the index of the held frames. It is made when first needed, and
// again when a transaction has failed.
type heldIndex struct {
	mu     sync.Mutex // held during transactions as well
	loaded bool
	total  int    // bounds of the weight
	share  int    // of one device
	last   uint64 // number
	weight int
	of     map[vitals.DeviceID]*queue
}

// A queue is what is held of one device.
type queue struct {
	key      uint64 // of the sighting
	sighting telemed.Sighting
	frames   []heldAt // by number
	weight   int
}

type heldAt struct {
	number uint64
	weight int
}

// Hold implements [telemed.Holder]. The log holds 64 MiB, at most 4 MiB of one
// device, counting 128 bytes for each frame beside its own; what is held is
// sealed like the records, with the key for the zero patient.
func (l *Log) Hold(ctx context.Context, frames []device.Frame) (dropped int, err error) {
	err = l.holds(ctx, "hold", func(tx *bbolt.Tx, h *heldIndex) error {
		touched := make(map[*queue]bool)
		for i := range frames {
			q := h.queue(frames[i].Device)
			touched[q] = true
			if err := l.hold(tx, h, q, &frames[i]); err != nil {
				return err
			}
			for (q.weight > h.share || h.weight > h.total) && h.weight > 0 {
				from := q
				if q.weight <= h.share {
					from = h.heaviest()
				}
				touched[from] = true
				dropped++
				if err := h.drop(tx, from); err != nil {
					return err
				}
			}
		}
		for q := range touched {
			if err := l.putSighting(tx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return dropped, nil
}

// holds runs a transaction over the index. After an error the index is made
// anew from the file.
func (l *Log) holds(ctx context.Context, what string, fn func(tx *bbolt.Tx, h *heldIndex) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.held.mu.Lock()
	defer l.held.mu.Unlock()
	err := l.loadHeld()
	if err == nil {
		err = l.file.update(func(tx *bbolt.Tx) error { return fn(tx, &l.held) })
	}
	if err != nil {
		l.held.loaded = false
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

// hold stores a frame at the end of a queue.
func (l *Log) hold(tx *bbolt.Tx, h *heldIndex, q *queue, f *device.Frame) error {
	h.last++
	key := binary.BigEndian.AppendUint64(nil, h.last)
	content := appendLetter(nil, &telemed.DeadLetter{Frame: *f})
	value, err := l.safe.put(place(bucketHeld, key), content, vitals.PatientID{})
	if err != nil {
		return err
	}
	if err := tx.Bucket(bucketHeld).Put(key, value); err != nil {
		return err
	}
	s := &q.sighting
	if s.Heard == 0 || f.At.Before(s.First) {
		s.First = f.At
	}
	if s.Heard == 0 || f.At.After(s.Last) {
		s.Last = f.At
	}
	s.Format = f.Format
	s.Heard++
	h.push(q, heldAt{h.last, len(f.Bytes) + heldWeight})
	if q.key == 0 {
		q.key = h.last
	}
	return nil
}

func (h *heldIndex) queue(d vitals.DeviceID) *queue {
	q := h.of[d]
	if q == nil {
		q = &queue{sighting: telemed.Sighting{Device: d}}
		h.of[d] = q
	}
	return q
}

func (h *heldIndex) push(q *queue, at heldAt) {
	q.frames = append(q.frames, at)
	q.weight += at.weight
	h.weight += at.weight
	q.sighting.Held = len(q.frames)
}

// drop lets the oldest frame of a queue go.
func (h *heldIndex) drop(tx *bbolt.Tx, q *queue) error {
	oldest := q.frames[0]
	q.frames = q.frames[1:]
	q.weight -= oldest.weight
	h.weight -= oldest.weight
	q.sighting.Held = len(q.frames)
	q.sighting.Dropped++
	return tx.Bucket(bucketHeld).Delete(binary.BigEndian.AppendUint64(nil, oldest.number))
}

// heaviest is the queue that has most; the one that began first if two have.
func (h *heldIndex) heaviest() *queue {
	var most *queue
	for _, q := range h.of {
		if most == nil || cmp.Or(cmp.Compare(q.weight, most.weight), cmp.Compare(most.key, q.key)) > 0 {
			most = q
		}
	}
	return most
}

// Unhold implements [telemed.Holder]. A device of which nothing is held any
// more is no sighting any more.
func (l *Log) Unhold(ctx context.Context, frames []telemed.HeldFrame) error {
	if len(frames) == 0 {
		return nil
	}
	return l.holds(ctx, "unhold", func(tx *bbolt.Tx, h *heldIndex) error {
		gone := make(map[uint64]bool, len(frames))
		devices := make(map[vitals.DeviceID]bool)
		for _, f := range frames {
			gone[f.Number], devices[f.Frame.Device] = true, true
			if err := tx.Bucket(bucketHeld).Delete(binary.BigEndian.AppendUint64(nil, f.Number)); err != nil {
				return err
			}
		}
		for d := range devices {
			if q := h.of[d]; q != nil {
				if err := l.shrink(tx, h, q, gone); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// shrink takes what is gone out of a queue.
func (l *Log) shrink(tx *bbolt.Tx, h *heldIndex, q *queue, gone map[uint64]bool) error {
	q.frames = slices.DeleteFunc(q.frames, func(at heldAt) bool {
		if gone[at.number] {
			q.weight -= at.weight
			h.weight -= at.weight
		}
		return gone[at.number]
	})
	if q.sighting.Held = len(q.frames); q.sighting.Held > 0 {
		return l.putSighting(tx, q)
	}
	delete(h.of, q.sighting.Device)
	return tx.Bucket(bucketSighted).Delete(binary.BigEndian.AppendUint64(nil, q.key))
}

// Held implements [telemed.Holder].
func (l *Log) Held(ctx context.Context, devices []vitals.DeviceID, after uint64, dst []telemed.HeldFrame) (n int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	l.held.mu.Lock()
	defer l.held.mu.Unlock()
	if err := l.loadHeld(); err != nil {
		return 0, fmt.Errorf("store: held: %w", err)
	}
	err = l.file.view(func(tx *bbolt.Tx) error {
		for n == 0 {
			numbers := l.held.following(devices, after, len(dst))
			if len(numbers) == 0 {
				return nil
			}
			after = numbers[len(numbers)-1]
			var err error
			if n, err = l.readHeld(tx, numbers, dst); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("store: held: %w", err)
	}
	return n, nil
}

// following returns the first so many numbers of some devices after one.
func (h *heldIndex) following(devices []vitals.DeviceID, after uint64, most int) []uint64 {
	var numbers []uint64
	for _, d := range devices {
		q := h.of[d]
		if q == nil {
			continue
		}
		i, _ := slices.BinarySearchFunc(q.frames, after+1, func(at heldAt, n uint64) int { return cmp.Compare(at.number, n) })
		for _, at := range q.frames[i:min(len(q.frames), i+most)] {
			numbers = append(numbers, at.number)
		}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers) // a device may be named twice
	return numbers[:min(len(numbers), most)]
}

// readHeld reads frames by number. Those whose key was destroyed are left out.
func (l *Log) readHeld(tx *bbolt.Tx, numbers []uint64, dst []telemed.HeldFrame) (n int, err error) {
	for _, number := range numbers {
		key := binary.BigEndian.AppendUint64(nil, number)
		f, err := l.takeHeld(key, tx.Bucket(bucketHeld).Get(key))
		if isShredded(err) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("held frame %d is damaged: %w", number, err)
		}
		dst[n] = telemed.HeldFrame{Number: number, Frame: f}
		n++
	}
	return n, nil
}

func (l *Log) takeHeld(key, value []byte) (device.Frame, error) {
	content, err := l.safe.take(place(bucketHeld, key), value, nil)
	if err != nil {
		return device.Frame{}, err
	}
	letter, err := new(decoder).letter(content)
	return letter.Frame, err
}

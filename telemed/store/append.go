package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// maxGroup bounds the readings of callers that share a sync.
const maxGroup = 1 << 14

// A batch is the readings of one call of Append, encoded before its turn comes
// so that callers encode at the same time.
type batch struct {
	entries []entry
	memory  []byte // of the entries' contents and values
	place   []byte // of the entry that is being stored
	err     error
	done    chan struct{} // closed when err is final
}

// An entry is a reading on its way into the file.
type entry struct {
	key  [seenKeySize]byte
	seen [12]byte // the value for the key
	seal sealing
	// In the memory of the batch there is the content [from:to] and room for the
	// value [to:end].
	from, to, end int
}

// Append implements [telemed.Log]. The readings of one call become durable
// together or not at all. Callers at the same time share a sync, without any
// delay: who comes while one is under way goes with the next.
func (l *Log) Append(ctx context.Context, readings []vitals.Reading) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := l.batches.Get().(*batch)
	if err := b.encode(&l.safe, readings); err != nil {
		return fmt.Errorf("store: append: %w", err)
	}
	b.done = make(chan struct{})
	l.mu.Lock()
	l.waiting = append(l.waiting, b)
	l.mu.Unlock()
	select {
	case l.turn <- struct{}{}:
		for !b.isDone() { // the one before may have taken it along
			l.appendWaiting()
		}
		<-l.turn
	case <-b.done:
	}
	err := b.err
	l.batches.Put(b)
	if err != nil {
		return fmt.Errorf("store: append: %w", err)
	}
	return nil
}

func (b *batch) isDone() bool {
	select {
	case <-b.done:
		return true
	default:
		return false
	}
}

// appendWaiting stores what waits, as much of it as goes together. The caller
// has the turn.
func (l *Log) appendWaiting() {
	l.mu.Lock()
	n, readings := 0, 0
	for n < len(l.waiting) && (n == 0 || readings+len(l.waiting[n].entries) <= maxGroup) {
		readings += len(l.waiting[n].entries)
		n++
	}
	l.group = append(l.group[:0], l.waiting[:n]...)
	l.waiting = slices.Delete(l.waiting, 0, n)
	l.mu.Unlock()
	err := l.file.update(l.appendGroup)
	if err == nil {
		l.announce()
	} else if errors.Is(err, telemed.ErrLogFull) {
		l.refused.Add(uint64(n))
	}
	for _, b := range l.group {
		b.err = err
		close(b.done)
	}
	clear(l.group)
}

// appendGroup is the transaction.
func (l *Log) appendGroup(tx *bbolt.Tx) error {
	st, err := loadState(tx)
	if err != nil {
		return err
	}
	if err := markArrival(tx, st.last, time.Now()); err != nil {
		return err
	}
	before := st
	for _, b := range l.group {
		if err := l.appendBatch(tx, b, &st); err != nil {
			return err
		}
	}
	if st.bytes > before.bytes {
		if err := l.makeRoom(tx, &st, before.last); err != nil {
			return err
		}
	}
	if err := l.writeCursors(tx); err != nil {
		return err
	}
	return st.store(tx)
}

func (l *Log) appendBatch(tx *bbolt.Tx, b *batch, st *state) error {
	records, seen := tx.Bucket(bucketRecords), tx.Bucket(bucketSeen)
	records.FillPercent, seen.FillPercent = 1, 0.9 // both grow at their end
	var newest [seenKeySize]byte
	if k, _ := seen.Cursor().Last(); k != nil {
		copy(newest[:], k)
	}
	for i := range b.entries {
		e := &b.entries[i]
		// What is newer than all there is needs no search: most live data.
		if bytes.Compare(e.key[:], newest[:]) > 0 {
			newest = e.key
		} else if seen.Get(e.key[:]) != nil {
			continue
		}
		st.last++
		e.stamp(st.last)
		if err := seen.Put(e.key[:], e.seen[:]); err != nil {
			return err
		}
		value := b.value(e)
		if err := records.Put(e.seen[:8], value); err != nil {
			return err
		}
		st.bytes += overhead + uint64(len(value))
	}
	return nil
}

// encode fills a batch: for each reading its content and room for its value.
// It fails only for want of a key.
func (b *batch) encode(s *safe, readings []vitals.Reading) (err error) {
	b.entries, b.memory, b.err = slices.Grow(b.entries[:0], len(readings)), b.memory[:0], nil
	for i := range readings {
		e := entry{key: seenKey(&readings[i]), from: len(b.memory)}
		if e.seal, err = s.sealing(readings[i].Patient); err != nil {
			return err
		}
		b.memory = appendReading(b.memory, &readings[i])
		e.to = len(b.memory)
		e.end = e.to + e.seal.size(e.to-e.from)
		b.memory = slices.Grow(b.memory, e.end-e.to)[:e.end]
		b.entries = append(b.entries, e)
	}
	return nil
}

// stamp gives an entry its position: the first 8 bytes of seen.
func (e *entry) stamp(at telemed.Position) {
	binary.BigEndian.PutUint64(e.seen[:], uint64(at))
	binary.BigEndian.PutUint32(e.seen[8:], checksum(e.key[:], e.seen[:8]))
}

// value makes the value of an entry that has its position.
func (b *batch) value(e *entry) []byte {
	b.place = append(append(b.place[:0], bucketRecords...), e.seen[:8]...)
	return e.seal.append(b.memory[e.to:e.to:e.end], b.place, b.memory[e.from:e.to])
}

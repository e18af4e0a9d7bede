package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// A Retention says what of a log may go. The zero Retention keeps everything.
type Retention struct {
	// Age lets records go that arrived so long ago, to the minute. 0 is never.
	Age time.Duration
	// Records lets the oldest go beyond so many. 0 is no limit.
	Records uint64
	// Bytes lets the oldest go beyond so many, as [Stats.Bytes] counts them. 0 is
	// no limit.
	Bytes uint64
	// Unread lets records go that some sink has not got; [Stats.Lost] counts them.
	// Without it a sink that is down keeps them: see [Log.ForgetSink] for one that
	// will not return. A sink counts from its first SetCursor on.
	Unread bool
}

// Trim deletes, oldest first, what the retention lets go, and returns how many
// records that were. The room in the file is used again. A program calls it
// from time to time; the log itself deletes nothing but for its [Quota].
//
// With a record the log forgets that it had it: a measurement that is sent once
// more counts as new. Keep more than what senders may still repeat.
func (l *Log) Trim(ctx context.Context, r Retention, now time.Time) (removed int, err error) {
	const chunk = 10_000 // bounds a transaction
	for {
		n, err := l.trim(r, now, chunk)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("store: trim: %w", err)
		}
		if n < chunk {
			return removed, nil
		}
		if err := ctx.Err(); err != nil {
			return removed, err
		}
	}
}

func (l *Log) trim(r Retention, now time.Time, most int) (removed int, err error) {
	err = l.file.update(func(tx *bbolt.Tx) error {
		st, err := loadState(tx)
		if err != nil {
			return err
		}
		before := st.dropped
		if err := l.drop(tx, &st, r, now, st.last, most); err != nil {
			return err
		}
		removed = int(st.dropped - before)
		if r.Age > 0 && removed < most {
			if err := forgetBefore(tx, now.Add(-r.Age), st.first-1); err != nil {
				return err
			}
		}
		return st.store(tx)
	})
	return removed, err
}

// drop deletes the oldest records that the retention lets go, none after end
// and at most so many.
func (l *Log) drop(tx *bbolt.Tx, st *state, r Retention, now time.Time, end telemed.Position, most int) error {
	upTo, err := r.upTo(tx, st, now)
	if err != nil {
		return err
	}
	had, err := l.slowest(tx)
	if err != nil {
		return err
	}
	if !r.Unread {
		end = min(end, had)
	}
	records, seen := tx.Bucket(bucketRecords), tx.Bucket(bucketSeen)
	var d decoder
	var keys, identities [][]byte // deleted after looking: a cursor that deletes under itself skips keys
	c := records.Cursor()
	for k, v := c.First(); len(keys) < most && st.first <= end; k, v = c.Next() {
		if st.first > upTo && (r.Bytes == 0 || st.bytes <= r.Bytes) {
			break
		}
		if len(k) != 8 || position(k) != st.first {
			return &CorruptError{Position: st.first, Err: errMissing}
		}
		if content, err := l.safe.take(place(bucketRecords, k), v, nil); err == nil {
			if reading, err := d.reading(content); err == nil {
				id := seenKey(&reading)
				identities = append(identities, id[:])
			}
		}
		keys = append(keys, k)
		st.bytes -= min(st.bytes, overhead+uint64(len(v)))
		st.dropped++
		if st.first > had {
			st.lost++
		}
		st.first++
	}
	return errors.Join(deleteAll(records, keys), deleteAll(seen, identities))
}

// upTo is the last record that is too old or one too many.
func (r Retention) upTo(tx *bbolt.Tx, st *state, now time.Time) (upTo telemed.Position, err error) {
	if r.Records > 0 && uint64(st.last) > r.Records {
		upTo = st.last - telemed.Position(r.Records)
	}
	if r.Age > 0 {
		var key [8]byte
		binary.BigEndian.PutUint64(key[:], uint64(now.Add(-r.Age).Unix()))
		c := tx.Bucket(bucketArrivals).Cursor()
		// The mark at or before the limit says what had arrived before it.
		k, v := c.Seek(key[:])
		if k == nil || string(k) != string(key[:]) {
			k, v = c.Prev()
		}
		if k != nil {
			at, err := openPosition(bucketArrivals, k, v)
			if err != nil {
				return 0, err
			}
			upTo = max(upTo, at)
		}
	}
	return upTo, nil
}

// slowest is the last record that every sink has had.
func (l *Log) slowest(tx *bbolt.Tx) (had telemed.Position, err error) {
	if err := l.writeCursors(tx); err != nil {
		return 0, err
	}
	had = math.MaxUint64
	return had, tx.Bucket(bucketCursors).ForEach(func(k, v []byte) error {
		at, err := openPosition(bucketCursors, k, v)
		had = min(had, at)
		return err
	})
}

// markArrival notes, once a minute, where the log stands.
func markArrival(tx *bbolt.Tx, last telemed.Position, now time.Time) error {
	b := tx.Bucket(bucketArrivals)
	second := uint64(now.Unix())
	if k, _ := b.Cursor().Last(); k != nil && second < binary.BigEndian.Uint64(k)+60 {
		return nil
	}
	return putPosition(b, bucketArrivals, binary.BigEndian.AppendUint64(nil, second), last)
}

// forgetBefore drops the arrival marks of a time but the newest, and what is
// left of identities measured then: those of records that could not be read
// when they went.
func forgetBefore(tx *bbolt.Tx, t time.Time, upTo telemed.Position) error {
	const most = 100_000 // bounds a transaction; the rest goes with the next trim
	limit := binary.BigEndian.AppendUint64(nil, uint64(t.Unix())^1<<63)
	_, err := deleteWhile(tx.Bucket(bucketSeen), most, func(k, v []byte) (bool, bool) {
		return position(v) <= upTo, string(k[:8]) < string(limit) // what arrived lately stays
	})
	if err != nil {
		return err
	}
	_, err = deleteWhile(tx.Bucket(bucketArrivals), most, func(k, _ []byte) (bool, bool) {
		return true, binary.BigEndian.Uint64(k)+60 < uint64(t.Unix())
	})
	return err
}

// deleteWhile deletes from the first key on what the function picks, until it
// says to stop or has looked at enough. It deletes after looking: a cursor
// that deletes under itself skips keys.
func deleteWhile(b *bbolt.Bucket, most int, pick func(k, v []byte) (del, more bool)) (deleted int, err error) {
	var keys [][]byte
	looked := 0
	c := b.Cursor()
	for k, v := c.First(); k != nil && looked < most; k, v = c.Next() {
		del, more := pick(k, v)
		if !more {
			break
		}
		if looked++; del {
			keys = append(keys, k)
		}
	}
	return len(keys), deleteAll(b, keys)
}

func deleteAll(b *bbolt.Bucket, keys [][]byte) error {
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// ForgetSink removes the cursor of a sink that will not return, so that it
// holds no records any more.
func (l *Log) ForgetSink(_ context.Context, sink string) error {
	l.mu.Lock()
	delete(l.cursors, sink)
	l.mu.Unlock()
	err := l.file.update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketCursors).Delete([]byte(sink)) })
	if err != nil {
		return fmt.Errorf("store: forget sink: %w", err)
	}
	return nil
}

// ForgetKeys drops the remembered keys. Call it after destroying one.
func (l *Log) ForgetKeys() { l.safe.forget() }

func isShredded(err error) bool { return errors.Is(err, ErrShredded) }

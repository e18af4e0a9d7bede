package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
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
	// Unread lets records go that some sink has not got. Without it a sink that
	// is down keeps them: see [Log.ForgetSink] for one that will not return.
	Unread bool
}

// Trim deletes, oldest first, what the retention lets go, and returns how many
// records that were. The place in the file is used again. A program calls it
// from time to time; the log itself deletes nothing.
//
// With the records older than their age the log forgets that it had them: a
// measurement of that time that is sent once more counts as new.
func (l *Log) Trim(ctx context.Context, r Retention, now time.Time) (removed int, err error) {
	const chunk = 10_000 // bounds a transaction
	for {
		n, err := l.trim(r, now, chunk)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("store: trim: %w", full(err))
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
	err = l.db.Update(func(tx *bbolt.Tx) error {
		removed = 0
		upTo, err := l.limit(tx, r, now)
		if err != nil {
			return err
		}
		records := tx.Bucket(bucketRecords)
		if err := records.SetSequence(uint64(lastPosition(tx))); err != nil {
			return err
		}
		removed, err = deleteWhile(records, most, func(k, _ []byte) (bool, bool) { return true, position(k) <= upTo })
		if err != nil {
			return err
		}
		if r.Age > 0 && removed < most {
			return forgetBefore(tx, now.Add(-r.Age), upTo)
		}
		return nil
	})
	return removed, err
}

// limit is the last position that may go.
func (l *Log) limit(tx *bbolt.Tx, r Retention, now time.Time) (upTo telemed.Position, err error) {
	last := lastPosition(tx)
	if r.Records > 0 && uint64(last) > r.Records {
		upTo = last - telemed.Position(r.Records)
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
			upTo = max(upTo, position(v))
		}
	}
	if r.Unread {
		return upTo, nil
	}
	if err := l.writeCursors(tx); err != nil {
		return 0, err
	}
	return upTo, tx.Bucket(bucketCursors).ForEach(func(_, v []byte) error {
		upTo = min(upTo, position(v))
		return nil
	})
}

// markArrival notes, once a minute, where the log stands.
func markArrival(tx *bbolt.Tx, last telemed.Position, now time.Time) error {
	b := tx.Bucket(bucketArrivals)
	second := uint64(now.Unix())
	if k, _ := b.Cursor().Last(); k != nil && second < binary.BigEndian.Uint64(k)+60 {
		return nil
	}
	return b.Put(binary.BigEndian.AppendUint64(nil, second), binary.BigEndian.AppendUint64(nil, uint64(last)))
}

// forgetBefore drops the identities of trimmed records that were measured
// before a time, and the arrival marks of that time but the newest.
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
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// ForgetSink removes the cursor of a sink that will not return, so that it
// holds no records any more.
func (l *Log) ForgetSink(_ context.Context, sink string) error {
	l.mu.Lock()
	delete(l.cursors, sink)
	l.mu.Unlock()
	err := l.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketCursors).Delete([]byte(sink)) })
	if err != nil {
		return fmt.Errorf("store: forget sink: %w", full(err))
	}
	return nil
}

// ForgetKeys drops the remembered keys. Call it after destroying one.
func (l *Log) ForgetKeys() { l.safe.forget() }

func isShredded(err error) bool { return errors.Is(err, ErrShredded) }

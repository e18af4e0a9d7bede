// Package store is the [telemed.Log] in a file: bbolt underneath, one file,
// one process, no configuration.
//
// Append returns when the readings are on stable storage; whoever appends
// much at once shares the cost of the sync. Each record has a checksum of its
// own, so a flipped bit is an error and never a value. A reading that is there
// already, by its ID, is left out however late it returns.
//
// Without [Encrypt] the file holds names and values in the clear: put it on an
// encrypted disk, or give the log keys. Nothing is ever deleted but by
// [Log.Trim].
package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// The buckets of the file.
//
//	records   position (8, big endian)             -> reading, see record.go
//	seen      instant (12, big endian), ID (16)    -> position (8)
//	cursors   name of the sink                     -> position (8)
//	arrivals  second of the clock (8, big endian)  -> position (8) of the last record before it
//	rejected  number (8, big endian)               -> dead letter, see deadletter.go
//
// seen begins with the instant so that readings of now, of whatever patient,
// fall on the same few pages; keyed by ID alone every one would touch another.
var (
	bucketRecords  = []byte("records")
	bucketSeen     = []byte("seen")
	bucketCursors  = []byte("cursors")
	bucketArrivals = []byte("arrivals")
	bucketRejected = []byte("rejected")
)

// Log is a log in a file. It is safe for concurrent use; a second process
// cannot open the file meanwhile.
type Log struct {
	db   *bbolt.DB
	safe safe

	mu      sync.Mutex
	changed chan struct{}               // closed and replaced after each append
	cursors map[string]telemed.Position // not yet written
}

var (
	_ telemed.Log         = (*Log)(nil)
	_ telemed.DeadLetters = (*Log)(nil)
)

// Open opens or creates the file. It waits five seconds for another process
// to let go of it.
func Open(path string, opts ...Option) (*Log, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: 5 * time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true,
	})
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", full(err))
	}
	l := &Log{db: db, changed: make(chan struct{}), cursors: make(map[string]telemed.Position)}
	for _, o := range opts {
		o.apply(l)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketRecords, bucketSeen, bucketCursors, bucketArrivals, bucketRejected} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open: %w", full(err)), db.Close())
	}
	return l, nil
}

// Close releases the file. It waits for appends and reads under way; readers
// that wait for records get an error.
func (l *Log) Close() error {
	err := l.db.Update(l.writeCursors)
	err = errors.Join(err, l.db.Close())
	l.announce()
	return err
}

// Append implements [telemed.Log]. The readings of one call become durable
// together or not at all.
func (l *Log) Append(ctx context.Context, readings []vitals.Reading) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := l.db.Update(func(tx *bbolt.Tx) error {
		records, seen := tx.Bucket(bucketRecords), tx.Bucket(bucketSeen)
		records.FillPercent, seen.FillPercent = 1, 0.9 // both grow at their end
		last := lastPosition(tx)
		if err := markArrival(tx, last, time.Now()); err != nil {
			return err
		}
		var content []byte
		for i := range readings {
			key := seenKey(&readings[i])
			if seen.Get(key) != nil {
				continue
			}
			last++
			at := binary.BigEndian.AppendUint64(nil, uint64(last))
			if err := seen.Put(key, at); err != nil {
				return err
			}
			content = appendReading(content[:0], &readings[i])
			value, err := l.safe.put(place(bucketRecords, at), content, readings[i].Patient)
			if err != nil {
				return err
			}
			if err := records.Put(at, value); err != nil {
				return err
			}
		}
		return l.writeCursors(tx)
	})
	if err != nil {
		return fmt.Errorf("store: append: %w", full(err))
	}
	l.announce()
	return nil
}

// Read implements [telemed.Log].
func (l *Log) Read(ctx context.Context, after telemed.Position, dst []telemed.Record) (int, error) {
	for {
		changed := l.change()
		n, err := l.read(after, dst)
		if n > 0 || err != nil || len(dst) == 0 {
			return n, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (l *Log) read(after telemed.Position, dst []telemed.Record) (n int, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRecords).Cursor()
		var from [8]byte
		binary.BigEndian.PutUint64(from[:], uint64(after)+1)
		var d decoder
		var buf []byte
		for k, v := c.Seek(from[:]); k != nil && n < len(dst); k, v = c.Next() {
			content, err := l.safe.take(place(bucketRecords, k), v, buf)
			if isShredded(err) {
				continue
			}
			if err == nil {
				buf = content
				dst[n].Reading, err = d.reading(content)
			}
			if err != nil {
				return &CorruptError{Position: position(k), Err: err}
			}
			dst[n].Position = position(k)
			n++
		}
		return nil
	})
	if n > 0 {
		return n, nil // a bad record is reported when it comes first
	}
	if err != nil {
		err = fmt.Errorf("store: read: %w", err)
	}
	return n, err
}

// Last implements [telemed.Log].
func (l *Log) Last(context.Context) (last telemed.Position, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		last = lastPosition(tx)
		return nil
	})
	return last, err
}

// Cursor implements [telemed.Log].
func (l *Log) Cursor(_ context.Context, sink string) (at telemed.Position, err error) {
	l.mu.Lock()
	at, ok := l.cursors[sink]
	l.mu.Unlock()
	if ok {
		return at, nil
	}
	err = l.db.View(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(bucketCursors).Get([]byte(sink)); len(v) == 8 {
			at = position(v)
		}
		return nil
	})
	return at, err
}

// SetCursor implements [telemed.Log]. It costs no sync of its own: the cursor
// becomes durable with the next append, or when the log is closed. After a
// crash a sink gets again what came since.
func (l *Log) SetCursor(_ context.Context, sink string, at telemed.Position) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cursors[sink] = at
	return nil
}

// writeCursors stores the cursors that have moved. They stay in memory: the
// transaction may yet fail.
func (l *Log) writeCursors(tx *bbolt.Tx) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := tx.Bucket(bucketCursors)
	for sink, at := range l.cursors {
		if err := b.Put([]byte(sink), binary.BigEndian.AppendUint64(nil, uint64(at))); err != nil {
			return err
		}
	}
	return nil
}

// Backup writes a consistent copy of the log to w while it is in use.
func (l *Log) Backup(w io.Writer) error {
	return l.db.View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(w)
		return err
	})
}

// lastPosition is that of the newest record ever: the bucket remembers it when
// the record itself was trimmed.
func lastPosition(tx *bbolt.Tx) telemed.Position {
	records := tx.Bucket(bucketRecords)
	if key, _ := records.Cursor().Last(); key != nil {
		return position(key)
	}
	return telemed.Position(records.Sequence())
}

// place is what ties a value to where it stands.
func place(bucket, key []byte) []byte { return append(bucket[:len(bucket):len(bucket)], key...) }

func (l *Log) change() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// announce wakes the readers.
func (l *Log) announce() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
}

func position(key []byte) telemed.Position { return telemed.Position(binary.BigEndian.Uint64(key)) }

func seenKey(r *vitals.Reading) []byte {
	// The sign bit is flipped so that instants before 1970 sort before.
	key := binary.BigEndian.AppendUint64(make([]byte, 0, 28), uint64(r.At.Unix())^1<<63)
	key = binary.BigEndian.AppendUint32(key, uint32(r.At.Nanosecond()))
	id := r.ID()
	return append(key, id[:]...)
}

// full gives "no space left on device" and "quota exceeded" the name that
// callers know.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", telemed.ErrLogFull, err)
	}
	return err
}

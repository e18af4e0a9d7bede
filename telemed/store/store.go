// Package store is the [telemed.Log] in a file: bbolt underneath, one file,
// one process, no configuration.
//
// Append returns when the readings are on stable storage; who appends much at
// once, or at the same time as others, shares the cost of the sync. A reading
// that is there already, by its ID, is left out.
//
// Damage is reported and never read as data: each record has a checksum that
// includes its place, a record that is missing is missed, and Open looks at
// every page before it trusts the file. A full disk refuses an append and does
// no harm ([telemed.ErrLogFull]). A disk that fails to sync ends the use of the
// log ([telemed.ErrLogFailed]), for nobody knows then what it has kept: it is
// not tried again as if nothing had happened.
//
// Nothing is ever deleted but by [Log.Trim] and as a [Quota] says. Without
// [Encrypt] the file holds names and values in the clear: put it on an encrypted
// disk, or give the log keys.
//
// There is no lane for alarms in the log. Alarms follow from its records, each
// sink reads it at its own pace, and what has to overtake on a slow link has its
// lanes in an [Outbox].
package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// The buckets of the file.
//
//	records   position (8, big endian)             -> reading, see record.go
//	seen      instant (12, big endian), ID (16)    -> position (8), checksum (4)
//	cursors   name of the sink                     -> position (8)
//	arrivals  second of the clock (8, big endian)  -> position (8) of the last record before it
//	rejected  number (8, big endian)               -> dead letter, see deadletter.go
//	state     "state"                              -> what the log knows of itself, see state.go
//	leases    processor, partition                 -> see leases.go
//	states    processor, partition                 -> state of the processor
//	held      number (8, big endian)               -> frame, see held.go
//	sighted   number (8, big endian)               -> device, see held_sighting.go
//	journals  name, 0, number (8, big endian)      -> entry, see journal.go
//
// seen begins with the instant so that readings of now, of whatever patient,
// fall on the same few pages; keyed by ID alone every one would touch another.
var (
	bucketRecords  = []byte("records")
	bucketSeen     = []byte("seen")
	bucketCursors  = []byte("cursors")
	bucketArrivals = []byte("arrivals")
	bucketRejected = []byte("rejected")
	bucketState    = []byte("state")
	bucketLeases   = []byte("leases")
	bucketStates   = []byte("states")
)

// Log is a log in a file. It is safe for concurrent use; a second process
// cannot open the file meanwhile.
type Log struct {
	file    *file
	safe    safe
	quota   quota
	refused atomic.Uint64
	held    heldIndex

	batches sync.Pool // of *batch
	turn    chan struct{}
	group   []*batch // whoever has the turn stores these

	mu      sync.Mutex
	waiting []*batch                    // for their turn
	changed chan struct{}               // closed and replaced after each append
	cursors map[string]telemed.Position // not yet written
	leases  map[string]*partition       // by key in the file
}

var (
	_ telemed.Log         = (*Log)(nil)
	_ telemed.DeadLetters = (*Log)(nil)
)

// Open opens or creates the file. It waits five seconds for another process
// to let go of it. It reads the whole file once and returns a [CorruptError] if
// a page in use is damaged; a damaged record is reported when it is read.
func Open(path string, opts ...Option) (*Log, error) {
	l := &Log{
		turn: make(chan struct{}, 1), changed: make(chan struct{}), cursors: make(map[string]telemed.Position),
		leases: make(map[string]*partition), batches: sync.Pool{New: func() any { return new(batch) }},
	}
	l.held.total, l.held.share = heldTotal, heldShare
	for _, o := range opts {
		o.apply(l)
	}
	var err error
	l.file, err = openFile(path, verifyValue, bucketRecords, bucketSeen, bucketCursors, bucketArrivals, bucketRejected,
		bucketState, bucketLeases, bucketStates, bucketHeld, bucketSighted, bucketJournals)
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	if err := l.file.view(func(tx *bbolt.Tx) error { _, err := loadState(tx); return err }); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open: %w", err), l.file.close())
	}
	return l, nil
}

// verifyValue looks at the small values, of which a wrong one would go
// unnoticed later. Readings, dead letters and states are looked at when read.
func verifyValue(bucket, key, value []byte) error {
	switch string(bucket) {
	case string(bucketSeen):
		if len(value) != 12 || len(key) != seenKeySize || binary.BigEndian.Uint32(value[8:]) != checksum(key, value[:8]) {
			return errChecksum
		}
	case string(bucketCursors), string(bucketArrivals), string(bucketState), string(bucketLeases):
		_, err := openPlain(place(bucket, key), value)
		return err
	}
	return nil
}

// Close releases the file. It waits for appends and reads under way; readers
// that wait for records get an error.
func (l *Log) Close() error {
	var err error
	if l.cursorsMoved() {
		err = l.file.update(l.writeCursors)
	}
	err = errors.Join(err, l.file.close())
	l.announce()
	l.loseLeases()
	return err
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
	err = l.file.view(func(tx *bbolt.Tx) error {
		st, err := loadState(tx)
		if err != nil {
			return err
		}
		next := max(after+1, st.first)
		c := tx.Bucket(bucketRecords).Cursor()
		var from [8]byte
		binary.BigEndian.PutUint64(from[:], uint64(next))
		var d decoder
		var buf []byte
		at := place(bucketRecords, from[:])
		for k, v := c.Seek(from[:]); next <= st.last && n < len(dst); k, v = c.Next() {
			if len(k) != 8 || position(k) != next {
				return &CorruptError{Position: next, Err: errMissing}
			}
			copy(at[len(bucketRecords):], k)
			content, err := l.safe.take(at, v, buf)
			if isShredded(err) {
				next++
				continue
			}
			if err == nil {
				buf = content
				dst[n].Reading, err = d.reading(content)
			}
			if err != nil {
				return &CorruptError{Position: next, Err: err}
			}
			dst[n].Position = next
			next++
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
func (l *Log) Last(context.Context) (telemed.Position, error) {
	var st state
	err := l.file.view(func(tx *bbolt.Tx) (err error) {
		st, err = loadState(tx)
		return err
	})
	return st.last, err
}

// Cursor implements [telemed.Log].
func (l *Log) Cursor(_ context.Context, sink string) (at telemed.Position, err error) {
	l.mu.Lock()
	at, ok := l.cursors[sink]
	l.mu.Unlock()
	if ok {
		return at, nil
	}
	err = l.file.view(func(tx *bbolt.Tx) error {
		at, err = loadPosition(tx.Bucket(bucketCursors), bucketCursors, []byte(sink))
		return err
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
		if err := putPosition(b, bucketCursors, []byte(sink), at); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) cursorsMoved() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.cursors) > 0
}

// Backup writes a consistent copy of the log to w while it is in use.
func (l *Log) Backup(w io.Writer) error { return l.file.backup(w) }

// putPosition stores a position under a key.
func putPosition(b *bbolt.Bucket, name, key []byte, at telemed.Position) error {
	return putPlain(b, name, key, binary.BigEndian.AppendUint64(nil, uint64(at)))
}

// loadPosition reads a position, 0 if there is none.
func loadPosition(b *bbolt.Bucket, name, key []byte) (telemed.Position, error) {
	v := b.Get(key)
	if v == nil {
		return 0, nil
	}
	return openPosition(name, key, v)
}

func openPosition(name, key, value []byte) (telemed.Position, error) {
	content, err := openPlain(place(name, key), value)
	if err != nil || len(content) != 8 {
		return 0, &CorruptError{Err: errChecksum}
	}
	return position(content), nil
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

const seenKeySize = 8 + 4 + 16

func seenKey(r *vitals.Reading) (key [seenKeySize]byte) {
	// The sign bit is flipped so that instants before 1970 sort before.
	binary.BigEndian.PutUint64(key[:], uint64(r.At.Unix())^1<<63)
	binary.BigEndian.PutUint32(key[8:], uint32(r.At.Nanosecond()))
	id := r.ID()
	copy(key[12:], id[:])
	return key
}

package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// Lease is the ownership of a partition. It is lost when it is released and
// when the log is closed, never by the passing of time. It is safe for
// concurrent use.
type Lease struct {
	log       *Log
	partition *partition
	token     uint64
	lost      chan struct{} // closed under partition.mu
}

var _ telemed.Lease = (*Lease)(nil)

// A holding is what the file knows of a partition.
//
//	token | position | 1 + size of the state, or 0 without (8 each, big endian)
//
// The token counts the owners, so that one of before is known by its own.
type holding struct {
	token uint64
	at    telemed.Position
	state uint64
}

func loadHolding(tx *bbolt.Tx, key []byte) (h holding, err error) {
	v := tx.Bucket(bucketLeases).Get(key)
	if v == nil {
		return h, nil
	}
	content, err := openPlain(place(bucketLeases, key), v)
	if err != nil || len(content) != 24 {
		return h, &CorruptError{Err: errChecksum}
	}
	h.token = binary.BigEndian.Uint64(content)
	h.at = position(content[8:])
	h.state = binary.BigEndian.Uint64(content[16:])
	return h, nil
}

// store keeps a holding, and its position among those of the sinks, by which
// records are kept.
func (h holding) store(tx *bbolt.Tx, key []byte) error {
	content := binary.BigEndian.AppendUint64(nil, h.token)
	content = binary.BigEndian.AppendUint64(content, uint64(h.at))
	content = binary.BigEndian.AppendUint64(content, h.state)
	if err := putPlain(tx.Bucket(bucketLeases), bucketLeases, key, content); err != nil {
		return err
	}
	return putPosition(tx.Bucket(bucketCursors), bucketCursors, cursorKey(key), h.at)
}

// cursorKey cannot be the name of a sink that somebody can read.
func cursorKey(key []byte) []byte { return append([]byte{0}, key...) }

// statePlace ties a state to its partition and position.
func statePlace(key []byte, at telemed.Position) []byte {
	return binary.BigEndian.AppendUint64(place(bucketStates, key), uint64(at))
}

// Load implements [telemed.Lease].
func (s *Lease) Load(ctx context.Context) (content []byte, at telemed.Position, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	err = s.log.file.view(func(tx *bbolt.Tx) error {
		h, err := s.held(tx)
		if err != nil || h.state == 0 {
			at = h.at
			return err
		}
		v := tx.Bucket(bucketStates).Get(s.partition.key)
		state, err := s.log.safe.take(statePlace(s.partition.key, h.at), v, nil)
		if err == nil && uint64(len(state))+1 != h.state {
			err = errShort
		}
		if err != nil {
			return &CorruptError{Err: fmt.Errorf("state of a processor: %w", err)}
		}
		content, at = append([]byte{}, state...), h.at
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("store: load: %w", err)
	}
	return content, at, nil
}

// Commit implements [telemed.Lease]. It costs a sync. The state is sealed with
// the key of the zero patient, whomever it is about: what of a patient is in it
// remains until the next commit after the key of the patient was destroyed.
func (s *Lease) Commit(ctx context.Context, state []byte, at telemed.Position) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(state) > MaxState {
		return ErrState
	}
	value, err := s.log.safe.put(statePlace(s.partition.key, at), state, vitals.PatientID{})
	if err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	err = s.log.file.update(func(tx *bbolt.Tx) error {
		if _, err := s.held(tx); err != nil {
			return err
		}
		if err := tx.Bucket(bucketStates).Put(s.partition.key, value); err != nil {
			return err
		}
		return holding{s.token, at, uint64(len(state)) + 1}.store(tx, s.partition.key)
	})
	if err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

// held reads the holding, if it is still that of the lease.
func (s *Lease) held(tx *bbolt.Tx) (holding, error) {
	h, err := loadHolding(tx, s.partition.key)
	if err != nil {
		return holding{}, err
	}
	select {
	case <-s.lost:
		return holding{}, telemed.ErrFenced
	default:
	}
	if h.token != s.token {
		return holding{}, telemed.ErrFenced
	}
	return h, nil
}

// Lost implements [telemed.Lease].
func (s *Lease) Lost() <-chan struct{} { return s.lost }

// Release implements [telemed.Lease].
func (s *Lease) Release(context.Context) error {
	s.partition.release(s)
	return nil
}

// release makes an owner lose its lease, once.
func (p *partition) release(s *Lease) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.owner == s {
		p.owner = nil
		close(s.lost)
		<-p.turn
	}
}

// ForgetProcessor removes all that is kept for a processor that will not
// return, so that it holds no records any more. Its owners are fenced.
func (l *Log) ForgetProcessor(_ context.Context, name string) error {
	err := l.file.update(func(tx *bbolt.Tx) error {
		for _, bucket := range [][]byte{bucketLeases, bucketStates, bucketCursors} {
			prefix := leaseKey(name)
			if bytes.Equal(bucket, bucketCursors) {
				prefix = cursorKey(prefix)
			}
			b := tx.Bucket(bucket)
			var keys [][]byte
			c := b.Cursor()
			for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
				keys = append(keys, k)
			}
			if err := deleteAll(b, keys); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: forget processor: %w", err)
	}
	return nil
}

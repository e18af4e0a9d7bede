package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// Leases are the partitions of a processor whose state is kept in the file of
// its log, so that a commit is one transaction. It is safe for concurrent use.
//
// The owners are goroutines of one process; a second process cannot open the
// file. What a processor has not had, [Log.Trim] keeps as for a sink.
type Leases struct {
	log        *Log
	name       string
	partitions int
}

var _ telemed.Leases = (*Leases)(nil)

const (
	// MaxPartitions bounds the partitions of a processor.
	MaxPartitions = 1024
	// MaxState bounds the state of a partition, in bytes.
	MaxState = 1 << 30
)

// Errors of leases.
var (
	// ErrPartitions refuses a number of partitions that is none, or another than
	// that which was fixed.
	ErrPartitions = errors.New("store: wrong number of partitions")
	// ErrState refuses a state of more than [MaxState] bytes.
	ErrState = errors.New("store: the state is too large")
)

// Leases returns the leases of the processor of that name, which is 1 to 64
// bytes long. The number of partitions is fixed when the name is used first,
// and is kept in the file; another number is refused with [ErrPartitions].
func (l *Log) Leases(name string, partitions int) (*Leases, error) {
	if len(name) == 0 || len(name) > 64 || partitions < 1 || partitions > MaxPartitions {
		return nil, ErrPartitions
	}
	err := l.file.update(func(tx *bbolt.Tx) error {
		b, key := tx.Bucket(bucketLeases), leaseKey(name)
		kept, err := loadPosition(b, bucketLeases, key)
		switch {
		case err != nil:
			return err
		case kept == 0:
			return putPosition(b, bucketLeases, key, telemed.Position(partitions))
		case int(kept) != partitions:
			return ErrPartitions
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: leases: %w", err)
	}
	return &Leases{log: l, name: name, partitions: partitions}, nil
}

// The keys of the bucket leases: the length of the name and the name, for the
// number of partitions; the same and the partition (4, big endian), for a
// partition. The latter are those of the bucket states as well.
func leaseKey(name string) []byte { return appendString(nil, name) }

func partitionKey(name string, n int) []byte {
	return binary.BigEndian.AppendUint32(leaseKey(name), uint32(n))
}

// A partition is what the owners of a partition in this process share.
type partition struct {
	key  []byte
	turn chan struct{} // holds one token: the owner has it

	mu    sync.Mutex
	owner *Lease
}

// Partitions implements [telemed.Leases].
func (s *Leases) Partitions() int { return s.partitions }

// Acquire implements [telemed.Leases].
func (s *Leases) Acquire(ctx context.Context, n int) (telemed.Lease, error) {
	if n < 0 || n >= s.partitions {
		return nil, ErrPartitions
	}
	p := s.log.partition(partitionKey(s.name, n))
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	lease := &Lease{log: s.log, partition: p, lost: make(chan struct{})}
	err := s.log.file.update(func(tx *bbolt.Tx) error {
		h, err := loadHolding(tx, p.key)
		if err != nil {
			return err
		}
		h.token++
		lease.token = h.token
		return h.store(tx, p.key)
	})
	if err != nil {
		<-p.turn
		return nil, fmt.Errorf("store: acquire: %w", err)
	}
	p.mu.Lock()
	p.owner = lease
	p.mu.Unlock()
	return lease, nil
}

// partition returns what owners share.
func (l *Log) partition(key []byte) *partition {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.leases[string(key)]
	if p == nil {
		p = &partition{key: key, turn: make(chan struct{}, 1)}
		l.leases[string(key)] = p
	}
	return p
}

// loseLeases tells the owners that the log is closed.
func (l *Log) loseLeases() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.leases {
		p.mu.Lock()
		owner := p.owner
		p.mu.Unlock()
		if owner != nil {
			p.release(owner)
		}
	}
}

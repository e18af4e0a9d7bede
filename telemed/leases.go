package telemed

import (
	"context"
	"errors"

	"github.com/telemed-go/sdk/vitals"
)

// Leases hand out the partitions of one kind of processor, each to one owner at
// a time, over all processes and machines that share them. All methods are safe
// for concurrent use.
//
// [github.com/telemed-go/sdk/telemed/store] has those of a single process.
type Leases interface {
	// Partitions is how many there are. It was fixed when they were made.
	Partitions() int

	// Acquire waits until the partition, counted from 0, is the caller's alone,
	// until the context ends. Who owned it before can commit nothing any more.
	Acquire(ctx context.Context, partition int) (Lease, error)
}

// A Lease is the ownership of a partition, and what is stored with it: the
// state of the processor and how far in the log it has come.
type Lease interface {
	// Load returns what was committed last, by whatever owner: nil and 0 at
	// first. It returns an error that wraps [ErrFenced] after a loss.
	Load(ctx context.Context) (state []byte, at Position, err error)

	// Commit returns nil once state and position are on stable storage, both or
	// none of them. It keeps nothing of state. It returns an error that wraps
	// [ErrFenced], and stores nothing, if the lease was lost or released: the
	// owner must forget its state.
	Commit(ctx context.Context, state []byte, at Position) error

	// Lost is closed when the lease is known to be lost or released.
	Lost() <-chan struct{}

	// Release gives the partition up. To do it twice is harmless.
	Release(ctx context.Context) error
}

// ErrFenced refuses what somebody does who does not own the partition any more.
var ErrFenced = errors.New("telemed: the partition belongs to another")

// Partition is the partition, of n, that a patient belongs to. It never changes.
// Readings without a patient belong to one partition together.
func Partition(p vitals.PatientID, n int) int {
	// FNV-1a, 64 bits: it has to be the same for ever and on every machine.
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	id := p.Reveal()
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * prime
	}
	return int(h % uint64(max(n, 1)))
}

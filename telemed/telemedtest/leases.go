package telemedtest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
)

// Partitions is how many partitions the leases must have that [Leases] tests.
const Partitions = 3

// OpenLeases opens a log and the leases of one processor that are stored where
// the path says, new or as they were left there. They are closed when the
// function is called that it returns.
type OpenLeases func(tb testing.TB, path string) (telemed.Log, telemed.Leases, func())

// Leases tests leases and with them [telemed.Process]. The calling test must
// have t as its own, not as that of a subtest: to kill a processor at any
// moment, the test program is started again with that test alone.
func Leases(t *testing.T, open OpenLeases) {
	suite := leaseSuite{open: open, test: t.Name()}
	if path := os.Getenv(childPath); path != "" {
		suite.child(t, path)
		return
	}
	t.Run("have one owner", suite.contended)
	t.Run("fence whom they belonged to", suite.fences)
	t.Run("keep state and position", suite.keeps)
	t.Run("hand a processor over", suite.handsOver)
	t.Run("let a killed processor go on", suite.killed)
}

type leaseSuite struct {
	open OpenLeases
	test string
}

func mustAcquire(t *testing.T, s telemed.Leases, partition int) telemed.Lease {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // bounds the test
	defer cancel()
	lease, err := s.Acquire(ctx, partition)
	if err != nil {
		t.Fatalf("acquire %d: %v", partition, err)
	}
	return lease
}

func (s leaseSuite) contended(t *testing.T) {
	_, leases, closeAll := s.open(t, filepath.Join(t.TempDir(), "log"))
	defer closeAll()
	if n := leases.Partitions(); n != Partitions {
		t.Fatalf("%d partitions, want %d", n, Partitions)
	}
	for _, n := range []int{-1, Partitions} {
		if _, err := leases.Acquire(t.Context(), n); err == nil {
			t.Errorf("partition %d was acquired", n)
		}
	}
	var owners, total atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				lease, err := leases.Acquire(t.Context(), 1)
				if err != nil {
					t.Error(err)
					return
				}
				if n := owners.Add(1); n != 1 {
					t.Errorf("%d owners at once", n)
				}
				total.Add(1)
				owners.Add(-1)
				if err := lease.Release(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if total.Load() != 40 {
		t.Errorf("acquired %d times, want 40", total.Load())
	}
	mustAcquire(t, leases, 1)
	mustAcquire(t, leases, 2) // another partition is free
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := leases.Acquire(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("acquire what another has: %v, want the end of the context", err)
	}
}

func (s leaseSuite) fences(t *testing.T) {
	_, leases, closeAll := s.open(t, filepath.Join(t.TempDir(), "log"))
	old := mustAcquire(t, leases, 0)
	if err := old.Commit(t.Context(), []byte("old"), 7); err != nil {
		t.Fatal(err)
	}
	select {
	case <-old.Lost():
		t.Error("lost while it is held")
	default:
	}
	for range 2 {
		if err := old.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
	<-old.Lost()
	look := func(when string) {
		t.Helper()
		if err := old.Commit(t.Context(), []byte("late"), 9); !errors.Is(err, telemed.ErrFenced) {
			t.Errorf("%s: commit: %v, want ErrFenced", when, err)
		}
		if _, _, err := old.Load(t.Context()); !errors.Is(err, telemed.ErrFenced) {
			t.Errorf("%s: load: %v, want ErrFenced", when, err)
		}
	}
	look("released")
	owner := mustAcquire(t, leases, 0)
	look("with a new owner")
	if state, at, err := owner.Load(t.Context()); string(state) != "old" || at != 7 || err != nil {
		t.Errorf("the new owner has %q at %d, %v; want what was committed before the loss", state, at, err)
	}
	if err := owner.Commit(t.Context(), []byte("new"), 8); err != nil {
		t.Errorf("the new owner: %v", err)
	}
	if err := old.Release(t.Context()); err != nil { // takes nothing from the new owner
		t.Error(err)
	}
	if err := owner.Commit(t.Context(), []byte("new"), 9); err != nil {
		t.Errorf("after the old owner released again: %v", err)
	}
	closeAll()
	<-owner.Lost()
	if err := owner.Commit(t.Context(), nil, 10); err == nil {
		t.Error("commit after the leases were closed")
	}
}

func (s leaseSuite) keeps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	states := [][]byte{nil, {}, []byte("x"), bytes.Repeat([]byte("state"), 300_000)}
	var want []byte
	at := telemed.Position(0)
	for i, state := range states {
		_, leases, closeAll := s.open(t, path)
		lease := mustAcquire(t, leases, 2)
		got, gotAt, err := lease.Load(t.Context())
		if err != nil || !bytes.Equal(got, want) || gotAt != at || (i == 0) != (got == nil) {
			t.Errorf("opened %d times: %d bytes (nil: %t) at %d, %v; want %d bytes at %d", i+1, len(got), got == nil, gotAt, err, len(want), at)
		}
		want, at = state, at+1000
		if err := lease.Commit(t.Context(), state, at); err != nil {
			t.Fatal(err)
		}
		clear(got) // it is the caller's
		if got, gotAt, err := lease.Load(t.Context()); err != nil || !bytes.Equal(got, want) || gotAt != at {
			t.Errorf("at once: %d bytes at %d, %v", len(got), gotAt, err)
		}
		other := mustAcquire(t, leases, 0)
		if got, gotAt, err := other.Load(t.Context()); got != nil || gotAt != 0 || err != nil {
			t.Errorf("another partition: %q at %d, %v", got, gotAt, err)
		}
		closeAll() // with both leases held, as in a crash
	}
}

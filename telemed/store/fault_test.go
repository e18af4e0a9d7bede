package store_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// Each way in which a commit can fail, and what is left of the log.
func TestFailingCommit(t *testing.T) {
	write := func(err error) error { return &fs.PathError{Op: "write", Path: "log.db", Err: err} }
	for _, tt := range []struct {
		name   string
		commit func(tx *bbolt.Tx) error
		want   error
		stored int // after a restart
	}{
		{"no room for a write", func(*bbolt.Tx) error { return write(syscall.ENOSPC) }, telemed.ErrLogFull, 1},
		{"over the quota of the user", func(*bbolt.Tx) error { return write(syscall.EDQUOT) }, telemed.ErrLogFull, 1},
		{"a write that fails", func(*bbolt.Tx) error { return write(syscall.EIO) }, telemed.ErrLogFailed, 1},
		{"a sync that fails", func(*bbolt.Tx) error { return syscall.EIO }, telemed.ErrLogFailed, 1},
		{"a sync that finds no room", func(*bbolt.Tx) error { return syscall.ENOSPC }, telemed.ErrLogFailed, 1},
		{"a panic", func(*bbolt.Tx) error { panic("page 7") }, telemed.ErrLogFailed, 1},
		{"a failure that was none", func(tx *bbolt.Tx) error { return errors.Join(tx.Commit(), syscall.EIO) }, telemed.ErrLogFailed, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log.db")
			l := open(t, path)
			fill(t, l, 0, 1)
			store.SetCommit(l, tt.commit)
			next := []vitals.Reading{telemedtest.Reading("a", 1)}
			if err := l.Append(t.Context(), next); !errors.Is(err, tt.want) {
				t.Fatalf("append: %v, want %v", err, tt.want)
			}
			store.SetCommit(l, nil) // the disk is well again
			if tt.want == telemed.ErrLogFailed {
				failsForGood(t, l, next)
			} else if err := l.Append(t.Context(), next); err != nil {
				t.Fatalf("with room again: %v", err)
			} else {
				tt.stored++
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, path)
			if got := len(telemedtest.ReadAll(t, l)); got != tt.stored {
				t.Errorf("%d records after a restart, want %d", got, tt.stored)
			}
			if err := l.Append(t.Context(), next); err != nil {
				t.Errorf("the same again after a restart: %v", err)
			}
			if got := len(telemedtest.ReadAll(t, l)); got != 2 {
				t.Errorf("%d records in the end, want 2", got)
			}
		})
	}
}

// While a sync takes its time, who reads does not wait, and who appends goes
// with the next one.
func TestSlowSync(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	fill(t, l, 0, 1)
	syncs := 0
	entered, release := make(chan struct{}), make(chan struct{})
	store.SetCommit(l, func(tx *bbolt.Tx) error {
		if syncs++; syncs == 1 {
			close(entered)
			<-release
		}
		return tx.Commit()
	})
	var appends sync.WaitGroup
	appendOne := func(n int) {
		appends.Go(func() {
			if err := l.Append(t.Context(), []vitals.Reading{telemedtest.Reading("a", n)}); err != nil {
				t.Error(err)
			}
		})
	}
	appendOne(1)
	<-entered
	const more = 50
	for n := range more {
		appendOne(2 + n)
	}
	for store.Waiting(l) < more {
		time.Sleep(time.Millisecond)
	}
	if got := len(telemedtest.ReadAll(t, l)); got != 1 {
		t.Errorf("%d records during the sync, want the one of before", got)
	}
	close(release)
	appends.Wait()
	if got := len(telemedtest.ReadAll(t, l)); got != more+2 || syncs != 2 {
		t.Errorf("%d records with %d syncs, want %d with 2", got, syncs, more+2)
	}
}

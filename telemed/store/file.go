package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/telemed-go/sdk/telemed"
)

// A file is a bbolt file that cannot take the program down with it: damaged
// pages are errors and not panics, and after a failed sync nothing of it is
// believed any more.
type file struct {
	db *bbolt.DB
	// commit is what tests put in the place of a commit that fails or is slow.
	commit func(tx *bbolt.Tx) error

	mu     sync.Mutex
	failed error // for good
}

// lockTimeout is how long to wait for another process to let go of a file.
const lockTimeout = 5 * time.Second

// openFile opens or creates a file with its buckets, after it has looked at
// every page in use. The function looks at every pair of key and value.
func openFile(path string, verify verifyFunc, buckets ...[]byte) (*file, error) {
	if err := examine(path, verify); err != nil {
		return nil, err
	}
	f := new(file)
	err := guard(func() (err error) {
		f.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true, NoStatistics: true,
		})
		return err
	})
	if err != nil {
		return nil, full(err)
	}
	if err := f.create(buckets); err != nil {
		return nil, errors.Join(err, f.db.Close())
	}
	return f, nil
}

// create makes the buckets that are not there yet. It refuses a file with any
// other: the name of a bucket may be what was damaged.
func (f *file) create(buckets [][]byte) error {
	var missing [][]byte
	err := f.view(func(tx *bbolt.Tx) error {
		c := tx.Cursor()
		for name, _ := c.First(); name != nil; name, _ = c.Next() {
			if !slices.ContainsFunc(buckets, func(b []byte) bool { return bytes.Equal(b, name) }) {
				return &CorruptError{Err: errFormat}
			}
		}
		for _, name := range buckets {
			if tx.Bucket(name) == nil {
				missing = append(missing, name)
			}
		}
		return nil
	})
	if err != nil || missing == nil {
		return err
	}
	return f.update(func(tx *bbolt.Tx) error {
		for _, name := range missing {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return nil
	})
}

// examine looks at a file that exists, under a lock that keeps writers out.
func examine(path string, verify verifyFunc) error {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil // to be made
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true, NoStatistics: true})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout), errors.As(err, new(*fs.PathError)):
		return err
	case err != nil:
		return &CorruptError{Err: err} // not a file of bbolt any more
	}
	r, err := os.Open(path)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	info, err := r.Stat()
	if err == nil {
		err = check(r, info.Size(), verify)
	}
	return errors.Join(err, r.Close(), db.Close())
}

// update runs a transaction. The error wraps [telemed.ErrLogFull] when there is
// no room, which leaves the file as it was, and [telemed.ErrLogFailed] when the
// disk failed, which ends the use of the file.
func (f *file) update(fn func(tx *bbolt.Tx) error) error {
	tx, err := f.db.Begin(true)
	if err != nil {
		return err
	}
	if err := f.failure(); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := guard(func() error { return fn(tx) }); err != nil {
		_ = guard(tx.Rollback)
		return err
	}
	err = guard(func() error {
		if f.commit != nil {
			return f.commit(tx)
		}
		return tx.Commit()
	})
	if err == nil {
		return nil
	}
	_ = guard(tx.Rollback) // bbolt has done it, but for a panic
	if err := full(err); errors.Is(err, telemed.ErrLogFull) {
		return err
	}
	return f.fail(err)
}

// view runs a transaction that only reads.
func (f *file) view(fn func(tx *bbolt.Tx) error) error {
	if err := f.failure(); err != nil {
		return err
	}
	tx, err := f.db.Begin(false)
	if err != nil {
		return err
	}
	return errors.Join(guard(func() error { return fn(tx) }), tx.Rollback())
}

// close releases the file; it waits for transactions.
func (f *file) close() error { return f.db.Close() }

// backup writes a consistent copy.
func (f *file) backup(w io.Writer) error {
	return f.view(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(w)
		return err
	})
}

func (f *file) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// fail ends the use of the file: after a failed sync the kernel may have
// forgotten what it could not write, so that a second sync would succeed and
// mean nothing.
func (f *file) fail(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = fmt.Errorf("%w: %w", telemed.ErrLogFailed, err)
	return f.failed
}

// guard turns the panics of bbolt at damaged pages, and the fault of a mapped
// page that the disk does not deliver, into an error. It does not quote the
// panic, which may show bytes of the file.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			err = &CorruptError{Err: errPage}
		}
	}()
	return fn()
}

// full gives a write that found no room the name that callers know. Only a
// write: where the sync finds none, what was written before is in doubt too.
func full(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) && (failed.Op == "write" || failed.Op == "open") &&
		(errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)) {
		return fmt.Errorf("%w: %w", telemed.ErrLogFull, err)
	}
	return err
}

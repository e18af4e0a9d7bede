package escalate

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync"
)

// A Journal keeps the entries of one dispatcher, which are JSON, in their order.
// They hold identifiers of patients and recipients in clear, for those must be
// told after a restart, and have to be stored like readings.
type Journal interface {
	// Replay gives all entries, the oldest first. An entry is valid until the
	// next.
	Replay(yield func(entry []byte) error) error
	// Append returns nil once the entries, of at most 1 MiB each, are on
	// stable storage. After an error the dispatcher appends them all again, with
	// others behind, and each must be there once then. It keeps nothing of them.
	Append(entries ...[]byte) error
	// Replace puts entries in the place of all, at once: after a crash the journal
	// is the one or the other.
	Replace(entries iter.Seq[[]byte]) error
}

// A File is a [Journal] in one file, of mode 0600, for one dispatcher: on Unix it
// is locked while it is open. It is safe for concurrent use.
type File struct {
	path string

	mu     sync.Mutex // guards what follows
	file   *os.File   // nil when closed
	intact int64      // length of what is known to be stored
	dirty  bool       // the file may be longer
	buf    []byte
}

// Errors of [File].
var (
	// ErrClosed: the journal was closed.
	ErrClosed = errors.New("escalate: the journal is closed")
	// ErrLocked: somebody else has the journal open.
	ErrLocked = errors.New("escalate: the journal is in use")
)

// OpenFile opens or makes a journal. What a crash has left torn at the end is cut
// off; damage elsewhere is [ErrCorrupt], and the file is left alone then. The
// caller closes it after the dispatcher's Run has ended.
func OpenFile(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("escalate: open journal: %w", err)
	}
	j := &File{path: path, file: f}
	if err := lock(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("escalate: open journal: %w", err)
	}
	j.intact, err = readFrames(f, func([]byte) error { return nil })
	if err == nil {
		j.dirty = true
		err = j.write()
	}
	if err == nil {
		err = syncFolder(path)
	}
	if err != nil {
		_ = f.Close() // nothing was written that counts
		return nil, fmt.Errorf("escalate: open journal: %w", err)
	}
	return j, nil
}

// Replay implements [Journal].
func (j *File) Replay(yield func(entry []byte) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return ErrClosed
	}
	if _, err := readFrames(io.NewSectionReader(j.file, 0, j.intact), yield); err != nil {
		return fmt.Errorf("escalate: read journal: %w", err)
	}
	return nil
}

// Append implements [Journal]. It costs one sync.
func (j *File) Append(entries ...[]byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return ErrClosed
	}
	j.buf = j.buf[:0]
	for _, e := range entries {
		if len(e) > maxEntry {
			return fmt.Errorf("escalate: an entry of %d bytes, at most %d are possible", len(e), maxEntry)
		}
		j.buf = appendFrame(j.buf, e)
	}
	if err := j.write(); err != nil {
		return fmt.Errorf("escalate: append to journal: %w", err)
	}
	return nil
}

// write appends buf. What an earlier failure may have left is cut off first and
// written again, for a sync that has failed says nothing about the next.
func (j *File) write() error {
	if j.intact == 0 {
		j.buf = append([]byte(journalMagic), j.buf...)
	}
	if j.dirty {
		if err := j.file.Truncate(j.intact); err != nil {
			return err
		}
	}
	j.dirty = true
	if _, err := j.file.WriteAt(j.buf, j.intact); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.intact += int64(len(j.buf))
	j.dirty = false
	return nil
}

// Replace implements [Journal] with a second file that takes the name of the
// first.
func (j *File) Replace(entries iter.Seq[[]byte]) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return ErrClosed
	}
	f, err := os.OpenFile(j.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("escalate: replace journal: %w", err)
	}
	next := &File{path: j.path, file: f}
	if err = lock(f); err == nil {
		err = next.fill(entries)
	}
	if err == nil {
		err = os.Rename(f.Name(), j.path)
	}
	if err != nil {
		_ = f.Close()
		_ = os.Remove(f.Name())
		return fmt.Errorf("escalate: replace journal: %w", err)
	}
	_ = j.file.Close() // it has lost its name
	j.file, j.intact, j.dirty = f, next.intact, false
	if err := syncFolder(j.path); err != nil {
		return fmt.Errorf("escalate: replace journal: %w", err)
	}
	return nil
}

// fill writes all entries and syncs once.
func (j *File) fill(entries iter.Seq[[]byte]) error {
	j.buf = append(j.buf[:0], journalMagic...)
	flush := func() error {
		n, err := j.file.WriteAt(j.buf, j.intact)
		j.intact += int64(n)
		j.buf = j.buf[:0]
		return err
	}
	for e := range entries {
		j.buf = appendFrame(j.buf, e)
		if len(j.buf) >= 1<<18 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return j.file.Sync()
}

// Close closes the file. To do it twice is harmless.
func (j *File) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// syncFolder makes the name of a file durable.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

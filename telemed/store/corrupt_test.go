package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// everything is all that a log says.
type everything struct {
	records []telemed.Record
	cursors [2]telemed.Position
	letters []telemed.DeadLetter
	state   []byte
	at      telemed.Position
	stats   store.Stats
}

// ask asks a log everything. It returns the first error.
func ask(t *testing.T, l *store.Log) (e everything, err error) {
	t.Helper()
	e.stats, err = l.Stats()
	if err != nil {
		return e, err
	}
	for after := telemed.Position(0); after < telemed.Position(e.stats.Dropped+e.stats.Records); {
		batch := make([]telemed.Record, 16)
		n, err := l.Read(ended(t), after, batch)
		if err != nil {
			return e, err
		}
		e.records = append(e.records, batch[:n]...)
		after = batch[n-1].Position
	}
	for i, sink := range []string{"alert", "fhir"} {
		if e.cursors[i], err = l.Cursor(t.Context(), sink); err != nil {
			return e, err
		}
	}
	if e.letters, err = l.Rejected(100); err != nil {
		return e, err
	}
	leases, err := l.Leases("fold", 2)
	if err != nil {
		return e, err
	}
	lease, err := leases.Acquire(t.Context(), 1)
	if err != nil {
		return e, err
	}
	e.state, e.at, err = lease.Load(t.Context())
	return e, err
}

// fillAll makes a file that has something of everything.
func fillAll(t *testing.T, path string) {
	t.Helper()
	l, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		fill(t, l, 20*i, 20)
	}
	for sink, at := range map[string]telemed.Position{"alert": 70, "fhir": 50} {
		if err := l.SetCursor(t.Context(), sink, at); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := l.Trim(t.Context(), store.Retention{Records: 90}, time.Now()); n != 30 || err != nil {
		t.Fatalf("trimmed %d, %v", n, err)
	}
	letter := telemed.DeadLetter{Frame: device.Frame{Bytes: []byte{1, 2, 3}, Device: "strap"}, Reason: "truncated"}
	if err := l.Reject(t.Context(), []telemed.DeadLetter{letter, letter}); err != nil {
		t.Fatal(err)
	}
	leases, err := l.Leases("fold", 2)
	if err != nil {
		t.Fatal(err)
	}
	lease, err := leases.Acquire(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := lease.Commit(t.Context(), []byte("seventy"), 70); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// A byte that is not what was written is reported, by Open or by whoever reads
// it, or makes no difference: the log never says anything else than it was told,
// and never takes the program down.
func TestFlippedBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	fillAll(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, path)
	want, err := ask(t, l)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	reported := 0
	for at := 0; at < len(whole); at += flipStride {
		damaged := append([]byte(nil), whole...)
		damaged[at] ^= 1 << (at / flipStride % 8)
		if at%3 == 0 {
			damaged[at] = ^whole[at]
		}
		switch err := heard(t, path, damaged, want); {
		case err == nil:
		case errors.As(err, new(*store.CorruptError)):
			reported++
		default:
			t.Fatalf("byte %d: %v", at, err)
		}
	}
	t.Logf("%d of %d flipped bytes made a difference and were reported", reported, (len(whole)+flipStride-1)/flipStride)
	if reported == 0 {
		t.Error("nothing was reported: the test cannot fail")
	}
	for n := 1; n < len(whole); n += 1024 {
		if err := heard(t, path, whole[:n], want); err != nil && !errors.As(err, new(*store.CorruptError)) {
			t.Errorf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
}

// heard opens a file of these bytes and compares what it says.
func heard(t *testing.T, path string, content []byte, want everything) error {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := store.Open(path)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer l.Close()
	got, err := ask(t, l)
	if err != nil {
		return err
	}
	if want.stats.File, got.stats.File = 0, 0; !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the log says %+v, want %+v", got.stats, want.stats)
	}
	return nil
}

// What was known before is known again, or the damage is reported: a reading is
// not doubled because of a flipped byte in the index.
func TestFlippedIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	fill(t, l, 0, 60)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again := make([]vitals.Reading, 60)
	for i := range again {
		again[i] = telemedtest.Reading("a", i)
	}
	for at := 5; at < len(whole); at += 8 * flipStride {
		damaged := append([]byte(nil), whole...)
		damaged[at] ^= 0x10
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := store.Open(path)
		if err != nil {
			continue
		}
		if err := l.Append(t.Context(), again); err == nil {
			if last, err := l.Last(t.Context()); err == nil && last != 60 {
				t.Errorf("byte %d: %d records after the same 60 readings came again", at, last)
			}
		}
		_ = l.Close()
	}
}

// A record that is not there is missed, wherever it stood.
func TestMissingRecord(t *testing.T) {
	for _, gone := range []telemed.Position{31, 60, 120} { // the first, one in the middle, the last
		path := filepath.Join(t.TempDir(), "log.db")
		fillAll(t, path)
		l := open(t, path)
		if err := store.Remove(l, gone); err != nil {
			t.Fatal(err)
		}
		n, err := l.Read(t.Context(), gone-1, make([]telemed.Record, 200))
		var corrupt *store.CorruptError
		if !errors.As(err, &corrupt) || corrupt.Position != gone || n != 0 {
			t.Errorf("record %d is missing: read %d, %v", gone, n, err)
		}
		if n, err := l.Read(t.Context(), 0, make([]telemed.Record, 200)); n != int(gone)-31 || gone > 31 && err != nil {
			t.Errorf("record %d is missing: %d before it were read, %v", gone, n, err)
		}
		if gone == 31 {
			if _, err := l.Trim(t.Context(), store.Retention{Records: 1, Unread: true}, time.Now()); !errors.As(err, &corrupt) {
				t.Errorf("trim: %v, want a CorruptError", err)
			}
		}
	}
}

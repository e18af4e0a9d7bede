package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

func fill(t *testing.T, l *store.Log, from, n int) {
	t.Helper()
	batch := make([]vitals.Reading, n)
	for i := range batch {
		batch[i] = telemedtest.Reading("a", from+i)
	}
	if err := l.Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func TestTrimByCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	fill(t, l, 0, 25_000)
	if n, err := l.Trim(t.Context(), store.Retention{}, time.Now()); n != 0 || err != nil {
		t.Errorf("the zero retention removed %d, %v", n, err)
	}
	if n, err := l.Trim(t.Context(), store.Retention{Records: 100}, time.Now()); n != 24_900 || err != nil {
		t.Fatalf("removed %d, %v; want 24900", n, err)
	}
	got := telemedtest.ReadAll(t, l)
	if len(got) != 100 || got[0].Position != 24_901 || got[99].Position != 25_000 {
		t.Fatalf("%d records from %d to %d", len(got), got[0].Position, got[len(got)-1].Position)
	}
	// Positions go on, also after everything went and the file was reopened.
	if _, err := l.Trim(t.Context(), store.Retention{Age: time.Nanosecond}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path)
	fill(t, l, 30_000, 1)
	if got := telemedtest.ReadAll(t, l); got[len(got)-1].Position != 25_001 {
		t.Errorf("the next position is %d, want 25001", got[len(got)-1].Position)
	}
}

// What a sink has not got stays, unless the policy says otherwise.
func TestTrimKeepsUnread(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	fill(t, l, 0, 100)
	for sink, at := range map[string]telemed.Position{"ehr": 40, "wall": 100} {
		if err := l.SetCursor(t.Context(), sink, at); err != nil {
			t.Fatal(err)
		}
	}
	r := store.Retention{Records: 10}
	if n, err := l.Trim(t.Context(), r, time.Now()); n != 40 || err != nil {
		t.Errorf("removed %d, %v; want the 40 that the slowest sink has", n, err)
	}
	if err := l.ForgetSink(t.Context(), "ehr"); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Trim(t.Context(), r, time.Now()); n != 50 || err != nil {
		t.Errorf("without the slow sink removed %d, %v; want 50", n, err)
	}
	if err := l.SetCursor(t.Context(), "new", 1); err != nil {
		t.Fatal(err)
	}
	r.Records, r.Unread = 5, true
	if n, err := l.Trim(t.Context(), r, time.Now()); n != 5 || err != nil {
		t.Errorf("unread ones too: removed %d, %v; want 5", n, err)
	}
}

func TestTrimByAge(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	fill(t, l, 0, 10)
	for now, want := range map[time.Duration]int{time.Minute: 0, 59 * time.Minute: 0} {
		if n, err := l.Trim(t.Context(), store.Retention{Age: time.Hour}, time.Now().Add(now)); n != want || err != nil {
			t.Errorf("after %v: removed %d, %v; want %d", now, n, err, want)
		}
	}
	// The next arrival makes a mark that says what was there before it.
	l2 := open(t, filepath.Join(t.TempDir(), "two.db"))
	fill(t, l2, 0, 10)
	if n, err := l2.Trim(t.Context(), store.Retention{Age: time.Hour}, time.Now().Add(2*time.Hour)); n != 0 || err != nil {
		t.Errorf("records of the newest mark: removed %d, %v; their age is not known to the minute yet", n, err)
	}
}

// A keyring that can lose keys.
type keyring struct {
	current  uint64
	shredded map[uint64]bool
}

func (k *keyring) Seal(p vitals.PatientID) (uint64, [32]byte, error) {
	if p == vitals.NewPatientID("private") {
		return 99, keyOf(99), nil
	}
	return k.current, keyOf(k.current), nil
}

func (k *keyring) Open(id uint64) ([32]byte, error) {
	if k.shredded[id] {
		return [32]byte{}, store.ErrShredded
	}
	return keyOf(id), nil
}

func keyOf(id uint64) (key [32]byte) {
	key[0], key[31] = byte(id), 1
	return key
}

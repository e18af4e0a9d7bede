package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

const kib = 1 << 10

// pour appends batches of 100 readings and returns how many were accepted.
func pour(t *testing.T, l *store.Log, from, n int) (accepted int, err error) {
	t.Helper()
	for i := 0; i < n; i += 100 {
		batch := make([]vitals.Reading, 100)
		for j := range batch {
			batch[j] = telemedtest.Reading("a", from+i+j)
		}
		if err := l.Append(t.Context(), batch); err != nil {
			return i, err
		}
	}
	return n, nil
}

func TestFullLog(t *testing.T) {
	telemedtest.FullLog(t, func(tb testing.TB) (telemed.Log, func()) {
		l, err := store.Open(filepath.Join(tb.TempDir(), "log.db"), store.Quota(50*kib, store.Refuse))
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = l.Close() })
		return l, func() {
			if _, err := l.Trim(tb.Context(), store.Retention{Records: 10}, time.Now()); err != nil {
				tb.Fatal(err)
			}
		}
	})
}

func TestQuota(t *testing.T) {
	for _, tt := range []struct {
		name     string
		policy   store.QuotaPolicy
		cursor   telemed.Position // of the one sink; 0 for none
		accepted bool             // all of them
		lost     bool
	}{
		{"refuse", store.Refuse, 0, false, false},
		{"refuse, though all was read", store.Refuse, 5000, false, false},
		{"drop what was read, by nobody in particular", store.DropRead, 0, true, false},
		{"drop what was read", store.DropRead, 300, false, false},
		{"drop what was not read", store.DropUnread, 300, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log.db")
			l, err := store.Open(path, store.Quota(100*kib, tt.policy))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if _, err := pour(t, l, 0, 300); err != nil {
				t.Fatal(err)
			}
			if tt.cursor > 0 {
				if err := l.SetCursor(t.Context(), "ehr", tt.cursor); err != nil {
					t.Fatal(err)
				}
			}
			accepted, err := pour(t, l, 300, 5000)
			accepted += 300
			if (err == nil) != tt.accepted || err != nil && (!errors.Is(err, store.ErrQuota) || !errors.Is(err, telemed.ErrLogFull)) {
				t.Fatalf("after %d readings: %v", accepted, err)
			}
			s, err := l.Stats()
			if err != nil {
				t.Fatal(err)
			}
			records := telemedtest.ReadAll(t, l)
			if s.Bytes > 100*kib || s.Records != uint64(len(records)) || s.Records+s.Dropped != uint64(accepted) {
				t.Errorf("%+v after %d readings, %d of which can be read", s, accepted, len(records))
			}
			if (s.Lost > 0) != tt.lost || (s.Refused > 0) == tt.accepted || tt.cursor == 300 && !tt.lost && (s.Dropped <= 200 || s.Dropped > 300) {
				t.Errorf("%+v", s)
			}
			if tt.lost && s.Lost != s.Dropped-300 {
				t.Errorf("lost %d of %d dropped records, want all but the 300 that were read", s.Lost, s.Dropped)
			}
			if tt.accepted {
				return
			}
			// The pressure ends when there is room, and the refused ones come in.
			if err := l.SetCursor(t.Context(), "ehr", telemed.Position(accepted)); err != nil {
				t.Fatal(err)
			}
			if tt.policy == store.Refuse {
				if _, err := l.Trim(t.Context(), store.Retention{Bytes: 50 * kib}, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := pour(t, l, accepted, 100); err != nil {
				t.Errorf("with room again: %v", err)
			}
		})
	}
}

// One call that is more than the quota is refused, whatever the policy, and
// drops nothing.
func TestQuotaTooSmall(t *testing.T) {
	l, err := store.Open(filepath.Join(t.TempDir(), "log.db"), store.Quota(4*kib, store.DropUnread))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fill(t, l, 0, 10)
	if _, err := pour(t, l, 10, 100); !errors.Is(err, store.ErrQuota) {
		t.Errorf("got %v, want ErrQuota", err)
	}
	if got := len(telemedtest.ReadAll(t, l)); got != 10 {
		t.Errorf("%d records, want the 10 of before", got)
	}
}

// The file of a log with a quota stops growing: what Bytes counts is about what
// the file takes. Its identities go with the records, so the index is bounded
// too.
func TestQuotaBoundsTheFile(t *testing.T) {
	const bytes = 1 << 20
	path := filepath.Join(t.TempDir(), "log.db")
	l, err := store.Open(path, store.Quota(bytes, store.DropRead))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var sizes []int64
	for round := range 10 {
		if _, err := pour(t, l, 10_000*round, 10_000); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, info.Size())
	}
	s, err := l.Stats()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes in %d records, after %d dropped; file sizes %v", s.Bytes, s.Records, s.Dropped, sizes)
	if last := sizes[len(sizes)-1]; last > 4*bytes || last != sizes[4] {
		t.Errorf("a quota of %d bytes made a file of %v bytes", bytes, sizes)
	}
	if s.File > 2*bytes {
		t.Errorf("%d bytes of pages are in use for %d bytes of records", s.File, s.Bytes)
	}
}

// What was dropped is new when it comes again, and what was kept is not.
func TestTrimForgetsIdentities(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	fill(t, l, 0, 100)
	if _, err := l.Trim(t.Context(), store.Retention{Records: 40}, time.Now()); err != nil {
		t.Fatal(err)
	}
	fill(t, l, 0, 100)
	if got := telemedtest.ReadAll(t, l); len(got) != 100 || got[0].Position != 61 || got[99].Position != 160 {
		t.Errorf("%d records from %d to %d, want 61 to 160", len(got), got[0].Position, got[len(got)-1].Position)
	}
}

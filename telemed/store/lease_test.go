package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
)

func TestLeases(t *testing.T) {
	telemedtest.Leases(t, openLeases(t))
}

func openLeases(_ testing.TB, opts ...store.Option) telemedtest.OpenLeases {
	return func(tb testing.TB, path string) (telemed.Log, telemed.Leases, func()) {
		l, err := store.Open(path, opts...)
		if err != nil {
			tb.Fatal(err)
		}
		leases, err := l.Leases("fold", telemedtest.Partitions)
		if err != nil {
			tb.Fatal(err)
		}
		return l, leases, func() {
			if err := l.Close(); err != nil {
				tb.Error(err)
			}
		}
	}
}

func TestSealedLeases(t *testing.T) {
	telemedtest.Leases(t, openLeases(t, store.Encrypt(&keyring{current: 1})))
}

// The number of partitions is fixed, for each processor and over restarts.
func TestPartitionsAreFixed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	for range 2 {
		l := open(t, path)
		for _, tt := range []struct {
			name string
			n    int
			want error
		}{
			{"alert", 4, nil},
			{"alert", 4, nil},
			{"alert", 5, store.ErrPartitions},
			{"score", 1, nil},
			{"", 1, store.ErrPartitions},
			{"none", 0, store.ErrPartitions},
			{"many", store.MaxPartitions + 1, store.ErrPartitions},
			{fmt.Sprintf("%065d", 0), 1, store.ErrPartitions},
		} {
			if _, err := l.Leases(tt.name, tt.n); !errors.Is(err, tt.want) {
				t.Errorf("%q with %d partitions: %v, want %v", tt.name, tt.n, err, tt.want)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What a processor has not had is kept, until it is forgotten.
func TestProcessorHoldsRecords(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	fill(t, l, 0, 100)
	leases, err := l.Leases("fold", 2)
	if err != nil {
		t.Fatal(err)
	}
	var held [2]telemed.Lease
	for n := range held {
		if held[n], err = leases.Acquire(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if err := held[n].Commit(t.Context(), []byte("state"), telemed.Position(40+20*n)); err != nil {
			t.Fatal(err)
		}
	}
	r := store.Retention{Records: 10}
	if n, err := l.Trim(t.Context(), r, time.Now()); n != 40 || err != nil {
		t.Errorf("removed %d, %v; want the 40 that both partitions have", n, err)
	}
	if err := l.ForgetProcessor(t.Context(), "fold"); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Trim(t.Context(), r, time.Now()); n != 50 || err != nil {
		t.Errorf("without the processor removed %d, %v; want 50", n, err)
	}
	if err := held[0].Commit(t.Context(), nil, 90); !errors.Is(err, telemed.ErrFenced) {
		t.Errorf("commit of a forgotten processor: %v, want ErrFenced", err)
	}
}

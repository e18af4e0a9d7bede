package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

var begin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func open(t testing.TB, path string) *store.Log {
	t.Helper()
	l, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	log, err := store.Open(filepath.Join(dir, "ward.db"))
	if err != nil {
		panic(err)
	}
	defer log.Close()

	pulse := vitals.Reading{
		Patient: vitals.NewPatientID("p1"), Kind: vitals.HeartRate, Quantity: vitals.PerMinute(72), At: begin,
	}
	for range 2 { // sent twice, kept once
		if err := log.Append(ctx, []vitals.Reading{pulse}); err != nil {
			panic(err)
		}
	}
	records := make([]telemed.Record, 10)
	n, err := log.Read(ctx, 0, records)
	if err != nil {
		panic(err)
	}
	for _, r := range records[:n] {
		fmt.Println(r.Position, r.Reading.Kind, r.Reading.Quantity)
	}
	// Output: 1 HeartRate 72 /min
}

func TestLog(t *testing.T) {
	dir := t.TempDir()
	telemedtest.Log(t, func(tb testing.TB, name string) (telemed.Log, func()) {
		l, err := store.Open(filepath.Join(dir, strings.NewReplacer("/", "_", " ", "_").Replace(name)))
		if err != nil {
			tb.Fatal(err)
		}
		return l, func() {
			if err := l.Close(); err != nil {
				tb.Error(err)
			}
		}
	})
}

// Every single flipped bit of a stored record is an error, never another value.
func TestFlippedBits(t *testing.T) {
	r := telemedtest.Reading("DOE^JANE", 5)
	whole := store.Encode(&r, "here")
	for bit := range len(whole) * 8 {
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		if got, err := store.Decode(b, "here"); err == nil {
			t.Fatalf("bit %d flipped: read %v", bit, got)
		}
	}
	if _, err := store.Decode(whole, "elsewhere"); err == nil {
		t.Error("a record that was moved was accepted")
	}
	for n := range whole {
		if _, err := store.Decode(whole[:n], "here"); err == nil {
			t.Fatalf("%d of %d bytes were accepted", n, len(whole))
		}
	}
}

func FuzzDecode(f *testing.F) {
	r := telemedtest.Reading("a", 1)
	f.Add(store.Encode(&r, "here")[5:])
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := store.Decode(store.Sealed(body, "here"), "here") // a good checksum over anything
		if err != nil {
			return
		}
		again, err := store.Decode(store.Encode(&r, "here"), "here")
		if err != nil {
			t.Fatalf("own encoding: %v", err)
		}
		if !again.At.Equal(r.At) || again.ID() != r.ID() || again.Quantity != r.Quantity || again.Quality != r.Quality {
			t.Fatalf("%+v became %+v", r, again)
		}
	})
}

func TestErrorsNameNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	if err := l.Append(t.Context(), []vitals.Reading{telemedtest.Reading("DOE^JANE", 1)}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	err := l.Append(t.Context(), []vitals.Reading{telemedtest.Reading("DOE^JANE", 2)})
	if err == nil || bytes.Contains([]byte(err.Error()), []byte("DOE")) {
		t.Fatalf("append after close: %v", err)
	}
}

// ended is a context that has ended: what is there is read, nothing is waited
// for.
func ended(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

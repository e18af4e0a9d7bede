package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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

// A full disk is a typed error; nothing that was accepted is lost, and the log
// goes on when there is room again.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatalf("cannot mount a small disk: %v", err)
		}
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, filepath.Join(dir, "log.db"))
	accepted, err := 0, error(nil)
	var refused []vitals.Reading
	for err == nil && accepted < 1_000_000 {
		batch := make([]vitals.Reading, 100)
		for i := range batch {
			batch[i] = telemedtest.Reading("a", accepted+i)
		}
		if err = l.Append(t.Context(), batch); err == nil {
			accepted += len(batch)
		} else {
			refused = batch
		}
	}
	if !errors.Is(err, telemed.ErrLogFull) {
		t.Fatalf("after %d readings: %v, want ErrLogFull", accepted, err)
	}
	if got := len(telemedtest.ReadAll(t, l)); got != accepted {
		t.Fatalf("%d records on the full disk, %d were accepted", got, accepted)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), refused); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if got := len(telemedtest.ReadAll(t, l)); got != accepted+len(refused) {
		t.Fatalf("%d records, want %d", got, accepted+len(refused))
	}
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

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 64, 512} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			l := open(b, filepath.Join(b.TempDir(), "log.db"))
			batch := make([]vitals.Reading, size)
			n := 0
			for b.Loop() {
				for i := range batch {
					batch[i] = telemedtest.Reading("a", n)
					n++
				}
				if err := l.Append(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "readings/s")
		})
	}
}

package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

var begin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func reading(patient string, n int) vitals.Reading {
	return vitals.Reading{
		Patient: vitals.NewPatientID(patient), Device: "strap-1", Kind: vitals.HeartRate,
		Quantity: vitals.PerMinute(int64(60 + n%100)), At: begin.Add(time.Duration(n) * time.Second),
	}
}

func open(t testing.TB, path string) *store.Log {
	t.Helper()
	l, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// all reads the whole log.
func all(t testing.TB, l *store.Log) (records []telemed.Record) {
	t.Helper()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	batch := make([]telemed.Record, 7) // odd, so that batches and appends do not line up
	for after := telemed.Position(0); ; {
		n, err := l.Read(ended, after, batch)
		if errors.Is(err, context.Canceled) {
			return records
		}
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, batch[:n]...)
		after = batch[n-1].Position
	}
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

func TestKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	berlin := time.FixedZone("", 7200)
	want := []vitals.Reading{
		reading("DOE^JANE", 1),
		{Kind: vitals.SpO2, Quality: vitals.NotANumber | vitals.NoContact, At: begin},
		{
			Patient: vitals.NewPatientID("päivi"), Device: "thermo/7", Kind: vitals.BodyTemperature,
			Quantity: vitals.UnitCelsius.Of(vitals.Decimal{Coef: 3640, Exp: -2}), At: begin.In(berlin).Add(1234567 * time.Nanosecond),
			Stamped: true, Sequence: 1 << 31, Quality: vitals.Implausible, Code: 7,
		},
		{Kind: vitals.Systolic, Quantity: vitals.UnitKPa.Of(vitals.Decimal{Coef: -1, Exp: -127}), At: time.Date(1582, 10, 15, 0, 0, 0, 0, time.UTC)},
	}
	if err := l.Append(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got := all(t, open(t, path))
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i].Reading
		_, gz := g.At.Zone()
		_, wz := w.At.Zone()
		if !g.At.Equal(w.At) || gz != wz || g.ID() != w.ID() {
			t.Errorf("record %d: at %v id %v, want %v %v", i, g.At, g.ID(), w.At, w.ID())
		}
		if g.At = w.At; g != w {
			t.Errorf("record %d: got %#v, want %#v", i, g, w)
		}
		if got[i].Position != telemed.Position(i+1) {
			t.Errorf("record %d has position %d", i, got[i].Position)
		}
	}
}

func TestEachOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	batch := []vitals.Reading{reading("a", 1), reading("a", 2), reading("a", 1)}
	changed := reading("a", 1)
	changed.Quantity = vitals.PerMinute(1) // same measurement, other value: the first stays
	for range 3 {
		if err := l.Append(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		if err := l.Append(t.Context(), []vitals.Reading{changed}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path)
	if err := l.Append(t.Context(), batch); err != nil { // after a restart as well
		t.Fatal(err)
	}
	got := all(t, l)
	if len(got) != 2 || got[0].Reading.Quantity != vitals.PerMinute(61) {
		t.Fatalf("got %d records: %v", len(got), got)
	}
}

// Appends from many goroutines take distinct, gapless positions, and those of
// one goroutine keep their order.
func TestConcurrentAppends(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				if err := l.Append(t.Context(), []vitals.Reading{reading(fmt.Sprint("p", w), n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := all(t, l)
	if len(got) != writers*each {
		t.Fatalf("%d records, want %d", len(got), writers*each)
	}
	newest := map[vitals.PatientID]time.Time{}
	for i, r := range got {
		if r.Position != telemed.Position(i+1) {
			t.Fatalf("record %d has position %d", i, r.Position)
		}
		if !r.Reading.At.After(newest[r.Reading.Patient]) && !newest[r.Reading.Patient].IsZero() {
			t.Fatalf("record %d is out of order for its patient", i)
		}
		newest[r.Reading.Patient] = r.Reading.At
	}
}

func TestReadWaits(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dst := make([]telemed.Record, 1)
	if n, err := l.Read(ctx, 0, dst); n != 0 || !errors.Is(err, context.Canceled) {
		t.Fatalf("ended context on an empty log: %d, %v", n, err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := l.Read(t.Context(), 0, dst)
		done <- err
	}()
	if err := l.Append(t.Context(), []vitals.Reading{reading("a", 3)}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || dst[0].Reading.Quantity != vitals.PerMinute(63) {
		t.Fatalf("got %v, %v", dst[0], err)
	}
}

func TestCursor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	if at, err := l.Cursor(t.Context(), "fhir"); at != 0 || err != nil {
		t.Fatalf("new sink at %d, %v", at, err)
	}
	if err := l.SetCursor(t.Context(), "fhir", 41); err != nil {
		t.Fatal(err)
	}
	if at, _ := l.Cursor(t.Context(), "fhir"); at != 41 {
		t.Fatalf("at %d, want 41", at)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path)
	if at, _ := l.Cursor(t.Context(), "fhir"); at != 41 {
		t.Fatalf("after a restart at %d, want 41", at)
	}
	if at, _ := l.Cursor(t.Context(), "alert"); at != 0 {
		t.Fatalf("another sink at %d, want 0", at)
	}
}

// Every single flipped bit of a stored record is an error, never another value.
func TestFlippedBits(t *testing.T) {
	r := reading("DOE^JANE", 5)
	whole := store.Encode(&r)
	for bit := range len(whole) * 8 {
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		if got, err := store.Decode(b); err == nil {
			t.Fatalf("bit %d flipped: read %v", bit, got)
		}
	}
	for n := range whole {
		if _, err := store.Decode(whole[:n]); err == nil {
			t.Fatalf("%d of %d bytes were accepted", n, len(whole))
		}
	}
}

func FuzzDecode(f *testing.F) {
	r := reading("a", 1)
	f.Add(store.Encode(&r)[4:])
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := store.Decode(store.Sealed(body)) // a good checksum over anything
		if err != nil {
			return
		}
		again, err := store.Decode(store.Encode(&r))
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
			batch[i] = reading("a", accepted+i)
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
	if got := len(all(t, l)); got != accepted {
		t.Fatalf("%d records on the full disk, %d were accepted", got, accepted)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), refused); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if got := len(all(t, l)); got != accepted+len(refused) {
		t.Fatalf("%d records, want %d", got, accepted+len(refused))
	}
}

func TestErrorsNameNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	if err := l.Append(t.Context(), []vitals.Reading{reading("DOE^JANE", 1)}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	err := l.Append(t.Context(), []vitals.Reading{reading("DOE^JANE", 2)})
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
					batch[i] = reading("a", n)
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

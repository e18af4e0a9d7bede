package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// longReading is a reading of about 300 bytes in the file: most are shorter.
func longReading(n int) vitals.Reading {
	r := telemedtest.Reading("a", n)
	r.Patient = vitals.NewPatientID(fmt.Sprintf("urn:oid:2.16.840.1.113883.2.4.6.3|%0100d", n%100))
	r.Device = vitals.DeviceID(fmt.Sprintf("urn:dev:mac:0024befffe804ff1-%-80d", n%100))
	return r
}

// BenchmarkAppend appends records of 300 bytes, to a log in the clear and to a
// sealed one in turns, and compares them: cost is the median of five ratios.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 64, 512} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			clear := open(b, filepath.Join(b.TempDir(), "clear.db"))
			sealed := openSealed(b, filepath.Join(b.TempDir(), "sealed.db"), &keyring{current: 1})
			batch := make([]vitals.Reading, size)
			n := 0
			appendTo := func(l *store.Log) time.Duration {
				start := time.Now()
				if err := l.Append(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
				return time.Since(start)
			}
			var took [5][2]time.Duration
			for rounds := 0; b.Loop(); rounds++ {
				for i := range batch {
					batch[i] = longReading(n)
					n++
				}
				t := &took[rounds%len(took)]
				t[0] += appendTo(clear)
				t[1] += appendTo(sealed)
			}
			var ratios []float64
			var total [2]time.Duration
			for _, t := range took {
				ratios = append(ratios, float64(t[1])/float64(t[0]))
				total[0] += t[0]
				total[1] += t[1]
			}
			slices.Sort(ratios)
			b.ReportMetric(float64(n)/total[0].Seconds(), "records/s")
			b.ReportMetric(float64(n)/total[1].Seconds(), "sealed/s")
			b.ReportMetric(100*(ratios[2]-1), "%cost")
			s, err := clear.Stats()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(s.Bytes)/float64(s.Records), "B/record")
		})
	}
}

// BenchmarkRead reads records of 300 bytes, 512 at a time.
func BenchmarkRead(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "log.db"))
	batch := make([]vitals.Reading, 51_200)
	for i := range batch {
		batch[i] = longReading(i)
	}
	if err := l.Append(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	dst := make([]telemed.Record, 512)
	b.ReportAllocs()
	read := 0
	for after := telemed.Position(0); b.Loop(); after = (after + 512) % 51_200 {
		n, err := l.Read(b.Context(), after, dst)
		if err != nil || n != len(dst) {
			b.Fatal(n, err)
		}
		read += n
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkOpen opens a log of 64 MiB again.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "log.db")
	if err := build(b, path, 64<<20).Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l, err := store.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// build makes a log of so many bytes and leaves it open.
func build(tb testing.TB, path string, bytes uint64) *store.Log {
	tb.Helper()
	l := open(tb, path)
	batch := make([]vitals.Reading, 20_000)
	for n := 0; ; n += len(batch) {
		for i := range batch {
			batch[i] = longReading(n + i)
		}
		if err := l.Append(tb.Context(), batch); err != nil {
			tb.Fatal(err)
		}
		if s, err := l.Stats(); err != nil {
			tb.Fatal(err)
		} else if s.Bytes >= bytes {
			return l
		}
	}
}

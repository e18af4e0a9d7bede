// Package telemedtest tests implementations of the interfaces of package
// telemed: what passes [Log] can stand behind a [telemed.Gateway].
package telemedtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// begin is the time of the first reading.
var begin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// Reading is reading n of a synthetic patient: one each second, no two alike.
func Reading(patient string, n int) vitals.Reading {
	return vitals.Reading{
		Patient: vitals.NewPatientID(patient), Device: "strap", Kind: vitals.HeartRate,
		Quantity: vitals.PerMinute(int64(40 + n%160)), At: begin.Add(time.Duration(n) * time.Second),
	}
}

// ReadAll returns every record of a log.
func ReadAll(tb testing.TB, l telemed.Log) []telemed.Record {
	tb.Helper()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	var all []telemed.Record
	batch := make([]telemed.Record, 97) // odd, so that batches and appends do not line up
	for after := telemed.Position(0); ; {
		n, err := l.Read(ended, after, batch)
		if errors.Is(err, context.Canceled) {
			return all
		}
		if err != nil {
			tb.Fatalf("read after %d: %v", after, err)
		}
		all = append(all, batch[:n]...)
		after = batch[n-1].Position
	}
}

// Log tests a log. The function opens the log of a name, new or with what an
// earlier log of that name has stored, which is closed by then; the test ends
// with closed logs.
func Log(t *testing.T, open func(tb testing.TB, name string) (l telemed.Log, closeLog func())) {
	suite := logSuite{open}
	t.Run("keeps what it was given", suite.keeps)
	t.Run("keeps each reading once", suite.once)
	t.Run("keeps the order of concurrent writers", suite.concurrent)
	t.Run("waits for records", suite.waits)
	t.Run("wakes every reader", suite.wakes)
	t.Run("remembers cursors", suite.cursors)
	t.Run("refuses an ended context", suite.ended)
	t.Run("takes many readings at once", suite.many)
	t.Run("is linearizable", suite.linearizable)
}

type logSuite struct {
	open func(tb testing.TB, name string) (telemed.Log, func())
}

// twice runs a step on a log and looks at it before and after it was reopened.
func (s logSuite) twice(t *testing.T, step func(l telemed.Log), look func(when string, l telemed.Log)) {
	t.Helper()
	l, closeLog := s.open(t, t.Name())
	step(l)
	look("at once", l)
	closeLog()
	l, closeLog = s.open(t, t.Name())
	look("reopened", l)
	closeLog()
}

func mustAppend(t *testing.T, l telemed.Log, readings ...vitals.Reading) {
	t.Helper()
	if err := l.Append(t.Context(), readings); err != nil {
		t.Fatalf("append: %v", err)
	}
}

func mustBeFull(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, telemed.ErrLogFull) {
		t.Fatalf("append to a full log: %v, want ErrLogFull", err)
	}
}

// oddities are readings that a careless format would spoil.
func oddities() []vitals.Reading {
	return []vitals.Reading{
		Reading("plain", 1),
		{Kind: vitals.SpO2, Quality: vitals.NotANumber | vitals.NoContact, At: begin},
		{
			Patient: vitals.NewPatientID("päivi/1"), Device: "thermo|7", Kind: vitals.BodyTemperature,
			Quantity: vitals.UnitCelsius.Of(vitals.Decimal{Coef: 3640, Exp: -2}),
			At:       begin.In(time.FixedZone("", 5*3600+1800)).Add(1234567 * time.Nanosecond),
			Stamped:  true, Sequence: 1<<32 - 1, Quality: vitals.Implausible, Code: 1<<32 - 1,
		},
		{Kind: vitals.Systolic, Quantity: vitals.UnitKPa.Of(vitals.Decimal{Coef: -1 << 63, Exp: -128}), At: time.Date(1901, 1, 1, 0, 0, 0, 1, time.UTC)},
		{Kind: vitals.Consciousness, Code: uint32(vitals.ACVPUVoice), Quality: vitals.Manual, At: time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
}

func (s logSuite) keeps(t *testing.T) {
	want := oddities()
	s.twice(t, func(l telemed.Log) { mustAppend(t, l, want...) }, func(when string, l telemed.Log) {
		got := ReadAll(t, l)
		if len(got) != len(want) {
			t.Fatalf("%s: %d records, want %d", when, len(got), len(want))
		}
		for i, w := range want {
			g := got[i].Reading
			_, gotZone := g.At.Zone()
			_, wantZone := w.At.Zone()
			if !g.At.Equal(w.At) || gotZone != wantZone {
				t.Errorf("%s, reading %d: at %v, want %v", when, i, g.At, w.At)
			}
			if g.ID() != w.ID() {
				t.Errorf("%s, reading %d: another identity", when, i)
			}
			if g.At = w.At; g != w {
				t.Errorf("%s, reading %d: got %#v, want %#v", when, i, g, w)
			}
			if p := telemed.Position(i + 1); got[i].Position != p {
				t.Errorf("%s, reading %d: position %d, want %d", when, i, got[i].Position, p)
			}
		}
		if last, err := l.Last(t.Context()); err != nil || last != telemed.Position(len(want)) {
			t.Errorf("%s: last is %d, %v; want %d", when, last, err, len(want))
		}
	})
}

func (s logSuite) once(t *testing.T) {
	changed := Reading("a", 1)
	changed.Quantity = vitals.PerMinute(1) // the same measurement with another value: the first stays
	s.twice(t, func(l telemed.Log) {
		for range 3 {
			mustAppend(t, l, Reading("a", 1), Reading("a", 2), Reading("a", 1))
			mustAppend(t, l, changed)
		}
		mustAppend(t, l)
	}, func(when string, l telemed.Log) {
		mustAppend(t, l, Reading("a", 2), changed)
		got := ReadAll(t, l)
		if len(got) != 2 || got[0].Reading.Quantity != Reading("a", 1).Quantity || got[1].Position != 2 {
			t.Errorf("%s: %d records, the first %v", when, len(got), got[0].Reading.Quantity)
		}
	})
}

func (s logSuite) concurrent(t *testing.T) {
	const writers, each = 8, 40
	s.twice(t, func(l telemed.Log) {
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					if err := l.Append(t.Context(), []vitals.Reading{Reading(fmt.Sprint("p", w), n)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}, func(when string, l telemed.Log) {
		got := ReadAll(t, l)
		if len(got) != writers*each {
			t.Fatalf("%s: %d records, want %d", when, len(got), writers*each)
		}
		newest := map[vitals.PatientID]time.Time{}
		for i, r := range got {
			if r.Position != telemed.Position(i+1) {
				t.Fatalf("%s: record %d has position %d", when, i, r.Position)
			}
			if last, ok := newest[r.Reading.Patient]; ok && !r.Reading.At.After(last) {
				t.Fatalf("%s: record %d is out of order for its patient", when, i)
			}
			newest[r.Reading.Patient] = r.Reading.At
		}
	})
}

func (s logSuite) waits(t *testing.T) {
	l, closeLog := s.open(t, t.Name())
	defer closeLog()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	dst := make([]telemed.Record, 2)
	if n, err := l.Read(ended, 0, dst); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("ended context, empty log: %d, %v", n, err)
	}
	mustAppend(t, l, Reading("a", 1))
	if n, err := l.Read(ended, 0, dst); n != 1 || err != nil {
		t.Errorf("ended context, one record: %d, %v; what is there must be returned", n, err)
	}
	if n, err := l.Read(ended, 1, dst); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("ended context, after the last: %d, %v", n, err)
	}
}

func (s logSuite) wakes(t *testing.T) {
	l, closeLog := s.open(t, t.Name())
	defer closeLog()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // bounds the test
	defer cancel()
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			dst := make([]telemed.Record, 1)
			for after := telemed.Position(0); after < 3; after++ {
				if _, err := l.Read(ctx, after, dst); err != nil || dst[0].Position != after+1 {
					t.Errorf("after %d: position %d, %v", after, dst[0].Position, err)
					return
				}
			}
		})
	}
	for n := range 3 {
		mustAppend(t, l, Reading("a", n))
	}
	wg.Wait()
}

func (s logSuite) cursors(t *testing.T) {
	s.twice(t, func(l telemed.Log) {
		mustAppend(t, l, Reading("a", 1), Reading("a", 2), Reading("a", 3))
		for _, at := range []telemed.Position{1, 3} {
			if err := l.SetCursor(t.Context(), "fhir", at); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.SetCursor(t.Context(), "alert", 2); err != nil {
			t.Fatal(err)
		}
	}, func(when string, l telemed.Log) {
		for sink, want := range map[string]telemed.Position{"fhir": 3, "alert": 2, "new": 0} {
			if at, err := l.Cursor(t.Context(), sink); err != nil || at != want {
				t.Errorf("%s: %s is at %d, %v; want %d", when, sink, at, err, want)
			}
		}
	})
}

func (s logSuite) ended(t *testing.T) {
	l, closeLog := s.open(t, t.Name())
	defer closeLog()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Append(ended, []vitals.Reading{Reading("a", 1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("append with an ended context: %v", err)
	}
	if last, err := l.Last(t.Context()); last != 0 || err != nil {
		t.Errorf("last is %d, %v; want 0", last, err)
	}
}

package telemedtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// An operation is what one caller did with a log and what he saw: an append of
// a batch, a read, or, with neither, the question for the last position. Begin
// and end are moments of a common count.
type operation struct {
	begin, end int64
	appended   []vitals.ReadingID
	after      telemed.Position
	read       []telemed.Record
	last       telemed.Position // at the end; 0 if nobody asked
}

// checkHistory says why the operations are not those of a log whose appends
// happen at one moment each, between their begin and their end: the records in
// the end must contain each batch in one piece, in an order that agrees with
// that of calls which did not overlap, and every read must have seen a log of
// whole batches, none that had not begun, and all that had ended before. All
// batches must be of different readings.
func checkHistory(final []telemed.Record, operations []operation) error {
	at := make(map[vitals.ReadingID]int, len(final))
	for i, r := range final {
		if r.Position != telemed.Position(i+1) {
			return fmt.Errorf("record %d has position %d", i+1, r.Position)
		}
		at[r.Reading.ID()] = i
	}
	// By record: the operation that appended it, and where the batch ends.
	by, ends := make([]*operation, len(final)), make([]int, len(final))
	for i := range operations {
		o := &operations[i]
		if len(o.appended) == 0 {
			continue
		}
		first, ok := at[o.appended[0]]
		for j, id := range o.appended {
			if k, there := at[id]; !ok || !there || k != first+j {
				return fmt.Errorf("operation %d: its %d readings are not in one piece", i, len(o.appended))
			}
			by[first+j], ends[first+j] = o, first+len(o.appended)
		}
	}
	latest := int64(-1) // the latest begin of what stands before
	for i, o := range by {
		if o == nil {
			return fmt.Errorf("nobody appended record %d", i+1)
		}
		if o.end < latest {
			return fmt.Errorf("record %d was there before one that stands before it had begun", i+1)
		}
		latest = max(latest, o.begin)
	}
	for i := range operations {
		if o := &operations[i]; len(o.appended) == 0 {
			if err := o.check(final, by, ends); err != nil {
				return fmt.Errorf("operation %d: %w", i, err)
			}
		}
	}
	return nil
}

// check looks at what an operation has seen.
func (o *operation) check(final []telemed.Record, by []*operation, ends []int) error {
	seen := int(max(o.last, o.after)) // so many records there were at least
	for i, r := range o.read {
		want := int(o.after) + i
		if want >= len(final) || r.Position != telemed.Position(want+1) || r.Reading.ID() != final[want].Reading.ID() {
			return fmt.Errorf("read another record than the one that is %d in the end", want+1)
		}
		seen = want + 1
	}
	if seen > len(final) {
		return fmt.Errorf("position %d was never reached", seen)
	}
	if o.last > 0 && ends[seen-1] != seen {
		return fmt.Errorf("the last position %d is in the middle of a batch", seen)
	}
	if seen > 0 && by[seen-1].begin > o.end {
		return fmt.Errorf("record %d was seen before it was appended", seen)
	}
	// What had ended before must have been there, if there was room to show it.
	if len(o.read) > 0 && len(o.read) == cap(o.read) {
		return nil
	}
	for i := seen; i < len(by); i++ {
		if by[i].end < o.begin {
			return fmt.Errorf("record %d was not seen, but its append had ended", i+1)
		}
	}
	return nil
}

// linearizable lets writers and readers loose and looks at what they saw.
func (s logSuite) linearizable(t *testing.T) {
	const writers, readers, each = 4, 3, 30
	l, closeLog := s.open(t, t.Name())
	defer closeLog()
	var clock atomic.Int64
	var mu sync.Mutex
	var history []operation
	note := func(o operation) {
		mu.Lock()
		defer mu.Unlock()
		history = append(history, o)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				var batch []vitals.Reading
				var o operation
				for i := range 1 + rand.N(9) {
					r := Reading(fmt.Sprint("p", w), 10*n+i)
					batch, o.appended = append(batch, r), append(o.appended, r.ID())
				}
				o.begin = clock.Add(1)
				if err := l.Append(t.Context(), batch); err != nil {
					t.Error(err)
				}
				o.end = clock.Add(1)
				note(o)
			}
		})
	}
	for range readers {
		wg.Go(func() {
			after := telemed.Position(0)
			for range 2 * each {
				o := operation{begin: clock.Add(1), after: after}
				dst := make([]telemed.Record, 20)
				n, err := l.Read(ended, after, dst)
				if n == 0 && ended.Err() == nil || n > 0 && err != nil {
					t.Errorf("read: %d, %v", n, err)
				}
				o.read, o.end = dst[:n], clock.Add(1)
				after += telemed.Position(n)
				note(o)
				o = operation{begin: clock.Add(1)}
				if o.last, err = l.Last(t.Context()); err != nil {
					t.Error(err)
				}
				o.end = clock.Add(1)
				note(o)
			}
		})
	}
	wg.Wait()
	if err := checkHistory(ReadAll(t, l), history); err != nil {
		t.Error(err)
	}
}

// many appends more at once than any batch of the log's own, half of it known.
func (s logSuite) many(t *testing.T) {
	const n = 40_000
	s.twice(t, func(l telemed.Log) {
		batch := make([]vitals.Reading, n)
		for i := range batch {
			batch[i] = Reading("a", i)
		}
		mustAppend(t, l, batch[:n/2]...)
		mustAppend(t, l, batch...)
	}, func(when string, l telemed.Log) {
		got := ReadAll(t, l)
		if len(got) != n {
			t.Fatalf("%s: %d records, want %d", when, len(got), n)
		}
		for i, r := range got {
			if r.Position != telemed.Position(i+1) || !r.Reading.At.Equal(Reading("a", i).At) {
				t.Fatalf("%s: record %d has position %d and time %v", when, i+1, r.Position, r.Reading.At)
			}
		}
	})
}

// FullLog tests a log that has little room, 20 to 2000 readings of [Reading].
// The second function that open returns makes room: it deletes, oldest first,
// what every sink has had.
func FullLog(t *testing.T, open func(tb testing.TB) (l telemed.Log, makeRoom func())) {
	l, makeRoom := open(t)
	f := fullLog{t: t, log: l}
	f.sinkHas(0)
	f.fillUp()
	f.look("full", 0)
	makeRoom()
	f.look("full, with a sink that has had nothing", 0)
	mustBeFull(t, l.Append(t.Context(), f.next(10)))
	mustAppend(t, l, Reading("a", 0)) // known already: needs no room
	for range 3 {
		had := telemed.Position(f.accepted - 5)
		f.sinkHas(had)
		makeRoom()
		f.look("with room", had)
		before := f.accepted
		f.fillUp()
		if f.accepted == before {
			t.Fatal("there is no room after all")
		}
		f.look("full again", had)
	}
}

// A fullLog is a log that is filled with the readings of one patient.
type fullLog struct {
	t        *testing.T
	log      telemed.Log
	accepted int // readings, from the first on
}

// next are the readings that come next.
func (f *fullLog) next(n int) []vitals.Reading {
	batch := make([]vitals.Reading, n)
	for i := range batch {
		batch[i] = Reading("a", f.accepted+i)
	}
	return batch
}

func (f *fullLog) fillUp() {
	f.t.Helper()
	for {
		err := f.log.Append(f.t.Context(), f.next(10))
		if err != nil {
			mustBeFull(f.t, err)
			return
		}
		if f.accepted += 10; f.accepted > 10_000 {
			f.t.Fatal("the log is never full")
		}
	}
}

// look wants the newest records, and all that follow what a sink has had.
func (f *fullLog) look(when string, had telemed.Position) {
	f.t.Helper()
	records := ReadAll(f.t, f.log)
	if len(records) == 0 || records[len(records)-1].Position != telemed.Position(f.accepted) {
		f.t.Fatalf("%s: %d records, the last must be %d", when, len(records), f.accepted)
	}
	for i, r := range records {
		want := f.accepted - len(records) + i
		if r.Position != telemed.Position(want+1) || !r.Reading.At.Equal(Reading("a", want).At) {
			f.t.Fatalf("%s: record %d of %d has position %d and time %v", when, i, len(records), r.Position, r.Reading.At)
		}
	}
	if first := records[0].Position; first > had+1 {
		f.t.Fatalf("%s: the oldest record is %d, but a sink has had only %d", when, first, had)
	}
}

func (f *fullLog) sinkHas(at telemed.Position) {
	f.t.Helper()
	if err := f.log.SetCursor(f.t.Context(), "slow", at); err != nil {
		f.t.Fatal(err)
	}
}

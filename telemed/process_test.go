package telemed_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// counter counts the readings of a partition.
type counter struct {
	n    uint64
	told chan<- uint64
}

func (c *counter) Load(state []byte) (err error) {
	c.n, err = strconv.ParseUint(string(state), 10, 64)
	return err
}

func (c *counter) Put(_ context.Context, readings []vitals.Reading) error {
	c.n += uint64(len(readings))
	if c.told != nil {
		c.told <- c.n
	}
	return nil
}

func (c *counter) Snapshot(dst []byte) []byte { return strconv.AppendUint(dst, c.n, 10) }

// A processor that stops in the middle goes on where it was, with the state
// that it had.
func ExampleProcess() {
	dir, err := os.MkdirTemp("", "process")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	log, err := store.Open(filepath.Join(dir, "ward.db"))
	if err != nil {
		panic(err)
	}
	defer log.Close()
	leases, err := log.Leases("counter", 1)
	if err != nil {
		panic(err)
	}
	for n := range 2 {
		if err := log.Append(context.Background(), []vitals.Reading{
			telemedtest.Reading("p1", 2*n), telemedtest.Reading("p2", 2*n+1),
		}); err != nil {
			panic(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		told := make(chan uint64)
		go func() {
			fmt.Println("counted", <-told)
			stop()
		}()
		if err := telemed.Process(ctx, log, leases, func(int) (telemed.Processor, error) {
			return &counter{told: told}, nil
		}); err != nil {
			panic(err)
		}
	}
	// Output:
	// counted 2
	// counted 4
}

// oneLease leases one partition to whoever asks, and takes it away on demand.
type oneLease struct {
	mu        sync.Mutex
	state     []byte
	at        telemed.Position
	commits   []telemed.Position
	owner     *lease
	commitErr error
}

type lease struct {
	of   *oneLease
	lost chan struct{}
}

func (o *oneLease) Partitions() int { return 1 }

func (o *oneLease) Acquire(ctx context.Context, _ int) (telemed.Lease, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.owner = &lease{of: o, lost: make(chan struct{})}
	return o.owner, nil
}

// take takes the partition away. The owner does not know yet if it is silent.
func (o *oneLease) take(silent bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !silent {
		close(o.owner.lost)
	}
	o.owner = nil
}

func (l *lease) Load(context.Context) ([]byte, telemed.Position, error) {
	return l.of.state, l.of.at, nil
}

func (l *lease) Commit(ctx context.Context, state []byte, at telemed.Position) error {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	switch {
	case l.of.commitErr != nil:
		return l.of.commitErr
	case l.of.owner != l:
		return telemed.ErrFenced
	}
	l.of.state, l.of.at = append([]byte{}, state...), at
	l.of.commits = append(l.of.commits, at)
	return ctx.Err()
}

func (l *lease) Lost() <-chan struct{} { return l.lost }

func (l *lease) Release(context.Context) error { return nil }

// tally folds readings by their identity, and fails and panics as told.
type tally struct {
	sum   uint64
	fail  func() error
	ticks *[]time.Time
}

func (c *tally) Load(state []byte) error {
	if len(state) != 8 {
		return errors.New("not a state")
	}
	c.sum = binary.BigEndian.Uint64(state)
	return nil
}

func (c *tally) Put(_ context.Context, readings []vitals.Reading) error {
	if c.fail != nil {
		if err := c.fail(); err != nil {
			return err
		}
	}
	for i := range readings {
		id := readings[i].ID()
		c.sum = c.sum*31 + binary.BigEndian.Uint64(id[:])
	}
	return nil
}

func (c *tally) Snapshot(dst []byte) []byte { return binary.BigEndian.AppendUint64(dst, c.sum) }

func (c *tally) Advance(_ context.Context, now time.Time) error {
	if c.ticks != nil {
		*c.ticks = append(*c.ticks, now)
	}
	return nil
}

// tallied is the state after the first n readings of patient a.
func tallied(n int) string {
	var c tally
	for i := range n {
		_ = c.Put(context.Background(), []vitals.Reading{telemedtest.Reading("a", i)})
	}
	return string(c.Snapshot(nil))
}

// process runs a scenario in a bubble, whose clock moves when all wait, and
// returns what Process does.
func process(t *testing.T, leases telemed.Leases, make func(int) (telemed.Processor, error), scenario func(l *store.Log)) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.db")
	var err error
	synctest.Test(t, func(t *testing.T) {
		l, openErr := store.Open(path)
		if openErr != nil {
			t.Fatal(openErr)
		}
		defer l.Close()
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { err = telemed.Process(ctx, l, leases, make) })
		scenario(l)
		stop()
		running.Wait()
	})
	return err
}

func appendOne(t *testing.T, l telemed.Log, n int) {
	t.Helper()
	if err := l.Append(t.Context(), []vitals.Reading{telemedtest.Reading("a", n)}); err != nil {
		t.Fatal(err)
	}
}

// State and position are committed about once a second and at the end, and not
// when there is nothing new.
func TestProcessCommits(t *testing.T) {
	var leases oneLease
	err := process(t, &leases, func(int) (telemed.Processor, error) { return &tally{}, nil }, func(l *store.Log) {
		for n := range 20 { // 4 s
			appendOne(t, l, n)
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(time.Hour)
		appendOne(t, l, 20)
		time.Sleep(time.Millisecond)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(leases.commits); n < 4 || n > 6 || leases.at != 21 || string(leases.state) != tallied(21) {
		t.Errorf("committed at %v, want about once a second and 21 at the end", leases.commits)
	}
}

// A processor that loses its partition is dropped with all that was not
// committed, and the next one begins with what was.
func TestProcessIsFenced(t *testing.T) {
	for _, silent := range []bool{true, false} {
		var leases oneLease
		made := 0
		err := process(t, &leases, func(int) (telemed.Processor, error) { made++; return &tally{}, nil }, func(l *store.Log) {
			for n := range 50 {
				if n%10 == 5 {
					leases.take(silent)
				}
				appendOne(t, l, n)
				time.Sleep(300 * time.Millisecond)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if made != 6 || leases.at != 50 || string(leases.state) != tallied(50) {
			t.Errorf("silent %t: %d processors, committed up to %d; want 6 and the fold of 50", silent, made, leases.at)
		}
	}
}

// A Put that fails comes again; what it left half done is never committed.
func TestProcessTriesAgain(t *testing.T) {
	var leases oneLease
	failures := 3
	half := &tally{}
	half.fail = func() error {
		if failures--; failures >= 0 {
			return errors.New("the pager is out of order")
		}
		return nil
	}
	err := process(t, &leases, func(int) (telemed.Processor, error) { return half, nil }, func(l *store.Log) {
		appendOne(t, l, 0)
		time.Sleep(time.Minute)
	})
	if err != nil || leases.at != 1 || string(leases.state) != tallied(1) {
		t.Errorf("after three failures: committed up to %d, %v", leases.at, err)
	}
	var never oneLease
	err = process(t, &never, func(int) (telemed.Processor, error) {
		c := &tally{}
		c.fail = func() error { c.sum++; return errors.New("for good") }
		return c, nil
	}, func(l *store.Log) {
		appendOne(t, l, 0)
		time.Sleep(time.Minute)
	})
	if err != nil || never.commits != nil {
		t.Errorf("a processor that never succeeds: committed at %v, %v", never.commits, err)
	}
}

func TestProcessEnds(t *testing.T) {
	sentinel := errors.New("no")
	for _, tt := range []struct {
		name   string
		leases *oneLease
		make   func(int) (telemed.Processor, error)
	}{
		{"no processor", &oneLease{}, func(int) (telemed.Processor, error) { return nil, sentinel }},
		{"a commit that fails", &oneLease{commitErr: sentinel}, func(int) (telemed.Processor, error) { return &tally{}, nil }},
		{"a state that cannot be loaded", &oneLease{state: []byte("?")}, func(int) (telemed.Processor, error) { return &tally{}, nil }},
	} {
		err := process(t, tt.leases, tt.make, func(l *store.Log) {
			appendOne(t, l, 0)
			time.Sleep(time.Minute)
		})
		if err == nil || tt.leases.state == nil && !errors.Is(err, sentinel) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// An Advancer hears the clock while there is nothing to read, and not before it
// has what there is.
func TestProcessTellsTheTime(t *testing.T) {
	var leases oneLease
	var ticks []time.Time
	err := process(t, &leases, func(int) (telemed.Processor, error) { return &tally{ticks: &ticks}, nil }, func(*store.Log) {
		time.Sleep(10*time.Second + time.Millisecond)
	})
	if err != nil || len(ticks) < 10 || len(ticks) > 11 {
		t.Errorf("%d ticks in ten seconds, %v", len(ticks), err)
	}
}

// A patient stays in one partition for ever, so these numbers must not change.
func TestPartition(t *testing.T) {
	counts := make([]int, 16)
	for i := range 16_000 {
		counts[telemed.Partition(vitals.NewPatientID(fmt.Sprint("patient", i)), 16)]++
	}
	for n, c := range counts {
		if c < 800 || c > 1200 {
			t.Errorf("partition %d has %d of 16000 patients", n, c)
		}
	}
	for i, id := range []string{"", "a", "DOE^JANE", "päivi/1"} {
		h := fnv.New64a()
		h.Write([]byte(id))
		if got, want := telemed.Partition(vitals.NewPatientID(id), 1000), int(h.Sum64()%1000); got != want {
			t.Errorf("partition of patient %d: %d, want %d", i, got, want)
		}
	}
	if got := telemed.Partition(vitals.NewPatientID("a"), 0); got != 0 {
		t.Errorf("of none: %d", got)
	}
}

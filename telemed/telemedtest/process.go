package telemedtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A fold is a processor that computes what depends on every one of its
// readings and on their order.
type fold struct {
	partition int
	sum       uint64
	count     uint64
	seen      func(partition int, count uint64) // may be nil
}

func (f *fold) Load(state []byte) error {
	if len(state) != 16 {
		return fmt.Errorf("a state of %d bytes", len(state))
	}
	f.sum, f.count = binary.BigEndian.Uint64(state), binary.BigEndian.Uint64(state[8:])
	f.tell()
	return nil
}

func (f *fold) Put(_ context.Context, readings []vitals.Reading) error {
	for i := range readings {
		id := readings[i].ID()
		f.sum = f.sum*31 + binary.BigEndian.Uint64(id[:])
		f.count++
	}
	f.tell()
	return nil
}

func (f *fold) tell() {
	if f.seen != nil {
		f.seen(f.partition, f.count)
	}
}

func (f *fold) Snapshot(dst []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, f.sum), f.count)
}

// progress knows when the folds of all partitions have so many readings.
type progress struct {
	want uint64
	done chan struct{}

	mu     sync.Mutex
	counts [Partitions]uint64
	closed bool
}

func newProgress(want int) *progress { return &progress{want: uint64(want), done: make(chan struct{})} }

func (p *progress) seen(partition int, count uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[partition] = count
	sum := uint64(0)
	for _, n := range p.counts {
		sum += n
	}
	if sum >= p.want && !p.closed {
		p.closed = true
		close(p.done)
	}
}

func (p *progress) processor(n int) (telemed.Processor, error) {
	return &fold{partition: n, seen: p.seen}, nil
}

// handsOver runs two processes at once, of which one ends halfway.
func (s leaseSuite) handsOver(t *testing.T) {
	l, leases, closeAll := s.open(t, filepath.Join(t.TempDir(), "log"))
	defer closeAll()
	const n = 300
	p := newProgress(n)
	var running sync.WaitGroup
	var stops [2]context.CancelFunc
	for i := range stops {
		var ctx context.Context
		ctx, stops[i] = context.WithCancel(t.Context())
		running.Go(func() {
			if err := telemed.Process(ctx, l, leases, p.processor); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range n {
		mustAppend(t, l, Reading(fmt.Sprint("p", i%7), i))
		if i == n/2 {
			stops[0]()
		}
	}
	await(t, p)
	stops[1]()
	running.Wait()
	compare(t, l, leases)
}

func await(t *testing.T, p *progress) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(time.Minute): // bounds the test
		t.Errorf("the processors have %v readings, want %d", p.counts, p.want)
	}
}

// compare holds the committed states against the log.
func compare(t *testing.T, l telemed.Log, leases telemed.Leases) {
	t.Helper()
	var want [Partitions]fold
	records := ReadAll(t, l)
	for _, r := range records {
		if err := want[telemed.Partition(r.Reading.Patient, Partitions)].Put(t.Context(), []vitals.Reading{r.Reading}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range want {
		lease := mustAcquire(t, leases, n)
		state, at, err := lease.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if w := want[n].Snapshot(nil); !bytes.Equal(state, w) {
			t.Errorf("partition %d at %d of %d: state %x, want %x: sum and number of %d readings", n, at, len(records), state, w, want[n].count)
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// kills is how often a processor is killed.
const kills = 30

// childPath names the variable by which a test program knows that it is the
// child, and where its log is.
const childPath = "TELEMEDTEST_LEASES"

// killed runs processors in a program of their own and kills it, again and
// again, at any moment.
func (s leaseSuite) killed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for range kills {
		s.killOne(t, path)
	}
	l, leases, closeAll := s.open(t, path)
	defer closeAll()
	last, err := l.Last(t.Context())
	if err != nil || last == 0 {
		t.Fatalf("the children have left %d records, %v", last, err)
	}
	committed := telemed.Position(0)
	for n := range Partitions {
		lease := mustAcquire(t, leases, n)
		if _, at, err := lease.Load(t.Context()); err != nil {
			t.Fatal(err)
		} else if at > committed {
			committed = at
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if committed == 0 {
		t.Error("nothing was ever committed: the test cannot fail")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	p := newProgress(int(last))
	var running sync.WaitGroup
	running.Go(func() {
		if err := telemed.Process(ctx, l, leases, p.processor); err != nil {
			t.Error(err)
		}
	})
	await(t, p)
	stop()
	running.Wait()
	compare(t, l, leases)
	t.Logf("%d records after %d kills, %d of them committed before the end", last, kills, committed)
}

func (s leaseSuite) killOne(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+s.test+"$")
	cmd.Env = append(os.Environ(), childPath+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != childReady {
		rest, _ := io.ReadAll(out)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("the child says %q, %v: %s", line, err, rest)
	}
	time.Sleep(time.Duration(rand.N(60)) * time.Millisecond) // any moment
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // says that it was killed
}

const childReady = "running\n"

// child appends and processes until it is killed. The processors stop now and
// then, for a commit comes at a stop.
func (s leaseSuite) child(t *testing.T, path string) {
	l, leases, _ := s.open(t, path)
	fmt.Print(childReady)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // nobody may kill it
	defer cancel()
	var appending sync.WaitGroup
	defer appending.Wait()
	appending.Go(func() {
		for ctx.Err() == nil {
			last, err := l.Last(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			var batch []vitals.Reading
			for i := range 8 {
				n := int(last) + i
				batch = append(batch, Reading(fmt.Sprint("p", n%7), n))
			}
			if err := l.Append(context.WithoutCancel(ctx), batch); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for ctx.Err() == nil {
		some, stop := context.WithTimeout(ctx, time.Duration(1+rand.N(10))*time.Millisecond)
		err := telemed.Process(some, l, leases, func(n int) (telemed.Processor, error) { return &fold{partition: n}, nil })
		stop()
		if err != nil {
			t.Error(err)
			return
		}
	}
}

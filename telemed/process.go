package telemed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Processor computes from the readings of one partition. Its state is a
// function of the readings alone, so that whoever gets the same readings in the
// same order, in whatever batches, comes to the same state. One that is also an
// [Advancer] is told the time, as a [Sink] is.
//
// Its methods are called by one goroutine at a time.
type Processor interface {
	// Load brings a new processor to the state that Snapshot returned. It is
	// called once, before the first Put, and not if there is no state yet.
	Load(state []byte) error

	// Put takes the next readings, which it must not keep. The parts of a panel
	// come together. After an error the same readings come again, and nothing is
	// committed before they were taken.
	//
	// What Put does to the world it may do again after a crash, in the same order,
	// for its state of the last commit returns and later readings come once
	// more. So effects must carry an identity that is a function of the readings,
	// such as that of the alarm, by which the receiver tells repeats.
	Put(ctx context.Context, readings []vitals.Reading) error

	// Snapshot appends the state to dst.
	Snapshot(dst []byte) []byte
}

// commitEvery is how long work may remain uncommitted. More often would write a
// large state too often, more seldom repeat too much after a crash.
const commitEvery = time.Second

// Process runs a processor for every partition that it can get hold of, and
// waits for the others to become free. The processor of a partition gets the
// readings of its patients in the order of the log; its state and its position
// in the log are committed in one step, about once a second and when the
// context ends. After a crash whoever gets the partition next continues with
// both: nothing is lost, doubled or reordered in the state.
//
// Every processor reads the whole log and skips what is not its own, so the
// number of partitions should be that of the processors of a machine rather
// than that of the patients.
//
// The function makes an empty processor. A failing Put is tried again with
// growing pauses until it succeeds or the partition is lost; a processor whose
// partition was lost is dropped. Process returns nil when the context ends and
// everything was committed, and otherwise the error of the log, of the leases
// or of the function for which it ended. The goroutines that it starts, two
// for each partition, have ended then.
func Process(ctx context.Context, log Log, leases Leases, newProcessor func(partition int) (Processor, error)) error {
	if log == nil || leases == nil || newProcessor == nil {
		return errors.New("telemed: Process needs log, leases and a function that makes processors")
	}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for partition := range leases.Partitions() {
		wg.Go(func() {
			o := owner{log: log, leases: leases, partition: partition, make: newProcessor}
			if err := o.run(running); err != nil {
				stop(fmt.Errorf("telemed: partition %d: %w", partition, err))
			}
		})
	}
	wg.Wait()
	if err := context.Cause(running); err != nil && !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return nil
}

// An owner runs the processor of one partition.
type owner struct {
	log       Log
	leases    Leases
	partition int
	make      func(partition int) (Processor, error)

	lease     Lease
	processor Processor
	at        Position  // the last record that the processor has
	committed Position  // as at, in the lease
	since     time.Time // when the first of what is uncommitted was put
	ticked    time.Time
	readings  []vitals.Reading
	state     []byte
}

// run owns the partition again and again until the context ends.
func (o *owner) run(ctx context.Context) error {
	for {
		var err error
		o.lease, err = o.leases.Acquire(ctx, o.partition)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		err = o.own(ctx)
		err = errors.Join(err, o.lease.Release(context.WithoutCancel(ctx)))
		switch {
		case errors.Is(err, ErrFenced) && ctx.Err() == nil:
		case errors.Is(err, ErrFenced):
			return nil // the next owner has what was committed
		default:
			return err
		}
	}
}

// own works on the partition until the context ends or the partition is lost.
func (o *owner) own(ctx context.Context) error {
	owned, cancel := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-o.lease.Lost():
			cancel()
		case <-owned.Done():
		}
	})
	defer watch.Wait()
	defer cancel()
	if err := o.load(owned); err != nil {
		return err
	}
	records := make([]Record, recordBatch)
	for owned.Err() == nil {
		n, err := o.read(owned, records)
		if err != nil {
			return err
		}
		if !o.put(owned, records[:n]) {
			break
		}
		if n < len(records) {
			o.tick(owned)
		}
		if ended := owned.Err() != nil; ended || time.Since(o.since) >= commitEvery {
			if err := o.commit(ctx); err != nil {
				return err
			}
		}
	}
	if ctx.Err() == nil {
		return ErrFenced
	}
	return nil
}

func (o *owner) load(ctx context.Context) (err error) {
	if o.processor, err = o.make(o.partition); err != nil {
		return err
	}
	state, at, err := o.lease.Load(ctx)
	if err != nil {
		return err
	}
	o.at, o.committed = at, at
	if state == nil {
		return nil
	}
	return o.processor.Load(state)
}

// read waits for records, at most until the next commit is due, and cuts no
// panel in two.
func (o *owner) read(ctx context.Context, records []Record) (int, error) {
	wait, cancel := context.WithTimeout(ctx, commitEvery)
	defer cancel()
	n, err := o.log.Read(wait, o.at, records)
	if n == len(records) {
		return wholePanels(records), nil
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = nil
	}
	return n, err
}

// put gives the processor those readings that are its own. It reports whether
// the processor took them: if not, its state is between two positions and must
// not be committed.
func (o *owner) put(ctx context.Context, records []Record) bool {
	if len(records) == 0 {
		return true
	}
	o.readings = o.readings[:0]
	for i := range records {
		r := &records[i].Reading
		if Partition(r.Patient, o.leases.Partitions()) == o.partition {
			o.readings = append(o.readings, *r)
		}
	}
	for attempt := 0; len(o.readings) > 0 && o.processor.Put(ctx, o.readings) != nil; attempt++ {
		if backoff(ctx, attempt) != nil {
			return false
		}
	}
	if o.at == o.committed {
		o.since = time.Now()
	}
	o.at = records[len(records)-1].Position
	return true
}

// tick tells the time, once a second, but not during a backlog: see [Advancer].
// What fails is tried again with the next.
func (o *owner) tick(ctx context.Context) {
	a, ok := o.processor.(Advancer)
	if now := time.Now(); ok && now.Sub(o.ticked) >= time.Second && a.Advance(ctx, now) == nil {
		o.ticked = now
	}
}

// commit stores state and position if there is something new, also when the
// context has ended.
func (o *owner) commit(ctx context.Context) error {
	if o.at == o.committed {
		return nil
	}
	o.state = o.processor.Snapshot(o.state[:0])
	if err := o.lease.Commit(context.WithoutCancel(ctx), o.state, o.at); err != nil {
		return err
	}
	o.committed = o.at
	return nil
}

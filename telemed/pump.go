package telemed

import (
	"context"
	"errors"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// An Advancer is a sink to which silence means something, as the absence of
// data does to an alarm engine. The gateway tells it the time once a second.
type Advancer interface {
	Advance(ctx context.Context, now time.Time) error
}

// A pump moves readings from the log to one sink.
type pump struct {
	log       Log
	sink      Sink
	roster    RevisableRoster // nil: readings mean what the log says
	eventTime bool
	failed    func(part string, err error)
	mended    func(part string)
	progress  *progress
	filling   context.Context // ends when the log gets no more records

	at       Position  // last record that the sink has
	advance  Advancer  // nil if the sink does not care for time
	now      time.Time // event time told to the sink, in whole seconds
	ticked   time.Time // clock time told to the sink
	behind   bool      // the log may have more records than were read
	troubled bool      // the last attempt at something failed
	batch    []vitals.Reading

	version  RosterVersion      // by which the sink sees the log
	revision int                // changes of the roster that the sink knows of
	leaving  []vitals.PatientID // whose discharge is said and yet to come
}

func (p *pump) run(ctx context.Context) error {
	p.advance, _ = p.sink.(Advancer)
	var err error
	if p.at, err = p.log.Cursor(ctx, p.sink.Name()); err != nil {
		return err
	}
	// From now on the log keeps for the sink what it has not had.
	if err := p.log.SetCursor(ctx, p.sink.Name(), p.at); err != nil {
		return err
	}
	p.progress.at.Store(uint64(p.at))
	records := make([]Record, recordBatch)
	if err := p.restore(ctx, records); err != nil {
		return err
	}
	for {
		n, err := p.next(ctx, records)
		if err != nil || n == 0 {
			return err
		}
		if err := p.revise(ctx); err != nil {
			return err
		}
		if err := p.deliver(ctx, records[:n]); err != nil {
			return err
		}
		if err := p.log.SetCursor(ctx, p.sink.Name(), p.at); err != nil {
			p.failed(p.sink.Name(), err) // the sink tells repeats
			p.troubled = true
		} else {
			p.settled()
		}
		p.progress.at.Store(uint64(p.at))
	}
}

// restore shows a sink what it had seen before the restart.
func (p *pump) restore(ctx context.Context, records []Record) error {
	p.open()
	if r, ok := p.sink.(Restorer); ok {
		if err := p.replay(ctx, records, r, p.here); err != nil {
			return err
		}
	}
	return p.resume(ctx)
}

// replay shows a sink again what it has seen of some patients.
func (p *pump) replay(ctx context.Context, records []Record, r Restorer, of func(vitals.PatientID) bool) error {
	for seen := Position(0); seen < p.at; {
		n, err := p.log.Read(ctx, seen, records[:min(uint64(len(records)), uint64(p.at-seen))])
		if err != nil {
			return err
		}
		p.batch = p.batch[:0]
		for _, rec := range records[:n] {
			if p.look(&rec.Reading); rec.Position <= p.at && of(rec.Reading.Patient) {
				p.batch = append(p.batch, rec.Reading)
			}
		}
		if err := r.Restore(p.batch); err != nil {
			return err
		}
		seen = records[n-1].Position
	}
	return nil
}

func (p *pump) resume(ctx context.Context) error {
	if r, ok := p.sink.(Resumer); ok {
		return p.try(ctx, func() error { return r.Resume(ctx) })
	}
	return nil
}

// next waits for records. While there are none it lets the clock tick. It
// returns 0 when no more can come and the sink has everything.
func (p *pump) next(ctx context.Context, records []Record) (int, error) {
	for {
		wait, cancel := context.WithTimeout(p.filling, time.Second)
		n, err := p.log.Read(wait, p.at, records)
		cancel()
		p.behind = n == len(records)
		switch {
		case p.behind:
			return wholePanels(records), nil
		case n > 0:
			return n, nil
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case p.filling.Err() != nil:
			return 0, nil
		case !errors.Is(err, context.DeadlineExceeded):
			return 0, err
		}
		if err := p.revise(ctx); err != nil {
			return 0, err
		}
		p.tick(ctx)
	}
}

// wholePanels is how many of the records can go to a sink without cutting the
// last panel in two. The rest is read again.
func wholePanels(records []Record) int {
	last := records[len(records)-1].Reading
	n := len(records) - 1
	for n > 0 && records[n-1].Reading.SamePanel(last) {
		n--
	}
	if n == 0 || last.Kind.Panel() == vitals.KindNone {
		return len(records)
	}
	return n
}

// tick tells the sink the time of the clock, once a second, but not while there
// is a backlog: the sink would take what it has not seen yet for silence, and
// raise alarms that the next record contradicts.
func (p *pump) tick(ctx context.Context) {
	now := time.Now()
	if p.advance == nil || p.eventTime || p.behind || now.Sub(p.ticked) < time.Second {
		return
	}
	if err := p.advance.Advance(ctx, now); err != nil {
		p.failed(p.sink.Name(), err) // the next tick tries again
		p.troubled = true
		return
	}
	p.settled()
	p.ticked = now
}

// deliver puts records into the sink. By event time it stops at every whole
// second to advance, so that the outcome depends on the order of the log and
// not on how it was cut into batches.
func (p *pump) deliver(ctx context.Context, records []Record) error {
	p.batch = p.batch[:0]
	for _, rec := range records {
		p.look(&rec.Reading)
		if second := rec.Reading.At.Truncate(time.Second); p.eventTime && second.After(p.now) {
			if err := p.put(ctx); err != nil {
				return err
			}
			p.now = second
			if p.advance != nil {
				if err := p.try(ctx, func() error { return p.advance.Advance(ctx, second) }); err != nil {
					return err
				}
			}
		}
		p.batch = append(p.batch, rec.Reading)
		p.at = rec.Position
	}
	if err := p.put(ctx); err != nil {
		return err
	}
	p.tick(ctx)
	return nil
}

func (p *pump) put(ctx context.Context) error {
	if len(p.batch) == 0 {
		return nil
	}
	err := p.try(ctx, func() error { return p.sink.Put(ctx, p.batch) })
	p.forgetDeparted()
	p.batch = p.batch[:0]
	return err
}

// try repeats f until it succeeds or the context ends.
func (p *pump) try(ctx context.Context, f func() error) error {
	for attempt := 0; ; attempt++ {
		err := f()
		if err == nil {
			p.settled()
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.failed(p.sink.Name(), err)
		p.troubled = true
		if err := backoff(ctx, attempt); err != nil {
			return err
		}
	}
}

// settled tells that what failed works again.
func (p *pump) settled() {
	if p.troubled {
		p.troubled = false
		p.mended(p.sink.Name())
	}
}

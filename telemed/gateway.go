package telemed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/device"
)

// A Gateway moves frames from a source through a decoder into a log, and
// readings from the log to its sinks, until the context ends.
//
// Source, Decoder and Log are required. The fields must not change while
// [Gateway.Run] runs.
type Gateway struct {
	Source  Source
	Decoder device.Decoder
	Log     Log
	// Sinks get every reading in the order of the log, each at its own pace:
	// one that fails or is slow does not hold up another.
	Sinks []Sink
	// Roster says who wore a device when a reading was measured. A frame with a
	// reading that is nobody's is refused with [ErrUnknownDevice]. Without a
	// roster a frame keeps the patient that its source set, and failing that
	// every device stands for one patient: right for devices that are named by bed.
	//
	// With a [RevisableRoster] such frames wait instead, in a log that is a
	// [Holder], until a change says whose they are, or that they are nobody's
	// ([ErrDischarged]); stamps are read by the corrections of device clocks; and
	// sinks get every reading as it is understood when they get it.
	Roster Roster
	// Rejected is told of every frame that became no readings, and why. The
	// frame is acknowledged all the same, or it would come for ever, but not
	// before a log that is a [DeadLetters] has it on disk. Rejected must not keep
	// the frame.
	Rejected func(f device.Frame, err error)
	// Logger gets what an operator should know, never a value or a name; of the
	// frames refused for the same reason one line a minute with their number. Nil
	// discards.
	Logger *slog.Logger
	// EventTime moves time for the sinks by the readings' own instants and
	// not by a clock: for replays and simulations, whose results then do not
	// depend on when and how fast they run.
	EventTime bool

	stats    gatewayStats
	troubles troubles
	refusals refusals
	progress atomic.Pointer[[]*progress]
	intake   intake
}

// ErrPanic refuses a frame at which the decoder panicked: a mistake in the
// decoder, which must not stop the others' frames.
var ErrPanic = errors.New("telemed: the decoder panicked")

// ErrTime refuses a frame whose readings have no time, one outside the years
// 1900 to 2200, or one more than five minutes ahead of the clock
// ([Gateway.EventTime] allows that).
var ErrTime = errors.New("telemed: readings without a usable time")

// Stats counts what a gateway did since it started.
type Stats struct {
	Frames   uint64 // received
	Readings uint64 // decoded and stored, repeats included
	Rejected uint64 // frames refused
	Retries  uint64 // failed attempts to store or to deliver
	// Unsupported counts the frames among Rejected whose format the decoder does
	// not know. They went to the Rejected function undecoded.
	Unsupported uint64
	// Held counts the frames whose patient was not known when they came, Dropped
	// those that had to go again for want of room, and Released those that became
	// readings or were refused later. Held frames of before the start count there
	// too.
	Held, Dropped, Released uint64
}

type gatewayStats struct {
	frames, readings, rejected, retries, unsupported atomic.Uint64
	held, dropped, released                          atomic.Uint64
}

// Stats returns the counters. It may be called at any time.
func (g *Gateway) Stats() Stats {
	s := &g.stats
	return Stats{
		Frames: s.frames.Load(), Readings: s.readings.Load(), Rejected: s.rejected.Load(), Retries: s.retries.Load(),
		Unsupported: s.unsupported.Load(), Held: s.held.Load(), Dropped: s.dropped.Load(), Released: s.released.Load(),
	}
}

const (
	frameBatch  = 1024 // frames that share one sync of the log
	recordBatch = 512  // records that a sink gets at once
	maxBackoff  = 30 * time.Second

	// clockTolerance is how far the clock of a sender may run ahead.
	clockTolerance = 5 * time.Minute
)

// Run moves data until the context ends or the source does, then closes the
// source. It returns nil in both cases: what was received has been stored, and
// if the source ended, every sink has got everything. It returns an error when
// the source fails for good or the gateway is not complete.
func (g *Gateway) Run(ctx context.Context) error {
	if g.Source == nil || g.Decoder == nil || g.Log == nil {
		return errors.New("telemed: Gateway needs Source, Decoder and Log")
	}
	if slices.Contains(g.Sinks, nil) {
		return errors.New("telemed: a sink of the Gateway is nil")
	}
	defer g.Source.Close()
	defer func() { g.refusals.flush(g.log()) }()

	// Sinks outlive the source until they have everything, or ctx ends.
	sinkCtx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	filling, filled := context.WithCancel(sinkCtx)
	var sinks sync.WaitGroup
	running := make([]*progress, len(g.Sinks))
	for i, sink := range g.Sinks {
		running[i] = &progress{sink: sink.Name()}
	}
	g.progress.Store(&running)
	for i, sink := range g.Sinks {
		p := pump{
			log: g.Log, sink: sink, roster: g.revisable(), eventTime: g.EventTime, filling: filling,
			failed: g.retry, mended: g.troubles.mended, progress: running[i],
		}
		sinks.Go(func() {
			if err := p.run(sinkCtx); err != nil && sinkCtx.Err() == nil {
				stop(fmt.Errorf("telemed: sink %s: %w", sink.Name(), err))
			}
		})
	}
	receiving, received := context.WithCancel(sinkCtx)
	var releaser sync.WaitGroup
	if g.holder() != nil {
		releaser.Go(func() { _ = g.release(receiving) }) // it ends with the context only
	}
	if err := g.receive(sinkCtx); !errors.Is(err, io.EOF) {
		stop(err)
	}
	received()
	releaser.Wait()
	filled()
	sinks.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return context.Cause(sinkCtx)
}

// receive is the way in: frames to readings to log to acknowledgement. It
// returns why it ended, io.EOF for the end of the source.
func (g *Gateway) receive(ctx context.Context) error {
	deliveries := make([]Delivery, frameBatch)
	var b batch
	for {
		n, err := g.Source.Receive(ctx, deliveries)
		if err := g.take(ctx, deliveries[:n], &b); err != nil {
			return err
		}
		// Not acknowledged unless stored: the sender keeps them.
		for i := range deliveries[:n] {
			if ack := deliveries[i].Ack; ack != nil {
				ack()
			}
			deliveries[i] = Delivery{}
		}
		if err != nil {
			return err
		}
	}
}

// reject tells of a frame that became no readings.
func (g *Gateway) reject(f device.Frame, err error) {
	g.stats.rejected.Add(1)
	if device.IsUnsupported(err) {
		g.stats.unsupported.Add(1)
	}
	if g.Rejected != nil {
		g.Rejected(f, err)
	}
	g.refusals.add(g.log(), f.Format.String(), err.Error(), time.Now())
}

// persist tries until the log has it, has failed for good, or the context
// ends. Nothing is received meanwhile, so pressure goes back to the senders.
func (g *Gateway) persist(ctx context.Context, write func(context.Context) error) error {
	for attempt := 0; ; attempt++ {
		err := write(context.WithoutCancel(ctx))
		if err == nil {
			if attempt > 0 {
				g.troubles.mended("log")
			}
			return nil
		}
		if errors.Is(err, ErrLogFailed) {
			return err
		}
		g.retry("log", err)
		if err := backoff(ctx, attempt); err != nil {
			return err
		}
	}
}

func (g *Gateway) retry(what string, err error) {
	g.stats.retries.Add(1)
	g.troubles.failed(what, err)
	g.log().Warn("will try again", "to", what, "reason", err)
}

func (g *Gateway) log() *slog.Logger {
	if g.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return g.Logger
}

// backoff waits 50 ms doubled with every attempt, at most half a minute, less
// a random part so that many gateways do not return at once.
func backoff(ctx context.Context, attempt int) error {
	wait := min(maxBackoff, 50*time.Millisecond<<min(attempt, 20))
	wait -= rand.N(wait / 2)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

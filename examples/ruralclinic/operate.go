package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
)

// A world is both ends and the line between them.
type world struct {
	options
	began    time.Time
	link     *link
	monitors *monitors
	clinic   *clinic
	hospital *hospital
}

// operate runs everything in a folder until all that was measured has arrived,
// or the context ends. It shows the state a few times a second.
func operate(ctx context.Context, o options, dir string, show func(snapshot)) (f figures, err error) {
	w := &world{options: o, began: time.Now()}
	if w.hospital, err = openHospital(ctx, dir); err != nil {
		return f, err
	}
	defer w.hospital.close()
	if w.link, err = newLink(w.hospital.address, o.rate*1000, o.resets/100, o.seed); err != nil {
		return f, err
	}
	defer w.link.close()
	w.monitors = newMonitors(o.patients, o.seed, w.began.UTC().Truncate(time.Millisecond), o.outage, o.long)
	if w.clinic, err = openClinic(dir, w.link.address(), w.monitors); err != nil {
		return f, err
	}
	defer w.clinic.close()

	running, stop := context.WithCancel(ctx)
	defer stop()
	var ends sync.WaitGroup
	var errs [2]error
	for i, end := range []func(context.Context) error{w.clinic.run, w.hospital.gateway.Run} {
		ends.Go(func() {
			defer stop() // neither is anything without the other
			if err := end(running); err != nil {
				errs[i] = fmt.Errorf("%s: %w", [...]string{"clinic", "hospital"}[i], err)
			}
		})
	}
	err = w.watch(running, show, &f)
	stop()
	ends.Wait()
	if err = errors.Join(errs[0], errs[1], err); err != nil {
		return f, err
	}
	return f, w.conclude(context.WithoutCancel(ctx), &f)
}

// watch opens the line when the outage is in the clinic's log, and returns when
// everything has arrived.
func (w *world) watch(ctx context.Context, show func(snapshot), f *figures) error {
	var opened time.Time
	var backlog telemed.Position
	for {
		s, err := w.snapshot(ctx)
		if err != nil {
			return ended(ctx, err)
		}
		show(s)
		switch {
		case opened.IsZero() && s.live:
			backlog, opened = s.measured, time.Now()
			w.link.isUp.Store(true)
			close(w.clinic.dial)
		case opened.IsZero():
		case f.sync == 0 && s.lanes[telemed.LaneBacklog].Waiting.Messages == 0 && s.packed >= backlog:
			f.sync, f.syncUp, f.syncDown = time.Since(opened), s.up, s.down
			f.syncLive = s.lanes[telemed.LaneLive].Sent + s.lanes[telemed.LaneAlarm].Sent
		}
		if s.over && s.packed == s.measured && s.waiting.Messages == 0 {
			f.complete = true
			return nil
		}
		if sleep(ctx, 100*time.Millisecond) != nil {
			return nil
		}
	}
}

// A snapshot is how far everything is.
type snapshot struct {
	elapsed   time.Duration
	live      bool // all of the outage is in the clinic's log
	over      bool // all that will be measured is
	measured  telemed.Position
	packed    telemed.Position // records that went into the outbox
	waiting   telemed.Waiting  // in the outbox, all lanes
	lanes     [3]mqtt.LaneProgress
	connected bool
	isUp      bool // the line
	up, down  uint64
	broken    uint64
	arrived   telemed.Position // in the hospital's log
	newest    time.Time        // of what the hospital shows of the patient about whom it knows least
	alarms    []arrival
}

func (w *world) snapshot(ctx context.Context) (s snapshot, err error) {
	p := w.clinic.sender.Progress()
	s = snapshot{
		elapsed: time.Since(w.began), live: isClosed(w.monitors.live), over: isClosed(w.clinic.over),
		lanes: p.Lanes, connected: p.Connected, isUp: w.link.isUp.Load(),
		up: w.link.up.Load(), down: w.link.down.Load(), broken: w.link.broken.Load(), alarms: w.hospital.arrivals(),
	}
	// In this order: what is counted late is not missed.
	if s.measured, err = w.clinic.log.Last(ctx); err != nil {
		return s, err
	}
	if s.packed, err = w.clinic.log.Cursor(ctx, cursor); err != nil {
		return s, err
	}
	s.waiting = w.clinic.waiting()
	s.newest = w.newest()
	s.arrived, err = w.hospital.log.Last(ctx)
	return s, err
}

// newest is the age of the oldest picture on the hospital's wall.
func (w *world) newest() (oldest time.Time) {
	states := w.hospital.ward.Patients()
	if len(states) < w.patients {
		return time.Time{}
	}
	for i, p := range states {
		var newest time.Time
		for _, r := range p.Latest {
			if r.At.After(newest) {
				newest = r.At
			}
		}
		if i == 0 || newest.Before(oldest) {
			oldest = newest
		}
	}
	return oldest
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

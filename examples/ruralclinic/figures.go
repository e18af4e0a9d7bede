package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// figures are what a run came to.
type figures struct {
	patients int
	outage   time.Duration
	rate     float64
	complete bool // everything has arrived

	sync             time.Duration // from the line's return until the backlog had arrived; 0 if it has not
	syncUp, syncDown uint64        // bytes on the wire until then
	syncLive         uint64        // messages among them that were not of the backlog

	up, down, broken, connections uint64

	alarms []arrival     // of what was measured after the line's return
	slow   time.Duration // the slowest of them
	behind uint64        // bytes that waited when one of them was raised, at most

	measured, arrived, lost, doubled int // readings
}

// conclude counts everything again, from the logs.
func (w *world) conclude(ctx context.Context, f *figures) error {
	f.patients, f.outage, f.rate = w.patients, w.outage, w.rate
	f.up, f.down, f.broken, f.connections = w.link.up.Load(), w.link.down.Load(), w.link.broken.Load(), w.link.made.Load()
	f.behind = w.clinic.behind.Load()
	for _, a := range w.hospital.arrivals() {
		if isClosed(w.monitors.live) && !a.alarm.At.Before(w.monitors.begin) {
			f.alarms = append(f.alarms, a)
			f.slow = max(f.slow, a.after)
		}
	}
	near, far := map[[16]byte]int{}, map[[16]byte]int{}
	if err := each(ctx, w.clinic.log, func(r *vitals.Reading) { near[r.ID()]++ }); err != nil {
		return err
	}
	if err := each(ctx, w.hospital.log, func(r *vitals.Reading) { far[r.ID()]++ }); err != nil {
		return err
	}
	for id := range near {
		f.measured++
		if far[id] == 0 {
			f.lost++
		}
	}
	for _, n := range far {
		f.arrived += n
		f.doubled += n - 1
	}
	return nil
}

// each reads a log.
func each(ctx context.Context, log telemed.Log, visit func(*vitals.Reading)) error {
	last, err := log.Last(ctx)
	if err != nil {
		return err
	}
	records := make([]telemed.Record, 1024)
	for at := telemed.Position(0); at < last; {
		n, err := log.Read(ctx, at, records)
		if err != nil {
			return err
		}
		for i := range records[:n] {
			visit(&records[i].Reading)
		}
		at = records[n-1].Position
	}
	return nil
}

// days are those of all patients.
func (f *figures) days() float64 { return float64(f.patients) * f.outage.Hours() / 24 }

func (f *figures) print(w io.Writer) {
	fmt.Fprintf(w, "\nreadings   %s measured, %s in the hospital's log, %d lost, %d doubled\n", thousands(f.measured), thousands(f.arrived), f.lost, f.doubled)
	if f.sync > 0 && f.outage > 0 {
		fmt.Fprintf(w, "backlog    %v of %d patients in %.1f s at %g kbit/s", short(f.outage), f.patients, f.sync.Seconds(), f.rate)
		fmt.Fprintf(w, ": %s bytes, with the %d messages that overtook it\n", thousands(f.syncUp+f.syncDown), f.syncLive)
		fmt.Fprintf(w, "           24 h of a patient: %s bytes up, %s down, %.1f s\n",
			thousands(int(float64(f.syncUp)/f.days())), thousands(int(float64(f.syncDown)/f.days())), f.sync.Seconds()/f.days())
	}
	if len(f.alarms) > 0 {
		fmt.Fprintf(w, "alarms     %d, the slowest %.2f s after the measurement; up to %s bytes waited before them\n", len(f.alarms), f.slow.Seconds(), thousands(f.behind))
	}
	fmt.Fprintf(w, "line       %s bytes up, %s down, without TCP and IP; %d connections, of which it broke %d\n", thousands(f.up), thousands(f.down), f.connections, f.broken)
}

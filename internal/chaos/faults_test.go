package chaos

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/telemed-go/sdk/internal/mosquitto"
)

// A world is everything that can fail.
type world struct {
	t        *testing.T
	r        *rand.Rand
	broker   *mosquitto.Broker
	inward   *proxy // from the stations to the broker
	outward  *proxy // from the broker to the gateway
	gateway  *supervisor
	stations []*station
	disk     string // where the log is
	small    bool   // it can be filled
	starts   int    // of gateways before this one
}

// A fault is something that goes wrong, and is well again when it returns.
type fault struct {
	name string
	do   func(w *world)
}

// allFaults are the kinds of faults.
func allFaults() []fault {
	return []fault{
		{"the gateway is killed", func(w *world) { w.gateway.kill() }},
		{"the broker is killed", func(w *world) { w.broker.Kill(); w.rest(500); w.broker.Restart() }},
		{"broker and gateway are killed", func(w *world) { w.broker.Kill(); w.gateway.kill(); w.broker.Restart() }},
		{"the broker stands still", func(w *world) { w.broker.Pause(); w.rest(5000); w.broker.Resume() }},
		{"senders are cut off", func(w *world) { w.inward.reset() }},
		{"the gateway is cut off", func(w *world) { w.outward.reset() }},
		{"again and again", func(w *world) {
			for range 5 {
				w.inward.reset()
				w.outward.reset()
				w.rest(400)
			}
		}},
		{"nobody gets through", func(w *world) { w.both(weather{gone: true}, 2000) }},
		{"slices", func(w *world) { w.both(weather{piece: 7, delay: time.Millisecond}, 2000) }},
		{"delay", func(w *world) { w.both(weather{delay: 150 * time.Millisecond}, 2000) }},
		{"64 kbit/s", func(w *world) { w.both(weather{rate: 8000}, 3000) }},
		{"cut off in slices", func(w *world) {
			w.both(weather{piece: 3, delay: time.Millisecond}, 500)
			w.inward.reset()
			w.outward.reset()
		}},
		{"the disk is full", (*world).fillDisk},
		{"the sync is slow", func(w *world) { w.gateway.tell(diskSlow); w.rest(2000); w.gateway.tell(diskWell) }},
		{"the sync fails", func(w *world) { w.fails(diskFailsEarly) }},
		{"the sync fails, and all is there", func(w *world) { w.fails(diskFailsLate) }},
		{"clocks jump back", func(w *world) { w.turn(-time.Duration(w.r.IntN(24*3600)) * time.Second) }},
		{"clocks jump ahead", func(w *world) { w.turn(time.Duration(w.r.IntN(240)) * time.Second) }},
		{"a sender restarts", func(w *world) {
			s := w.stations[w.r.IntN(len(w.stations))]
			s.stop()
			w.rest(300)
			s.start()
		}},
	}
}

// faults lets n things go wrong, one after the other: every kind once, in any
// order, before one comes again.
func (w *world) faults(n int) {
	var left []fault
	for range n {
		if len(left) == 0 {
			left = allFaults()
			w.r.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		}
		start := time.Now()
		left[0].do(w)
		w.t.Logf("%s: %v", left[0].name, time.Since(start).Round(time.Millisecond))
		left = left[1:]
		w.rest(1000)
	}
}

// rest waits for a random time up to so many milliseconds, mostly short.
func (w *world) rest(most int) {
	time.Sleep(time.Duration(1+w.r.IntN(most)*w.r.IntN(most)/most) * time.Millisecond)
}

// fails lets the next append of the gateway fail, which ends it. There may be none
// for a while.
func (w *world) fails(how string) {
	before := w.gateway.started()
	for deadline := time.Now().Add(5 * time.Second); w.gateway.started() == before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Log("nothing was appended that could fail")
			break
		}
		w.gateway.tell(how)
	}
	w.gateway.tell(diskWell)
}

func (w *world) both(weather weather, most int) {
	w.inward.set(weather)
	w.outward.set(weather)
	w.rest(most)
	w.well()
}

func (w *world) well() {
	w.inward.set(weather{})
	w.outward.set(weather{})
}

// turn sets the clock of every second device.
func (w *world) turn(by time.Duration) {
	for i, s := range w.stations {
		if i%2 == 0 {
			s.turn(by)
		}
	}
}

// fillDisk takes all the room there is for the log.
func (w *world) fillDisk() {
	if !w.small {
		return
	}
	ballast := filepath.Join(w.disk, "ballast")
	defer os.Remove(ballast)
	f, err := os.Create(ballast)
	if err != nil {
		w.t.Error(err)
		return
	}
	defer f.Close()
	var s syscall.Statfs_t
	if err := syscall.Statfs(w.disk, &s); err != nil {
		w.t.Error(err)
		return
	}
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, int64(s.Bavail)*s.Bsize); err != nil && err != syscall.ENOSPC {
		w.t.Error(err)
	}
	w.rest(3000)
}

package census

import (
	"slices"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// driftWindow is how many of the newest measurements an estimate rests on.
const driftWindow = 31

// A Drift estimates how far the clock of a device is ahead, from the stamps of
// its measurements and when they arrived. It proposes; a [Correct] change
// applies. The zero Drift is ready. It is not safe for concurrent use.
type Drift struct {
	ahead [driftWindow]time.Duration
	n     int // observed
}

// Observe takes a measurement that was sent at once: with a stored one the
// estimate would call the clock slow by the age of the record.
func (d *Drift) Observe(stamp, arrived time.Time) {
	d.ahead[d.n%driftWindow] = stamp.Sub(arrived)
	d.n++
}

// An Estimate is what stamps and arrivals say about a clock.
type Estimate struct {
	// Ahead is the median of stamp minus arrival. The way from the device to here
	// is in it, so that a clock that is right seems slow by that.
	Ahead time.Duration
	// Spread is the median distance from it. A correction much smaller than the
	// spread means nothing.
	Spread  time.Duration
	Samples int // on which it rests, at most 31
}

// Estimate returns the estimate from the newest 31 measurements.
func (d *Drift) Estimate() Estimate {
	n := min(d.n, driftWindow)
	if n == 0 {
		return Estimate{}
	}
	sorted := slices.Clone(d.ahead[:n])
	e := Estimate{Ahead: median(sorted), Samples: n}
	for i := range sorted {
		sorted[i] = (sorted[i] - e.Ahead).Abs()
	}
	e.Spread = median(sorted)
	return e
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// Clock proposes how much the clock of a device is ahead, from what a gateway
// has received of it since it started, corrections not counted in. It proposes
// only for devices that were assigned at some time.
func (c *Census) Clock(d vitals.DeviceID) (Estimate, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	drift := c.drifts[d]
	if drift == nil {
		return Estimate{}, false
	}
	return drift.Estimate(), true
}

// ObserveClock implements [telemed.RevisableRoster].
func (c *Census) ObserveClock(d vitals.DeviceID, stamp, arrived time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	drift := c.drifts[d]
	if drift == nil {
		drift = new(Drift)
		c.drifts[d] = drift
	}
	drift.Observe(stamp, arrived)
}

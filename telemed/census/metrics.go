package census

import (
	"math"
	"time"

	"github.com/telemed-go/sdk/telemed"
)

var _ telemed.Measured = (*Census)(nil)

// Metrics implements [telemed.Measured].
func (c *Census) Metrics(yield func(telemed.Metric) bool) {
	s := c.now.Load()
	c.mu.Lock()
	changes, off := len(c.book.changes), 0
	for d, drift := range c.drifts {
		corrected := s.devices[d].clock(math.MaxInt64).ahead
		if e := drift.Estimate(); e.Samples >= 5 && (e.Ahead-corrected).Abs() > max(time.Minute, 4*e.Spread) {
			off++
		}
	}
	c.mu.Unlock()
	for _, m := range [...]telemed.Metric{
		{Name: "telemed_roster_changes", Help: "Changes of the roster, of at most a million.", Value: float64(changes)},
		{Name: "telemed_roster_clocks_off", Help: "Devices whose clock seems more than a minute wrong and is not corrected.", Value: float64(off)},
	} {
		if !yield(m) {
			return
		}
	}
}

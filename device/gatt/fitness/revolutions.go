package fitness

import (
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A WrapCounter follows a number that only grows and begins again at 0 when
// its bits are used up, as the total distance of a running sensor. Each number
// of each sensor has its own; the zero WrapCounter is ready. It is not safe for
// concurrent use.
type WrapCounter[T uint16 | uint32] struct {
	last  T
	known bool
}

// Advance is how far the counter went since the call before. The first call
// has nothing to compare with.
func (c *WrapCounter[T]) Advance(now T) (by T, ok bool) {
	by, ok = now-c.last, c.known
	c.last, c.known = now, true
	return by, ok
}

// Reset forgets the last number.
func (c *WrapCounter[T]) Reset() { c.known = false }

// A Pace is a number of revolutions and the time that they took.
type Pace struct {
	Revolutions int64 // below 0: a wheel that rolls back
	Ticks       int64 // 1/1024 s, above 0
}

// Duration is the time in which the revolutions happened.
func (p Pace) Duration() time.Duration {
	// Whole seconds apart: ticks of 104 days in nanoseconds would overflow.
	return time.Duration(p.Ticks/1024)*time.Second + time.Duration(p.Ticks%1024)*time.Second/1024
}

// PerMinute is the cadence with one decimal, rounded half away from zero.
func (p Pace) PerMinute() vitals.Quantity {
	return vitals.UnitPerMinute.Of(vitals.Decimal{Coef: p.times(10 * 60), Exp: -1})
}

// Speed is how fast a wheel of a circumference in millimetres moves, in
// m/min with one decimal.
func (p Pace) Speed(circumference int64) vitals.Quantity {
	return vitals.UnitMPerMin.Of(vitals.Decimal{Coef: p.times(60 * circumference / 100), Exp: -1})
}

// times is factor·Revolutions per second, rounded half away from zero.
func (p Pace) times(factor int64) int64 {
	if p.Ticks <= 0 {
		return 0
	}
	n := factor * p.Revolutions * 1024
	if n < 0 {
		return -(-n + p.Ticks/2) / p.Ticks
	}
	return (n + p.Ticks/2) / p.Ticks
}

const (
	// eventWrap is after how many ticks the clock of revolutions begins anew: 64 s.
	eventWrap = 1 << 16
	// maxRevolutions is how many revolutions per second a wheel or crank can
	// make. More is a counter that was reset.
	maxRevolutions = 50
	// standstill is how long nothing turns before the rate is 0.
	standstill = 3 * time.Second
)

// Revolutions turns the cumulative revolutions of a wheel (32 bits) or a crank
// (16 bits) of a cycling sensor into a [Pace]. Each wheel of each sensor has its
// own; the zero Revolutions is ready. It is not safe for concurrent use.
//
// Both the count and the clock of the sensor wrap around, the clock every
// 64 s. Time of arrival tells how often, so a gap of any length gives the true
// average; frames that come late, after younger ones, are dropped. A count
// that jumps farther than a wheel can turn is a sensor that was reset; counting
// begins anew.
type Revolutions[T uint16 | uint32] struct {
	count   T
	event   uint16
	at      time.Time // arrival of the frame that first told of event
	started bool
}

// Add takes what a frame says: count, time of the last revolution in 1/1024 s,
// and when the frame arrived. There is no Pace from the first frame, from a
// repetition, and from one that makes no sense. When nothing turns for 3 s the
// Pace has no revolutions.
func (r *Revolutions[T]) Add(count T, event uint16, arrival time.Time) (p Pace, ok bool) {
	if !r.started {
		r.begin(count, event, arrival)
		return Pace{}, false
	}
	waited := arrival.Sub(r.at)
	if count == r.count {
		p.Ticks = ticks(waited)
		return p, waited >= standstill
	}
	p.Ticks = int64(event - r.event)
	turns := ticks(waited) - p.Ticks
	if back := count-r.count > ^T(0)/2; back && turns <= -eventWrap/2 {
		return Pace{}, false // older than what is known
	}
	if turns > 0 {
		p.Ticks += (turns + eventWrap/2) / eventWrap * eventWrap
	}
	p.Revolutions = difference(r.count, count)
	possible := p.Ticks > 0 && max(p.Revolutions, -p.Revolutions)*1024 <= maxRevolutions*p.Ticks
	r.begin(count, event, arrival)
	if !possible {
		return Pace{}, false
	}
	return p, true
}

// Reset forgets where the sensor stood: after another sensor took its place.
func (r *Revolutions[T]) Reset() { r.started = false }

func (r *Revolutions[T]) begin(count T, event uint16, arrival time.Time) {
	*r = Revolutions[T]{count, event, arrival, true}
}

// ticks is a duration in 1/1024 s, at most some years.
func ticks(d time.Duration) int64 {
	const most = 10 * 365 * 24 * time.Hour
	d = min(max(d, -most), most)
	return int64(d/time.Second)<<10 + int64(d%time.Second)<<10/int64(time.Second)
}

// difference is how far a count went. One of 32 bits may also go back: a
// wheel can, a crank drives only forward.
func difference[T uint16 | uint32](from, to T) int64 {
	by := to - from
	if uint64(^T(0)) > 0xFFFF {
		return int64(int32(by))
	}
	return int64(by)
}

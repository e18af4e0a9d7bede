package mqtt

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A series is what one device sends in one format: devices count their
// measurements or those of each characteristic.
type seriesKey struct {
	device vitals.DeviceID
	format device.Format
}

// A stamp is what the topic says of a message, and a hash of its payload.
type stamp struct {
	at       time.Time
	sequence uint32
	sum      uint64
}

// A series remembers where one or two counters have come to. Two devices with one
// name show as two counters that go on in turn, while time goes forward for both.
// One device that sends its backlog beside live data goes back in time instead,
// and one that starts again does so once.
type series struct {
	heads [2]stamp
	used  int // of heads
	last  int // the head that moved
	turns int // from one head to the other
	seen  time.Time
}

type verdict int

const (
	goesOn verdict = iota
	repeats
	goesBack
	isAnother
)

func (x *series) next(m stamp) verdict {
	for _, h := range x.heads[:x.used] {
		if h.sequence == m.sequence && h.at.Equal(m.at) {
			if h.sum != m.sum {
				return isAnother // one instant and number, two contents
			}
			return repeats
		}
	}
	for _, h := range x.heads[:x.used] {
		if m.at.Before(h.at) {
			return goesBack
		}
	}
	i, follows := x.follows(m)
	switch {
	case !follows:
		x.turns = 0
	case i != x.last:
		x.turns++
	}
	x.heads[i], x.last, x.used = m, i, max(x.used, i+1)
	if x.turns == enoughTurn {
		x.turns = 0
		return isAnother
	}
	return goesOn
}

// follows returns the head after which m comes, first the one that did not move
// last, or the head to give up for it.
func (x *series) follows(m stamp) (i int, ok bool) {
	if x.used == 0 {
		return 0, false
	}
	other := 1 - x.last
	switch {
	case other < x.used && x.heads[other].sequence+1 == m.sequence:
		return other, true
	case x.heads[x.last].sequence+1 == m.sequence:
		return x.last, true
	}
	return other, false
}

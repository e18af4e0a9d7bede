package mqtt

import (
	"time"

	"github.com/telemed-go/sdk/telemed"
)

const (
	startWindow = 4 << 10 // half a second at 64 kbit/s
	minWindow   = 1 << 10
	maxWindow   = 256 << 10

	soon = 250 * time.Millisecond
	late = 750 * time.Millisecond
)

// A window bounds the bytes between us and the broker, so that an alarm never
// stands behind more than about a second of other data: what the operating
// system has taken cannot be overtaken any more. It learns from the time to the
// broker's confirmation how much that is.
type window struct {
	bytes  int // that may be on the link
	used   int // that are, without alarms
	alarms int // alarms that are: they have a window of their own
	cut    time.Time
}

// A shot is one message on the link.
type shot struct {
	lane     telemed.Lane
	sequence uint64
	bytes    int
	at       time.Time
	pressed  bool // the window was half full at least: its size mattered
}

// room is whether so many bytes may go now. One message may always.
func (w *window) room(lane telemed.Lane, n int) bool {
	if lane == telemed.LaneAlarm {
		return w.alarms == 0 || w.alarms+n <= w.bytes
	}
	return w.used == 0 || w.used+n <= w.bytes
}

func (w *window) sent(s *shot) {
	if s.lane == telemed.LaneAlarm {
		w.alarms += s.bytes
	} else {
		w.used += s.bytes
	}
	s.pressed = 2*(w.used+w.alarms) >= w.bytes
}

// confirmed makes room, more of it when the answer was quick, and less, once
// for all that was under way, when it was late.
func (w *window) confirmed(s shot, now time.Time) {
	if s.lane == telemed.LaneAlarm {
		w.alarms -= s.bytes
	} else {
		w.used -= s.bytes
	}
	switch took := now.Sub(s.at); {
	case took > late && s.at.After(w.cut):
		w.bytes, w.cut = max(minWindow, w.bytes/2), now
	case took < soon && s.pressed:
		w.bytes = min(maxWindow, w.bytes+s.bytes)
	}
}

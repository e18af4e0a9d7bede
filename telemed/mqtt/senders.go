package mqtt

import (
	"errors"
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// ErrFlood refuses a message of a device that sends more than [DeviceRate].
var ErrFlood = errors.New("mqtt: the device sends more than it may")

// ErrTwoSenders reports that two senders use one name of a device. Their messages
// are received all the same: which of the two is right is not for a program to
// guess.
var ErrTwoSenders = errors.New("mqtt: two senders use one name of a device")

const (
	maxSenders = 1 << 16 // devices, and series, that are watched at a time
	tellAgain  = time.Minute
	enoughTurn = 4 // changes from one sender to the other that are no accident
)

// senders watches how much each device sends and whether it is one. It is not
// safe for concurrent use.
type senders struct {
	rate, burst float64
	watch       func(vitals.DeviceID, error)
	seed        maphash.Seed

	devices  map[vitals.DeviceID]*sender
	strange  sender // shared by those for whom there is no room
	series   map[seriesKey]*series
	sweeping time.Time // of the last sweep

	counts senderCounts
}

type senderCounts struct{ repeated, outOfOrder, twoSenders atomic.Uint64 }

// A sender is what is known of one device.
type sender struct {
	tokens float64   // messages that it may send now
	at     time.Time // when that was reckoned
	told   [2]time.Time

	epoch, before string // of its outbox, and the one before
	returns       int    // to an epoch that was over
}

func newSenders(c *config) *senders {
	return &senders{
		rate: float64(c.rate), burst: float64(c.burst), watch: c.watch, seed: maphash.MakeSeed(),
		devices: make(map[vitals.DeviceID]*sender), series: make(map[seriesKey]*series),
	}
}

// admit takes a message from a device's allowance. What the broker repeats is
// free: it was paid when it came first.
func (s *senders) admit(who vitals.DeviceID, now time.Time, repeated bool) error {
	d := s.sender(who, now)
	d.tokens = min(s.burst, d.tokens+now.Sub(d.at).Seconds()*s.rate)
	d.at = now
	if repeated {
		return nil
	}
	if d.tokens < 1 {
		s.tell(d, 0, who, ErrFlood)
		return ErrFlood
	}
	d.tokens--
	return nil
}

// order looks at the stamp of a message: whether it came before, is older than
// one before, or fits a second sender.
func (s *senders) order(f *device.Frame, now time.Time) {
	x := s.seriesOf(seriesKey{f.Device, f.Format}, now)
	if x == nil {
		return
	}
	x.seen = now
	switch x.next(stamp{f.At, f.Sequence, maphash.Bytes(s.seed, f.Bytes)}) {
	case repeats:
		s.counts.repeated.Add(1)
	case goesBack:
		s.counts.outOfOrder.Add(1)
	case isAnother:
		s.another(f.Device, now)
	}
}

// outbox looks at the epoch of an outbox from which a message came. An epoch that
// comes back after another is a second outbox. Do not call it for what the broker
// repeats.
func (s *senders) outbox(who vitals.DeviceID, epoch string, now time.Time) {
	d := s.sender(who, now)
	if epoch == d.epoch {
		return
	}
	if epoch == d.before && epoch != "" {
		d.returns++
	} else {
		d.returns = 0
	}
	d.before, d.epoch = d.epoch, strings.Clone(epoch)
	if d.returns == enoughTurn {
		d.returns = 0
		s.another(who, now)
	}
}

func (s *senders) another(who vitals.DeviceID, now time.Time) {
	s.counts.twoSenders.Add(1)
	s.tell(s.sender(who, now), 1, who, ErrTwoSenders)
}

// tell tells of a device once a minute.
func (s *senders) tell(d *sender, reason int, who vitals.DeviceID, err error) {
	if s.watch == nil || !d.told[reason].IsZero() && d.at.Sub(d.told[reason]) < tellAgain {
		return
	}
	d.told[reason] = d.at
	s.watch(who, err)
}

func (s *senders) sender(who vitals.DeviceID, now time.Time) *sender {
	if d := s.devices[who]; d != nil {
		return d
	}
	if len(s.devices) >= maxSenders {
		s.sweep(now)
	}
	if len(s.devices) >= maxSenders {
		return &s.strange
	}
	d := &sender{tokens: s.burst, at: now}
	s.devices[vitals.DeviceID(strings.Clone(string(who)))] = d
	return d
}

func (s *senders) seriesOf(key seriesKey, now time.Time) *series {
	if x := s.series[key]; x != nil {
		return x
	}
	if len(s.series) >= maxSenders {
		s.sweep(now)
	}
	if len(s.series) >= maxSenders {
		return nil
	}
	x := new(series)
	key.device = vitals.DeviceID(strings.Clone(string(key.device)))
	s.series[key] = x
	return x
}

// sweep forgets, at most once a second, those who have their whole allowance
// again, and what has been silent for a minute.
func (s *senders) sweep(now time.Time) {
	if now.Sub(s.sweeping) < time.Second {
		return
	}
	s.sweeping = now
	for who, d := range s.devices {
		if d.tokens+now.Sub(d.at).Seconds()*s.rate >= s.burst {
			delete(s.devices, who)
		}
	}
	for key, x := range s.series {
		if now.Sub(x.seen) > time.Minute {
			delete(s.series, key)
		}
	}
}

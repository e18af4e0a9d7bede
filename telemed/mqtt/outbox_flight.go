package mqtt

import (
	"time"

	"github.com/telemed-go/sdk/telemed"
)

const (
	maxFlight      = 1024      // messages of a lane without a receipt
	maxFlightBytes = 256 << 10 // and their topics and payloads
	maxResend      = 5 * time.Minute
)

// A flight is what was sent of one lane and has no receipt yet. It is a function
// of what it is told and when.
//
// When something seems lost, only the first message is sent again, for the
// receipt that answers it tells what else is missing: the gateway may be away
// for hours, and the broker should not collect a thousand copies meanwhile.
type flight struct {
	lane    telemed.Lane
	base    uint64 // of entries[0], counted from 1
	entries []entry
	bytes   int

	patience time.Duration // before the first message is sent again
	wait     time.Duration // the same, longer each time in vain
	deadline time.Time     // zero if nothing is in flight
	doubt    uint64        // up to here messages may be lost
}

// An entry is one message.
type entry struct {
	m     telemed.Queued
	state entryState
	sends int
}

type entryState uint8

const (
	toSend entryState = iota
	onLink            // the broker has not confirmed it
	atBroker
)

func newFlight(lane telemed.Lane, patience time.Duration) *flight {
	return &flight{lane: lane, base: 1, patience: patience, wait: patience}
}

// room is whether another message may be taken from the outbox.
func (f *flight) room() bool { return len(f.entries) < maxFlight && f.bytes < maxFlightBytes }

// add takes a message from the outbox, to be sent.
func (f *flight) add(m telemed.Queued) {
	f.entries = append(f.entries, entry{m: m})
	f.bytes += size(m)
}

func size(m telemed.Queued) int { return len(m.Topic) + len(m.Payload) }

// next returns the first message to be sent, and its sequence.
func (f *flight) next() (*entry, uint64) {
	for i := range f.entries {
		if f.entries[i].state == toSend {
			return &f.entries[i], f.base + uint64(i)
		}
	}
	return nil, 0
}

// last is the highest sequence that was sent.
func (f *flight) last() uint64 {
	for i := len(f.entries) - 1; i >= 0; i-- {
		if f.entries[i].sends > 0 {
			return f.base + uint64(i)
		}
	}
	return f.base - 1
}

func (f *flight) sent(e *entry, now time.Time) {
	e.state = onLink
	e.sends++
	if f.deadline.IsZero() {
		f.deadline = now.Add(f.wait)
	}
}

// confirmed notes that the broker has a message, which says little.
func (f *flight) confirmed(sequence uint64) {
	if i := sequence - f.base; sequence >= f.base && i < uint64(len(f.entries)) && f.entries[i].state == onLink {
		f.entries[i].state = atBroker
	}
}

// broken notes the end of a connection. What the broker did not confirm is sent
// again, alarms all, and the first message in any case.
func (f *flight) broken(now time.Time) {
	for i := range f.entries {
		if e := &f.entries[i]; e.state == onLink || f.lane == telemed.LaneAlarm {
			e.state = toSend
		}
	}
	f.suspect(now)
}

// expire sends the first message again if it is time, and waits longer for the
// next time.
func (f *flight) expire(now time.Time) {
	if f.deadline.IsZero() || now.Before(f.deadline) {
		return
	}
	f.wait = min(2*f.wait, maxResend)
	f.suspect(now)
}

func (f *flight) suspect(now time.Time) {
	if f.last() < f.base {
		return
	}
	if f.entries[0].state == atBroker {
		f.entries[0].state = toSend
	}
	f.doubt = f.last()
	f.deadline = now.Add(f.wait)
}

// receipted notes up to where the gateway has everything, at most up to last. It
// returns how many messages that are more than before, and the last of them in
// the outbox.
func (f *flight) receipted(through uint64, now time.Time) (n int, done uint64) {
	if through < f.base {
		return 0, 0
	}
	n = int(through - f.base + 1)
	for _, e := range f.entries[:n] {
		f.bytes -= size(e.m)
		done = e.m.Sequence
	}
	f.entries = append(f.entries[:0], f.entries[n:]...)
	clear(f.entries[len(f.entries) : len(f.entries)+n])
	f.base = through + 1
	f.wait, f.deadline = f.patience, time.Time{}
	if f.last() >= f.base {
		f.deadline = now.Add(f.wait)
	}
	if f.doubt >= f.base { // the gateway hears us, and this is missing
		for i := range f.entries[:f.doubt-f.base+1] {
			if e := &f.entries[i]; e.state == atBroker {
				e.state = toSend
			}
		}
	}
	f.doubt = 0
	return n, done
}

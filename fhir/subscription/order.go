package subscription

import "time"

const (
	// maxPending and maxPendingBytes bound the events that wait for one that is
	// missing. The server has what does not fit.
	maxPending      = 4096
	maxPendingBytes = 32 << 20
)

// An order puts events into their order. It is a function of what it is told,
// and of no clock.
type order struct {
	handed  uint64 // the events up to here were handed over
	known   uint64 // the events up to here took place
	pending map[uint64]Event
	bytes   int
	began   bool // what was handed over before is known
	heard   time.Time
	// suspect says that a handshake counts fewer events than were handed over. It
	// may be an old one that was late, so only the server can tell.
	suspect bool
}

// add takes what a notification says at a time.
func (o *order) add(n notification, at time.Time) {
	o.heard = at
	if n.kind == handshake && n.count < o.handed {
		o.suspect = true
		return
	}
	o.known = max(o.known, n.count)
	for _, e := range n.events {
		o.hold(e)
	}
}

// restart begins anew with a server that counts from the beginning.
func (o *order) restart() { *o = order{began: o.began, heard: o.heard} }

func (o *order) hold(e Event) {
	if _, twice := o.pending[e.Number]; twice || e.Number <= o.handed {
		return
	}
	next := e.Number == o.handed+1 // always: it is what the others wait for
	if !next && (len(o.pending) >= maxPending || o.bytes+len(e.Resource) > maxPendingBytes) {
		return
	}
	if o.pending == nil {
		o.pending = make(map[uint64]Event)
	}
	o.pending[e.Number] = e
	o.bytes += len(e.Resource)
}

// next is the event to hand over now, if it is there.
func (o *order) next() (Event, bool) {
	e, ok := o.pending[o.handed+1]
	return e, ok && o.began
}

// done says that an event was handed over.
func (o *order) done(e Event) {
	if p, ok := o.pending[e.Number]; ok {
		o.bytes -= len(p.Resource)
		delete(o.pending, e.Number)
	}
	o.handed = e.Number
	o.known = max(o.known, e.Number)
}

// gap is the first run of events that took place and are not there, at most as
// many as may wait.
func (o *order) gap() (from, to uint64, ok bool) {
	if !o.began {
		return 0, 0, false
	}
	for from = o.handed + 1; from <= o.known; from++ {
		if _, there := o.pending[from]; !there {
			break
		}
	}
	for to = from; to <= o.known && to-from < maxPending; to++ {
		if _, there := o.pending[to]; there {
			break
		}
	}
	return from, to - 1, from <= o.known
}

package escalate

import (
	"cmp"
	"math"

	"github.com/telemed-go/sdk/alert"
)

// A course is the escalation of one alarm: the fold of its records.
type course struct {
	id       alert.AlarmID
	at       int64 // of the latest event, with its number
	number   uint32
	facts    *facts
	round    int64
	chain    *chain // nil before the first round
	opened   int    // steps of the round that were taken
	openedAt int64  // when the last of them was
	stopped  Kind   // 0: the round goes on
	stop     stop
	answered Recipient
	told     []Recipient // called in earlier rounds
	messages []*message  // of the round, and what is not settled of earlier ones

	next int64 // nothing is to be done before
	heap int   // index in the agenda
}

// A message is one on its way. The second half is not in the journal.
type message struct {
	open
	facts     *facts
	settled   bool
	receipt   Receipt
	settledAt int64

	attempts int
	maybe    bool // some attempt may have arrived
	busy     bool // queued or being sent
	retry    int64
	cancel   func()
}

const never = math.MaxInt64

// fold applies a record. What makes no sense in the state is ignored: it comes
// from a journal, which somebody may have edited.
func (c *course) fold(r *record) {
	switch {
	case r.Seen != nil:
		c.at, c.number, c.facts = r.Seen.At, r.Seen.Number, &r.Seen.Facts
	case c.facts == nil:
	case r.Begin != nil:
		c.begin(r.Begin)
	case c.chain == nil:
	case r.Open != nil:
		c.open(r.Open)
	case r.Settle != nil:
		c.settle(r.Settle)
	case r.Stop != nil && r.Stop.Kind.stops():
		c.stopped, c.stop = r.Stop.Kind, *r.Stop
	case r.Answer != nil:
		c.answered = r.Answer.key()
	}
}

func (c *course) begin(b *begin) {
	on := b.chain
	if on == nil {
		on = b.Chain.restored()
	}
	if on == nil {
		return
	}
	for _, m := range c.messages {
		if m.cancel != nil {
			m.cancel()
		}
	}
	c.chain = on
	c.round, c.told = b.Round, b.Told
	c.opened, c.openedAt, c.stopped, c.stop, c.answered, c.messages = 0, 0, 0, stop{}, Recipient{}, nil
}

func (c *course) open(o *open) {
	if o.Kind == Call {
		c.opened, c.openedAt = max(c.opened, o.Step), max(c.openedAt, o.At)
	}
	if c.find(o.ID) != nil {
		return
	}
	m := &message{open: *o, facts: cmp.Or(o.Facts, c.facts), retry: o.NotBefore}
	m.Facts = nil
	c.messages = append(c.messages, m)
}

func (c *course) settle(s *settle) {
	if m := c.find(s.ID); m != nil && (!m.settled || m.receipt == Unknown) {
		m.settled, m.receipt, m.settledAt = true, s.Receipt, s.At
	}
}

func (c *course) find(id MessageID) *message {
	for _, m := range c.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// waits reports whether a message waits at a time for the end of quiet hours. An
// event can be older than the call that it stops, which does not unsend it.
func (m *message) waits(at int64) bool { return m.NotBefore > max(at, m.At) && m.attempts == 0 }

// over reports whether nothing can follow any more.
func (c *course) over() bool {
	if c.stopped != Ended {
		return false
	}
	for _, m := range c.messages {
		if !m.settled {
			return false
		}
	}
	return true
}

// called are those who were called for the alarm up to a time, as far as it may
// have reached them.
func (c *course) called(at int64) []Recipient {
	known := make(map[Recipient]bool)
	var all []Recipient
	add := func(r Recipient) {
		if !known[r.key()] && len(all) < maxSteps*maxTo {
			known[r.key()] = true
			all = append(all, r)
		}
	}
	for _, r := range c.told {
		add(r)
	}
	for _, m := range c.messages {
		if m.Kind == Call && (m.settled && m.receipt <= Delivered || !m.settled && !m.waits(at)) {
			add(m.To)
		}
	}
	return all
}

// records are some whose fold is the course.
func (c *course) records() []record {
	rs := []record{{Seen: &seen{c.at, c.number, *c.facts}}}
	if c.chain != nil {
		rs = append(rs, record{Begin: &begin{Round: c.round, Chain: c.chain.Chain, Told: c.told}})
		for _, m := range c.messages {
			o := m.open
			if m.facts != c.facts {
				o.Facts = m.facts
			}
			rs = append(rs, record{Open: &o})
			if m.settled {
				rs = append(rs, record{Settle: &settle{m.ID, m.receipt, m.settledAt}})
			}
		}
		if c.stopped != 0 {
			rs = append(rs, record{Stop: &c.stop})
		}
		if c.answered != (Recipient{}) {
			rs = append(rs, record{Answer: &c.answered})
		}
	}
	return c.mark(rs)
}

// mark says whose the records are.
func (c *course) mark(rs []record) []record {
	for i := range rs {
		rs[i].Alarm = c.id
	}
	return rs
}

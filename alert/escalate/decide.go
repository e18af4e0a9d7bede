package escalate

import (
	"time"

	"github.com/telemed-go/sdk/alert"
)

// What follows are the decisions: functions of a course, an input and its time,
// that return records and change nothing.

// noticeTimeout is how long it is tried to tell what became of an alarm.
const noticeTimeout = 5 * time.Minute

// event is what an event of the engine means. The chain is nil if the alarm has
// none.
func (c *course) event(e *alert.Event, on *chain) []record {
	at := e.At.UnixNano()
	if fresh := at > c.at || at == c.at && e.Number > c.number; c.facts != nil && !fresh && e.State != alert.Ended {
		return nil
	}
	known := c.chain != nil
	if !known && (on == nil || !e.Announce || !e.State.Standing()) {
		return nil
	}
	f := factsOf(e)
	rs := []record{{Seen: &seen{max(at, c.at), e.Number, f}}}
	switch {
	case e.State == alert.Ended:
		rs = append(rs, c.end(Ended, e.By, at, &f)...)
	case e.State == alert.Acknowledged:
		rs = append(rs, c.end(Acknowledged, e.By, at, &f)...)
	case e.State == alert.Paused || e.State == alert.Snoozed:
		rs = append(rs, c.end(Silenced, e.By, at, &f)...)
	case e.Inhibited && !e.Announce:
		rs = append(rs, c.end(inhibited, "", at, &f)...)
	case e.Announce && on != nil && !c.running(at):
		rs = append(rs, c.restart(on, at)...)
	}
	return c.mark(rs)
}

// running reports whether the round goes on: it was not stopped, and its last
// step not waited for in vain.
func (c *course) running(at int64) bool {
	if c.chain == nil || c.stopped != 0 {
		return false
	}
	last := len(c.chain.Steps) - 1
	return c.opened <= last || at < c.openedAt+int64(c.chain.Steps[last].Timeout)
}

// restart begins a round, in place of what is left of the one before.
func (c *course) restart(on *chain, at int64) []record {
	round := at
	if c.chain != nil {
		round = max(at, c.round+1)
	}
	return append(c.withdraw(at, false), record{Begin: &begin{Round: round, Chain: on.Chain, Told: c.called(at), chain: on}})
}

// withdraw settles what was never tried, or, unless it is only that, everything.
// Calls that may have been sent stay open when a round stops: their attempt may
// be under way.
func (c *course) withdraw(at int64, untried bool) (rs []record) {
	for _, m := range c.messages {
		receipt := Withdrawn
		switch tried := m.Kind == Call && !m.waits(at); {
		case m.settled, untried && (tried || m.Kind != Call):
			continue
		case tried:
			receipt = Unknown
		}
		rs = append(rs, record{Settle: &settle{m.ID, receipt, at}})
	}
	return rs
}

// end stops the round, or the alarm, and tells all who were called, except him
// who has answered.
func (c *course) end(kind Kind, by string, at int64, f *facts) []record {
	if c.stopped == kind || c.stopped == Ended {
		return nil
	}
	by = cut(by, maxText)
	rs := append(c.withdraw(at, true), record{Stop: &stop{kind, by, at}})
	if kind == inhibited {
		return rs
	}
	for _, to := range c.called(at) {
		if kind != Ended && to.key() == c.answered {
			continue
		}
		id := messageID(c.id, c.round, kind, 0, &to)
		if c.find(id) != nil { // silenced, acknowledged and silenced again
			continue
		}
		from := c.quietOf(to).after(instant(at), f).UnixNano()
		rs = append(rs, record{Open: &open{
			ID: id, Kind: kind, To: to, By: by,
			At: at, NotBefore: from, Deadline: from + int64(noticeTimeout),
		}})
	}
	return rs
}

// quietOf are the quiet hours of a recipient in the present chain.
func (c *course) quietOf(to Recipient) hours {
	for i, s := range c.chain.Steps {
		for j := range s.To {
			if s.To[j].key() == to.key() {
				return c.chain.quiet[i][j]
			}
		}
	}
	return hours{}
}

// advance takes the steps that are due.
func (c *course) advance(now int64) (rs []record) {
	if !c.running(now) {
		return nil
	}
	for i := c.opened; i < len(c.chain.Steps) && c.due(i) <= now; i++ {
		s := &c.chain.Steps[i]
		for j := range s.To {
			to := s.To[j].key()
			from := c.chain.quiet[i][j].after(instant(now), c.facts).UnixNano()
			rs = append(rs, record{Open: &open{
				ID: messageID(c.id, c.round, Call, i+1, &to), Kind: Call, Step: i + 1, To: to,
				At: now, NotBefore: from, Deadline: from + int64(s.Timeout),
			}})
		}
	}
	return c.mark(rs)
}

// due is when a step is to be taken: at its time, or when all messages of the
// step before have failed.
func (c *course) due(i int) int64 {
	at := c.round + int64(c.chain.Steps[i].After)
	if i == 0 || i != c.opened {
		return at
	}
	failed := int64(0)
	for _, m := range c.messages {
		if m.Kind != Call || m.Step != i {
			continue
		}
		if !m.settled || m.receipt != Failed {
			return at
		}
		failed = max(failed, m.settledAt)
	}
	if failed == 0 {
		return at
	}
	return min(at, failed)
}

// wake is when there will be something to do, if nothing happens before.
func (c *course) wake() int64 {
	at := int64(never)
	if c.chain == nil {
		return at
	}
	if c.stopped == 0 && c.opened < len(c.chain.Steps) {
		at = c.due(c.opened)
	}
	for _, m := range c.messages {
		switch {
		case m.settled, m.busy, !c.first(m):
		case m.Kind == Call && c.stopped != 0:
			at = min(at, c.stop.At)
		default:
			at = min(at, m.retry)
		}
	}
	return at
}

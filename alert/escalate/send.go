package escalate

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
)

// A channel is a notifier and the messages that wait for it.
type channel struct {
	notifier Notifier
	workers  int
	waiting  [alert.High + 1][]sending // by priority
}

// sending is a message that is queued or being sent.
type sending struct {
	course  *course
	message *message
}

func (h *channel) put(s sending) {
	p := min(s.message.facts.Priority, level(alert.High))
	h.waiting[p] = append(h.waiting[p], s)
}

// take is the most urgent message.
func (h *channel) take() (s sending, ok bool) {
	for p := len(h.waiting) - 1; p >= 0; p-- {
		if q := h.waiting[p]; len(q) > 0 {
			s, q[0] = q[0], sending{}
			h.waiting[p] = q[1:]
			return s, true
		}
	}
	return s, false
}

// pass is one look at all that is due: it decides, saves and sends. Goroutines
// end with running.
type pass struct {
	*Dispatcher
	clock   func() time.Time
	running *sync.WaitGroup
}

// maxPass bounds what is done in one pass, so that Notify does not wait long.
const maxPass = 1 << 12

// look takes what is due. What the journal refuses is sent nevertheless.
func (p pass) look(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock().UnixNano()
	var passedOn []alert.AlarmID
	for n := 0; n < maxPass && len(p.book.agenda) > 0 && p.book.agenda[0].next <= now && len(p.unsaved) < maxUnsaved; n++ {
		c := p.book.agenda[0]
		if rs := c.advance(now); len(rs) > 0 {
			p.commit(rs)
			if c.opened > 1 {
				passedOn = append(passedOn, c.id)
			}
		}
		p.queue(c, now)
		p.book.schedule(c)
	}
	err := p.save()
	for name := range p.channels {
		p.work(ctx, name)
	}
	p.passOn(ctx, passedOn, now)
	return err
}

// queue hands the messages of a course that are due to their channels.
func (p pass) queue(c *course, now int64) {
	for _, m := range c.messages {
		switch {
		case m.settled || m.busy || !c.first(m):
		case m.Kind == Call && c.stopped != 0:
			p.commit(c.mark([]record{{Settle: &settle{m.ID, m.outcome(), now}}}))
		case m.attempts > 0 && m.Deadline <= now:
			p.giveUp(c, m, m.outcome(), now, context.DeadlineExceeded)
		case m.retry > now:
		case p.channels[m.To.Channel] == nil: // of a chain of before
			p.giveUp(c, m, Failed, now, ErrRefused)
		default:
			m.busy = true
			p.channels[m.To.Channel].put(sending{c, m})
		}
	}
}

// giveUp settles a message that is not tried again.
func (p pass) giveUp(c *course, m *message, r Receipt, now int64, err error) {
	p.config.Report(&DeliveryError{m.ID, m.To.Channel, m.attempts, r, true, err})
	p.commit(c.mark([]record{{Settle: &settle{m.ID, r, now}}}))
}

// outcome is the receipt of a message that is not tried again.
func (m *message) outcome() Receipt {
	if m.attempts == 0 || m.maybe {
		return Unknown
	}
	return Failed
}

// work starts workers for a channel. The lock is held.
func (p pass) work(ctx context.Context, name string) {
	h := p.channels[name]
	for n := h.length(); n > 0 && h.workers < p.config.Parallel; n-- {
		h.workers++
		p.running.Go(func() {
			for p.sendOne(ctx, h) {
			}
		})
	}
}

func (h *channel) length() (n int) {
	for _, q := range h.waiting {
		n += len(q)
	}
	return n
}

// sendOne sends the most urgent message of a channel. It returns false, and the
// worker ends, if there is none.
func (p pass) sendOne(ctx context.Context, h *channel) bool {
	p.mu.Lock()
	s, ok := h.take()
	if !ok || ctx.Err() != nil {
		h.workers--
		if ok {
			s.message.busy = false
			p.book.schedule(s.course)
		}
		p.mu.Unlock()
		return false
	}
	m := s.message
	if m.settled || m.Kind == Call && s.course.stopped != 0 {
		m.busy = false
		p.book.schedule(s.course)
		p.signal()
		p.mu.Unlock()
		return true
	}
	now := p.clock()
	limit := p.config.AttemptTimeout
	if left := instant(m.Deadline).Sub(now); m.attempts > 0 {
		limit = min(limit, left)
	}
	attempt, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	m.attempts++
	m.cancel = cancel
	msg := m.facts.message(s.course.id, &m.open, s.course.chain)
	p.mu.Unlock()
	receipt, later, err := p.try(attempt, h.notifier, msg, now.Add(limit))
	p.finish(ctx, s, receipt, later, err)
	return true
}

// try makes one attempt, if it is this replica's. A time says that it is
// another's until then.
func (p pass) try(ctx context.Context, n Notifier, m Message, until time.Time) (r Receipt, later time.Time, err error) {
	claims := p.config.Claims
	if claims == nil {
		r, err = p.call(ctx, n, m)
		return r, later, err
	}
	whose, r, err := claims.Claim(ctx, m.ID, p.clock(), until)
	switch {
	case err != nil:
		p.config.Report(err)
	case whose == Theirs:
		return Unknown, until, nil
	case whose == Done:
		return r, later, nil
	}
	r, err = p.call(ctx, n, m)
	if err == nil || errors.Is(err, ErrRefused) {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.config.AttemptTimeout) // of its own: the news must not be lost
		defer cancel()
		if err := claims.Settle(late, m.ID, r); err != nil {
			p.config.Report(err)
		}
	}
	return r, later, err
}

// call is a call of a notifier, which may panic: one broken channel must not
// silence the others.
func (p pass) call(ctx context.Context, n Notifier, m Message) (r Receipt, err error) {
	defer func() {
		if recover() != nil { // what it says may show the message
			r, err = Unknown, errPanic
		}
	}()
	m.Text = p.config.Text(m)
	return n.Notify(ctx, m)
}

var errPanic = errors.New("escalate: the notifier panicked")

// finish notes the result of an attempt. The next pass saves it, with others: what
// a crash loses is sent again.
func (p pass) finish(ctx context.Context, s sending, r Receipt, later time.Time, err error) {
	now := p.clock().UnixNano()
	p.mu.Lock()
	defer p.mu.Unlock()
	c, m := s.course, s.message
	m.busy, m.cancel = false, nil
	defer p.signal()
	defer p.book.schedule(c)
	switch {
	case m.settled:
	case !later.IsZero():
		m.attempts--
		m.retry = min(later.UnixNano(), now+int64(time.Second))
	case err == nil:
		p.commit(c.mark([]record{{Settle: &settle{m.ID, r, now}}}))
	case ctx.Err() != nil: // the end of the program, not of the message
		m.attempts--
	default:
		m.maybe = m.maybe || r != Failed
		final := errors.Is(err, ErrRefused) || now >= m.Deadline || m.Kind == Call && c.stopped != 0
		p.config.Report(&DeliveryError{m.ID, m.To.Channel, m.attempts, m.outcome(), final, err})
		if final {
			p.commit(c.mark([]record{{Settle: &settle{m.ID, m.outcome(), now}}}))
			return
		}
		m.retry = min(now+int64(backoff(m.ID, m.attempts)), m.Deadline)
	}
}

// backoff is the pause after an attempt: 1 s, 2 s and so on up to 30 s, of which
// between a half and all, so that those who failed together do not come back
// together. It is a function of the message.
func backoff(id MessageID, attempt int) time.Duration {
	full := min(time.Second<<min(attempt-1, 5), 30*time.Second)
	part := id[attempt%len(id)]
	return full/2 + full/2*time.Duration(part)/255
}

// passOn tells the engine which alarms were passed on to a further step. That is
// for people to see, and not done again after a crash.
func (p pass) passOn(ctx context.Context, alarms []alert.AlarmID, now int64) {
	if p.config.Command == nil || len(alarms) == 0 {
		return
	}
	p.running.Go(func() {
		for _, id := range alarms {
			one, cancel := context.WithTimeout(ctx, p.config.AttemptTimeout)
			err := p.config.Command(one, alert.Command{Action: alert.Escalate, Alarm: id, At: instant(now)})
			cancel()
			if err != nil && !errors.Is(err, alert.ErrNoAlarm) && ctx.Err() == nil {
				p.config.Report(err)
			}
		}
	})
}

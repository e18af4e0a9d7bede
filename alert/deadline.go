package alert

import "cmp"

// A deadline is when silence changes something.
type deadline struct {
	at   int64
	p    *patient
	rule int
}

// deadlines is a heap in the order in which things happen, whatever the order
// in which they were found.
type deadlines []deadline

func (d deadline) before(o deadline) bool {
	return cmp.Or(cmp.Compare(d.at, o.at), cmp.Compare(d.p.seq, o.p.seq), cmp.Compare(d.rule, o.rule)) < 0
}

func (h *deadlines) push(d deadline) {
	s := append(*h, d)
	*h = s
	for i := len(s) - 1; i > 0; {
		parent := (i - 1) / 2
		if !s[i].before(s[parent]) {
			return
		}
		s[i], s[parent] = s[parent], s[i]
		i = parent
	}
}

func (h *deadlines) pop() deadline {
	s := *h
	first, last := s[0], len(s)-1
	s[0], s[last] = s[last], deadline{}
	s = s[:last]
	*h = s
	for i := 0; ; {
		least := 2*i + 1
		if least >= last {
			return first
		}
		if least+1 < last && s[least+1].before(s[least]) {
			least++
		}
		if !s[least].before(s[i]) {
			return first
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
}

// advance lets all that is due up to now happen.
func (e *Engine) advance(now int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.undelivered > maxBacklog {
		return ErrBacklog
	}
	for len(e.timers) > 0 && e.timers[0].at <= now {
		for len(e.timers) > 0 && e.timers[0].at <= now {
			p := e.timers[0].p
			p.next = e.collect(p, now)
			e.timers[0].at = p.next
			e.timers.down(0)
		}
		e.settle(now)
	}
	return nil
}

// collect finds what is due for a patient up to limit and returns when the rest
// is.
func (e *Engine) collect(p *patient, limit int64) (next int64) {
	next = never
	for _, i := range e.timed(p) {
		if at := e.when(p, int(i)); at <= limit {
			e.overdue.push(deadline{at, p, int(i)})
		} else {
			next = min(next, at)
		}
	}
	return next
}

// catchUp lets happen what the silence before a reading has brought about for
// the rules of its kind, up to limit. In a pause and in a family it matters
// what came first, so there it is all rules of the patient.
func (e *Engine) catchUp(p *patient, w *watch, limit int64) {
	if w.family || p.more != nil && p.more.pauseUntil != 0 {
		e.catchUpAll(p, limit)
		return
	}
	for _, i := range w.rules {
		if at := e.when(p, int(i)); at <= limit {
			e.overdue.push(deadline{at, p, int(i)})
		}
	}
	e.settle(limit)
	next := never
	for _, i := range e.timed(p) {
		next = min(next, e.when(p, int(i)))
	}
	p.next = max(p.next, next)
}

func (e *Engine) catchUpAll(p *patient, limit int64) {
	for {
		next := e.collect(p, limit)
		if len(e.overdue) == 0 {
			p.next = next
			return
		}
		e.settle(limit)
	}
}

// settle lets happen what is in e.overdue, and what follows from it up to limit.
func (e *Engine) settle(limit int64) {
	for len(e.overdue) > 0 {
		d := e.overdue.pop()
		if at := e.when(d.p, d.rule); at == d.at { // not put off meanwhile
			e.lapse(d)
		}
		if at := e.when(d.p, d.rule); at <= limit {
			e.overdue.push(deadline{at, d.p, d.rule})
		} else {
			e.wake(d.p, at)
		}
	}
}

// lapse is what happens at a deadline.
func (e *Engine) lapse(d deadline) {
	p, i := d.p, d.rule
	if i == thePause {
		p.more.pauseUntil = 0
		return
	}
	l := p.lives[i]
	if det := e.detecting(p, i); det != nil && e.passDue(p, i, det) <= d.at {
		e.pass(p, i, d.at)
		return
	}
	switch state := p.state(i); {
	case state == Pending:
		e.raise(p, i, d.at)
	case state != 0 && l.timer <= d.at:
		e.expire(p, i, d.at)
	default: // missing data
		k := p.heard(e.index[e.rules[i].kind] - 1)
		v := verdict{hit: true, since: k.data, ev: evidence{at: none, device: k.device.id}}
		e.overdueData(p, i, d.at, k, &v)
	}
}

// overdueData raises a missing-data alarm, which has its delay behind it.
func (e *Engine) overdueData(p *patient, i int, at int64, k *heard, v *verdict) {
	if p.state(i) != 0 {
		e.holds(p, i, at, v)
		return
	}
	e.live(p, i, e.ruleFor(p, i, k.device), k.data, v.ev)
	e.raise(p, i, at)
}

// pass tells a detector the time.
func (e *Engine) pass(p *patient, i int, at int64) {
	b := &p.more.detectors[e.detectors[i]-1]
	b.passed = at
	v := b.detector.pass(at)
	e.step(p, i, b.rule, at, &v)
}

// expire is the end of a pause, snooze or acknowledgement, or a reminder.
func (e *Engine) expire(p *patient, i int, at int64) {
	l := p.lives[i]
	switch l.state {
	case Paused, Snoozed:
		e.change(p, i, at, l.audible(), CauseExpiry, "", true)
	case Acknowledged:
		e.change(p, i, at, l.audible(), CauseTimeout, "", true)
	default:
		l.reminders++
		e.change(p, i, at, l.state, CauseReminder, "", true)
	}
}

// audible is the state of a standing alarm that nothing silences.
func (l *life) audible() State {
	switch {
	case l.gone:
		return Latched
	case l.flapping:
		return Flapping
	}
	return Active
}

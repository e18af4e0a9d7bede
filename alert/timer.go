package alert

// timers is a heap of the patients by the time before which nothing is due. It
// is lazy: the time of a patient in it may be earlier than the true one, so
// that a reading, which puts off what would be missing, does not touch it.
type timers []timer

type timer struct {
	at int64 // not after p.next
	p  *patient
}

// fan is how many children a node has: four lie in one line of the cache.
const fan = 4

func (h *timers) add(p *patient) {
	*h = append(*h, timer{p.next, p})
	h.up(len(*h) - 1)
}

func (h *timers) remove(p *patient) {
	i, last := int(p.timer), len(*h)-1
	moved := (*h)[last]
	(*h)[last] = timer{}
	*h = (*h)[:last]
	if i < last {
		(*h)[i] = moved
		h.up(i)
		h.down(int(moved.p.timer))
	}
}

func (h timers) up(i int) {
	t := h[i]
	for i > 0 {
		parent := (i - 1) / fan
		if h[parent].at <= t.at {
			break
		}
		h[i] = h[parent]
		h[i].p.timer = int32(i)
		i = parent
	}
	h[i] = t
	t.p.timer = int32(i)
}

func (h timers) down(i int) {
	t := h[i]
	for {
		least := i*fan + 1
		if least >= len(h) {
			break
		}
		for c := least + 1; c < min(i*fan+1+fan, len(h)); c++ {
			if h[c].at < h[least].at {
				least = c
			}
		}
		if t.at <= h[least].at {
			break
		}
		h[i] = h[least]
		h[i].p.timer = int32(i)
		i = least
	}
	h[i] = t
	t.p.timer = int32(i)
}

// arm sets all timers anew.
func (e *Engine) arm() {
	h := e.timers
	for n := range h {
		p := h[n].p
		for _, i := range e.timed(p) {
			p.next = min(p.next, e.when(p, int(i)))
		}
		h[n].at = p.next
	}
	for i := len(h)/fan + 1; i > 0; i-- {
		if i <= len(h) {
			h.down(i - 1)
		}
	}
}

// wake makes sure that a patient is looked at not later than at.
func (e *Engine) wake(p *patient, at int64) {
	if at >= p.next {
		return
	}
	p.next = at
	if i := int(p.timer); at < e.timers[i].at {
		e.timers[i].at = at
		e.timers.up(i)
	}
}

// expect is wake for the next deadline of a rule.
func (e *Engine) expect(p *patient, i int) { e.wake(p, e.when(p, i)) }

// thePause stands for the audio pause in the place of a rule.
const thePause = -1

// timed are the rules of which time may change something for a patient, and
// thePause. While nothing pends or stands these are few.
func (e *Engine) timed(p *patient) []int32 {
	switch {
	case p.about() != nil:
		return []int32{0}
	case p.busy == 0:
		return e.idle
	}
	return e.every
}

// when is the next time at which silence changes something for rule i.
func (e *Engine) when(p *patient, i int) int64 {
	if i == thePause {
		if p.more == nil || p.more.pauseUntil == 0 {
			return never
		}
		return p.more.pauseUntil
	}
	l := p.lives[i]
	state := p.state(i)
	at := never
	switch state {
	case 0, folded:
	case Pending:
		at = l.at
	default:
		at = l.timer
	}
	if p.about() != nil {
		return at
	}
	if e.detectors[i] != 0 {
		if d := e.detecting(p, i); d != nil {
			at = min(at, e.passDue(p, i, d))
		}
		return at
	}
	if e.rules[i].cond == missing && (state == 0 || state != Pending && l.dataCame()) {
		if k := p.heard(e.index[e.rules[i].kind] - 1); k != nil && k.seen {
			if rule := e.ruleFor(p, i, k.device); !rule.off {
				at = min(at, k.data+int64(rule.after))
			}
		}
	}
	return at
}

// passDue is when a detector wants to be told the time. One that was told and
// wants it again waits for a reading.
func (e *Engine) passDue(p *patient, i int, d detector) int64 {
	if due := d.due(); due > p.more.detectors[e.detectors[i]-1].passed {
		return due
	}
	return never
}

// dataCame reports whether a missing-data alarm stands though there are data.
func (l *life) dataCame() bool { return l.gone || l.clearSince != none }

// ruleFor is rule i of a patient for a device.
func (e *Engine) ruleFor(p *patient, i int, d *device) *Rule {
	if d.own == nil && p.own() == nil {
		return &e.rules[i]
	}
	return e.table.resolve(i, p.who.patient, d.id)
}

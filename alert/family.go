package alert

// inhibited reports whether an alarm of higher priority of the same family
// stands.
func (e *Engine) inhibited(p *patient, i int) bool {
	rule := p.lives[i].rule
	if rule.family == "" || rule.mandatory {
		return false
	}
	for j := range p.lives {
		if l := p.standing(j); l != nil && l.rule.above(rule) {
			return true
		}
	}
	return false
}

// above reports whether alarms of r inhibit those of o.
func (r *Rule) above(o *Rule) bool {
	return r.family != "" && r.family == o.family && r.priority > o.priority && !o.mandatory
}

// inhibitLower marks the alarms that alarm i inhibits.
func (e *Engine) inhibitLower(p *patient, i int, at int64) {
	rule := p.lives[i].rule
	if rule.family == "" {
		return
	}
	for j := range p.lives {
		if l := p.standing(j); l != nil && rule.above(l.rule) && !l.alarm.Inhibited {
			e.mark(p, j, at, true)
		}
	}
}

// releaseLower announces the alarms of a family that nothing inhibits any more.
func (e *Engine) releaseLower(p *patient, family string, at int64) {
	if family == "" {
		return
	}
	for j := range p.lives {
		if l := p.standing(j); l != nil && l.rule.family == family && l.alarm.Inhibited && !e.inhibited(p, j) {
			e.mark(p, j, at, false)
		}
	}
}

// mark is the event that an alarm is, or is no longer, inhibited.
func (e *Engine) mark(p *patient, i int, at int64, inhibited bool) {
	l := p.lives[i]
	l.at = max(at, l.at)
	ev := *l.alarm
	ev.Number++
	ev.Inhibited, ev.Cause, ev.By, ev.At = inhibited, CausePrecedence, "", instant(l.at)
	e.publish(p, i, ev, !inhibited && l.state == l.audible())
}

package alert

import (
	"slices"
	"time"
)

// life is what is known of a condition: of a pending one, of the alarm, and of
// those before it when the rule looks for flapping. A rule of which there is
// nothing to know has none.
type life struct {
	state      State    // 0: nothing, save what was raised before
	since      int64    // begin of the condition, when pending or standing
	rule       *Rule    // as it was when the condition began: by device it may differ
	at         int64    // pending: end of the delay; standing: latest change
	clearSince int64    // first of the clear values without interruption, or none
	hitSince   int64    // flapping: first violating value without interruption, or none
	until      int64    // end of the pause or snooze
	timer      int64    // the next reminder or acknowledge timeout, or never
	reminders  uint16   // since the alarm was announced by something else
	gone       bool     // the condition is over
	flapping   bool     // the alarm began as one of many
	told       int64    // when it was last announced, or none
	evidence   evidence // of the condition when pending, of the latest change when standing
	alarm      *Event   // the latest event, never modified; nil if not standing
	raised     []int64  // when the last alarms began, oldest first, if the rule looks for flapping
}

// none is no time.
const none = -1 << 63

const (
	// maxPath bounds what an event tells of its past.
	maxPath = 32
	// maxReminders bounds what a leap in time can cause; a reminder that was
	// given a thousand times in vain has no one to hear it.
	maxReminders = 1000
)

// live begins the life of a condition.
func (e *Engine) live(p *patient, i int, rule *Rule, since int64, ev evidence) *life {
	l := p.lives[i]
	if l == nil {
		l = e.newLife()
		p.lives[i] = l
		p.busy++
	}
	l.rule, l.since, l.evidence = rule, since, ev
	l.clearSince, l.hitSince, l.told, l.timer = none, none, none, never
	return l
}

func (e *Engine) newLife() *life {
	n := len(e.spare)
	if n == 0 {
		return new(life)
	}
	l := e.spare[n-1]
	e.spare = e.spare[:n-1]
	return l
}

// rest ends the life of a condition. Only the times of past alarms stay, when
// the rule looks for flapping.
func (e *Engine) rest(p *patient, i int) {
	l := p.lives[i]
	*l = life{raised: l.raised}
	if len(l.raised) > 0 {
		return
	}
	p.lives[i] = nil
	p.busy--
	if len(e.spare) < maxSpare {
		e.spare = append(e.spare, l)
	}
}

// maxSpare bounds the memory kept for conditions to come.
const maxSpare = 1 << 12

// step moves the state machine of one rule by a verdict: hit, the condition
// holds; contrary, it certainly does not; clear, an alarm may end.
func (e *Engine) step(p *patient, i int, rule *Rule, at int64, v *verdict) {
	l := p.lives[i]
	switch state := p.state(i); {
	case state == 0 && v.hit:
		e.begin(p, i, rule, at, v)
	case state == 0:
	case state == Pending && v.hit:
		l.evidence = v.ev
		if at >= l.at {
			e.raise(p, i, l.at)
		}
	case state == Pending && v.contrary:
		e.rest(p, i)
	case state == Pending:
	case state == folded:
		if v.clear {
			e.unfold(p, i)
			e.rest(p, i)
		}
	case v.hit:
		e.holds(p, i, at, v)
	case v.clear:
		e.cleared(p, i, at, v)
	case v.contrary: // between the limit and the value to clear at
		l.clearSince, l.hitSince = none, none
	}
}

func (e *Engine) begin(p *patient, i int, rule *Rule, at int64, v *verdict) {
	l := e.live(p, i, rule, min(v.since, at), v.ev)
	if due := l.since + int64(rule.delay); due > at {
		l.state, l.at = Pending, due
		e.wake(p, due)
		return
	}
	e.raise(p, i, at)
}

// raise makes an alarm of the condition whose evidence is in the life.
func (e *Engine) raise(p *patient, i int, at int64) {
	l := p.lives[i]
	rule := l.rule
	l.at = at
	if e.fold(p, i, at) {
		return
	}
	l.state = Active
	if l.flapping = e.flaps(l, at); l.flapping {
		l.state, l.hitSince = Flapping, at
	}
	inhibited := e.inhibited(p, i)
	if m := p.more; m != nil && at < m.pauseUntil && !rule.mandatory {
		switch {
		case rule.priority <= m.pauseLevel:
			l.state, l.until = Paused, m.pauseUntil
		case !inhibited:
			e.endPause(p, at, CausePrecedence, "")
		}
	}
	ev := e.event(p, i, at)
	ev.Number, ev.Inhibited, ev.Reason = 1, inhibited, e.reason(p, i)
	ev.State = l.state
	ev.Until = l.untilOf(l.state)
	e.standing[ev.ID] = place{p, i}
	e.publish(p, i, ev, l.state != Paused && !inhibited)
	e.inhibitLower(p, i, at)
}

// flaps counts an alarm and reports whether it is one too many.
func (e *Engine) flaps(l *life, at int64) bool {
	n := l.rule.flaps
	if n == 0 {
		return false
	}
	begin := at - int64(l.rule.flapWithin)
	l.raised = slices.DeleteFunc(l.raised, func(t int64) bool { return t < begin })
	if len(l.raised) >= n {
		l.raised = append(l.raised[:0], l.raised[len(l.raised)-n+1:]...)
	}
	l.raised = append(l.raised, at)
	return len(l.raised) >= n
}

// holds is a condition that goes on, or returns, while its alarm stands.
func (e *Engine) holds(p *patient, i int, at int64, v *verdict) {
	l := p.lives[i]
	l.clearSince = none
	if l.gone {
		l.gone = false
		if l.state == Latched {
			l.evidence = v.ev
			e.change(p, i, at, Active, CauseCondition, "", false)
		}
	}
	if l.state != Flapping {
		return
	}
	if l.hitSince == none {
		l.hitSince = at
	}
	if at-l.hitSince >= int64(l.rule.flapWithin) {
		l.flapping, l.evidence = false, v.ev
		e.change(p, i, at, Active, CauseCondition, "", true)
	}
}

// cleared is a value that shows that the condition is over.
func (e *Engine) cleared(p *patient, i int, at int64, v *verdict) {
	l := p.lives[i]
	l.hitSince = none
	if l.gone {
		return
	}
	if l.clearSince == none {
		l.clearSince = at
	}
	wait := l.rule.clearAfter
	if l.flapping {
		wait = max(wait, l.rule.flapWithin)
	}
	if at-l.clearSince < int64(wait) {
		return
	}
	l.evidence = v.ev
	switch {
	case !l.rule.latching || l.state == Acknowledged:
		e.end(p, i, at, CauseCondition, "")
	case l.state == Paused || l.state == Snoozed:
		l.gone = true
	default:
		l.gone = true
		e.change(p, i, at, Latched, CauseCondition, "", false)
	}
}

// end is the last event of an alarm.
func (e *Engine) end(p *patient, i int, at int64, cause Cause, by string) {
	l := p.lives[i]
	at = max(at, l.at) // a reading that was under way when Advance raised the alarm
	ev := *l.alarm
	ev.State, ev.Cause, ev.By, ev.At, ev.Until = Ended, cause, by, instant(at), time.Time{}
	if cause == CauseCondition {
		e.show(&ev, l)
		ev.Reason = e.relief(p, i, at)
	}
	l.state = Ended
	ev.Number++
	ev.Inhibited = false
	delete(e.standing, ev.ID)
	e.publish(p, i, ev, false)
	family := l.rule.family
	e.rest(p, i)
	e.expect(p, i)
	e.releaseLower(p, family, at)
}

// change is an event of a standing alarm.
func (e *Engine) change(p *patient, i int, at int64, to State, cause Cause, by string, announce bool) {
	l := p.lives[i]
	at = max(at, l.at)
	l.at = at
	ev := *l.alarm
	ev.State, ev.Cause, ev.By, ev.At, ev.Until = to, cause, by, instant(at), l.untilOf(to)
	ev.Number++
	if cause == CauseCondition {
		e.show(&ev, l)
		if to == Latched {
			ev.Reason = e.relief(p, i, at)
		} else {
			ev.Reason = e.reason(p, i)
		}
	}
	l.state = to
	e.publish(p, i, ev, announce && !ev.Inhibited)
}

// publish completes an event, keeps it and queues it.
func (e *Engine) publish(p *patient, i int, ev Event, announce bool) {
	l := p.lives[i]
	if ev.Announce = announce; announce {
		l.told = l.at
	}
	ev.Detail = e.detail(p, i, &ev)
	l.alarm = &ev
	l.timer = never
	switch ev.State {
	case Active, Latched, Flapping:
		if l.rule.remind > 0 && l.told != none && !ev.Inhibited && l.reminders < maxReminders {
			l.timer = max(l.told+int64(l.rule.remind), l.at)
		}
	case Acknowledged:
		if l.rule.rearm > 0 {
			l.timer = l.at + int64(l.rule.rearm)
		}
	case Paused, Snoozed:
		l.timer = l.until
	}
	if ev.Cause != CauseReminder {
		l.reminders = 0
	}
	e.wake(p, l.timer)
	e.emit(&ev)
}

// detail shares with the event before what has not changed.
func (e *Engine) detail(p *patient, i int, ev *Event) *Detail {
	l := p.lives[i]
	d := &Detail{Limit: l.rule.origin}
	if l.alarm != nil {
		d.Inputs, d.Path = l.alarm.Detail.Inputs, l.alarm.Detail.Path
	}
	if ev.Cause == CauseCondition {
		d.Inputs = e.inputs(p, i)
	}
	if ev.Cause != CauseReminder {
		d.Path = appendStep(d.Path, Step{State: ev.State, Cause: ev.Cause, At: ev.At, By: ev.By})
	}
	return d
}

// appendStep makes a path of the first step and the latest.
func appendStep(path []Step, s Step) []Step {
	longer := make([]Step, 0, len(path)+1)
	if len(path) == maxPath {
		longer, path = append(longer, path[0]), path[2:]
	}
	return append(append(longer, path...), s)
}

// event is what all events of an alarm have in common.
func (e *Engine) event(p *patient, i int, at int64) Event {
	l := p.lives[i]
	r := l.rule
	ev := Event{
		ID: alarmID(p.who, r.name, l.since), Patient: p.who.patient,
		Rule: r.name, Version: e.ruleBook.version(r), Kind: r.kind, Priority: r.priority, Category: r.category(),
		NonSuppressible: r.mandatory, At: instant(at), Since: instant(l.since), Limit: r.limit,
	}
	e.show(&ev, l)
	return ev
}

// reason explains why the alarm stands.
func (e *Engine) reason(p *patient, i int) string {
	if g := p.about(); g != nil {
		return g.reason()
	}
	l := p.lives[i]
	return l.rule.reason(e.detecting(p, i), &l.evidence)
}

// relief explains why the condition is over.
func (e *Engine) relief(p *patient, i int, at int64) string {
	l := p.lives[i]
	after := time.Duration(at - l.since)
	if g := p.about(); g != nil {
		return g.relief(after)
	}
	return l.rule.relief(e.detecting(p, i), &l.evidence, after)
}

// show enters the value of the latest evidence.
func (e *Engine) show(ev *Event, l *life) {
	v := &l.evidence
	ev.Value, ev.Quality, ev.Device = v.value, v.quality, v.device
	if v.score != nil {
		s := *v.score
		ev.Score = &s
	}
}

// inputs are the readings behind the present state of a rule.
func (e *Engine) inputs(p *patient, i int) []Input {
	if d := e.detecting(p, i); d != nil {
		return d.inputs(nil)
	}
	l := p.lives[i]
	v := &l.evidence
	if v.at == none {
		return nil
	}
	return []Input{{Kind: l.rule.kind, Value: v.value, Code: v.code, Quality: v.quality, Device: v.device, At: instant(v.at), Sequence: v.seq}}
}

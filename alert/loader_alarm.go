package alert

import (
	"math"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// life reads that of rule i of p, or of nobody if i is negative.
func (r *snapshotReader) life(p *patient, i int) {
	e := r.e
	state := State(r.upTo(int64(folded)))
	if !r.bool() {
		if state != 0 {
			r.fail()
		}
		return
	}
	l := new(life)
	for range r.upTo(maxFlaps) {
		l.raised = append(l.raised, r.near())
	}
	if state == 0 {
		if i >= 0 && len(l.raised) > 0 {
			p.adopt(i, l)
		}
		return
	}
	version := r.name()
	since := r.near()
	for _, at := range l.times() {
		*at = r.moment()
	}
	l.reminders = uint16(r.upTo(maxReminders))
	l.gone, l.flapping = r.bool(), r.bool()
	l.evidence = r.evidence()
	if r.bool() {
		l.alarm = r.event()
	}
	if r.bad || state == Ended || state.Standing() != (l.alarm != nil) || l.alarm != nil && l.alarm.State != state {
		r.fail()
		return
	}
	if g := p.about(); g != nil {
		l.rule = &g.rule
	} else if i >= 0 {
		l.rule = e.sameVersion(p, i, version)
	}
	if l.rule == nil || i >= 0 && p.state(i) != 0 {
		r.drop(p, l)
		return
	}
	l.state, l.since = state, since
	p.adopt(i, l)
	if l.alarm != nil {
		e.standing[l.alarm.ID] = place{p, i}
	}
	if state == folded {
		if d := e.devices[l.evidence.device]; d == nil || d.gateway == nil {
			l.state, l.at = Pending, since+int64(l.rule.patience())
		} else {
			d.gateway.folded[place{p, i}] = struct{}{}
		}
	}
}

// adopt gives a rule its life.
func (p *patient) adopt(i int, l *life) {
	if p.lives[i] == nil {
		p.busy++
	}
	p.lives[i] = l
}

// drop ends the alarm of a rule that is no more.
func (r *snapshotReader) drop(p *patient, l *life) {
	if l.alarm == nil {
		return
	}
	ev := *l.alarm
	ev.State, ev.Cause, ev.By, ev.Until = Ended, CauseRules, r.by, time.Time{}
	ev.Announce, ev.Inhibited = false, false
	ev.Number++
	if r.at != none {
		ev.At = instant(max(r.at, l.at))
	}
	ev.Reason = "the rule was changed or removed"
	ev.Detail = &Detail{
		Inputs: ev.Detail.Inputs, Limit: ev.Detail.Limit,
		Path: appendStep(ev.Detail.Path, Step{State: Ended, Cause: CauseRules, At: ev.At, By: r.by}),
	}
	r.e.emit(&ev)
}

func (r *snapshotReader) evidence() evidence {
	v := evidence{at: r.moment(), value: r.quantity(), code: uint32(r.upTo(math.MaxUint32))}
	v.seq, v.quality = uint32(r.upTo(math.MaxUint32)), vitals.Quality(r.int())
	v.device = vitals.DeviceID(r.string())
	v.score = r.score()
	return v
}

func (r *snapshotReader) quantity() vitals.Quantity {
	u := vitals.Unit(r.upTo(math.MaxUint8))
	if u == vitals.UnitNone {
		return vitals.Quantity{}
	}
	return u.Of(vitals.Decimal{Coef: r.int(), Exp: int8(r.upTo(math.MaxUint8) + math.MinInt8)})
}

func (r *snapshotReader) score() *score.Result {
	n := r.count(1)
	if r.bad || n == 0 {
		return nil
	}
	s := new(score.Result)
	if err := s.UnmarshalBinary(r.b[:n]); err != nil {
		r.fail()
		return nil
	}
	r.b = r.b[n:]
	return s
}

// maxEventInputs bounds the inputs of an event.
const maxEventInputs = 256

func (r *snapshotReader) inputs() []Input {
	n := r.upTo(maxEventInputs)
	var all []Input
	for range n {
		all = append(all, r.input())
	}
	return all
}

func (r *snapshotReader) path() []Step {
	var path []Step
	for range r.upTo(maxPath) {
		s := Step{State: State(r.upTo(int64(Flapping))), Cause: Cause(r.upTo(int64(CauseRules)))}
		s.At, s.By = r.time(), r.string()
		path = append(path, s)
	}
	return path
}

func (r *snapshotReader) event() *Event {
	if r.bad || len(r.b) < len(AlarmID{}) {
		r.fail()
		return nil
	}
	ev := new(Event)
	r.b = r.b[copy(ev.ID[:], r.b):]
	ev.Number = uint32(r.upTo(math.MaxUint32))
	ev.Patient, ev.Device = vitals.NewPatientID(r.string()), vitals.DeviceID(r.string())
	ev.Rule, ev.Version = r.name(), r.name()
	ev.Kind = vitals.Kind(r.upTo(math.MaxUint16))
	ev.Priority, ev.Category = Priority(r.upTo(int64(High))), Category(r.upTo(int64(Advisory)))
	ev.State, ev.Cause = State(r.upTo(int64(Flapping))), Cause(r.upTo(int64(CauseRules)))
	ev.Escalations, ev.Quality = uint16(r.upTo(math.MaxUint16)), vitals.Quality(r.int())
	ev.Announce, ev.Inhibited, ev.NonSuppressible = r.bool(), r.bool(), r.bool()
	ev.By = r.string()
	ev.At, ev.Since, ev.Until = r.time(), r.time(), r.time()
	ev.Value, ev.Limit = r.quantity(), r.quantity()
	ev.Reason = r.string()
	ev.Score = r.score()
	if r.bool() {
		d := &Detail{Inputs: r.inputs()}
		d.Limit = Provenance{By: r.string(), Why: r.string(), Scope: r.string(), Since: r.time()}
		d.Path = r.path()
		ev.Detail = d
	}
	if ev.State == 0 || ev.Detail == nil {
		r.fail()
	}
	return ev
}

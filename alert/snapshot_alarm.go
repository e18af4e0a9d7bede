package alert

import (
	"math"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// life writes what is known of a condition, nil for nothing.
func (w *stateWriter) life(l *life) {
	if l == nil {
		w.int(0)
		w.bool(false)
		return
	}
	w.int(int64(l.state))
	w.bool(true)
	w.int(int64(len(l.raised)))
	for _, at := range l.raised {
		w.moment(at)
	}
	if l.state == 0 {
		return
	}
	w.string(w.e.version(l.rule))
	w.moment(l.since)
	for _, at := range l.times() {
		w.moment(*at)
	}
	w.int(int64(l.reminders))
	w.bool(l.gone)
	w.bool(l.flapping)
	w.evidence(&l.evidence)
	w.bool(l.alarm != nil)
	if l.alarm != nil {
		w.event(l.alarm)
	}
}

// times are the fields of a life that are times.
func (l *life) times() [6]*int64 {
	return [...]*int64{&l.at, &l.clearSince, &l.hitSince, &l.told, &l.until, &l.timer}
}

func (w *stateWriter) evidence(v *evidence) {
	w.moment(v.at)
	w.quantity(v.value)
	w.int(int64(v.code))
	w.int(int64(v.seq))
	w.int(int64(v.quality))
	w.string(string(v.device))
	w.score(v.score)
}

func (w *stateWriter) score(r *score.Result) {
	if r == nil {
		w.int(0)
		return
	}
	w.scratch, _ = r.AppendBinary(w.scratch[:0]) // fails never
	w.int(int64(len(w.scratch)))
	w.b = append(w.b, w.scratch...)
}

func (w *stateWriter) quantity(q vitals.Quantity) {
	w.int(int64(q.Unit()))
	if q.Unit() != vitals.UnitNone {
		w.int(q.Value().Coef)
		w.int(int64(q.Value().Exp) - math.MinInt8)
	}
}

func (w *stateWriter) inputs(all []Input) {
	w.int(int64(len(all)))
	for i := range all {
		w.b = appendInput(w.b, &all[i])
	}
}

func (w *stateWriter) path(path []Step) {
	w.int(int64(len(path)))
	for _, s := range path {
		w.int(int64(s.State))
		w.int(int64(s.Cause))
		w.time(s.At)
		w.string(s.By)
	}
}

func (w *stateWriter) event(ev *Event) {
	w.b = append(w.b, ev.ID[:]...)
	w.int(int64(ev.Number))
	w.string(ev.Patient.Reveal())
	w.string(string(ev.Device))
	w.string(ev.Rule)
	w.string(ev.Version)
	for _, v := range []int64{
		int64(ev.Kind), int64(ev.Priority), int64(ev.Category), int64(ev.State), int64(ev.Cause), int64(ev.Escalations), int64(ev.Quality),
	} {
		w.int(v)
	}
	w.bool(ev.Announce)
	w.bool(ev.Inhibited)
	w.bool(ev.NonSuppressible)
	w.string(ev.By)
	w.time(ev.At)
	w.time(ev.Since)
	w.time(ev.Until)
	w.quantity(ev.Value)
	w.quantity(ev.Limit)
	w.string(ev.Reason)
	w.score(ev.Score)
	w.bool(ev.Detail != nil)
	if d := ev.Detail; d != nil {
		w.inputs(d.Inputs)
		w.string(d.Limit.By)
		w.string(d.Limit.Why)
		w.string(d.Limit.Scope)
		w.time(d.Limit.Since)
		w.path(d.Path)
	}
}

package alert

import (
	"math"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// patient is the state of one subject: what was heard of each kind and how far
// each rule is. All times are event time in ns since 1970.
type patient struct {
	who   subject
	seq   uint64    // order of first reading
	next  int64     // no deadline lies before this
	slots []uint16  // by watch: 1 + the index in kinds, 0 for a kind never heard of
	kinds []heard   // few: a score alone watches two dozen kinds
	rules []process // by rule
	score *inputs   // nil without a score rule
}

// heard is what an engine remembers of the readings of one kind.
type heard struct {
	at     int64 // of the newest reading
	data   int64 // of the newest usable one; of the first reading if there is none
	seq    uint32
	seen   bool
	device vitals.DeviceID
}

// process is how far the condition of one rule has come.
type process struct {
	state    State // 0: nothing
	since    int64 // begin of the condition, when pending or active
	at       int64 // pending: end of the delay; active: when raised
	evidence *evidence
	alarm    *Event // when active
}

// evidence is what an event tells about the value behind it.
type evidence struct {
	value   vitals.Quantity
	quality vitals.Quality
	device  vitals.DeviceID
	score   score.Result // of a score rule
}

func measurement(r *vitals.Reading) *evidence {
	return &evidence{value: r.Quantity, quality: r.Quality, device: r.Device}
}

// A reading is worth one of these to the rules of its kind.
type worth uint8

const (
	worthNothing worth = iota // neither raises nor ends nor shows life
	worthValue
	worthAbove // no number, but above what the device can measure
	worthBelow
)

const (
	// unusable values prove nothing.
	unusable = vitals.Invalid | vitals.NoContact | vitals.Ongoing | vitals.Calibrating |
		vitals.SensorFault | vitals.SampleFault
	// doubtful values raise alarms and do not end them.
	doubtful = vitals.Questionable | vitals.EarlyEstimate | vitals.Motion | vitals.PoorSignal |
		vitals.BadPosition | vitals.Implausible | vitals.Nonconforming
)

func (w *watch) judge(r *vitals.Reading) worth {
	switch r.Quality & (vitals.Absent | unusable) {
	case 0:
	case vitals.AboveRange:
		return worthAbove
	case vitals.BelowRange:
		return worthBelow
	default:
		return worthNothing
	}
	if w.coded {
		if r.Code == 0 {
			return worthNothing
		}
		return worthValue
	}
	if r.Quantity.Unit() == w.unit && w.unit != vitals.UnitNone {
		return worthValue
	}
	if _, err := w.kind.Convert(r.Quantity, w.unit); err != nil { // no quantity ends here too
		return worthNothing
	}
	return worthValue
}

// apply evaluates one reading. It returns false if the reading has no usable
// time.
func (e *Engine) apply(r *vitals.Reading) bool {
	if int(r.Kind) >= len(e.index) || e.index[r.Kind] == 0 || r.Quality.Has(vitals.TestData) {
		return true
	}
	at, ok := nanos(r.At)
	if !ok {
		return false
	}
	slot := e.index[r.Kind] - 1
	w := &e.watches[slot]
	p := e.patient(whose(r.Patient, r.Device))
	k := p.hear(slot)
	if k.seen && (at < k.at || at == k.at && r.Sequence <= k.seq) {
		return true // a duplicate, or late
	}
	e.catchUp(p, w, k, at)
	if !k.seen {
		k.seen, k.data = true, at
		e.arm(p, w, k)
	}
	k.at, k.seq, k.device = at, r.Sequence, r.Device

	what := w.judge(r)
	if what == worthNothing {
		return true
	}
	k.data = at
	scored := w.scored && p.score.update(r, at, e.keepAge)
	ended := false
	for _, i := range w.rules {
		switch rule := &e.rules[i]; rule.cond {
		case above, below:
			e.compare(p, int(i), rule, r, at, what)
		case missing:
			if p.rules[i].state == Active {
				e.end(p, int(i), at, measurement(r))
				ended = true
			}
		case news2:
			if scored {
				e.rate(p, int(i), rule, r)
			}
		}
	}
	if ended {
		e.arm(p, w, k)
	}
	return true
}

// patient finds or makes the state of a subject.
func (e *Engine) patient(who subject) *patient {
	if e.last != nil && e.last.who == who {
		return e.last
	}
	p := e.byWho[who]
	if p == nil {
		p = &patient{
			who: who, seq: e.nextSeq, next: math.MaxInt64,
			slots: make([]uint16, len(e.watches)), rules: make([]process, len(e.rules)),
		}
		if e.scored {
			p.score = &inputs{}
		}
		e.nextSeq++
		e.byWho[who] = p
		e.patients = append(e.patients, p)
	}
	e.last = p
	return p
}

// heard is the state of a kind, or nil if there was no reading of it.
func (p *patient) heard(watch uint16) *heard {
	if i := p.slots[watch]; i != 0 {
		return &p.kinds[i-1]
	}
	return nil
}

// hear is heard, and makes the state if there is none.
func (p *patient) hear(watch uint16) *heard {
	if p.slots[watch] == 0 {
		p.kinds = append(p.kinds, heard{})
		p.slots[watch] = uint16(len(p.kinds))
	}
	return &p.kinds[p.slots[watch]-1]
}

// arm starts the clocks of the missing-data rules of a kind.
func (e *Engine) arm(p *patient, w *watch, k *heard) {
	for _, i := range w.missing {
		p.next = min(p.next, k.data+int64(e.rules[i].after))
	}
}

// catchUp raises what the silence before a reading at the given time has
// brought about for the rules of its kind.
func (e *Engine) catchUp(p *patient, w *watch, k *heard, at int64) {
	found := false
	for _, i := range w.rules {
		var due int64
		switch s := &p.rules[i]; {
		case s.state == Pending:
			due = s.at
		case s.state == 0 && e.rules[i].cond == missing && k.seen:
			due = k.data + int64(e.rules[i].after)
		default:
			continue
		}
		if due < at {
			if !found {
				e.overdue, found = e.overdue[:0], true
			}
			e.overdue = append(e.overdue, deadline{due, p, int(i)})
		}
	}
	if found {
		e.settle()
	}
}

// due is when silence alone would raise rule i, if it would.
func (e *Engine) due(p *patient, i int) (at int64, ok bool) {
	switch s, r := &p.rules[i], &e.rules[i]; {
	case s.state == Pending:
		return s.at, true
	case s.state == 0 && r.cond == missing:
		if k := p.heard(e.index[r.kind] - 1); k != nil {
			return k.data + int64(r.after), true
		}
	}
	return 0, false
}

// lapse raises the alarm of a deadline that has passed.
func (e *Engine) lapse(d deadline) {
	s := &d.p.rules[d.rule]
	if e.rules[d.rule].cond == missing {
		k := d.p.heard(e.index[e.rules[d.rule].kind] - 1)
		s.since = k.data
		e.raise(d.p, d.rule, d.at, &evidence{device: k.device})
		return
	}
	e.raise(d.p, d.rule, d.at, s.evidence)
}

// compare evaluates a limit.
func (e *Engine) compare(p *patient, i int, rule *Rule, r *vitals.Reading, at int64, what worth) {
	var hit, contrary, clear bool
	switch what {
	case worthAbove:
		hit = rule.cond == above
	case worthBelow:
		hit = rule.cond == below
	default:
		d, ok := rule.inLimitUnit(r.Quantity)
		if !ok {
			return // too large to convert
		}
		side := d.Cmp(rule.limit.Value())
		if rule.cond == below {
			side = -side
		}
		hit = side > 0
		contrary = !hit && !r.Quality.Has(doubtful)
		clear = contrary
		if clear && !rule.clear.IsZero() && p.rules[i].state == Active {
			back := d.Cmp(rule.back)
			clear = back == 0 || back < 0 == (rule.cond == above)
		}
	}
	e.step(p, i, at, hit, contrary, clear, measurement(r))
}

// step moves the state machine of one rule: hit, the condition holds; contrary,
// it certainly does not; clear, an alarm may end.
func (e *Engine) step(p *patient, i int, at int64, hit, contrary, clear bool, v *evidence) {
	s := &p.rules[i]
	switch {
	case s.state == 0 && hit:
		s.since = at
		if e.rules[i].delay == 0 {
			e.raise(p, i, at, v)
			return
		}
		s.state, s.at = Pending, at+int64(e.rules[i].delay)
		s.keep(v)
		p.next = min(p.next, s.at)
	case s.state == Pending && hit && at >= s.at:
		e.raise(p, i, s.at, v)
	case s.state == Pending && hit:
		s.keep(v)
	case s.state == Pending && contrary:
		s.state = 0
	case s.state == Active && clear:
		e.end(p, i, at, v)
	}
}

// keep remembers the latest evidence of a pending condition. The memory is
// kept for the next time.
func (s *process) keep(v *evidence) {
	if s.evidence == nil {
		s.evidence = new(evidence)
	}
	*s.evidence = *v
}

func (e *Engine) raise(p *patient, i int, at int64, v *evidence) {
	s := &p.rules[i]
	s.state, s.at = Active, at
	ev := e.event(p, i, at, v)
	ev.Reason = e.rules[i].reason(v)
	s.alarm = &ev
	e.emit(ev)
}

func (e *Engine) end(p *patient, i int, at int64, v *evidence) {
	s := &p.rules[i]
	at = max(at, s.at) // a reading that was under way when Advance raised the alarm
	s.state = Ended
	ev := e.event(p, i, at, v)
	ev.ID, ev.Since = s.alarm.ID, s.alarm.Since
	ev.Reason = e.rules[i].relief(v, time.Duration(at-s.since))
	s.state, s.alarm = 0, nil
	e.emit(ev)
}

func (e *Engine) event(p *patient, i int, at int64, v *evidence) Event {
	r, s := &e.rules[i], &p.rules[i]
	ev := Event{
		ID: alarmID(p.who, r.name, s.since), Patient: p.who.patient, Device: v.device,
		Rule: r.name, Kind: r.kind, Priority: r.priority, Technical: r.cond == missing, State: s.state,
		At: time.Unix(0, at).UTC(), Since: time.Unix(0, s.since).UTC(),
		Value: v.value, Limit: r.limit, Quality: v.quality,
	}
	if r.cond == news2 {
		result := v.score
		ev.Score = &result
	}
	return ev
}

func (e *Engine) emit(ev Event) {
	if !e.silent {
		e.queue = append(e.queue, ev)
		e.undelivered++
	}
}

package alert

import (
	"math"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// patient is the state of one subject: what was heard of each kind and how far
// each rule is. All times are event time in ns since 1970.
type patient struct {
	who   subject
	seq   uint64  // order of first reading
	next  int64   // no deadline lies before this
	kinds []heard // those heard of; few: a score alone watches two dozen
	lives []*life // by rule
	busy  int32   // how many of them are not nil
	more  *more   // nil for a patient without it
	timer int32   // index in Engine.timers
}

// more is what only some patients have.
type more struct {
	own        []*Rule  // overrides of the patient by rule, nil if there are none
	gateway    *gateway // that the alarm is about: then it is no patient
	detectors  []bound  // see ruleBook.detectors
	pauseUntil int64    // end of the audio pause, 0: none
	pauseLevel Priority
}

// bound is a detector and the rule it was made for.
type bound struct {
	rule     *Rule
	detector detector
	passed   int64 // the latest time it was told by pass
}

// heard is what an engine remembers of the readings of one kind.
type heard struct {
	at     int64 // of the newest reading
	data   int64 // of the newest usable one; of the first reading if there is none
	device *device
	seq    uint32
	watch  uint16 // index in ruleBook.watches
	seen   bool
}

// A device is known as long as some reading of it is the newest of its kind or
// it hangs on a gateway.
type device struct {
	id      vitals.DeviceID
	refs    int
	own     []*Rule // overrides of the device by rule, nil if there are none
	gateway *gateway
	at      int64 // of the newest reading, while on a gateway
}

// state is where rule i stands, 0 if there is nothing to tell.
func (p *patient) state(i int) State {
	if l := p.lives[i]; l != nil {
		return l.state
	}
	return 0
}

// standing is the life of rule i if its alarm stands, or nil.
func (p *patient) standing(i int) *life {
	if l := p.lives[i]; l != nil && l.state.Standing() {
		return l
	}
	return nil
}

// evidence is what an event tells about the value behind it.
type evidence struct {
	at      int64 // of the reading, 0 if there is none
	value   vitals.Quantity
	code    uint32
	seq     uint32
	quality vitals.Quality
	device  vitals.DeviceID
	score   *score.Result // of a score rule
}

func measurement(r *vitals.Reading, at int64) evidence {
	return evidence{at: at, value: r.Quantity, code: r.Code, seq: r.Sequence, quality: r.Quality, device: r.Device}
}

// apply evaluates one reading. It returns false if the reading has no usable
// time.
func (e *Engine) apply(r *vitals.Reading) bool {
	if r.Quality.Has(vitals.TestData) {
		return true
	}
	watched := int(r.Kind) < len(e.index) && e.index[r.Kind] != 0
	if !watched && len(e.gateways) == 0 {
		return true
	}
	at, ok := nanos(r.At)
	if !ok {
		return !watched
	}
	if len(e.gateways) > 0 {
		e.throughGateway(r.Device, at)
	}
	if watched {
		e.watched(e.index[r.Kind]-1, r, at)
	}
	return true
}

func (e *Engine) watched(slot uint16, r *vitals.Reading, at int64) {
	w := &e.watches[slot]
	p := e.patient(whose(r.Patient, r.Device))
	k := p.hear(slot)
	if k.seen && (at < k.at || at == k.at && r.Sequence <= k.seq) {
		return // a duplicate, or late
	}
	if p.next < at {
		e.catchUp(p, w, at-1)
	}
	if !k.seen || k.device.id != r.Device {
		e.hold(k, r.Device)
	}
	first := !k.seen
	if first {
		k.seen, k.data = true, at
	}
	k.at, k.seq = at, r.Sequence

	what := w.judge(r)
	if what != worthNothing {
		k.data = at
	}
	if first {
		for _, i := range w.missing {
			e.expect(p, int(i))
		}
	}
	if what == worthNothing {
		return
	}
	plain := k.device.own == nil && p.own() == nil
	rules := w.rules
	if plain && w.calm.holds(r) && p.idle(w.calm.limits) {
		rules = w.calm.detected
	}
	for _, i := range rules {
		rule := &e.rules[i]
		if !plain {
			if rule = e.table.resolve(int(i), p.who.patient, r.Device); rule.off {
				continue
			}
		}
		switch {
		case e.detectors[i] != 0:
			d := e.detector(p, int(i), rule)
			v := d.put(r, at)
			e.step(p, int(i), rule, at, &v)
			e.expect(p, int(i))
		case rule.cond == missing:
			if p.state(int(i)) != 0 {
				e.step(p, int(i), rule, at, &verdict{contrary: true, clear: true, ev: measurement(r, at)})
				e.expect(p, int(i))
			}
		default:
			e.compare(p, int(i), rule, r, at)
		}
	}
}

// compare evaluates a limit.
func (e *Engine) compare(p *patient, i int, rule *Rule, r *vitals.Reading, at int64) {
	hit, contrary, clear := rule.compare(r)
	if hit || p.state(i) != 0 {
		e.step(p, i, rule, at, &verdict{hit: hit, contrary: contrary, clear: clear, since: at, ev: measurement(r, at)})
	}
}

// patient finds or makes the state of a subject.
func (e *Engine) patient(who subject) *patient {
	if e.last != nil && e.last.who == who {
		return e.last
	}
	p := e.find(who)
	if p == nil {
		p = e.newPatient(who)
		e.timers.add(p)
	}
	e.last = p
	return p
}

func (e *Engine) newPatient(who subject) *patient {
	p := &patient{who: who, seq: e.nextSeq, next: math.MaxInt64, lives: make([]*life, len(e.rules))}
	e.nextSeq++
	if own := e.table.byPatient[who.patient]; own != nil {
		p.more = &more{own: own}
	}
	if who.patient.IsZero() {
		e.unknown[who.device] = p
	} else {
		e.known[who.patient] = p
	}
	return p
}

// find is the state of a subject, or nil.
func (s *state) find(who subject) *patient {
	if who.patient.IsZero() {
		return s.unknown[who.device]
	}
	return s.known[who.patient]
}

// own are the overrides of the patient, or nil.
func (p *patient) own() []*Rule {
	if p.more == nil {
		return nil
	}
	return p.more.own
}

// about is the gateway that the alarm of p is about, or nil for a patient.
func (p *patient) about() *gateway {
	if p.more == nil {
		return nil
	}
	return p.more.gateway
}

// extra is the part of the state that not all patients have.
func (p *patient) extra() *more {
	if p.more == nil {
		p.more = new(more)
	}
	return p.more
}

// detector finds or makes the detector of a rule. One that was made for another
// rule, of another device, starts anew.
func (e *Engine) detector(p *patient, i int, rule *Rule) detector {
	m := p.extra()
	if m.detectors == nil {
		m.detectors = make([]bound, e.detected)
	}
	b := &m.detectors[e.detectors[i]-1]
	if b.rule != rule {
		*b = bound{rule, rule.newDetector(), none}
	}
	return b.detector
}

// detecting is the detector of a rule, or nil if there is none.
func (e *Engine) detecting(p *patient, i int) detector {
	if e.detectors[i] == 0 || p.more == nil || p.more.detectors == nil {
		return nil
	}
	if b := &p.more.detectors[e.detectors[i]-1]; b.rule != nil {
		return b.detector
	}
	return nil
}

// heard is the state of a kind, or nil if there was no reading of it.
func (p *patient) heard(watch uint16) *heard {
	for i := range p.kinds {
		if p.kinds[i].watch == watch {
			return &p.kinds[i]
		}
	}
	return nil
}

// hear is heard, and makes the state if there is none.
func (p *patient) hear(watch uint16) *heard {
	if k := p.heard(watch); k != nil {
		return k
	}
	p.kinds = append(p.kinds, heard{watch: watch})
	return &p.kinds[len(p.kinds)-1]
}

// hold makes a device the latest of a kind.
func (e *Engine) hold(k *heard, id vitals.DeviceID) {
	d := e.device(id)
	d.refs++
	e.release(k.device)
	k.device = d
}

// device finds or makes the state of a device.
func (e *Engine) device(id vitals.DeviceID) *device {
	d := e.devices[id]
	if d == nil {
		d = &device{id: id, own: e.table.byDevice[id]}
		e.devices[id] = d
	}
	return d
}

func (e *Engine) release(d *device) {
	if d == nil {
		return
	}
	if d.refs--; d.refs == 0 && d.gateway == nil {
		delete(e.devices, d.id)
	}
}

package alert

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// Load replaces the state of the engine by that of a [Engine.Snapshot]. The
// bytes are not kept. A rule whose definition has changed since, or its
// override for a patient, begins anew; an alarm of it that stood has ended by
// that, with an event of [CauseRules] that the next Put or Advance delivers.
// Snapshots of other rules, patients or notifiers are loaded as far as they
// apply. On error, which is [ErrSnapshot], nothing has changed.
func (e *Engine) Load(snapshot []byte) error {
	if e.sending == nil {
		return errZero
	}
	e.sending <- struct{}{}
	defer func() { <-e.sending }()
	e.mu.Lock()
	defer e.mu.Unlock()
	fresh := newEngine(e.notifier, e.members, e.ruleBook)
	if err := fresh.load(snapshot, "", none); err != nil {
		return err
	}
	e.take(fresh)
	return nil
}

// take makes the state of fresh that of e.
func (e *Engine) take(fresh *Engine) {
	e.ruleBook, e.state = fresh.ruleBook, fresh.state
	e.last, e.overdue = nil, nil // they point to patients of before
}

// load reads a snapshot into an engine without state. Alarms of rules that are
// no more are ended by whom and when the caller says, or at their latest event.
func (e *Engine) load(b []byte, by string, at int64) error {
	const overhead = len(snapshotMagic) + 4
	if len(b) < overhead || string(b[:len(snapshotMagic)]) != snapshotMagic {
		return ErrSnapshot
	}
	body, sum := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return ErrSnapshot
	}
	r := snapshotReader{e: e, stateReader: stateReader{b: body[len(snapshotMagic):]}, by: by, at: at}
	r.engine()
	if r.bad || len(r.b) > 0 {
		return ErrSnapshot
	}
	return nil
}

// snapshotReader is the inverse of stateWriter.
type snapshotReader struct {
	stateReader
	e       *Engine
	last    int64
	rules   []int // by position in the snapshot: the index of the rule of that name, or -1
	devices []*device
	names   map[string]string // one copy of each name of a rule or version
	by      string
	at      int64
}

func (r *snapshotReader) engine() {
	r.names = make(map[string]string)
	r.rules = make([]int, r.count(1))
	for i := range r.rules {
		r.rules[i] = r.e.ruleNamed(r.string())
	}
	seq := r.uint()
	for range r.count(1) {
		id := vitals.DeviceID(r.string())
		if r.e.devices[id] != nil {
			r.fail()
			return
		}
		r.devices = append(r.devices, r.e.device(id))
	}
	for range r.count(6) {
		r.gateway(seq)
	}
	n := r.count(6)
	e := r.e
	e.known = make(map[vitals.PatientID]*patient, n)
	e.timers = make(timers, 0, n+len(e.gateways))
	for range n {
		r.patient(seq)
		if r.bad {
			return
		}
	}
	for _, d := range r.devices {
		d.refs++ // now nobody may need it any more
		e.release(d)
	}
	e.nextSeq = seq
	r.deliveries()
	for _, g := range e.gateways {
		e.timers.add(g.alarm)
	}
	e.arm()
}

// count reads how many things follow, each of at least size bytes.
func (r *snapshotReader) count(size int) int {
	n := r.int()
	if n < 0 || n > int64(len(r.b)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *snapshotReader) uint() uint64 { return uint64(r.upTo(math.MaxInt64)) }

// string copies: the snapshot is the caller's.
func (r *snapshotReader) string() string {
	n := r.count(1)
	if r.bad {
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *snapshotReader) name() string {
	n := r.count(1)
	if r.bad {
		return ""
	}
	s, ok := r.names[string(r.b[:n])]
	if !ok {
		s = string(r.b[:n])
		r.names[s] = s
	}
	r.b = r.b[n:]
	return s
}

func (r *snapshotReader) moment() int64 {
	r.last += r.int()
	return r.last
}

// farthest from 1970 is what follows from the farthest reading.
const farthest = int64(reach*time.Second) + 2*int64(longest)

// near is a moment as a reading or command can have, with some delay.
func (r *snapshotReader) near() int64 {
	at := r.moment()
	if at < -farthest || at > farthest {
		r.fail()
		return 0
	}
	return at
}

func (r *snapshotReader) time() time.Time {
	if !r.bool() {
		return time.Time{}
	}
	return instant(r.near())
}

func (r *snapshotReader) device() *device {
	i := r.upTo(int64(len(r.devices)))
	if r.bad || i == 0 {
		r.fail()
		return nil
	}
	return r.devices[i-1]
}

func (r *snapshotReader) gateway(seq uint64) {
	id := vitals.DeviceID(r.string())
	if r.bad || r.e.gateways[id] != nil {
		r.fail()
		return
	}
	g := r.e.newGateway(id)
	g.at = r.moment()
	g.alarm.seq = r.uint()
	n := r.count(2)
	for range n {
		d := r.device()
		if r.bad || d.gateway != nil {
			r.fail()
			return
		}
		d.gateway, d.at = g, r.moment()
		g.devices[d] = struct{}{}
	}
	r.life(g.alarm, 0)
	if n == 0 || g.alarm.seq >= seq || g.alarm.state(0) == folded {
		r.fail()
	}
}

func (r *snapshotReader) patient(seq uint64) {
	e := r.e
	who := subject{patient: vitals.NewPatientID(r.string())}
	if who.patient.IsZero() {
		who.device = vitals.DeviceID(r.string())
	}
	if r.bad || e.find(who) != nil {
		r.fail()
		return
	}
	p := e.newPatient(who)
	if p.seq = r.uint(); p.seq >= seq {
		r.fail()
	}
	e.timers.add(p)
	n := r.count(4)
	p.kinds = make([]heard, 0, min(n, len(e.watches)))
	for range n {
		r.heard(p)
	}
	if r.bool() {
		m := p.extra()
		if r.bool() {
			m.pauseUntil, m.pauseLevel = r.near(), Priority(r.upTo(int64(High)))
		}
	}
	for i, ok := r.rule(); ok; i, ok = r.rule() {
		r.life(p, i)
	}
	for i, ok := r.rule(); ok; i, ok = r.rule() {
		r.detector(p, i)
	}
}

func (r *snapshotReader) heard(p *patient) {
	kind := vitals.Kind(r.upTo(math.MaxUint16))
	k := heard{at: r.near(), seen: true}
	k.data = k.at - r.int()
	k.seq = uint32(r.upTo(math.MaxUint32))
	k.device = r.device()
	e := r.e
	if r.bad || int(kind) >= len(e.index) || e.index[kind] == 0 {
		return // nobody is interested any more
	}
	slot := e.index[kind] - 1
	if p.heard(slot) != nil || k.data > k.at || k.data < -farthest {
		r.fail()
		return
	}
	k.device.refs++
	k.watch = slot
	*p.hear(slot) = k
}

// rule reads the position of a rule. ok is false at the end; i is negative for
// a rule that is no more.
func (r *snapshotReader) rule() (i int, ok bool) {
	n := r.upTo(int64(len(r.rules)))
	if r.bad || n == 0 {
		return 0, false
	}
	return r.rules[n-1], true
}

func (r *snapshotReader) detector(p *patient, i int) {
	version, passed := r.name(), r.moment()
	n := r.count(1)
	if r.bad {
		return
	}
	state := r.b[:n:n]
	r.b = r.b[n:]
	if i < 0 || r.e.detectors[i] == 0 {
		return
	}
	rule := r.e.sameVersion(p, i, version)
	if rule == nil {
		return
	}
	d := r.e.detector(p, i, rule)
	rest, err := d.loadState(state)
	if err != nil || len(rest) > 0 {
		r.fail()
		return
	}
	p.more.detectors[r.e.detectors[i]-1].passed = passed
}

// deliveries reads the queue. Who was told counts only among the same members.
// What Load itself has to tell comes behind.
func (r *snapshotReader) deliveries() {
	same := r.upTo(maxMembers) == int64(len(r.e.members))
	n := r.count(8)
	queue := make([]delivery, 0, min(n, maxBacklog))
	for range n {
		told := uint64(r.int())
		ev := r.event()
		if r.bad {
			return
		}
		d := delivery{event: ev}
		if same {
			d.told = told &^ (1 << 63)
		}
		queue = append(queue, d)
	}
	r.e.queue = append(queue, r.e.queue...)
	r.e.undelivered = len(r.e.queue)
}

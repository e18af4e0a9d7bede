package alert

import (
	"cmp"
	"errors"
	"hash/crc32"
	"maps"
	"slices"
	"time"
)

// ErrSnapshot: the bytes are no snapshot of this format, or damaged.
var ErrSnapshot = errors.New("alert: not a snapshot, or damaged")

// snapshotMagic begins a snapshot; the last byte is the version of the format.
const snapshotMagic = "alert\x00\x00\x01"

// Snapshot appends the whole state of the engine to dst: what was heard, how
// far every rule is, what is undelivered. [Engine.Load] continues there, as if
// nothing had happened in between. Whoever stores it together with the position
// in the record of inputs, in one step, neither loses nor repeats an alarm.
//
// It holds identifiers of patients and devices in clear, for it must tell them
// apart, and of readings only the newest; it has to be stored like readings.
// The bytes are the same for the same state. It waits for a notifier that is
// being told.
func (e *Engine) Snapshot(dst []byte) []byte {
	if e.sending != nil {
		e.sending <- struct{}{}
		defer func() { <-e.sending }()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.snapshot(dst)
}

func (e *Engine) snapshot(dst []byte) []byte {
	begin := len(dst)
	w := stateWriter{e: e, b: append(dst, snapshotMagic...), devices: make(map[*device]int64)}
	w.rules()
	w.int(int64(e.nextSeq))
	w.allDevices()
	w.allGateways()
	patients := slices.AppendSeq(make([]*patient, 0, len(e.known)+len(e.unknown)), maps.Values(e.known))
	patients = slices.AppendSeq(patients, maps.Values(e.unknown))
	slices.SortFunc(patients, func(a, b *patient) int { return cmp.Compare(a.seq, b.seq) })
	w.int(int64(len(patients)))
	for _, p := range patients {
		w.patient(p)
	}
	w.int(int64(len(e.members)))
	w.int(int64(len(e.queue)))
	for i := range e.queue {
		w.int(int64(e.queue[i].told))
		w.event(e.queue[i].event)
	}
	sum := crc32.Checksum(w.b[begin:], crc32.MakeTable(crc32.Castagnoli))
	return append(w.b, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
}

// stateWriter writes a snapshot. Times are differences to the one before.
type stateWriter struct {
	e       *Engine
	b       []byte
	last    int64
	devices map[*device]int64 // 1 + position in the table
	scratch []byte
}

func (w *stateWriter) int(v int64) { w.b = appendInt(w.b, v) }

func (w *stateWriter) bool(v bool) { w.b = appendBool(w.b, v) }

func (w *stateWriter) string(s string) {
	w.int(int64(len(s)))
	w.b = append(w.b, s...)
}

// moment writes a time in ns. The difference may wrap around.
func (w *stateWriter) moment(at int64) {
	w.int(at - w.last)
	w.last = at
}

// time writes a time that an event shows, which may be zero.
func (w *stateWriter) time(t time.Time) {
	w.bool(!t.IsZero())
	if !t.IsZero() {
		w.moment(t.UnixNano())
	}
}

func (w *stateWriter) rules() {
	w.int(int64(len(w.e.rules)))
	for i := range w.e.rules {
		w.string(w.e.rules[i].name)
	}
}

func (w *stateWriter) allDevices() {
	ids := slices.Sorted(maps.Keys(w.e.devices))
	w.int(int64(len(ids)))
	for i, id := range ids {
		w.devices[w.e.devices[id]] = int64(i + 1)
		w.string(string(id))
	}
}

func (w *stateWriter) allGateways() {
	w.int(int64(len(w.e.gateways)))
	for _, id := range slices.Sorted(maps.Keys(w.e.gateways)) {
		g := w.e.gateways[id]
		w.string(string(id))
		w.moment(g.at)
		w.int(int64(g.alarm.seq))
		devices := make([]*device, 0, len(g.devices))
		for d := range g.devices {
			devices = append(devices, d)
		}
		slices.SortFunc(devices, func(a, b *device) int { return cmp.Compare(a.id, b.id) })
		w.int(int64(len(devices)))
		for _, d := range devices {
			w.int(w.devices[d])
			w.moment(d.at)
		}
		w.life(g.alarm.lives[0])
	}
}

func (w *stateWriter) patient(p *patient) {
	w.string(p.who.patient.Reveal())
	if p.who.patient.IsZero() {
		w.string(string(p.who.device))
	}
	w.int(int64(p.seq))
	w.int(int64(len(p.kinds)))
	for i := range p.kinds {
		w.int(int64(w.e.watches[p.kinds[i].watch].kind))
		w.heard(&p.kinds[i])
	}
	m := p.more
	w.bool(m != nil)
	if m != nil {
		w.bool(m.pauseUntil != 0)
		if m.pauseUntil != 0 {
			w.moment(m.pauseUntil)
			w.int(int64(m.pauseLevel))
		}
	}
	for i, l := range p.lives {
		if l != nil {
			w.int(int64(i + 1))
			w.life(l)
		}
	}
	w.int(0)
	for i := range p.lives {
		if d := w.e.detecting(p, i); d != nil {
			b := &m.detectors[w.e.detectors[i]-1]
			w.int(int64(i + 1))
			w.string(w.e.version(b.rule))
			w.moment(b.passed)
			w.scratch = d.appendState(w.scratch[:0])
			w.int(int64(len(w.scratch)))
			w.b = append(w.b, w.scratch...)
		}
	}
	w.int(0)
}

func (w *stateWriter) heard(k *heard) {
	w.moment(k.at)
	w.int(k.at - k.data)
	w.int(int64(k.seq))
	w.int(w.devices[k.device])
}

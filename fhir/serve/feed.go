package serve

import (
	"bytes"
	"slices"
	"sync"

	"github.com/telemed-go/sdk/fhir"
)

// An event is a change on its way to those who want it. It is encoded once, and
// all of them share the bytes, which none may change.
type event struct {
	*resource
	bed    *bed
	encode sync.Once
	json   []byte
}

func (e *event) bytes(m *fhir.Mapper) []byte {
	e.encode.Do(func() {
		if e.json == nil {
			e.json = e.appendJSON(nil, m)
		}
	})
	return e.json
}

// An interest is what a subscriber wants and may have, apart from consent.
type interest struct {
	patient string             // the reference, or "" for all
	wanted  map[string]*search // by type
	granted map[string]grants  // by type
}

func (i *interest) wants(b *bed, r *resource) bool {
	q, ok := i.wanted[r.facets.kind]
	if !ok || i.patient != "" && i.patient != b.reference || q.patient != "" && q.patient != b.reference || !q.match(r) {
		return false
	}
	g := i.granted[r.facets.kind]
	return g.allow(b.reference, r.facets)
}

// A fan gives each change to the feeds that want it. The lock of the store
// guards it, so that a feed begins at one moment of the store.
type fan struct {
	all     map[*feed]struct{}
	patient map[string]map[*feed]struct{} // by the reference
}

func (f *fan) add(d *feed) {
	if f.patient == nil {
		f.all, f.patient = make(map[*feed]struct{}), make(map[string]map[*feed]struct{})
	}
	if d.interest.patient == "" {
		f.all[d] = struct{}{}
		return
	}
	if f.patient[d.interest.patient] == nil {
		f.patient[d.interest.patient] = make(map[*feed]struct{})
	}
	f.patient[d.interest.patient][d] = struct{}{}
}

func (f *fan) remove(d *feed) {
	delete(f.all, d)
	if feeds := f.patient[d.interest.patient]; feeds != nil {
		if delete(feeds, d); len(feeds) == 0 {
			delete(f.patient, d.interest.patient)
		}
	}
}

func (f *fan) publish(c *change) {
	var e *event
	offer := func(d *feed) {
		if !d.interest.wants(c.bed, c.resource) {
			return
		}
		if e == nil {
			e = &event{resource: c.resource, bed: c.bed, json: bytes.Clone(c.json)}
		}
		d.offer(e)
	}
	for d := range f.patient[c.bed.reference] {
		offer(d)
	}
	for d := range f.all {
		offer(d)
	}
}

// A feed is the queue of one subscriber. One that is slow gets the newest state
// of each patient and kind, and of each alarm, in place of all of them, and
// learns how many it did not get; it never holds more than a limit.
type feed struct {
	interest interest
	limit    int
	every    bool // nothing is replaced: for whoever counts events
	wake     chan struct{}

	mu      sync.Mutex
	pending []*event // in order; nil where a newer state took the place
	live    int      // that are not nil
	newest  map[state]int
	skipped uint64
}

// A state is what a newer event replaces.
type state struct {
	bed    *bed
	facets *facets // of a measurement
	name   string  // of a document
}

func (e *event) state() state {
	if e.document != nil {
		return state{e.bed, nil, e.reference()}
	}
	return state{e.bed, e.facets, ""}
}

// lag is how far a subscriber may be behind before it counts as slow.
const lag = 64

func newFeed(i interest, limit int) *feed {
	return &feed{interest: i, limit: max(limit, lag), wake: make(chan struct{}, 1)}
}

func (d *feed) offer(e *event) {
	d.mu.Lock()
	if d.live >= lag && !d.every {
		d.replace(e.state())
	}
	d.pending = append(d.pending, e)
	if d.live++; d.live > d.limit {
		d.drop()
	}
	d.mu.Unlock()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// replace removes the older state, and notes where the newer one will stand.
func (d *feed) replace(key state) {
	if d.newest == nil || len(d.pending) >= 2*d.limit {
		d.index()
	}
	if at, ok := d.newest[key]; ok {
		d.remove(at)
	}
	d.newest[key] = len(d.pending)
}

// index leaves out what was replaced and finds the rest again.
func (d *feed) index() {
	d.pending = slices.DeleteFunc(d.pending, func(e *event) bool { return e == nil })
	d.newest = make(map[state]int, len(d.pending))
	for i, e := range d.pending {
		d.newest[e.state()] = i
	}
}

func (d *feed) remove(at int) {
	d.pending[at] = nil
	d.live--
	d.skipped++
}

// drop makes room: the oldest measurement goes before any alarm does.
func (d *feed) drop() {
	at := slices.IndexFunc(d.pending, func(e *event) bool { return e != nil && e.document == nil })
	if at < 0 {
		at = slices.IndexFunc(d.pending, func(e *event) bool { return e != nil })
	}
	if key := d.pending[at].state(); d.newest[key] == at {
		delete(d.newest, key)
	}
	d.remove(at)
}

// take appends what waits to dst, and says how many events are missing before
// them.
func (d *feed) take(dst []*event) (events []*event, skipped uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.pending {
		if e != nil {
			dst = append(dst, e)
		}
	}
	skipped = d.skipped
	clear(d.pending)
	if cap(d.pending) > 2*lag {
		d.pending = nil
	}
	d.pending, d.newest, d.live, d.skipped = d.pending[:0], nil, 0, 0
	return dst, skipped
}

package serve

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"
)

// Streams are the limits of streams.
type Streams struct {
	// Max and MaxEach are how many may be open, of all and of one principal; 0 is
	// 2000 and 200.
	Max, MaxEach int
	// Queue is how many states wait for a slow client; 0 is 1024.
	Queue int
	// Heartbeat is sent after a silence; 0 is 15 s.
	Heartbeat time.Duration
	// Patience is how long a client may take to accept what is sent; 0 is 30 s.
	Patience time.Duration
}

func (s Streams) withDefaults() Streams {
	s.Max, s.MaxEach, s.Queue = cmp.Or(s.Max, 2000), cmp.Or(s.MaxEach, 200), cmp.Or(s.Queue, 1024)
	s.Heartbeat, s.Patience = cmp.Or(s.Heartbeat, 15*time.Second), cmp.Or(s.Patience, 30*time.Second)
	return s
}

// streamNames are the parameters of a stream.
var streamNames = []string{"patient", "subject", "code", "category", "_type", "_since"}

// stream answers with what changes from now on, or since a moment, as
// Server-Sent Events or over a WebSocket. The data of an event is a resource, or
// an OperationOutcome that says how many older states were skipped.
func (s *Server) stream(v *visit) *fault {
	list, f := parameters(v.w, v.r)
	if f != nil {
		return f
	}
	q, f := v.reader(streamNames).read("Observation", list)
	if f != nil {
		return f
	}
	if id := v.r.Header.Get("Last-Event-ID"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return badParameter("Last-Event-ID", "value", "not the id of an event")
		}
		q.since = moment(n)
	}
	i := interestOf(&v.who, q)
	if len(i.granted) == 0 {
		return v.refuse(faultScope)
	}
	done, f := s.running.enter(v.who.ID, s.Streams)
	if f != nil {
		return f
	}
	defer s.running.leave(v.who.ID)
	if i.patient != "" {
		s.approach(v, &i)
	}
	limit := s.Streams.withDefaults().Queue
	d := newFeed(i, limit)
	upTo := s.listen(d)
	defer s.unlisten(d)

	ctx, cancel := context.WithCancel(v.r.Context())
	defer cancel()
	if !v.who.Expires.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, v.who.Expires)
		defer cancel()
	}
	p := &pump{s: s, v: v, feed: d, done: done}
	p.past, p.missing = s.past(i, limit, q.since, upTo)
	if websocketAsked(v.r) {
		return p.websocket(ctx)
	}
	return p.events(ctx)
}

// interestOf is what the scopes leave of a request for a stream.
func interestOf(who *Principal, q *search) interest {
	i := interest{patient: q.patient, wanted: make(map[string]*search), granted: make(map[string]grants)}
	types := q.types
	if types == nil {
		types = kinds[:]
	}
	oneOnly := true
	for _, kind := range types {
		if g := who.grants(kind, mayRead|maySearch); !g.none() {
			i.wanted[kind], i.granted[kind] = q, g
			oneOnly = oneOnly && g.oneOnly()
		}
	}
	if i.patient == "" && oneOnly {
		i.patient = patientReference(who.Patient)
	}
	return i
}

// approach records a stream of a patient whom the principal may not see now, or
// who does not exist. The stream is the same in both cases: nothing comes.
func (s *Server) approach(v *visit, i *interest) {
	s.store.mu.RLock()
	b := s.store.beds[i.patient]
	s.store.mu.RUnlock()
	covered := false
	for _, g := range i.granted {
		covered = covered || g.cover(i.patient)
	}
	if b == nil || !covered || !v.consents(b) {
		_ = v.hide(b)
	}
}

// listen begins a feed, at a moment of the store.
func (s *Server) listen(d *feed) moment {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.fan.add(d)
	return s.store.last
}

// past finds what changed after a moment and up to another, as if it had been
// offered to a slow client. It looks at one patient at a time, so that readings
// that come in do not wait for it.
func (s *Server) past(i interest, limit int, since, upTo moment) (events []*event, skipped uint64) {
	if since == 0 {
		return nil, 0
	}
	s.store.mu.RLock()
	beds := make([]*bed, 0, len(s.store.beds))
	for reference, b := range s.store.beds {
		if i.patient == "" || i.patient == reference {
			beds = append(beds, b)
		}
	}
	s.store.mu.RUnlock()
	for _, b := range beds {
		var of []*event
		s.store.mu.RLock()
		for _, list := range b.series {
			for _, r := range list.list {
				if r.moment > since && r.moment <= upTo && i.wants(b, r) {
					of = append(of, &event{resource: r, bed: b})
				}
			}
		}
		s.store.mu.RUnlock()
		of, missing := newestOf(of, limit)
		events, skipped = append(events, of...), skipped+missing
	}
	events, missing := newestOf(events, limit)
	return events, skipped + missing
}

// newestOf is what is left of events in a feed that nobody takes from.
func newestOf(events []*event, limit int) ([]*event, uint64) {
	slices.SortFunc(events, func(a, b *event) int { return cmp.Compare(a.moment, b.moment) })
	d := newFeed(interest{}, limit)
	for _, e := range events {
		d.offer(e)
	}
	return d.take(events[:0])
}

func (s *Server) unlisten(d *feed) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.fan.remove(d)
}

// A pump moves events from a feed to one client.
type pump struct {
	s       *Server
	v       *visit
	feed    *feed
	done    <-chan struct{} // of Run
	batch   []*event
	past    []*event // what comes first, and how many events are missing in it
	missing uint64
	shown   map[*bed]struct{} // whose disclosure is recorded
}

// A client takes events.
type client interface {
	send(ctx context.Context, events []*event, skipped uint64) error
	beat(ctx context.Context) error
}

// run ends when the client, the context or the server does.
func (p *pump) run(ctx context.Context, c client) {
	ok := p.forward(ctx, c, p.past, p.missing)
	p.past = nil
	ticker := time.NewTicker(p.s.Streams.withDefaults().Heartbeat)
	defer ticker.Stop()
	for ok {
		select {
		case <-ctx.Done():
			return
		case <-p.done:
			return
		case <-ticker.C:
			ok = c.beat(ctx) == nil
		case <-p.feed.wake:
			events, skipped := p.feed.take(p.batch[:0])
			ok = p.forward(ctx, c, events, skipped)
			if p.batch = events[:0]; cap(events) > 2*lag {
				p.batch = nil
			}
			clear(events)
		}
	}
}

// forward sends what may be sent, and reports whether to go on.
func (p *pump) forward(ctx context.Context, c client, events []*event, skipped uint64) bool {
	p.s.counts.skipped.Add(skipped)
	events, ok := p.permitted(ctx, events)
	return ok && (len(events) == 0 && skipped == 0 || c.send(ctx, events, skipped) == nil)
}

// permitted leaves the events of patients who agree now. It is false if a
// disclosure could not be recorded.
func (p *pump) permitted(ctx context.Context, events []*event) ([]*event, bool) {
	agreed := make(map[*bed]bool, 1)
	ok := true
	events = slices.DeleteFunc(events, func(e *event) bool {
		permitted, asked := agreed[e.bed]
		if !asked {
			permitted = !e.bed.left.Load() && p.s.consents(ctx, p.v.who, e.bed.patient)
			if permitted {
				ok = p.record(ctx, e.bed) && ok
			}
			agreed[e.bed] = permitted
		}
		return !permitted
	})
	return events, ok
}

// record records the first data of each patient.
func (p *pump) record(ctx context.Context, b *bed) bool {
	if _, ok := p.shown[b]; ok {
		return true
	}
	if p.shown == nil {
		p.shown = make(map[*bed]struct{})
	}
	if !p.s.noticed(ctx, &p.v.who, b, "$stream", p.v.address()) {
		return false
	}
	p.shown[b] = struct{}{}
	return true
}

// appendSkipped is what a client is told of states that it did not get.
func appendSkipped(b []byte, n uint64) []byte {
	return appendOutcome(b, "information", "throttled", "", strconv.FormatUint(n, 10)+" older states were skipped")
}

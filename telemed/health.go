package telemed

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Problem is a part of a gateway that does not do its work at the moment. It is
// being tried again.
type Problem struct {
	Part   string // "source", "log", or the name of a sink
	Reason string // of the last failure; no payload, no identifier
	Since  time.Time
}

// Health returns what does not work at the moment, oldest first; nothing if all
// is well. It may be called at any time. What a probe should make of it:
//
//   - the process is alive as long as Run has not returned;
//   - "log" or "source" means that nothing is taken in: senders keep their data;
//   - a sink means that one receiver lacks what is in the log, all others get it.
//
// A source and the sinks that are a [Prober] are asked: one that tries again by
// itself fails long before its call does.
func (g *Gateway) Health() []Problem {
	problems := g.troubles.list()
	probe := func(part string, of any) {
		p, ok := of.(Prober)
		if !ok || slices.ContainsFunc(problems, func(p Problem) bool { return p.Part == part }) {
			return
		}
		if since, err := p.Probe(); err != nil {
			problems = append(problems, Problem{part, err.Error(), since})
		}
	}
	probe("source", g.Source)
	for _, s := range g.Sinks {
		probe(s.Name(), s)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Part, b.Part))
	})
	return problems
}

// A Prober is a source or a sink that knows whether it is connected.
type Prober interface {
	// Probe returns why nothing can be received or delivered at the moment, and
	// since when; nil if all is well. The reason has no payload and no identifier.
	Probe() (since time.Time, err error)
}

// troubles are the parts that fail now. The zero value is ready.
type troubles struct {
	mu    sync.Mutex
	parts map[string]Problem
}

func (t *troubles) failed(part string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.parts == nil {
		t.parts = make(map[string]Problem)
	}
	p, ok := t.parts[part]
	if !ok {
		p = Problem{Part: part, Since: time.Now()}
	}
	p.Reason = err.Error()
	t.parts[part] = p
}

func (t *troubles) mended(part string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.parts, part)
}

func (t *troubles) list() []Problem {
	t.mu.Lock()
	defer t.mu.Unlock()
	problems := make([]Problem, 0, len(t.parts))
	for _, p := range t.parts {
		problems = append(problems, p)
	}
	slices.SortFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Part, b.Part) })
	return problems
}

// progress is how far a sink has come, for those who look on.
type progress struct {
	sink string
	at   atomic.Uint64
}

type lag struct {
	sink    string
	waiting uint64
}

// lags lists the sinks of the running gateway in their order.
func (g *Gateway) lags() []lag {
	running := g.progress.Load()
	if running == nil {
		return nil
	}
	last, err := g.Log.Last(context.Background())
	if err != nil {
		return nil // Health tells of it
	}
	var all []lag
	for _, p := range *running {
		at := min(p.at.Load(), uint64(last))
		all = append(all, lag{p.sink, uint64(last) - at})
	}
	return all
}

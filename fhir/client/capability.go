package client

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Capabilities are what a server says of itself in its CapabilityStatement.
type Capabilities struct {
	FHIRVersion string
	Batch       bool
	Transaction bool
	Resources   map[string]ResourceCapabilities // by type
}

// ResourceCapabilities are what a server says of a type.
type ResourceCapabilities struct {
	UpdateCreate      bool     // PUT of an id of the client's own creates
	ConditionalCreate bool     // If-None-Exist
	Interactions      []string // "read", "search-type" ...
}

// Capabilities reads the CapabilityStatement. It needs no token.
func (c *Client) Capabilities(ctx context.Context) (Capabilities, error) {
	return c.capabilities(ctx, false)
}

func (c *Client) capabilities(ctx context.Context, urgent bool) (Capabilities, error) {
	a, err := c.do(ctx, &request{op: "metadata", method: http.MethodGet, path: "metadata", open: true, urgent: urgent})
	if err != nil {
		return Capabilities{}, err
	}
	s, ok := parseCapabilities(a.body)
	if !ok {
		return s, &Error{Op: "metadata", Status: a.status, Err: ErrNotFHIR}
	}
	return s, nil
}

func parseCapabilities(b []byte) (c Capabilities, ok bool) {
	type code struct{ Code string }
	var s struct {
		ResourceType, FHIRVersion string
		Rest                      []struct {
			Mode        string
			Interaction []code
			Resource    []struct {
				Type                            string
				Interaction                     []code
				UpdateCreate, ConditionalCreate bool
			}
		}
	}
	if json.Unmarshal(b, &s) != nil || s.ResourceType != "CapabilityStatement" {
		return c, false
	}
	c.FHIRVersion = s.FHIRVersion
	c.Resources = make(map[string]ResourceCapabilities)
	for _, rest := range s.Rest {
		if rest.Mode == "client" {
			continue
		}
		c.Batch = c.Batch || slices.Contains(rest.Interaction, code{"batch"})
		c.Transaction = c.Transaction || slices.Contains(rest.Interaction, code{"transaction"})
		for _, r := range rest.Resource {
			one := ResourceCapabilities{UpdateCreate: r.UpdateCreate, ConditionalCreate: r.ConditionalCreate}
			for _, i := range r.Interaction {
				one.Interactions = append(one.Interactions, i.Code)
			}
			c.Resources[r.Type] = one
		}
	}
	return c, true
}

// A way is how something is delivered: what the server claims, less what it
// turned out not to do.
type way struct {
	pack        string // "batch", "transaction", or "" for one at a time
	update      bool   // PUT
	conditional bool   // If-None-Exist
}

// ways are the ways of a server. What was seen to work is proven, and a later
// refusal is then the fault of what was sent.
type ways struct {
	mu     sync.Mutex
	known  *Capabilities
	wrong  map[string]way  // by type: what is claimed and refused
	proven map[string]way  // by type
	unable map[string]bool // by pack
	packed bool            // a Bundle was answered
}

// way returns how to deliver a type. It waits until the server has told once: to
// guess would be to send what is refused for ever to the quarantine.
func (c *Client) way(ctx context.Context, kind string, urgent bool) (way, error) {
	for failures := 1; ; failures++ {
		if w, ok := c.ways.of(kind); ok {
			return w, nil
		}
		if err := acquire(ctx, c.learning); err != nil {
			return way{}, err
		}
		var err error
		if _, ok := c.ways.of(kind); !ok { // nobody has learned meanwhile
			var s Capabilities
			if s, err = c.capabilities(ctx, urgent); err == nil {
				c.ways.learn(&s)
			}
		}
		<-c.learning
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return way{}, ctx.Err()
		}
		c.trouble.set(err)
		if err := sleep(ctx, backoff(time.Second, failures)); err != nil {
			return way{}, err
		}
	}
}

func (w *ways) of(kind string) (way, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		return way{}, false
	}
	r := w.known.Resources[kind]
	wrong := w.wrong[kind]
	one := way{update: r.UpdateCreate && !wrong.update, conditional: r.ConditionalCreate && !wrong.conditional}
	switch {
	case w.known.Batch && !w.unable["batch"]:
		one.pack = "batch"
	case w.known.Transaction && !w.unable["transaction"]:
		one.pack = "transaction"
	}
	return one, true
}

func (w *ways) learn(s *Capabilities) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known = s
	w.wrong, w.proven, w.unable = make(map[string]way), make(map[string]way), make(map[string]bool)
}

// works notes that a verb did what it is for, or that a Bundle did.
func (w *ways) works(kind string, v verb, packed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.packed = w.packed || packed
	p := w.proven[kind]
	if v.set(&p, true); p != w.proven[kind] {
		w.proven[kind] = p
	}
}

// lied notes that a verb was refused. It returns false if it is known to work,
// or if there is no other.
func (w *ways) lied(kind string, v verb) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if v.in(w.proven[kind]) || v == create {
		return false
	}
	wrong := w.wrong[kind]
	v.set(&wrong, true)
	w.wrong[kind] = wrong
	return true
}

// unpack notes that a kind of Bundle was refused, unless one was answered before.
func (w *ways) unpack(pack string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.packed {
		w.unable[pack] = true
	}
}

func (w *ways) packs() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.packed
}

// A verb is how one resource is delivered.
type verb uint8

const (
	update      verb = iota // PUT
	conditional             // POST with If-None-Exist
	create                  // POST of what a search did not find
)

// verb is the best for a resource: only one with an id can be put.
func (w way) verb(id string) verb {
	switch {
	case w.update && id != "":
		return update
	case w.conditional:
		return conditional
	}
	return create
}

func (v verb) set(w *way, to bool) {
	switch v {
	case update:
		w.update = to
	case conditional:
		w.conditional = to
	}
}

func (v verb) in(w way) bool { return v == update && w.update || v == conditional && w.conditional }

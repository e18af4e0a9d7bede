package serve

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// A Server is a FHIR server of what a ward measures now. Give it to a gateway as
// a sink, to a mux as a handler, and let [Server.Run] run for what is sent by
// itself: streams and subscriptions.
//
// The zero Server keeps readings and shows them to nobody: see [Access]. The
// fields must not be changed once it is used. It must not be copied, and is safe
// for concurrent use.
type Server struct {
	Access
	Window
	Streams
	Notifications

	// Mapper writes the Observations. Its reference to a patient is the one that
	// clients know, and what they search for. An Observation that has no id of
	// its own, as with [fhir.PHD], gets that of the measurement.
	Mapper fhir.Mapper
	// Base is the URL under which clients see this server, such as
	// "https://ward.example/fhir". Its path is taken off requests that have it.
	// Without it links and references are relative.
	Base string
	// Zone is that of dates without one in searches; nil is UTC.
	Zone *time.Location
	// Patient returns the Patient of somebody whose measurements are here, as
	// JSON; nil means that there are no Patients to read.
	Patient func(context.Context, vitals.PatientID) ([]byte, error)

	store   store
	pager   pager
	fan     fan
	subs    subscriptions
	running running
	counts  counts
}

// Name implements telemed.Sink.
func (s *Server) Name() string { return "fhir-serve" }

// Put implements telemed.Sink: what is new becomes an Observation that can be
// read before it returns. Readings that cannot, of kinds without a code, without
// a patient, or about a device, are counted ([Stats].Refused) and not kept. It
// returns no error.
func (s *Server) Put(_ context.Context, readings []vitals.Reading) error {
	s.keep(readings)
	return nil
}

// Restore implements telemed.Restorer. It differs from Put in nothing: when a
// server starts nobody listens yet.
func (s *Server) Restore(readings []vitals.Reading) error {
	s.keep(readings)
	return nil
}

func (s *Server) keep(readings []vitals.Reading) {
	w, now := s.Window.withDefaults(), time.Now()
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for panel := range vitals.Panels(readings) {
		c, ok := s.store.put(panel, &s.Mapper, w, now)
		switch {
		case !ok:
			s.counts.refused.Add(uint64(len(panel)))
		case c != nil:
			s.fan.publish(c)
		}
	}
}

// Update keeps a resource that did not come as readings: a Flag, DetectedIssue,
// RiskAssessment or Communication of an alarm, or an Observation such as a
// score. It must have an id and a patient; a later one with the same id takes its
// place. The bytes are copied. It returns an [*fhir.Error] for anything else.
//
// Nobody sees the resources of a patient before the first measurement has told
// whom to ask for consent.
func (s *Server) Update(_ context.Context, resource []byte) error {
	d, err := parseDocument(resource)
	if err != nil {
		return err
	}
	now := time.Now()
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if c := s.store.update(d, s.Window.withDefaults(), now); c != nil {
		s.fan.publish(c)
	}
	return nil
}

// Forget implements telemed.Forgetter: it removes all of a patient, after
// discharge. Subscribers are told nothing, and $events has nothing of it left.
func (s *Server) Forget(p vitals.PatientID) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.store.forget(p)
}

// base is Base with a slash, or "".
func (s *Server) base() string {
	if s.Base == "" {
		return ""
	}
	return strings.TrimSuffix(s.Base, "/") + "/"
}

// path is that of the request below the base, in parts.
func (s *Server) path(r *http.Request) []string {
	path := r.URL.Path
	if base, err := url.Parse(s.Base); err == nil {
		if below, ok := strings.CutPrefix(path, strings.TrimSuffix(base.Path, "/")+"/"); ok {
			path = below
		}
	}
	return strings.Split(strings.Trim(path, "/"), "/")
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.counts.requests.Add(1)
	f := s.serve(w, r)
	if f != nil {
		s.counts.faults.Add(1)
		fail(w, f)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) *fault {
	if len(r.URL.Path)+len(r.URL.RawQuery) > maxURL {
		return faultLong
	}
	route, f := s.route(s.path(r))
	if f != nil {
		return f
	}
	if !slices.Contains(strings.Split(route.allow, ", "), r.Method) {
		return notAllowed(route.allow)
	}
	if f := negotiate(r, route.stream); f != nil {
		return f
	}
	if route.open {
		return route.handle(&visit{s: s, w: w, r: r})
	}
	strict, f := handling(r)
	if f != nil {
		return f
	}
	v := &visit{s: s, w: w, r: r, kind: route.kind, strict: strict}
	who, err := s.authorize(r.Context(), r)
	if err != nil {
		return v.refuse(faultUnauthorized)
	}
	v.who = who
	return route.handle(v)
}

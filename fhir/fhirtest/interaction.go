package fhirtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answer is the whole course of a request: fault, work, ledger.
func (s *Server) answer(r *http.Request, body []byte) answer {
	c := route(r, body)
	f := s.next(c.operation)
	index := s.record(r, &c, len(body))
	pause(f.Delay)
	a := answer{status: http.StatusOK, header: make(http.Header)}
	a.header.Set("Content-Type", "application/fhir+json")
	a.header.Set("Date", time.Now().Add(s.Skew).UTC().Format(http.TimeFormat))
	switch {
	case c.operation == Metadata:
		a.body = s.statement()
	case s.Authorize != nil && !s.Authorize(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")):
		a.status = http.StatusUnauthorized
		a.body = outcome(a.status, "")
	case s.tooLarge(&c, len(body)):
		a.status = http.StatusRequestEntityTooLarge
		a.body = outcome(a.status, "")
	case f.works():
		s.work(&a, &c, &f)
	}
	a = s.spoil(a, &f, r)
	s.settle(index, &c, a.status)
	return a
}

// pause waits, as a server does, whether or not anybody still listens.
func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

// A call is a request, or an entry of a Bundle, as it is worked on.
type call struct {
	operation   Operation
	method      string
	kind, id    string
	query       url.Values
	ifNoneExist string
	strict      bool
	origin      string // of links
	body        []byte
	head        head // of the resource, once it is parsed
	bundle      *bundle
	done        []done // of its entries
}

// route finds out what a request wants. What comes before the type in the path
// does not matter.
func route(r *http.Request, body []byte) call {
	c := call{
		method: r.Method, query: r.URL.Query(), body: body, ifNoneExist: r.Header.Get("If-None-Exist"),
		strict: strings.Contains(r.Header.Get("Prefer"), "handling=strict"),
		origin: "http://" + r.Host,
	}
	if r.TLS != nil || r.URL.Scheme == "https" {
		c.origin = "https://" + r.Host
	}
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	at := len(segments)
	for i, name := range segments {
		if isType(name) || name == "metadata" {
			at = i
			break
		}
	}
	prefix := strings.Trim(strings.Join(segments[:at], "/"), "/")
	if prefix != "" {
		c.origin += "/" + prefix
	}
	c.aim(segments[at:])
	if c.operation == Search && r.Method == http.MethodPost {
		c.query = form(body)
	}
	if c.operation == Bundle {
		c.bundle = parseBundle(body)
	} else if c.operation&Write != 0 && !json.Valid(body) {
		c.body = nil
	}
	return c
}

// aim sets operation, type and id by the method and what follows the base.
func (c *call) aim(path []string) {
	if len(path) > 0 {
		c.kind = path[0]
	}
	if len(path) > 1 {
		c.id = path[1]
	}
	switch {
	case c.kind == "metadata":
		c.operation = Metadata
	case c.kind == "" && c.method == http.MethodPost:
		c.operation = Bundle
	case c.method == http.MethodPost && c.id == "_search", c.method == http.MethodGet && c.id == "":
		c.operation = Search
	case c.method == http.MethodGet:
		c.operation = Read
	case c.method == http.MethodPost && c.id == "":
		c.operation = Create
	case c.method == http.MethodPut:
		c.operation = Update
	case c.method == http.MethodDelete:
		c.operation = Delete
	}
}

func isType(s string) bool { return s != "" && 'A' <= s[0] && s[0] <= 'Z' }

func form(body []byte) url.Values {
	q, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	return q
}

func (s *Server) tooLarge(c *call, bytes int) bool {
	return s.MaxBytes > 0 && bytes > s.MaxBytes || s.MaxEntries > 0 && c.bundle != nil && len(c.bundle.Entry) > s.MaxEntries
}

// work carries a request out.
func (s *Server) work(a *answer, c *call, f *Fault) {
	switch c.operation {
	case Bundle:
		s.bundle(a, c, f)
	case Search:
		s.search(a, c, f)
	case Read:
		s.read(a, c)
	case Create, Update, Delete:
		s.write(a, c)
	default:
		a.refuse(http.StatusMethodNotAllowed)
	}
}

func (a *answer) refuse(status int) { a.status, a.body = status, outcome(status, "") }

func (s *Server) read(a *answer, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r := s.store.byName[c.kind+"/"+c.id]; {
	case r == nil:
		a.refuse(http.StatusNotFound)
	case r.Deleted:
		a.refuse(http.StatusGone)
	default:
		a.body = r.document()
		a.header.Set("ETag", etag(r.Version))
	}
}

// write is a change by itself. The wait between search and insert is without
// the lock: others get in between.
func (s *Server) write(a *answer, c *call) {
	done := s.prepare(c)
	if done.status == 0 {
		s.wait(c)
		s.mu.Lock()
		done = s.apply(c, done.found)
		s.mu.Unlock()
	}
	if done.status >= 400 {
		a.refuse(done.status)
		return
	}
	a.status = done.status
	if done.location != "" {
		a.header.Set("Location", c.origin+"/"+done.location)
	}
	a.header.Set("ETag", etag(done.version))
}

func etag(version int) string { return `W/"` + strconv.Itoa(version) + `"` }

// done is the outcome of a change. Status 0 is that it is still to be done.
type done struct {
	status   int
	location string
	version  int
	found    *Resource // what a conditional create found
}

// prepare checks a change and does the search of a conditional create.
func (s *Server) prepare(c *call) done {
	var status int
	switch {
	case c.operation == Delete:
		return done{}
	case c.operation != Create && c.operation != Update, c.kind == "":
		return done{status: http.StatusMethodNotAllowed}
	}
	if c.head, status = s.parse(c.body, c.kind); status != 0 {
		return done{status: status}
	}
	if c.operation == Update && c.head.id != c.id {
		return done{status: http.StatusBadRequest}
	}
	if c.operation != Create || c.ifNoneExist == "" {
		return done{}
	}
	if !s.can(ConditionalCreate) {
		return done{status: s.Refusal}
	}
	q, err := url.ParseQuery(c.ifNoneExist)
	if err != nil || len(q) == 0 {
		return done{status: http.StatusBadRequest}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch found := s.find(c.kind, q); len(found) {
	case 0:
		return done{}
	case 1:
		return done{found: found[0]}
	default:
		return done{status: http.StatusPreconditionFailed}
	}
}

// wait is the time between search and insert.
func (s *Server) wait(c *call) {
	if c.operation == Create && c.ifNoneExist != "" && s.can(ConditionalCreate) {
		pause(s.Window)
	}
}

// apply makes a prepared change, under the lock.
func (s *Server) apply(c *call, found *Resource) done {
	if found != nil {
		return done{status: http.StatusOK, location: location(found), version: found.Version}
	}
	old := s.store.byName[c.kind+"/"+c.id]
	switch {
	case c.operation == Delete:
		if old != nil && !old.Deleted {
			s.store.remove(old)
		}
		return done{status: http.StatusNoContent}
	case c.operation == Create && c.id == "":
		c.id = s.store.newID(c.kind)
	case c.operation == Create: // in a transaction
	case old == nil && !s.can(UpdateCreate):
		if s.Refusal != 0 {
			return done{status: s.Refusal}
		}
		return done{status: http.StatusMethodNotAllowed}
	}
	r := s.store.put(c.kind, c.id, &c.head, c.body)
	d := done{status: http.StatusOK, location: location(r), version: r.Version}
	if old == nil || r.Version == 1 {
		d.status = http.StatusCreated
	}
	return d
}

func location(r *Resource) string {
	return r.Type + "/" + r.ID + "/_history/" + strconv.Itoa(r.Version)
}

// statement is the CapabilityStatement, true or not.
func (s *Server) statement() []byte {
	claims := everything&^s.Lacks&^s.Hides | s.Boasts
	type code struct {
		Code string `json:"code"`
	}
	type resource struct {
		Type              string `json:"type"`
		Interaction       []code `json:"interaction"`
		Versioning        string `json:"versioning"`
		UpdateCreate      bool   `json:"updateCreate"`
		ConditionalCreate bool   `json:"conditionalCreate"`
	}
	type rest struct {
		Mode        string     `json:"mode"`
		Resource    []resource `json:"resource"`
		Interaction []code     `json:"interaction,omitempty"`
	}
	var whole rest
	whole.Mode = "server"
	for _, kind := range []string{
		"Communication", "DetectedIssue", "Device", "DeviceMetric", "Encounter", "Flag", "Observation", "Patient", "Provenance", "RiskAssessment", "Subscription",
	} {
		whole.Resource = append(whole.Resource, resource{
			kind,
			[]code{{"read"}, {"create"}, {"update"}, {"delete"}, {"search-type"}},
			"versioned",
			claims&UpdateCreate != 0, claims&ConditionalCreate != 0,
		})
	}
	if claims&Batch != 0 {
		whole.Interaction = append(whole.Interaction, code{"batch"})
	}
	if claims&Transaction != 0 {
		whole.Interaction = append(whole.Interaction, code{"transaction"})
	}
	b, err := json.Marshal(struct {
		ResourceType string   `json:"resourceType"`
		Status       string   `json:"status"`
		Kind         string   `json:"kind"`
		FHIRVersion  string   `json:"fhirVersion"`
		Format       []string `json:"format"`
		Rest         []rest   `json:"rest"`
	}{"CapabilityStatement", "active", "instance", "4.0.1", []string{"json"}, []rest{whole}})
	if err != nil {
		return nil
	}
	return b
}

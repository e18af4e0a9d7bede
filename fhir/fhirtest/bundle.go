package fhirtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// A bundle is a request of many.
type bundle struct {
	ResourceType, Type string
	Entry              []bundleEntry
}

type bundleEntry struct {
	FullURL  string
	Resource []byte // borrows the request
	Request  struct{ Method, URL, IfNoneExist string }
}

func parseBundle(body []byte) *bundle {
	b := new(bundle)
	if !json.Valid(body) {
		return b
	}
	members(body, func(name, value []byte) {
		switch string(name) {
		case `"resourceType"`:
			b.ResourceType = text(value)
		case `"type"`:
			b.Type = text(value)
		case `"entry"`:
			elements(value, func(e []byte) { b.Entry = append(b.Entry, parseEntry(e)) })
		}
	})
	return b
}

func parseEntry(b []byte) (e bundleEntry) {
	members(b, func(name, value []byte) {
		switch string(name) {
		case `"fullUrl"`:
			e.FullURL = text(value)
		case `"resource"`:
			e.Resource = value
		case `"request"`:
			e.Request.Method, e.Request.URL = pair(value, `"method"`, `"url"`)
			e.Request.IfNoneExist, _ = pair(value, `"ifNoneExist"`, "")
		}
	})
	return e
}

// bundle carries out a batch or a transaction.
func (s *Server) bundle(a *answer, c *call, f *Fault) {
	lacking := http.StatusNotImplemented
	if s.Refusal != 0 {
		lacking = s.Refusal
	}
	switch b := c.bundle; {
	case b.ResourceType != "Bundle":
		a.refuse(http.StatusBadRequest)
	case b.Type == "batch" && s.can(Batch):
		s.batch(a, c, f)
	case b.Type == "transaction" && s.can(Transaction):
		s.transaction(a, c)
	case b.Type == "batch", b.Type == "transaction":
		a.refuse(lacking)
	default:
		a.refuse(http.StatusBadRequest)
	}
}

// calls are the entries, as requests.
func (c *call) calls() []call {
	calls := make([]call, len(c.bundle.Entry))
	for i := range calls {
		e := &c.bundle.Entry[i]
		calls[i] = call{method: e.Request.Method, body: e.Resource, ifNoneExist: e.Request.IfNoneExist, origin: c.origin}
		path, query, _ := strings.Cut(e.Request.URL, "?")
		calls[i].query = form([]byte(query))
		calls[i].aim(strings.Split(strings.Trim(path, "/"), "/"))
	}
	return calls
}

// batch does all searches of conditional creates, waits once, and then inserts.
func (s *Server) batch(a *answer, c *call, f *Fault) {
	calls := c.calls()
	prepared := make([]done, len(calls))
	wait := -1
	for i := range calls {
		if status := s.entry(f, i); status >= 300 {
			prepared[i].status = status
		} else if calls[i].operation&(Read|Search) == 0 {
			if prepared[i] = s.prepare(&calls[i]); calls[i].ifNoneExist != "" {
				wait = i
			}
		}
	}
	if wait >= 0 {
		s.wait(&calls[wait])
	}
	answers := make([]entryAnswer, len(calls))
	for i := range calls {
		switch {
		case prepared[i].status == 0 && calls[i].operation&(Read|Search) != 0:
			var part answer
			part.header = make(http.Header)
			part.status = http.StatusOK
			s.work(&part, &calls[i], &Fault{})
			answers[i].Response.Status = statusLine(part.status)
			answers[i].Resource = part.body
			continue
		case prepared[i].status == 0:
			s.mu.Lock()
			prepared[i] = s.apply(&calls[i], prepared[i].found)
			s.mu.Unlock()
		}
		answers[i] = entryOf(prepared[i])
	}
	a.body = respond("batch-response", answers)
	c.done = prepared
}

// transaction does everything or nothing. Like some real servers it does not
// notice that one conditional create stands in it twice.
func (s *Server) transaction(a *answer, c *call) {
	calls := c.calls()
	prepared := make([]done, len(calls))
	names := make(map[string]bool)
	wait := -1
	for i := range calls {
		e := &calls[i]
		prepared[i] = s.prepare(e)
		if prepared[i].status >= 400 {
			a.refuse(prepared[i].status)
			return
		}
		if name := e.kind + "/" + e.id; e.operation == Update {
			if names[name] {
				a.refuse(http.StatusBadRequest)
				return
			}
			names[name] = true
		}
		if e.ifNoneExist != "" {
			wait = i
		}
	}
	if wait >= 0 {
		s.wait(&calls[wait])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range calls {
		e := &calls[i]
		if e.operation == Update && s.store.byName[e.kind+"/"+e.id] == nil && !s.can(UpdateCreate) {
			a.refuse(s.apply(e, nil).status)
			return
		}
	}
	s.link(c, calls, prepared)
	answers := make([]entryAnswer, len(calls))
	for i := range calls {
		prepared[i] = s.apply(&calls[i], prepared[i].found)
		answers[i] = entryOf(prepared[i])
	}
	a.body = respond("transaction-response", answers)
	c.done = prepared
}

// link gives ids to what is created, and makes references to it real (R4, http,
// 3.1.0.11.2).
func (s *Server) link(c *call, calls []call, prepared []done) {
	var pairs []string
	for i := range calls {
		e := &calls[i]
		if e.operation == Create && prepared[i].found == nil {
			e.id = s.store.newID(e.kind)
		}
		if full := c.bundle.Entry[i].FullURL; strings.HasPrefix(full, "urn:uuid:") {
			target := e.kind + "/" + e.id
			if found := prepared[i].found; found != nil {
				target = found.Type + "/" + found.ID
			}
			pairs = append(pairs, `"reference":"`+full+`"`, `"reference":"`+target+`"`)
		}
	}
	replacer := strings.NewReplacer(pairs...)
	for i := range calls {
		if e := &calls[i]; bytes.Contains(e.body, []byte(`"reference":"urn:uuid:`)) {
			e.body = []byte(replacer.Replace(string(e.body)))
			e.head = parseHead(e.body)
		}
	}
}

type entryAnswer struct {
	Resource json.RawMessage `json:"resource,omitempty"`
	Response struct {
		Status   string          `json:"status"`
		Location string          `json:"location,omitempty"`
		ETag     string          `json:"etag,omitempty"`
		Outcome  json.RawMessage `json:"outcome,omitempty"`
	} `json:"response"`
}

func entryOf(d done) (e entryAnswer) {
	e.Response.Status = statusLine(d.status)
	if d.status >= 300 {
		e.Response.Outcome = outcome(d.status, "")
		return e
	}
	if e.Response.Location = d.location; d.version > 0 {
		e.Response.ETag = etag(d.version)
	}
	return e
}

func statusLine(status int) string { return strconv.Itoa(status) + " " + http.StatusText(status) }

func respond(kind string, answers []entryAnswer) []byte {
	b, err := json.Marshal(struct {
		ResourceType string        `json:"resourceType"`
		Type         string        `json:"type"`
		Entry        []entryAnswer `json:"entry"`
	}{"Bundle", kind, answers})
	if err != nil {
		return nil
	}
	return b
}

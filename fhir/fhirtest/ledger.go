package fhirtest

import (
	"bytes"
	"net/http"
	"slices"
	"time"
)

// A Request is what a client asked, in the ledger.
type Request struct {
	At        time.Time // of arrival
	Operation Operation
	Method    string
	URL       string // as it came, with the query
	Token     string // bearer
	Bytes     int    // of the body
	// Status that was answered; 0 while the request is worked on. If nobody got
	// the answer, it is that which nobody got.
	Status int
	// Entries are those of a Bundle, or the one resource of a write.
	Entries []Entry
}

// An Entry is one change that a client asked for.
type Entry struct {
	Method, URL string
	IfNoneExist string
	// Identifier is the first of the resource, as system|value.
	Identifier string
	// Status of the entry; 0 if it was not carried out.
	Status int
}

// record notes a request on arrival and returns its place.
func (s *Server) record(r *http.Request, c *call, size int) int {
	q := Request{At: time.Now(), Operation: c.operation, Method: r.Method, URL: r.URL.RequestURI(), Bytes: size}
	if t, ok := bytes.CutPrefix([]byte(r.Header.Get("Authorization")), []byte("Bearer ")); ok {
		q.Token = string(t)
	}
	switch {
	case c.bundle != nil:
		for i := range c.bundle.Entry {
			e := &c.bundle.Entry[i]
			q.Entries = append(q.Entries, Entry{e.Request.Method, e.Request.URL, e.Request.IfNoneExist, firstIdentifier(e.Resource), 0})
		}
	case c.operation == Create, c.operation == Update:
		q.Entries = []Entry{{r.Method, r.URL.RequestURI(), c.ifNoneExist, firstIdentifier(c.body), 0}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger = append(s.ledger, q)
	return len(s.ledger) - 1
}

// settle notes the outcome.
func (s *Server) settle(index int, c *call, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if index >= len(s.ledger) {
		return // it was cleared meanwhile
	}
	q := &s.ledger[index]
	q.Status = status
	for i := range q.Entries {
		switch {
		case c.bundle == nil:
			q.Entries[i].Status = status
		case i < len(c.done):
			q.Entries[i].Status = c.done[i].status
		}
	}
}

// firstIdentifier finds an identifier without parsing the whole resource.
func firstIdentifier(resource []byte) string {
	_, rest, ok := bytes.Cut(resource, []byte(`"identifier"`))
	if !ok {
		return ""
	}
	system, value := member(rest, `"system":"`), member(rest, `"value":"`)
	return system + "|" + value
}

func member(b []byte, name string) string {
	_, rest, _ := bytes.Cut(b, []byte(name))
	value, _, _ := bytes.Cut(rest, []byte{'"'})
	return string(value)
}

// Requests returns what clients asked, in the order of arrival, for the
// operations.
func (s *Server) Requests(of Operation) (list []Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.ledger {
		if q.Operation&of != 0 {
			q.Entries = slices.Clone(q.Entries)
			list = append(list, q)
		}
	}
	return list
}

// Copies is how many resources have an identifier, those deleted not counted.
func (s *Server) Copies(system, value string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.store.byIdentifier[system+"|"+value])
}

// Resources returns the resources of a type, or of all types for "", in the
// order of their creation, with those that were deleted. The bytes must not be
// changed.
func (s *Server) Resources(kind string) (list []Resource) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.store.all {
		if kind == "" || r.Type == kind {
			list = append(list, *r)
		}
	}
	return list
}

// Order returns the resources that refer to a patient, such as "Patient/17", in
// the order of their creation.
func (s *Server) Order(patient string) (list []Resource) {
	for _, r := range s.Resources("") {
		if r.Patient == patient {
			list = append(list, r)
		}
	}
	return list
}

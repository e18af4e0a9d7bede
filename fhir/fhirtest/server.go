package fhirtest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// A Server is a FHIR server in memory. The zero Server can do everything that a
// [Feature] names and makes no mistakes. Fields must not change while it serves;
// the methods are safe for concurrent use.
//
// It is an [http.Handler], and an [http.RoundTripper] that needs no network, for
// tests under testing/synctest.
type Server struct {
	// Lacks is what the server cannot do.
	Lacks Feature
	// Hides is what its CapabilityStatement keeps to itself, Boasts is what it
	// claims although the server lacks it.
	Hides, Boasts Feature
	// Refusal is the status for what the server lacks. 0 is what servers tend to
	// do: 405 for an update that would create, 501 for a Bundle, and an
	// If-None-Exist is not looked at.
	Refusal int
	// MaxEntries and MaxBytes of a request: more is answered 413. 0 is no limit,
	// though 64 MiB are the end of every request.
	MaxEntries, MaxBytes int
	// PageSize is how many resources a search answers at a time; 0 means 100.
	// A smaller _count of the request counts.
	PageSize int
	// Window is the time between the search of a conditional create and its
	// insert. Two that meet there both create, as on real servers.
	Window time.Duration
	// Lag is how long a search does not see a new resource.
	Lag time.Duration
	// Skew is by how much the Date header is ahead.
	Skew time.Duration
	// Authorize says whether a bearer token is good. A request without a token
	// has "". nil: anybody may do anything. The CapabilityStatement needs none.
	Authorize func(token string) bool
	// Check returns the status, such as 422, with which a resource is refused,
	// or 0. nil: none is.
	Check func(resource []byte) int
	// Rates draw faults by chance, with Seed.
	Rates Rates
	Seed  uint64

	mu     sync.Mutex
	rand   *rand.Rand
	script []Fault
	store  store
	pages  map[string]page
	ledger []Request
}

// A Feature is what a server may be able to do. Features can be combined.
type Feature uint8

// The features.
const (
	UpdateCreate      Feature = 1 << iota // PUT of an id that the client chose creates
	ConditionalCreate                     // If-None-Exist
	Transaction                           // Bundles, all or nothing
	Batch                                 // Bundles, each entry for itself

	everything = UpdateCreate | ConditionalCreate | Transaction | Batch
)

func (s *Server) can(f Feature) bool { return s.Lacks&f == 0 }

// Start serves on a loopback address until the returned server is closed.
func (s *Server) Start() *httptest.Server { return httptest.NewServer(s) }

const maxRequest = 64 << 20

// An answer is what goes back, before anything happens to it on its way.
type answer struct {
	status int
	header http.Header
	body   []byte
	reply  Reply
}

// errReset is what the client of [Server.RoundTrip] sees of a lost connection.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r)
	if err != nil {
		return // the client went away in the middle of its request
	}
	a := s.answer(r, body)
	switch a.reply {
	case Reset:
		reset(w)
		return
	case Silence:
		<-r.Context().Done()
		return
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	if a.reply == Truncated { // net/http closes the connection when it misses the rest
		a.body = a.body[:len(a.body)/2]
	}
	_, _ = w.Write(a.body) // a client that is gone is its own business
	for n := 0; a.reply == Huge && n < hugeBytes; n += len(blank) {
		if _, err := w.Write(blank); err != nil {
			return
		}
	}
}

func readAll(r *http.Request) ([]byte, error) {
	var buf bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= maxRequest {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(r.Body, maxRequest))
	return buf.Bytes(), err
}

func reset(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := h.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// RoundTrip implements [http.RoundTripper]: it answers in memory. As on a
// network, a request whose context ends is worked on nevertheless; the caller
// just does not wait.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = readAll(r)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	done := make(chan answer, 1)
	go func() { done <- s.answer(r, body) }()
	var a answer
	select {
	case a = <-done:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	var content io.Reader = bytes.NewReader(a.body)
	switch a.reply {
	case Reset:
		return nil, errReset
	case Silence:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case Truncated:
		content = io.MultiReader(bytes.NewReader(a.body[:len(a.body)/2]), failing{})
	case Huge:
		content = io.MultiReader(content, io.LimitReader(blanks{}, hugeBytes))
	}
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: io.NopCloser(content), ContentLength: -1, Request: r,
	}, nil
}

const hugeBytes = 64 << 20

var blank = bytes.Repeat([]byte{' '}, 64<<10)

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

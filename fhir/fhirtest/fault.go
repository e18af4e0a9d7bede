package fhirtest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// An Operation is what a request wants. Operations can be combined.
type Operation uint8

// The operations.
const (
	Metadata Operation = 1 << iota
	Read
	Search
	Create
	Update
	Delete
	Bundle // a batch or a transaction

	// Write is everything that changes what is stored.
	Write = Create | Update | Delete | Bundle
)

// A Reply is what becomes of an answer on its way.
type Reply uint8

// What can become of an answer.
const (
	Sent      Reply = iota // it arrives
	Reset                  // the connection is reset instead
	Silence                // nothing comes until the client gives up
	Truncated              // the connection ends in the middle
	Huge                   // 64 MiB of blanks follow
	HTML                   // a page with status 200 comes instead, as of a proxy
	Loop                   // a redirect to the same address comes instead
	Garbage                // JSON comes, but none of FHIR
)

// A Fault is what goes wrong with one request. The zero Fault is that nothing
// does, which has its place in a script.
type Fault struct {
	// On are the operations that it is for; 0 means Write.
	On Operation
	// Delay comes before the work.
	Delay time.Duration
	// Status is answered instead of doing the work, or with Commit after it.
	Status int
	Commit bool
	// Issue is the code of the OperationOutcome that goes with Status; "" is one
	// that fits the status.
	Issue string
	// RetryAfter goes with Status as Retry-After, in whole seconds or, with
	// AsDate, as a date.
	RetryAfter time.Duration
	AsDate     bool
	// Entries are the statuses of the entries of a batch: where one is not 2xx,
	// the entry is not carried out. 0, and what is not listed, is as it comes.
	Entries []int
	// Matches makes a search find that many (with -1: none): what there is, cut
	// or repeated under other ids. 0 is as it comes.
	Matches int
	// Twice lets a search answer everything it found twice, with the same ids.
	Twice bool
	// RateLimit is the header of that name.
	RateLimit string
	Reply     Reply
}

func (f *Fault) on(op Operation) bool {
	if f.On == 0 {
		return op&Write != 0
	}
	return f.On&op != 0
}

// works says whether the request is carried out.
func (f *Fault) works() bool {
	return f.Commit || f.Status == 0 && f.Reply != HTML && f.Reply != Loop && f.Reply != Garbage && !f.early()
}

// early says that the connection ends before anything is done.
func (f *Fault) early() bool { return f.Reply == Reset || f.Reply == Silence }

// Script lines up faults behind those there are. Each waits for the first
// request that it is for; where a script has something for a request, [Rates] do
// not count.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, faults...)
}

// Rates are how often something goes wrong by chance, each from 0 to 1. They are
// drawn for writes, save DelayUpTo, and the first that comes up counts.
type Rates struct {
	LostReply    float64 // done, and then a reset
	Silent       float64 // done, and then no answer
	Reset        float64 // a reset before anything is done
	Unavailable  float64 // 503, not done
	Broken       float64 // 500, done
	TooMany      float64 // 429, not done
	Truncated    float64 // done, half of the answer
	Page         float64 // an HTML page, not done
	EntryTooMany float64 // for each entry of a batch: 429 for it, 200 for the rest
	// RetryAfter goes with 503 and 429; in half of the cases as a date.
	RetryAfter time.Duration
	// DelayUpTo is the longest delay of any request, drawn evenly.
	DelayUpTo time.Duration
}

// next is the fault of a request.
func (s *Server) next(op Operation) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rand == nil {
		s.rand = rand.New(rand.NewPCG(s.Seed, 0x66686972)) //nolint:gosec // chance that can be repeated
	}
	for i := range s.script {
		if f := s.script[i]; f.on(op) {
			s.script = append(s.script[:i], s.script[i+1:]...)
			return f
		}
	}
	var f Fault
	if op&Write != 0 {
		f = s.Rates.draw(s.rand)
	}
	if d := s.Rates.DelayUpTo; d > 0 {
		f.Delay = time.Duration(s.rand.Int64N(int64(d) + 1))
	}
	return f
}

func (r *Rates) draw(chance *rand.Rand) Fault {
	asDate := chance.IntN(2) == 0
	at := chance.Float64()
	for _, c := range []struct {
		rate  float64
		fault Fault
	}{
		{r.LostReply, Fault{Commit: true, Reply: Reset}},
		{r.Silent, Fault{Commit: true, Reply: Silence}},
		{r.Reset, Fault{Reply: Reset}},
		{r.Unavailable, Fault{Status: http.StatusServiceUnavailable, RetryAfter: r.RetryAfter, AsDate: asDate}},
		{r.Broken, Fault{Status: http.StatusInternalServerError, Commit: true}},
		{r.TooMany, Fault{Status: http.StatusTooManyRequests, RetryAfter: r.RetryAfter, AsDate: asDate}},
		{r.Truncated, Fault{Commit: true, Reply: Truncated}},
		{r.Page, Fault{Reply: HTML}},
	} {
		if at -= c.rate; at < 0 {
			return c.fault
		}
	}
	return Fault{}
}

// entry is the status that the i-th entry of a batch shall have, 0 for as it comes.
func (s *Server) entry(f *Fault, i int) int {
	if i < len(f.Entries) {
		return f.Entries[i]
	}
	if s.Rates.EntryTooMany == 0 || f.Entries != nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rand.Float64() < s.Rates.EntryTooMany {
		return http.StatusTooManyRequests
	}
	return 0
}

// spoil does to an answer what the fault says.
func (s *Server) spoil(a answer, f *Fault, r *http.Request) answer {
	if f.Status != 0 {
		a.status = f.Status
		a.body = outcome(f.Status, f.Issue)
		if f.RetryAfter > 0 {
			after := strconv.Itoa(int((f.RetryAfter + time.Second - 1) / time.Second))
			if f.AsDate {
				after = time.Now().Add(s.Skew + f.RetryAfter + time.Second - 1).UTC().Format(http.TimeFormat)
			}
			a.header.Set("Retry-After", after)
		}
	}
	if f.RateLimit != "" {
		a.header.Set("RateLimit", f.RateLimit)
	}
	switch a.reply = f.Reply; f.Reply {
	case HTML:
		a.status, a.body = http.StatusOK, []byte("<!DOCTYPE html><title>Welcome</title><p>Please accept the terms of use.")
		a.header.Set("Content-Type", "text/html; charset=utf-8")
	case Loop:
		a.status, a.body = http.StatusTemporaryRedirect, nil
		a.header.Set("Location", r.URL.String())
	case Garbage:
		a.status, a.body = http.StatusOK, []byte(`{"entry":[{"response":{"status":["201"]}},7],"resourceType":"Bundle"}`)
	}
	if f.Reply == Truncated {
		if len(a.body) == 0 {
			a.body = outcome(a.status, "informational")
		}
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	return a
}

// outcome is an OperationOutcome. Real ones quote what they refuse, and so does
// the diagnostics here.
func outcome(status int, issue string) []byte {
	if issue == "" {
		switch status {
		case http.StatusBadRequest:
			issue = "invalid"
		case http.StatusUnauthorized:
			issue = "login"
		case http.StatusForbidden:
			issue = "forbidden"
		case http.StatusNotFound, http.StatusGone:
			issue = "not-found"
		case http.StatusMethodNotAllowed, http.StatusNotImplemented:
			issue = "not-supported"
		case http.StatusConflict:
			issue = "conflict"
		case http.StatusPreconditionFailed:
			issue = "multiple-matches"
		case http.StatusRequestEntityTooLarge:
			issue = "too-long"
		case http.StatusUnprocessableEntity:
			issue = "business-rule"
		case http.StatusTooManyRequests:
			issue = "throttled"
		default:
			issue = "transient"
		}
	}
	type issueOf struct {
		Severity    string   `json:"severity"`
		Code        string   `json:"code"`
		Diagnostics string   `json:"diagnostics"`
		Expression  []string `json:"expression,omitempty"`
	}
	o := struct {
		ResourceType string    `json:"resourceType"`
		Issue        []issueOf `json:"issue"`
	}{"OperationOutcome", []issueOf{{"error", issue, "refused: the resource of " + canary, nil}}}
	if status == http.StatusUnprocessableEntity {
		o.Issue[0].Expression = []string{"Observation.value.ofType(Quantity)"}
	}
	b, err := json.Marshal(o)
	if err != nil {
		return nil
	}
	return b
}

// canary is what the diagnostics of every OperationOutcome tell, as real ones
// tell of patients: it must never get into a log of the client.
const canary = "DOE^JANE 1970-01-01"

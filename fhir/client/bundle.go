package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/fhir"
)

// entryOverhead is about what an entry takes beside its resource.
const entryOverhead = 200

// request is the request for an item by itself. The body is a copy.
func (it *item) request(v verb, urgent bool) *request {
	r := &request{op: "create", method: http.MethodPost, path: it.kind, urgent: urgent}
	switch v {
	case update:
		r.op, r.method, r.path = "update", http.MethodPut, it.kind+"/"+it.id
		r.body = append(r.body, it.body...)
		return r
	case conditional:
		if it.name() != "" {
			r.ifNoneExist = it.condition()
		}
	}
	it.name()
	r.body = append(r.body, it.plain...)
	return r
}

// entry is an item as an entry of a Bundle.
func (it *item) entry(v verb) (r fhir.BundleRequest, resource []byte) {
	if v == update {
		return fhir.BundleRequest{Method: models.HTTPVerbPUT, URL: it.kind + "/" + it.id}, it.body
	}
	r = fhir.BundleRequest{Method: models.HTTPVerbPOST, URL: it.kind}
	if it.name() != "" && v == conditional {
		r.IfNoneExist = it.condition()
	}
	return r, it.plain
}

// bundle sends items together.
func (l *lane) bundle(ctx context.Context, w way, items []*item) (time.Duration, error) {
	l.bundles.Batch = w.pack == "batch"
	for _, it := range items {
		if _, err := l.bundles.Add(it.entry(w.verb(it.id))); err != nil {
			return 0, err
		}
	}
	var detached bool
	a, err := l.c.do(ctx, &request{op: w.pack, method: http.MethodPost, body: l.bundles.Bytes(), detached: &detached})
	if l.bundles.Next(); detached {
		l.bundles = fhir.BundleWriter{} // the transport may still read what the old one wrote
	}
	if err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok || ctx.Err() != nil {
			return 0, err
		}
		return l.together(w, items, e)
	}
	entries, ok := parseBundle(a.body)
	if !ok || len(entries.Entry) != len(items) {
		// Nobody knows what became of any entry.
		e := &Error{Op: w.pack, Status: a.status, Err: ErrNotFHIR, unsure: true}
		l.c.trouble.note(e)
		return l.together(w, items, e)
	}
	return l.entries(ctx, w, items, entries, a.header)
}

// together judges items that share an outcome.
func (l *lane) together(w way, items []*item, e *Error) (time.Duration, error) {
	n := len(items)
	l.good = 0
	l.c.counts.retries.Add(uint64(n))
	switch s := e.Status; {
	case s == http.StatusRequestEntityTooLarge:
		l.limit = max(1, n/2)
		return now, nil
	case e.unsure:
		if e.timedOut() || s == http.StatusInternalServerError && l.failures > 0 {
			l.limit = max(1, n/2)
		}
		l.c.counts.unsure.Add(uint64(n))
		for _, it := range items {
			it.suspect, it.searched = time.Now().Add(l.c.settle), false
		}
		return e.RetryAfter, nil
	case notSupported(e) && !l.c.ways.packs(): // Bundles, or what is in them: one alone will tell
		l.bad = 1
		return now, nil
	case s == http.StatusPreconditionFailed: // one of them has several copies
	case s == http.StatusConflict && l.failures > 1: // it does not go away: one of them is the reason
	case s == http.StatusForbidden, e.Retryable():
		return denied(e), nil
	}
	l.bad = n
	return now, nil
}

// entries judges items by the answers of their entries.
func (l *lane) entries(ctx context.Context, w way, items []*item, answers bundle, h http.Header) (time.Duration, error) {
	pause := now
	forbidden := 0
	for i, it := range items { // first what went well: it proves that the verb works
		switch s := answers.Entry[i].status(); {
		case s >= 200 && s < 300:
			l.c.ways.works(it.kind, w.verb(it.id), true)
			l.c.delivered(w, it, idIn(answers.Entry[i].Response.Location, it.kind))
		case s == http.StatusForbidden:
			forbidden++
		}
	}
	var last *item
	for i, it := range items {
		if it.gone {
			last = it
			continue
		}
		e := answers.Entry[i].err(w.verb(it.id))
		if e.Status == http.StatusForbidden && forbidden < len(items) {
			if err := l.condemn(ctx, it, e); err != nil {
				return 0, err
			}
			continue
		}
		switch l.c.judge(w, it, e) {
		case lie:
		case poison:
			if err := l.condemn(ctx, it, e); err != nil {
				return 0, err
			}
		case unsure:
			if l.stubborn(ctx, it, e) {
				if err := l.condemn(ctx, it, e); err != nil {
					return 0, err
				}
				continue
			}
			fallthrough
		default:
			l.c.counts.retries.Add(1)
			pause = max(pause, denied(e), 0)
		}
	}
	if last != nil {
		l.prove(w, last)
	}
	if l.bad = max(l.bad-len(items), 0); pause == now {
		l.grow(len(items))
		return now, nil
	}
	l.c.pace.hold(time.Now(), retryAfter(h, time.Now()))
	return pause, nil
}

// grow lets Bundles become larger again, a quarter after 16 that went well.
func (l *lane) grow(n int) {
	if n < l.limit || l.limit >= l.c.entries {
		return
	}
	if l.good++; l.good >= 16 {
		l.good = 0
		l.limit = min(l.limit+max(1, l.limit/4), l.c.entries)
	}
}

// A bundle is an answer of many.
type bundle struct {
	ResourceType string
	Link         []struct{ Relation, URL string }
	Entry        []bundleEntry
}

type bundleEntry struct {
	Resource json.RawMessage
	Search   struct{ Mode string }
	Response struct {
		Status   string
		Location string
		Outcome  json.RawMessage
	}
}

func parseBundle(body []byte) (b bundle, ok bool) {
	return b, json.Unmarshal(body, &b) == nil && b.ResourceType == "Bundle"
}

// status reads "201 Created"; 0 is none.
func (e *bundleEntry) status() int {
	s, _, _ := strings.Cut(strings.TrimSpace(e.Response.Status), " ")
	if len(s) != 3 {
		return 0
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// err is the failure of an entry.
func (e *bundleEntry) err(v verb) *Error {
	s := e.status()
	failure := &Error{Op: "create", Status: s, Issues: issues(e.Response.Outcome)}
	if v == update {
		failure.Op = "update"
	}
	if failure.Issues == nil {
		failure.Issues = issues(e.Resource)
	}
	failure.unsure = s == 0 || s >= 500 && s != http.StatusNotImplemented || s == http.StatusRequestTimeout
	if s == 0 {
		failure.Err = ErrNotFHIR
	}
	return failure
}

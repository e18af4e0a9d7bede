package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// maxPages is the longest search that is followed.
const maxPages = 1000

// maxAttempts of a request that somebody waits for.
const maxAttempts = 4

// Read returns the JSON of a resource: Read(ctx, "Patient", "17"). What may pass
// is tried up to four times.
func (c *Client) Read(ctx context.Context, kind, id string) ([]byte, error) {
	if !isType(kind) || !isID(id) {
		return nil, &Error{Op: "read", Err: ErrResource}
	}
	a, err := c.insist(ctx, &request{op: "read", method: http.MethodGet, path: kind + "/" + id})
	return a.body, err
}

// Search yields the resources of a type that match a query, page after page, and
// in the end the error if there was one. The query goes by POST _search, so that
// no parameter is in a URL; further pages come from the links of the server, to
// the same host only. What the server included beside the matches comes as well.
func (c *Client) Search(ctx context.Context, kind string, query url.Values) iter.Seq2[json.RawMessage, error] {
	if !isType(kind) {
		return func(yield func(json.RawMessage, error) bool) { yield(nil, &Error{Op: "search", Err: ErrResource}) }
	}
	return c.pages(ctx, searchByPost(kind, query, false))
}

func searchByPost(kind string, query url.Values, urgent bool) *request {
	return &request{op: "search", method: http.MethodPost, path: kind + "/_search", form: true, body: []byte(query.Encode()), urgent: urgent}
}

// pages yields what a search and the pages behind it have.
func (c *Client) pages(ctx context.Context, search *request) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		r := search
		for range maxPages {
			b, err := c.page(ctx, r)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range b.Entry {
				if len(b.Entry[i].Resource) > 0 && !yield(b.Entry[i].Resource, nil) {
					return
				}
			}
			next, err := c.next(&b)
			if err != nil {
				yield(nil, err)
				return
			}
			if next == "" {
				return
			}
			r = &request{op: "search", method: http.MethodGet, absolute: next, urgent: search.urgent}
		}
		yield(nil, &Error{Op: "search", Err: ErrTooLarge})
	}
}

func (c *Client) page(ctx context.Context, r *request) (bundle, error) {
	a, err := c.insist(ctx, r)
	if err != nil {
		return bundle{}, err
	}
	b, ok := parseBundle(a.body)
	if !ok {
		return b, &Error{Op: r.op, Status: a.status, Err: ErrNotFHIR}
	}
	return b, nil
}

// next is the address of the next page, "" after the last.
func (c *Client) next(b *bundle) (string, error) {
	for _, l := range b.Link {
		if l.Relation != "next" {
			continue
		}
		u, err := c.base.Parse(l.URL)
		if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host || u.User != nil {
			return "", &Error{Op: "search", Err: ErrRedirect}
		}
		return u.String(), nil
	}
	return "", nil
}

// insist repeats a request that changes nothing.
func (c *Client) insist(ctx context.Context, r *request) (reply, error) {
	for attempt := 1; ; attempt++ {
		a, err := c.do(ctx, r)
		e, ok := errors.AsType[*Error](err)
		if err == nil || !ok || attempt == maxAttempts || !e.Retryable() || e.Status == http.StatusForbidden || e.Status == http.StatusUnauthorized {
			return a, err
		}
		if err := sleep(ctx, max(backoff(200*time.Millisecond, attempt), e.RetryAfter)); err != nil {
			return reply{}, err
		}
	}
}

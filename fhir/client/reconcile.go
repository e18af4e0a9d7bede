package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxTokens is how many identifiers go into one search.
const maxTokens = 50

// reconcile takes off what the server has already, and returns what is to be sent.
// It has something to do only for creates: those that may have happened, and all of
// them on servers where a create has no condition.
//
// What may have happened is searched for at once, which mostly tells, and if it is
// not there a second time when the server must have settled.
func (c *Client) reconcile(ctx context.Context, w way, items []*item) ([]*item, error) {
	for {
		var open []*item
		until := time.Time{}
		for _, it := range items {
			v := w.verb(it.id)
			if v == update || it.gone || it.name() == "" {
				continue
			}
			if _, has := c.recent.get(it.key()); has {
				c.delivered(w, it, "")
				continue
			}
			if !it.searched && (v == create || !it.suspect.IsZero()) {
				open = append(open, it)
			}
			if it.suspect.After(until) {
				until = it.suspect
			}
		}
		if len(open) == 0 {
			return present(items), nil
		}
		start := time.Now()
		if err := c.search(ctx, w, open); err != nil {
			return nil, err
		}
		wait := false
		for _, it := range open {
			switch {
			case it.gone:
			case it.suspect.After(start):
				wait = true
			default:
				it.searched, it.suspect = true, time.Time{}
			}
		}
		if wait {
			if err := sleep(ctx, time.Until(until)); err != nil {
				return nil, err
			}
		}
	}
}

func present(items []*item) []*item {
	rest := items[:0:0]
	for _, it := range items {
		if !it.gone {
			rest = append(rest, it)
		}
	}
	return rest
}

// search looks items up by their identifiers, and notes those that are there.
func (c *Client) search(ctx context.Context, w way, items []*item) error {
	for len(items) > 0 {
		some := items[:min(len(items), maxTokens)]
		items = items[len(some):]
		found, err := c.find(ctx, some, false)
		if err != nil {
			return err
		}
		for _, it := range some {
			switch ids := found[it.name()]; len(ids) {
			case 0:
			case 1:
				c.delivered(w, it, ids[0])
			default:
				c.counts.duplicates.Add(1)
				c.duplicates(ctx, Duplicate{Reading: it.reading(), IDs: ids})
				c.delivered(w, it, ids[0])
			}
		}
	}
	return nil
}

// find returns the ids of the resources that have the identifiers of some items of
// one type, by identifier. The search is a POST, so that no identifier is in a URL;
// only to a server that does not know it, and only for UUIDs that are ours and tell
// nobody who a patient is, it is a GET.
func (c *Client) find(ctx context.Context, items []*item, urgent bool) (map[string][]string, error) {
	var tokens strings.Builder
	wanted := make(map[string]bool)
	anonymous := true
	for i, it := range items {
		if i > 0 {
			tokens.WriteByte(',')
		}
		anonymous = anonymous && strings.HasPrefix(it.value, "urn:uuid:")
		tokens.WriteString(it.token())
		wanted[it.name()] = true
	}
	query := url.Values{"identifier": {tokens.String()}, "_count": {strconv.Itoa(2 * maxTokens)}}
	kind := items[0].kind
	search := searchByPost(kind, query, urgent)
	byGet := anonymous && c.noPost.Load()
	if byGet {
		search = &request{op: "search", method: http.MethodGet, path: kind + "?" + query.Encode(), urgent: urgent}
	}
	found := make(map[string][]string)
	seen := make(map[string]bool)
	for resource, err := range c.pages(ctx, search) {
		if e, ok := errors.AsType[*Error](err); ok && anonymous && !byGet && unknownSearch(e) {
			c.noPost.Store(true)
			return c.find(ctx, items, urgent)
		}
		if err != nil {
			return nil, err
		}
		it, ok := newItem(resource)
		if !ok || it.id == "" || seen[it.id] || it.kind != kind {
			continue // an OperationOutcome, or a row of the answer that comes twice
		}
		seen[it.id] = true
		for _, name := range it.names() {
			if wanted[name] {
				found[name] = append(found[name], it.id)
			}
		}
	}
	return found, nil
}

// unknownSearch is how servers refuse a POST to _search that know none, although
// FHIR R4 (RESTful API, 3.1.0.9) wants both: some take it for an id.
func unknownSearch(e *Error) bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return false
}

// names are all identifiers.
func (it *item) names() (list []string) {
	members(it.body, func(name, value []byte, _, _ int) bool {
		if string(name) == `"identifier"` {
			for _, i := range identifiers(value) {
				list = append(list, i.System+"|"+i.Value)
			}
		}
		return true
	})
	return list
}

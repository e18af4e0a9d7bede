package client

import (
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"net/http"
	"time"
)

// Update stores a resource, JSON with resourceType and id, under its id, as a PUT
// does, and returns when the server has it. It overtakes what [Client.Put]
// delivers: it has connections of its own, and goes first where the server limits
// requests. It is tried again until the context ends; an [*Error] is a refusal
// for good. Updates of one resource keep their order.
//
// A server that gives ids itself gets the resource under an id of its own; it is
// found again by the first identifier, or by urn:uuid: and the id. It keeps
// nothing of the resource.
func (c *Client) Update(ctx context.Context, resource []byte) error {
	it, ok := newItem(resource)
	if !ok || it.id == "" || !json.Valid(resource) {
		return &Error{Op: "update", Err: ErrResource}
	}
	lock := c.updates[maphash.String(c.seed, it.kind+"/"+it.id)%uint64(len(c.updates))]
	if err := acquire(ctx, lock); err != nil {
		return err
	}
	defer func() { <-lock }()
	for failures := 1; ; failures++ {
		err := c.update(ctx, it)
		if err == nil {
			c.counts.updates.Add(1)
			c.trouble.over()
			return nil
		}
		e, ok := errors.AsType[*Error](err)
		if ctx.Err() != nil || !ok {
			return err
		}
		if !e.Retryable() || e.Status == http.StatusForbidden {
			return e
		}
		if err := sleep(ctx, max(backoff(50*time.Millisecond, failures), e.RetryAfter)); err != nil {
			return err
		}
	}
}

// update is one attempt, by the way that the server has.
func (c *Client) update(ctx context.Context, it *item) error {
	for {
		w, err := c.way(ctx, it.kind, true)
		if err != nil {
			return err
		}
		v := w.verb(it.id)
		r := it.request(v, true)
		if v != update {
			if r, err = c.replacement(ctx, it, v); err != nil {
				return err
			}
		}
		a, err := c.do(ctx, r)
		if err == nil {
			err = a.about(r.op, it.kind)
		}
		replaced := v != update && r.method == http.MethodPut
		if err == nil && replaced {
			return nil
		}
		if err == nil {
			c.ways.works(it.kind, v, false)
			if id := located(a.header, it.kind); v != update && id != "" {
				c.recent.add(it.key(), id)
			}
			return nil
		}
		e, ok := errors.AsType[*Error](err)
		_, known := c.recent.get(it.key())
		switch {
		case !ok || ctx.Err() != nil:
			return err
		case replaced && known && (e.Status == http.StatusNotFound || e.Status == http.StatusGone):
			c.recent.forget(it.key()) // somebody deleted it: search
		case replaced, c.judge(w, it, e) != lie:
			return e
		}
	}
}

// replacement is the request that puts a resource where the server has it, or
// creates it where it is not.
func (c *Client) replacement(ctx context.Context, it *item, v verb) (*request, error) {
	if it.name() == "" {
		return nil, &Error{Op: "update", Err: ErrResource}
	}
	if id, ok := c.recent.get(it.key()); ok && id != "" {
		return it.replace(id), nil
	}
	for {
		start := time.Now()
		found, err := c.find(ctx, []*item{it}, true)
		if err != nil {
			return nil, err
		}
		if ids := found[it.name()]; len(ids) > 0 {
			if len(ids) > 1 {
				c.counts.duplicates.Add(1)
				c.duplicates(ctx, Duplicate{IDs: ids})
			}
			return it.replace(ids[0]), nil
		}
		if !it.suspect.After(start) {
			return it.request(v, true), nil
		}
		if err := sleep(ctx, time.Until(it.suspect)); err != nil {
			return nil, err
		}
	}
}

// replace is the request that puts a resource under an id of the server.
func (it *item) replace(id string) *request {
	r := &request{op: "update", method: http.MethodPut, path: it.kind + "/" + id, urgent: true}
	r.body = append(append(append(r.body, `{"id":"`...), id...), `",`...)
	r.body = append(r.body, it.plain[blanks(it.plain, 0)+1:]...)
	return r
}

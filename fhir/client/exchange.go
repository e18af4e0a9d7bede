package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// A request is one HTTP request to the server.
type request struct {
	op          string // for errors
	method      string
	path        string // below the base: "Observation/17"
	absolute    string // instead of path: a link of the server, checked
	ifNoneExist string
	form        bool // the body is a form and not FHIR
	body        []byte
	urgent      bool
	open        bool  // needs no token
	detached    *bool // set if the transport may still read body
}

// A reply is an answer of success.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// maxAnswer is the longest answer that is read.
const maxAnswer = 16 << 20

// do sends a request when its turn has come, with a token, which is renewed once.
// It returns *Error for everything but a status of success, or the error of the
// context.
func (c *Client) do(ctx context.Context, r *request) (reply, error) {
	for renewed := false; ; renewed = true {
		var token string
		if !r.open {
			var err error
			if token, err = c.login.token(ctx); err != nil {
				if ctx.Err() != nil {
					return reply{}, ctx.Err()
				}
				return reply{}, c.trouble.note(&Error{Op: "token", Err: err})
			}
		}
		if err := c.wait(ctx, r.urgent); err != nil {
			return reply{}, err
		}
		a, err := c.send(ctx, r, token)
		if err == nil {
			if !r.open {
				c.login.accepted()
			}
			return a, nil
		}
		if ctx.Err() != nil {
			return reply{}, ctx.Err()
		}
		if e, ok := errors.AsType[*Error](err); ok {
			c.trouble.note(e)
			switch {
			case e.Status == http.StatusUnauthorized && !renewed && c.login.refused(token):
				continue
			case e.Status == http.StatusUnauthorized:
				e.RetryAfter = max(e.RetryAfter, c.login.park())
			}
		}
		return reply{}, err
	}
}

// wait waits for the turn of a request.
func (c *Client) wait(ctx context.Context, urgent bool) error {
	d := c.pace.turn(time.Now(), urgent)
	for d > 0 {
		if err := sleep(ctx, d); err != nil {
			return err
		}
		d = c.pace.turn(time.Now(), true) // it has had its turn, but all may have been stopped meanwhile
	}
	return ctx.Err()
}

// send is one attempt.
func (c *Client) send(ctx context.Context, r *request, token string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	address := r.absolute
	if address == "" {
		address = c.base.String() + r.path
	}
	content := &content{Reader: bytes.NewReader(r.body)}
	req, err := http.NewRequestWithContext(ctx, r.method, address, nil)
	if err != nil {
		return reply{}, &Error{Op: r.op, Err: ErrAddress}
	}
	if r.body != nil {
		req.Body, req.ContentLength = content, int64(len(r.body))
		req.Header.Set("Content-Type", "application/fhir+json")
	}
	if r.form {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Accept", "application/fhir+json")
	req.Header.Set("User-Agent", "telemed-go")
	if r.method == http.MethodPut || r.method == http.MethodPost && !r.form {
		req.Header.Set("Prefer", "return=minimal")
	}
	if r.ifNoneExist != "" {
		req.Header.Set("If-None-Exist", r.ifNoneExist)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	via := c.bulk
	if r.urgent {
		via = c.urgent
	}
	c.counts.requests.Add(1)
	resp, err := via.Do(req)
	if err == nil {
		defer resp.Body.Close()
		var a reply
		a, err = c.read(r, resp)
		if r.detached != nil {
			*r.detached = !content.closed.Load() && r.body != nil
		}
		return a, err
	}
	if r.detached != nil {
		*r.detached = true
	}
	return reply{}, broken(r.op, err)
}

// content notes when the transport lets go of a body.
type content struct {
	*bytes.Reader
	closed atomic.Bool
}

func (b *content) Close() error {
	b.closed.Store(true)
	return nil
}

// read reads an answer and judges its form.
func (c *Client) read(r *request, resp *http.Response) (reply, error) {
	now := time.Now()
	if l, ok := rateLimit(resp.Header); ok {
		c.pace.note(now, l)
	}
	e := &Error{Op: r.op, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, now), unsure: true}
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= maxAnswer {
		buf.Grow(int(n) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1))
	json := isJSON(resp.Header, buf.Bytes())
	switch success := resp.StatusCode < 300; {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e.Err = ErrRedirect
		return reply{}, e
	case err != nil && success:
		e.Err = broken(r.op, err).Err
		return reply{}, e
	case n > maxAnswer && success:
		e.Err = ErrTooLarge
		return reply{}, e
	case success && !json:
		e.Err = ErrNotFHIR
		return reply{}, e
	case success:
		return reply{resp.StatusCode, resp.Header, buf.Bytes()}, nil
	}
	if e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable {
		c.pace.hold(now, e.RetryAfter)
	}
	e.unsure = e.Status >= 500 && e.Status != http.StatusNotImplemented || e.Status == http.StatusRequestTimeout
	if json && n <= maxAnswer {
		e.Issues = issues(buf.Bytes())
	}
	return reply{}, e
}

// about reports whether the answer to a write can be one: with return=minimal it
// is mostly empty, but may be the resource or an OperationOutcome.
func (a *reply) about(op, kind string) error {
	if len(bytes.TrimSpace(a.body)) == 0 {
		return nil
	}
	if it, ok := newItem(a.body); ok && (it.kind == kind || it.kind == "OperationOutcome") {
		return nil
	}
	return &Error{Op: op, Status: a.status, Err: ErrNotFHIR, unsure: true}
}

// isJSON reports whether an answer can be FHIR. One without a body can.
func isJSON(h http.Header, body []byte) bool {
	kind := h.Get("Content-Type")
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) == 0 && !strings.Contains(kind, "html") || len(body) > 0 && body[0] == '{'
}

package client

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What can be wrong beside the status of an answer.
var (
	// ErrAddress: the base is no https URL without user, query and fragment.
	ErrAddress = errors.New("not an https URL without user, query and fragment")
	// ErrNotFHIR: the answer is no FHIR JSON, as the page of a proxy is not.
	ErrNotFHIR = errors.New("the answer is not FHIR JSON")
	// ErrTooLarge: the answer is longer than 16 MiB, or a search had too many
	// pages.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrRedirect: the server redirects, or a link leads to another host. The
	// client does not follow.
	ErrRedirect = errors.New("redirects are not followed")
	// ErrResource: what was given is no resource that can be known again: JSON
	// with a resourceType and an id, and on servers that give ids themselves an
	// identifier, or an id that is a UUID.
	ErrResource = errors.New("not a resource with a type and an id")
)

// An Error is a request that failed. It names no resource, and of what the server
// said only codes.
type Error struct {
	Op         string        // "update", "create", "batch", "transaction", "search", "read", "metadata", "token", "map"
	Status     int           // of the answer, 0 if there was none
	RetryAfter time.Duration // what the server asked for, at most 15 minutes
	Issues     []Issue       // of the OperationOutcome
	Err        error         // why, if it was not the status

	unsure bool // the server may have done it
}

// Error reads "fhir: update: 422: business-rule at Observation.value".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("fhir: " + e.Op)
	if e.Status != 0 {
		b.WriteString(": " + strconv.Itoa(e.Status))
	}
	if e.RetryAfter > 0 {
		b.WriteString(", retry after " + e.RetryAfter.String())
	}
	for _, i := range e.Issues {
		b.WriteString(": " + i.String())
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives errors.Is the reason.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same request may succeed later.
func (e *Error) Retryable() bool {
	switch s := e.Status; {
	case errors.Is(e.Err, ErrResource), errors.Is(e.Err, ErrAddress), e.Op == "map":
		return false
	case s == 0, s < 400, s >= 500 && s != http.StatusNotImplemented:
		return true
	default:
		switch s {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusConflict, http.StatusPreconditionFailed,
			http.StatusLocked, http.StatusFailedDependency, http.StatusTooEarly, http.StatusTooManyRequests:
			return true
		}
	}
	return false
}

// An Issue is one issue of an OperationOutcome without its words, which tell of
// patients. What is no code or path is left out.
type Issue struct {
	Severity string // "error", "fatal" ...
	Code     string // "business-rule"
	Detail   string // the server's own code
	At       string // the first expression: "Observation.value"
}

// String reads "business-rule at Observation.value".
func (i Issue) String() string {
	s := i.Code
	if i.Detail != "" {
		s += " " + i.Detail
	}
	if i.At != "" {
		s += " at " + i.At
	}
	return s
}

// maxIssues is how many issues are kept.
const maxIssues = 8

// issues reads an OperationOutcome; it returns nil for anything else.
func issues(b []byte) (list []Issue) {
	var o struct {
		ResourceType string
		Issue        []struct {
			Severity, Code       string
			Details              struct{ Coding []struct{ Code string } }
			Expression, Location []string
		}
	}
	if json.Unmarshal(b, &o) != nil || o.ResourceType != "OperationOutcome" {
		return nil
	}
	for _, i := range o.Issue[:min(len(o.Issue), maxIssues)] {
		issue := Issue{Severity: clean(i.Severity, "-"), Code: clean(i.Code, "-")}
		if len(i.Details.Coding) > 0 {
			issue.Detail = clean(i.Details.Coding[0].Code, "-_")
		}
		if len(i.Expression) > 0 {
			issue.At = clean(i.Expression[0], ".[]()")
		} else if len(i.Location) > 0 {
			issue.At = clean(i.Location[0], ".[]()/")
		}
		list = append(list, issue)
	}
	return list
}

// clean is s if it is made of ASCII letters, a few digits and the marks, and else
// "": it could be a name or a number of somebody.
func clean(s, marks string) string {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case '0' <= c && c <= '9':
			digits++
		case strings.IndexByte(marks, c) < 0:
			return ""
		}
	}
	if len(s) > 80 || digits > 4 {
		return ""
	}
	return s
}

// broken is the error of a request without a usable answer. The URL is taken off
// the reason.
func broken(op string, err error) *Error {
	e := &Error{Op: op, Err: err, unsure: true}
	if u, ok := errors.AsType[*url.Error](err); ok {
		e.Err = u.Err
	}
	if n, ok := errors.AsType[*net.OpError](err); ok && n.Op == "dial" {
		e.unsure = false
	}
	return e
}

// timedOut reports whether the server was given enough time.
func (e *Error) timedOut() bool {
	return errors.Is(e.Err, context.DeadlineExceeded) || e.Status == http.StatusGatewayTimeout || e.Status == http.StatusRequestTimeout
}

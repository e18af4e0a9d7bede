package smart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxAnswer is the longest answer that is read of a token endpoint or of a
// configuration.
const maxAnswer = 256 << 10

// ErrInsecure refuses an address without TLS that is not on this machine.
var ErrInsecure = errors.New("smart: https is required")

// An Error says why there is no token, or no configuration. It holds nothing of the server's answer
// but a code that RFC 6749, 5.2, has.
type Error struct {
	// Status of HTTP, 0 if there was no answer.
	Status int
	// Code of RFC 6749, such as "invalid_client"; "" if there was none.
	Code string
	// RetryAfter is how long the next attempt will wait. Until then the same
	// error is returned at once.
	RetryAfter time.Duration
	// Err is the reason, if it is not the status alone.
	Err error
}

// Error names status, code and reason.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("smart: no answer to use")
	if e.Status != 0 {
		fmt.Fprintf(&b, ": status %d", e.Status)
	}
	if e.Code != "" {
		b.WriteString(", " + e.Code)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %s", e.RetryAfter.Round(time.Second))
	}
	return b.String()
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Reasons in an [Error].
var (
	// ErrScope: the server granted less than was asked for.
	ErrScope = errors.New("scope too small")
	// ErrAnswer: the answer is no token of type Bearer with a lifetime.
	ErrAnswer = errors.New("not an answer of RFC 6749")
	// errUnreachable hides the text of the transport, which names the address.
	errUnreachable = errors.New("the endpoint cannot be reached")
)

// codes are the errors of RFC 6749, 5.2. Anything else could be any text.
func knownCode(code string) string {
	switch code {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope":
		return code
	}
	return ""
}

// plainClient is a client that follows no redirect: what it sends is for one
// address only.
func plainClient(c *http.Client) *http.Client {
	plain := http.Client{Timeout: 30 * time.Second}
	if c != nil {
		plain = *c
	}
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &plain
}

// secure refuses an address to which nothing secret must go.
func secure(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return errors.New("smart: not an address")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return ErrInsecure
}

// A grant is the answer of a token endpoint.
type grant struct {
	token string
	life  time.Duration
}

// exchange trades an assertion for a token. date is the time of the server, zero
// if it does not tell.
func exchange(ctx context.Context, c *http.Client, tokenURL, assertion string, scopes []string) (g grant, date time.Time, err error) {
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
	if len(scopes) > 0 {
		form.Set("scope", strings.Join(scopes, " "))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return g, date, &Error{Err: errUnreachable}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := plainClient(c).Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return g, date, &Error{Err: ctx.Err()}
		}
		return g, date, &Error{Err: errUnreachable}
	}
	defer res.Body.Close()
	date, _ = http.ParseTime(res.Header.Get("Date"))
	body, err := readJSON(res)
	if res.StatusCode != http.StatusOK {
		return g, date, refusal(res, body)
	}
	if err == nil {
		g, err = readGrant(body, scopes)
	}
	if err != nil {
		return grant{}, date, &Error{Status: res.StatusCode, Err: err}
	}
	return g, date, nil
}

// readJSON reads an answer that says it is JSON.
func readJSON(res *http.Response) ([]byte, error) {
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind != "application/json" {
		return nil, fmt.Errorf("%w: not JSON", ErrAnswer)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: it breaks off", ErrAnswer)
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrAnswer, maxAnswer)
	}
	return body, nil
}

func refusal(res *http.Response, body []byte) *Error {
	var answer struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &answer) // the status is enough
	return &Error{Status: res.StatusCode, Code: knownCode(answer.Error), RetryAfter: retryAfter(res.Header)}
}

// retryAfter reads both forms of the header (RFC 9110, 10.2.3), an hour at most.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		now := time.Now()
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			now = date // by one clock
		}
		wait = at.Sub(now)
	}
	return min(max(wait, 0), time.Hour)
}

func readGrant(body []byte, scopes []string) (grant, error) {
	var answer struct {
		Token string      `json:"access_token"`
		Type  string      `json:"token_type"`
		Life  json.Number `json:"expires_in"`
		Scope string      `json:"scope"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return grant{}, ErrAnswer
	}
	life, err := answer.Life.Int64()
	switch {
	case !strings.EqualFold(answer.Type, "bearer") || !isToken(answer.Token):
		return grant{}, ErrAnswer
	case err != nil || life <= 0 || life > int64(24*time.Hour/time.Second):
		return grant{}, fmt.Errorf("%w: expires_in", ErrAnswer)
	case answer.Scope != "":
		granted := strings.Fields(answer.Scope)
		for _, s := range scopes {
			if !covered(granted, s) {
				return grant{}, ErrScope
			}
		}
	}
	return grant{token: answer.Token, life: time.Duration(life) * time.Second}, nil
}

// isToken reports whether a token can stand in a header (RFC 6750, 2.1).
func isToken(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return s != ""
}

package escalate

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// A Webhook is a [Notifier] that posts notices to a server by HTTPS, signed: see
// [Verifier]. One call is one attempt; the dispatcher repeats it, with the same
// Idempotency-Key.
//
// An answer of success with the [ReceiptHeader] is Delivered, without it
// Unknown: accepted. Redirects are not followed. What is tried again is no
// answer, and the status 408, 425, 429 and from 500 on, save 501; other answers
// wrap [ErrRefused]. Of an answer no more than 4 kB are read, and nothing is
// shown. It is safe for concurrent use; idle connections close after 90 seconds,
// or with Close.
type Webhook struct {
	url    string
	key    Key
	client *http.Client
}

// A WebhookOption changes a [Webhook]. The options are those of this package.
type WebhookOption interface{ apply(*webhookConfig) }

type webhookConfig struct {
	tls   *tls.Config
	plain bool
}

type webhookOption func(*webhookConfig)

func (f webhookOption) apply(c *webhookConfig) { f(c) }

// TLS is the configuration of connections: authorities, a certificate of our own.
// The default trusts the authorities of the system. TLS 1.3 is required if it
// does not name a version.
func TLS(t *tls.Config) WebhookOption {
	return webhookOption(func(c *webhookConfig) { c.tls = t.Clone() })
}

// InsecurePlainHTTP allows addresses without TLS: everybody on the way can read
// the notices. The default is to refuse them.
func InsecurePlainHTTP() WebhookOption {
	return webhookOption(func(c *webhookConfig) { c.plain = true })
}

// ErrWebhook refuses the address or the [Key] of a [Webhook].
var ErrWebhook = errors.New("escalate: impossible webhook")

var errAddress = fmt.Errorf("%w: the address is no https URL without user and fragment", ErrWebhook)

// NewWebhook makes a webhook of an https URL. What is secret about the receiver
// belongs into the key, not into the URL, which servers log.
func NewWebhook(address string, key Key, opts ...WebhookOption) (*Webhook, error) {
	c := webhookConfig{tls: new(tls.Config)}
	for _, o := range opts {
		o.apply(&c)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !c.plain) {
		return nil, errAddress // not err: it quotes the address
	}
	if err := key.check(); err != nil {
		return nil, err
	}
	c.tls.MinVersion = cmp.Or(c.tls.MinVersion, tls.VersionTLS13)
	return &Webhook{url: u.String(), key: key, client: &http.Client{
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        c.tls,
			ForceAttemptHTTP2:      true,
			MaxConnsPerHost:        64,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 16 << 10,
			DisableCompression:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// maxAnswer is how much of an answer is read, so that the connection can be used
// again.
const maxAnswer = 4 << 10

// Notify implements [Notifier].
func (w *Webhook) Notify(ctx context.Context, m Message) (Receipt, error) {
	body, err := m.Notice().Append(nil)
	if err != nil {
		return Failed, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return Failed, errAddress
	}
	w.sign(req, m.ID, body, time.Now())
	resp, err := w.client.Do(req)
	if err != nil {
		return Unknown, &webhookError{reason(err)}
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // what it says does not count, nor that it breaks off
	return outcome(resp, m.ID)
}

func (w *Webhook) sign(req *http.Request, id MessageID, body []byte, now time.Time) {
	sum, idempotency := digest(body), `"`+id.String()+`"`
	input, signature := w.key.sign(req.Method, sum, idempotency, now)
	for _, h := range []component{
		{"Content-Type", jsonType},
		{headerDigest, sum},
		{headerKey, idempotency},
		{headerInput, input},
		{headerSign, signature},
	} {
		req.Header.Set(h.name, h.value)
	}
}

// outcome is what an answer means. Errors are known not to be delivered, save
// that a server that fails may have done something before.
func outcome(resp *http.Response, id MessageID) (Receipt, error) {
	switch s := resp.StatusCode; {
	case s >= 200 && s < 300 && only(resp.Header, ReceiptHeader) == id.String():
		return Delivered, nil
	case s >= 200 && s < 300:
		return Unknown, nil
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable:
		return Failed, &webhookError{fmt.Errorf("status %d", s)}
	case s >= 500 && s != http.StatusNotImplemented:
		return Unknown, &webhookError{fmt.Errorf("status %d", s)}
	case s >= 300 && s < 400:
		return Failed, &webhookError{fmt.Errorf("%w: redirect, status %d", ErrRefused, s)}
	default:
		return Failed, &webhookError{fmt.Errorf("%w: status %d", ErrRefused, s)}
	}
}

// Close closes idle connections.
func (w *Webhook) Close() error {
	w.client.CloseIdleConnections()
	return nil
}

// webhookError is a failed attempt, without the address.
type webhookError struct{ err error }

func (e *webhookError) Error() string { return "escalate: webhook: " + e.err.Error() }

func (e *webhookError) Unwrap() error { return e.err }

// reason takes the address off an error of the client.
func reason(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

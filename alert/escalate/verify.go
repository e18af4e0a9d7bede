package escalate

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A Verifier checks requests of a [Webhook], on the side of the receiver. It is
// safe for concurrent use.
type Verifier struct {
	// Keys is the secret of a key that is accepted at present, nil if there is
	// none of this ID.
	Keys func(id string) []byte
	// Window is how far the time of the signature may be from now, 0: 5 minutes.
	// The receiver remembers the IDs of notices at least twice as long, and drops
	// those that it knows: they are repeats, or replayed by somebody.
	Window time.Duration
}

// Errors of [Verifier.Verify]. Whoever gets ErrSignature answers with 401, to
// ErrNotice with 400.
var (
	// ErrSignature: the request is not signed, not with a known key, or changed.
	ErrSignature = errors.New("escalate: the request is not signed by somebody known")
	// ErrStale: the signature is right, but from another time.
	ErrStale = fmt.Errorf("%w at this time", ErrSignature)
)

// ReceiptHeader is the header of the response by which a receiver confirms that
// the recipient has the notice: its value is the ID. Without it a response of
// success means that the notice was accepted, and the receipt is [Unknown].
const ReceiptHeader = "Telemed-Delivered"

// Verify reads and checks a request, and returns its notice. It reads no more
// than 64 KiB of the body. Errors wrap [ErrSignature] or [ErrNotice],
// or are of reading.
func (v Verifier) Verify(r *http.Request, now time.Time) (Notice, error) {
	input, signature := only(r.Header, headerInput), only(r.Header, headerSign)
	idempotency := only(r.Header, headerKey)
	params, labelled := strings.CutPrefix(input, label)
	keyID, created, ok := parseParameters(params)
	item, signed := strings.CutPrefix(signature, label)
	sum, readable := parseBytesItem(item)
	if !labelled || !ok || !signed || !readable || len(idempotency) > signatureLimit || v.Keys == nil {
		return Notice{}, ErrSignature
	}
	secret := v.Keys(keyID)
	if len(secret) < minSecret {
		return Notice{}, ErrSignature
	}
	if only(r.Header, "Content-Type") != jsonType {
		return Notice{}, ErrSignature
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxNotice+1))
	if err != nil {
		return Notice{}, fmt.Errorf("escalate: read notice: %w", err)
	}
	if len(body) > maxNotice {
		return Notice{}, ErrNotice
	}
	want := mac(secret, signatureBase(requestComponents(r.Method, digest(body), idempotency), params))
	if only(r.Header, headerDigest) != digest(body) || !hmac.Equal(sum, want) {
		return Notice{}, ErrSignature
	}
	window := v.Window
	if window == 0 {
		window = 5 * time.Minute
	}
	if age := now.Sub(time.Unix(created, 0)); age < -window || age > window {
		return Notice{}, ErrStale
	}
	n, err := ParseNotice(body)
	if err == nil && idempotency != `"`+n.ID.String()+`"` {
		err = ErrNotice
	}
	if err != nil {
		return Notice{}, err
	}
	return n, nil
}

// only is the value of a header that is there once.
func only(h http.Header, name string) string {
	if v := h[http.CanonicalHeaderKey(name)]; len(v) == 1 {
		return v[0]
	}
	return ""
}

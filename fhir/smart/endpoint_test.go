package smart_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/fhir/smart"
)

const (
	tokenURL = "https://ehr.example/token"
	clientID = "ward-9"
)

// An endpoint is a token endpoint in memory. It holds every request against SMART
// App Launch 2.2 and answers as its script says.
type endpoint struct {
	t     testing.TB
	keys  smart.Keys
	ahead time.Duration // of our clock
	life  time.Duration
	scope string
	delay time.Duration
	// known are the key ids that the server knows; nil knows all of keys.
	known map[string]bool
	// answer, if set, is given in place of a token, until it is nil.
	answer func() *http.Response

	mu       sync.Mutex
	seen     map[string]bool // jti
	kids     []string
	requests int
	issued   int
}

func (e *endpoint) client() *http.Client { return &http.Client{Transport: e} }

func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(e.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests++
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		e.t.Errorf("body is no form: %v", err)
	}
	if r.URL.String() != tokenURL || r.Method != http.MethodPost || form.Get("grant_type") != "client_credentials" ||
		form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		e.t.Errorf("%s %s with grant %q", r.Method, r.URL, form.Get("grant_type"))
	}
	if e.answer != nil {
		return e.answer(), nil
	}
	if code := e.judge(form.Get("client_assertion")); code != "" {
		return e.reply(http.StatusBadRequest, fmt.Sprintf(`{"error":%q,"error_description":"DOE^JANE"}`, code)), nil
	}
	e.issued++
	return e.reply(http.StatusOK, fmt.Sprintf(`{"access_token":"token-%d","token_type":"bearer","expires_in":%d,"scope":%q}`,
		e.issued, int(e.life/time.Second), e.scope)), nil
}

func (e *endpoint) now() time.Time { return time.Now().Add(e.ahead) }

func (e *endpoint) reply(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json"}, "Date": {e.now().UTC().Format(http.TimeFormat)}},
	}
}

// judge says what is wrong with an assertion.
func (e *endpoint) judge(jwt string) string {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return "invalid_request"
	}
	var head struct{ Alg, Kid, Typ string }
	var claims struct {
		Iss, Sub, Aud, Jti string
		Exp                int64
	}
	for i, v := range []any{&head, &claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(b, v) != nil {
			return "invalid_request"
		}
	}
	e.kids = append(e.kids, head.Kid)
	exp := time.Unix(claims.Exp, 0)
	switch {
	case head.Typ != "JWT" || claims.Iss != clientID || claims.Sub != clientID || claims.Aud != tokenURL:
		return "invalid_request"
	case e.seen[claims.Jti] || claims.Jti == "":
		return "invalid_grant"
	case !exp.After(e.now()) || exp.Sub(e.now()) > 5*time.Minute:
		return "invalid_client"
	case e.known != nil && !e.known[head.Kid]:
		return "invalid_client"
	}
	if e.seen == nil {
		e.seen = make(map[string]bool)
	}
	e.seen[claims.Jti] = true
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !verify(e.keys, head.Alg, head.Kid, parts[0]+"."+parts[1], signature) {
		return "invalid_client"
	}
	return ""
}

// verify checks a signature by the key set as it is published.
func verify(keys smart.Keys, alg, kid, signed string, signature []byte) bool {
	set, err := keys.JWKS(time.Now())
	if err != nil {
		return false
	}
	var published struct {
		Keys []struct{ Alg, Kid, Kty, N, E, Crv, X, Y string }
	}
	if err := json.Unmarshal(set, &published); err != nil {
		return false
	}
	number := func(s string) *big.Int {
		b, _ := base64.RawURLEncoding.DecodeString(s) // a wrong one verifies nothing
		return new(big.Int).SetBytes(b)
	}
	hash := sha512.Sum384([]byte(signed))
	for _, k := range published.Keys {
		if k.Kid != kid || k.Alg != alg {
			continue
		}
		switch alg {
		case "RS384":
			public := &rsa.PublicKey{N: number(k.N), E: int(number(k.E).Int64())}
			return rsa.VerifyPKCS1v15(public, crypto.SHA384, hash[:], signature) == nil
		case "ES384":
			x, _ := base64.RawURLEncoding.DecodeString(k.X)
			y, _ := base64.RawURLEncoding.DecodeString(k.Y)
			public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), append(append([]byte{4}, x...), y...))
			return err == nil && len(signature) == 96 &&
				ecdsa.Verify(public, hash[:], new(big.Int).SetBytes(signature[:48]), new(big.Int).SetBytes(signature[48:]))
		}
	}
	return false
}

var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newRSA(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	k, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newEC(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// newBackend is a backend of an endpoint that knows its keys.
func newBackend(t testing.TB, keys smart.Keys) (*smart.Backend, *endpoint) {
	t.Helper()
	e := &endpoint{t: t, keys: keys, life: 5 * time.Minute, scope: "system/Observation.cruds"}
	return &smart.Backend{
		TokenURL: tokenURL, ClientID: clientID, Keys: keys, Scopes: []string{"system/Observation.cu"}, HTTP: e.client(),
	}, e
}

// answers is a transport that always gives the same.
type answers func(*http.Request) (*http.Response, error)

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func text(status int, contentType, body string) answers {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader([]byte(body))),
		}, nil
	}
}

func mustToken(t *testing.T, b *smart.Backend, want string) {
	t.Helper()
	got, err := b.Token(context.Background())
	if err != nil || got != want {
		t.Fatalf("Token = %q, %v, want %q", got, err, want)
	}
}

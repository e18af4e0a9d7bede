package smart_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/fhir/smart"
)

func TestUnusableKeys(t *testing.T) {
	// The smallest key is short on purpose: 1024 bits are refused.
	t.Setenv("GODEBUG", "rsa1024min=0")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, signer := range map[string]crypto.Signer{
		"nil": nil, "RSA 1024": short, "P-256": p256, "Ed25519": ed,
	} {
		if _, err := (smart.Keys{{ID: "k", Signer: signer}}).JWKS(time.Now()); !errors.Is(err, smart.ErrKey) {
			t.Errorf("%s: JWKS: %v, want ErrKey", name, err)
		}
		b, e := newBackend(t, smart.Keys{{ID: "k", Signer: signer}})
		if _, err := b.Token(t.Context()); !errors.Is(err, smart.ErrKey) || e.requests != 0 {
			t.Errorf("%s: Token: %v after %d requests, want ErrKey and none", name, err, e.requests)
		}
	}
}

// brokenSigner is a security module that answers with rubbish.
type brokenSigner struct {
	crypto.Signer
	answer []byte
	err    error
}

func (s brokenSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return s.answer, s.err
}

func TestBrokenSigner(t *testing.T) {
	lost := errors.New("token removed")
	for name, s := range map[string]brokenSigner{
		"error":   {newEC(t), nil, lost},
		"nothing": {newEC(t), nil, nil},
		"rubbish": {newEC(t), []byte("rubbish"), nil},
	} {
		b, e := newBackend(t, smart.Keys{{ID: "k", Signer: s}})
		_, err := b.Token(t.Context())
		if err == nil || e.requests != 0 || s.err != nil && !errors.Is(err, lost) {
			t.Errorf("%s: err = %v after %d requests", name, err, e.requests)
		}
	}
}

// publicOnly is a signer of which only the public key is asked.
type publicOnly struct {
	crypto.Signer
	key crypto.PublicKey
}

func (p publicOnly) Public() crypto.PublicKey { return p.key }

// The key of RFC 7638, 3.1, has the thumbprint that stands there.
func TestThumbprint(t *testing.T) {
	n, err := base64.RawURLEncoding.DecodeString("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3" +
		"oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n" +
		"91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")
	if err != nil {
		t.Fatal(err)
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
	set, err := smart.Keys{{Signer: publicOnly{key: key}}}.JWKS(time.Now())
	if want := `"kid":"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"`; err != nil || !strings.Contains(string(set), want) {
		t.Errorf("%s, %v, want %s", set, err, want)
	}
}

func TestServeKeys(t *testing.T) {
	keys := smart.Keys{{ID: "r", Signer: newRSA(t)}, {Signer: newEC(t)}, {ID: "gone", Signer: newEC(t), Until: time.Now()}}
	w := httptest.NewRecorder()
	keys.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/jwks", nil))
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || w.Code != 200 || len(set.Keys) != 2 {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	for _, k := range set.Keys {
		if k["d"] != nil || k["p"] != nil || k["q"] != nil || k["kid"] == "" || k["use"] != "sig" {
			t.Errorf("published %v", k)
		}
	}
	w = httptest.NewRecorder()
	keys.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/jwks", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
	w = httptest.NewRecorder()
	smart.Keys{{}}.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/jwks", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a key without a signer: %d", w.Code)
	}
}

package smart

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"time"
)

// ErrKey: no key can sign at this time, or one is of another kind than RSA
// with 2048 bits or more (RS384) or ECDSA on P-384 (ES384).
var ErrKey = errors.New("smart: no usable key")

// A Key signs assertions. Its private part may live in a file, a key store or
// a security module.
type Key struct {
	// ID is the kid by which the server finds the public key. "" stands for the
	// thumbprint of the key (RFC 7638).
	ID     string
	Signer crypto.Signer
	// From is when the key begins to sign. Until then it is published only, so
	// that servers which keep the key set for a while know it in time. Zero: it
	// signs at once.
	From time.Time
	// Until is when the key neither signs nor is published any more. Zero: never.
	Until time.Time
}

// Keys are the keys of a client during a rotation: the newest that has begun
// signs, and all that have not ended are published. To rotate, add a key whose
// From is a day ahead, and let the old one end a day after that. Keys are a
// value and must not change while they are in use.
type Keys []Key

// signing returns the keys that can sign at a time, the newest first, at most
// two: the second is for a server that does not know the first one yet.
func (ks Keys) signing(now time.Time) (newest, before Key, err error) {
	for _, k := range ks {
		switch {
		case k.ended(now) || now.Before(k.From):
		case newest.Signer == nil || !k.From.Before(newest.From):
			newest, before = k, newest
		case before.Signer == nil || k.From.After(before.From):
			before = k
		}
	}
	if newest.Signer == nil {
		return Key{}, Key{}, ErrKey
	}
	return newest, before, nil
}

func (k Key) ended(now time.Time) bool { return !k.Until.IsZero() && !now.Before(k.Until) }

// A publicKey is a JSON Web Key (RFC 7517, RFC 7518) of one of the two kinds.
// The order of the members that RFC 7638 hashes is the alphabetical one.
type publicKey struct {
	Curve     string   `json:"crv,omitempty"`
	Exponent  string   `json:"e,omitempty"`
	Type      string   `json:"kty"`
	Modulus   string   `json:"n,omitempty"`
	X         string   `json:"x,omitempty"`
	Y         string   `json:"y,omitempty"`
	Algorithm string   `json:"alg,omitempty"`
	ID        string   `json:"kid,omitempty"`
	Use       string   `json:"use,omitempty"`
	Ops       []string `json:"key_ops,omitempty"`
}

// public describes a key, and says how it signs.
func (k Key) public() (publicKey, error) {
	var p publicKey
	if k.Signer == nil {
		return p, ErrKey
	}
	algorithm := ""
	switch public := k.Signer.Public().(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() < 2048 {
			return p, fmt.Errorf("%w: RSA with %d bits", ErrKey, public.N.BitLen())
		}
		algorithm = "RS384"
		p = publicKey{Type: "RSA", Modulus: encode(public.N.Bytes()), Exponent: encode(big.NewInt(int64(public.E)).Bytes())}
	case *ecdsa.PublicKey:
		if public.Curve != elliptic.P384() {
			return p, fmt.Errorf("%w: ECDSA on another curve than P-384", ErrKey)
		}
		point, err := public.Bytes() // 4 | X | Y (SEC 1)
		if err != nil {
			return p, fmt.Errorf("%w: %w", ErrKey, err)
		}
		algorithm = "ES384"
		p = publicKey{Type: "EC", Curve: "P-384", X: encode(point[1:49]), Y: encode(point[49:])}
	default:
		return p, fmt.Errorf("%w: neither RSA nor ECDSA", ErrKey)
	}
	if p.ID = k.ID; p.ID == "" {
		required, err := json.Marshal(p)
		if err != nil {
			return p, err
		}
		sum := sha256.Sum256(required)
		p.ID = encode(sum[:])
	}
	p.Algorithm, p.Use, p.Ops = algorithm, "sig", []string{"verify"}
	return p, nil
}

// JWKS is the key set to publish at a time, or to register at the server: the
// public parts of all keys that have not ended (RFC 7517).
func (ks Keys) JWKS(now time.Time) ([]byte, error) {
	set := struct {
		Keys []publicKey `json:"keys"`
	}{Keys: []publicKey{}}
	for _, k := range ks {
		if k.ended(now) {
			continue
		}
		p, err := k.public()
		if err != nil {
			return nil, err
		}
		set.Keys = append(set.Keys, p)
	}
	return json.Marshal(set)
}

// ServeHTTP publishes the key set, for the jwks_url with which the client is
// registered. Servers may keep it for an hour.
func (ks Keys) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "GET only", http.StatusMethodNotAllowed)
		return
	}
	set, err := ks.JWKS(time.Now())
	if err != nil {
		http.Error(w, "no key set", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(set)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

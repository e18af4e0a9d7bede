package seal

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A vector is one of the examples of the COSE working group
// (github.com/cose-wg/Examples, public domain).
type vector struct {
	ID        string
	Structure string
	Alg       string
	Accept    bool
	CBOR      string `json:"cbor_hex"`
	Payload   string `json:"payload_text"`
	External  string `json:"external_aad_hex"`
	Keys      []struct {
		Kty, Kid, Crv, X, Y, K string
		XHex                   string `json:"x_hex"`
	}
}

func vectors(t testing.TB) []vector {
	t.Helper()
	dir := os.Getenv("TELEMED_DATA")
	f, err := os.Open(filepath.Join(dir, "ingest", "cose", "cose_vectors.jsonl"))
	if dir == "" || err != nil {
		t.Skip("the vectors of the working group are not here: set TELEMED_DATA")
	}
	defer f.Close()
	var all []vector
	for s := bufio.NewScanner(f); s.Scan(); {
		var v vector
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func (v vector) key(t testing.TB) (*Key, error) {
	t.Helper()
	k := v.Keys[0]
	id := []byte(k.Kid)
	switch k.Kty {
	case "oct":
		return SecretKey(id, algorithmNamed(v.Alg), base64url(t, k.K))
	case "EC":
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[k.Crv]
		public, err := ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, base64url(t, k.X)...), base64url(t, k.Y)...))
		if err != nil {
			t.Fatal(err)
		}
		return PublicKey(id, algorithmNamed(v.Alg), public)
	}
	curve := map[string]int64{"Ed25519": curveEd25519, "Ed448": 7}[k.Crv]
	b := appendInt(appendInt(appendHead(nil, majorMap, 5), keyType), typeOKP)
	b = appendInt(appendInt(appendBytes(appendInt(b, keyID), id), keyAlgorithm), int64(EdDSA))
	b = appendInt(appendInt(b, keyCurve), curve)
	return ParseKey(appendBytes(appendInt(b, keyX), unhex(t, k.XHex)))
}

func algorithmNamed(name string) Algorithm {
	ccm := map[string]Algorithm{
		"AES-CCM-16-128/64": AESCCM16x64x128, "AES-CCM-16-256/64": AESCCM16x64x256,
		"AES-CCM-64-128/64": AESCCM64x64x128, "AES-CCM-64-256/64": AESCCM64x64x256,
		"AES-CCM-16-128/128": AESCCM16x128x128, "AES-CCM-16-256/128": AESCCM16x128x256,
		"AES-CCM-64-128/128": AESCCM64x128x128, "AES-CCM-64-256/128": AESCCM64x128x256,
	}
	if a, ok := ccm[name]; ok {
		return a
	}
	for a := Algorithm(-64); a < 64; a++ {
		if a.spec().name == name {
			return a
		}
	}
	return 0
}

func base64url(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unsupported are the vectors with one recipient that are refused though they
// are right, with the reason.
var unsupported = map[string]Fault{
	"eddsa-examples/eddsa-sig-02": ErrAlgorithm, // Ed448
}

// recipients are the structures for several recipients. All are refused, right
// or wrong, whatever the algorithm.
var recipients = map[string]bool{"Sign": true, "Mac": true, "Encrypt": true}

func TestVectors(t *testing.T) {
	opened, refused, several := 0, 0, 0
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			b := unhex(t, v.CBOR)
			if recipients[v.Structure] {
				several++
				if _, err := Parse(b, Tagged); !errors.Is(err, ErrTag) {
					t.Errorf("Parse: %v, want ErrTag", err)
				}
				return
			}
			k, err := v.key(t)
			if fault, ok := unsupported[v.ID]; ok {
				if !errors.Is(err, fault) {
					t.Errorf("key: %v, want %v", err, fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			payload, err := openVector(b, Tagged, k, unhex(t, v.External))
			if !v.Accept {
				refused++
				if err == nil {
					t.Fatal("opened")
				}
				return
			}
			opened++
			if err != nil || string(payload) != v.Payload {
				t.Fatalf("payload %q, %v", payload, err)
			}
			untagged(t, v, b, k)
		})
	}
	t.Logf("%d opened, %d refused, %d for several recipients refused", opened, refused, several)
	if opened < 20 || refused < 10 {
		t.Errorf("%d opened and %d refused: the vectors are not what they were", opened, refused)
	}
}

// untagged is opened only if the caller names the structure, the tagged one not
// by a wrong name.
func untagged(t *testing.T, v vector, b []byte, k *Key) {
	t.Helper()
	external := unhex(t, v.External)
	if _, err := openVector(b[1:], Tagged, k, external); !errors.Is(err, ErrTag) {
		t.Errorf("untagged: %v, want ErrTag", err)
	}
	for _, want := range []Structure{Encrypt0, Mac0, Sign1} {
		payload, err := openVector(b[1:], want, k, external)
		if right := want == k.spec.structure; right != (err == nil) || right && !bytes.Equal(payload, []byte(v.Payload)) {
			t.Errorf("untagged as %v: %v", want, err)
		}
		_, err = openVector(b, want, k, external)
		if right := want == k.spec.structure; right != (err == nil) || !right && !errors.Is(err, ErrTag) {
			t.Errorf("tagged as %v: %v", want, err)
		}
	}
}

func openVector(b []byte, want Structure, k *Key, external []byte) ([]byte, error) {
	m, err := Parse(b, want)
	if err != nil {
		return nil, err
	}
	return m.Open(nil, k, external)
}

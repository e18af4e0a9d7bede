package seal

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"strings"
	"testing"
)

// Keys survive their COSE_Key, secret and public, and what one seals the other
// opens.
func TestKeyRoundTrip(t *testing.T) {
	for _, a := range all {
		k, err := GenerateKey(a)
		must(t, err)
		b, err := k.AppendSecret(nil)
		must(t, err)
		back, err := ParseKey(b)
		must(t, err)
		if again, err := back.AppendSecret(nil); err != nil || !bytes.Equal(again, b) || back.ID() != k.ID() || back.Algorithm() != a {
			t.Errorf("%v: another key came back: %v", a, err)
		}
		public, err := k.AppendPublic(nil)
		if k.spec.structure != Sign1 {
			wantFault(t, "public half of a secret key", err, ErrKey)
			continue
		}
		must(t, err)
		half, err := ParseKey(public)
		must(t, err)
		_, err = half.AppendSecret(nil)
		wantFault(t, "secret half of a public key", err, ErrKey)
		p := newPair(t, a)
		p.key, p.keys = back, new(Keyring)
		must(t, p.keys.Add(Grant{Key: half, Device: "bed-1"}))
		p.restart(t)
		if _, _, err := p.open(p.seal(t, "x")); err != nil {
			t.Errorf("%v: %v", a, err)
		}
		for n := range b {
			if _, err := ParseKey(b[:n]); err == nil {
				t.Errorf("%v: %d of %d bytes are a key", a, n, len(b))
			}
		}
	}
}

func TestParseKeyRefuses(t *testing.T) {
	point := strings.Repeat("01", 32)
	for _, tt := range []struct {
		name, hex string
		err       Fault
	}{
		{"nothing", "", ErrSyntax},
		{"no map", "80", ErrSyntax},
		{"indefinite", "bfff", ErrSyntax},
		{"trailing", "a000", ErrSyntax},
		{"label twice", "a2 0104 0104", ErrSyntax},
		{"empty", "a0", ErrAlgorithm},
		{"RSA", "a3 0103 024131 0326", ErrAlgorithm},
		{"Ed448", "a5 0101 024131 0327 2007 21 4101", ErrAlgorithm},
		{"X25519", "a5 0101 024131 0327 2004 21 5820" + point, ErrAlgorithm},
		{"secp256k1", "a6 0102 024131 0326 2008 21 5820" + point + "22 5820" + point, ErrAlgorithm},
		{"ChaCha20/Poly1305", "a4 0104 024131 031818 20 5820" + point, ErrAlgorithm},
		{"not on the curve", "a6 0102 024131 0326 2001 21 5820" + point + "22 5820" + point, ErrKey},
		{"compressed point", "a6 0102 024131 0326 2001 21 5820" + point + "22 f5", ErrSyntax},
		{"short coordinate", "a6 0102 024131 0326 2001 21 4101 22 4101", ErrKey},
		{"HMAC secret too short", "a4 0104 024131 0305 20 4101", ErrKey},
		{"AES secret too long", "a4 0104 024131 0301 20 5820" + point, ErrKey},
		{"no identifier", "a3 0104 0305 205820" + point, ErrKey},
		{"Ed25519 for ES256", "a5 0101 024131 0326 2006 21 5820" + point, ErrAlgorithm},
		{"no algorithm", "a3 0104 024131 205820" + point, ErrAlgorithm},
	} {
		_, err := ParseKey(unhex(t, strings.ReplaceAll(tt.hex, " ", "")))
		wantFault(t, tt.name, err, tt.err)
	}
	long := make([]byte, maxKeyID+1)
	_, err := SecretKey(long, HS256, make([]byte, 32))
	wantFault(t, "long identifier", err, ErrKey)
	_, err = SecretKey([]byte("x"), ES256, make([]byte, 32))
	wantFault(t, "secret for a signature", err, ErrAlgorithm)
	//lint:ignore SA1019 there is no other way to a point that is none
	_, err = PublicKey([]byte("x"), ES256, &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)})
	wantFault(t, "point off the curve", err, ErrKey)
	_, err = PublicKey([]byte("x"), EdDSA, ed25519.PublicKey{1})
	wantFault(t, "short key", err, ErrKey)
	_, err = PublicKey([]byte("x"), HS256, ed25519.PublicKey(make([]byte, 32)))
	wantFault(t, "public key as a secret", err, ErrAlgorithm)
	_, err = SigningKey([]byte("x"), ES256, nil)
	wantFault(t, "no signer", err, ErrKey)
	_, err = GenerateKey(24)
	wantFault(t, "ChaCha20/Poly1305", err, ErrAlgorithm)
}

// A signer in hardware is used through its interface only.
type hardware struct{ key crypto.Signer }

func (h hardware) Public() crypto.PublicKey { return h.key.Public() }

func (h hardware) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return h.key.Sign(rand, digest, opts)
}

func TestHardwareKey(t *testing.T) {
	for _, a := range []Algorithm{ES256, EdDSA} {
		p := newPair(t, a)
		k, err := SigningKey([]byte(p.key.id), a, hardware{p.key.signer})
		must(t, err)
		p.key = k
		p.restart(t)
		if _, _, err := p.open(p.seal(t, "x")); err != nil {
			t.Errorf("%v: %v", a, err)
		}
		_, err = k.AppendSecret(nil)
		wantFault(t, "secret in hardware", err, ErrKey)
	}
}

// No verb shows what a key is made of.
func TestKeyPrints(t *testing.T) {
	k, err := SecretKey([]byte("DOE^JANE"), HS256, []byte("JANE-JANE-JANE-JANE-JANE-JANE-JANE"))
	must(t, err)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", k)
	text := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		text += fmt.Sprintf(verb, k) + fmt.Sprintf(verb, struct{ k *Key }{k}) + fmt.Sprintf(verb, &Sealer{key: k})
	}
	for _, form := range []string{"JANE", "4a414e45", "4A414E45", "74 65", "4a 41"} {
		if strings.Contains(text, form) {
			t.Errorf("%q shows the key", text)
		}
	}
	if got := k.String(); got != "key of HS256" {
		t.Errorf("String: %q", got)
	}
}

func TestZeroKey(t *testing.T) {
	for _, k := range []*Key{nil, {}} {
		if k.String() != "no key" || k.ID() != "" || k.Algorithm() != 0 {
			t.Errorf("%v, %q, %v", k, k.ID(), k.Algorithm())
		}
		_, err := k.AppendPublic(nil)
		wantFault(t, "AppendPublic", err, ErrKey)
		_, err = k.AppendSecret(nil)
		wantFault(t, "AppendSecret", err, ErrKey)
		_, err = Message{}.Open(nil, k, nil)
		wantFault(t, "Open", err, ErrKey)
		_, err = NewSealer(t.Context(), k, new(memory))
		wantFault(t, "NewSealer", err, ErrKey)
		wantFault(t, "Add", new(Keyring).Add(Grant{Key: k, Device: "bed-1"}), ErrKey)
	}
}

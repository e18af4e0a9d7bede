package seal

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"encoding/asn1"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"math/big"
	"slices"
	"sync"
)

// A Key is for one algorithm. It never prints what it is made of, nor its
// identifier. It does not change and is safe for concurrent use. The zero Key is
// refused everywhere with [ErrKey].
type Key struct {
	// Behind a pointer, because fmt shows what an unexported field of somebody
	// else's struct points to, whatever methods it has, but no pointer in that.
	*material
}

// A material is what a key is made of.
type material struct {
	id        string
	algorithm Algorithm
	spec      spec

	secret []byte           // of HMAC and AES
	public crypto.PublicKey // *ecdsa.PublicKey or ed25519.PublicKey
	signer crypto.Signer    // nil if only the public half is known
	aead   cipher.AEAD      // of AES
	macs   *sync.Pool       // of *mac
}

const (
	maxKeyID    = 64 // bytes
	randomKeyID = 8  // bytes
	maxSecret   = 1024
)

// GenerateKey makes a new key of a device, with a random identifier. ES256,
// ES384 and ES512 use P-256, P-384 and P-521.
func GenerateKey(a Algorithm) (*Key, error) {
	id := make([]byte, randomKeyID)
	_, _ = rand.Read(id) // never fails
	var signer crypto.Signer
	var err error
	switch a {
	case ES256:
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case ES384:
		signer, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case ES512:
		signer, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case EdDSA:
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	default:
		secret := make([]byte, a.spec().key)
		_, _ = rand.Read(secret)
		return SecretKey(id, a, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("seal: generate key: %w", err)
	}
	return SigningKey(id, a, signer)
}

// SecretKey is a key that both sides have, of an HMAC or AES algorithm. HMAC
// needs at least as many bytes as its hash has, AES exactly those of its name. The
// identifier has 1 to 64 bytes; it travels in the clear. Both are copied.
func SecretKey(id []byte, a Algorithm, secret []byte) (*Key, error) {
	k, err := newKey(id, a)
	if err != nil {
		return nil, err
	}
	switch n := len(secret); {
	case k.spec.structure == Sign1:
		return nil, ErrAlgorithm
	case n < k.spec.key || n > maxSecret || k.spec.structure == Encrypt0 && n != k.spec.key:
		return nil, ErrKey
	}
	k.secret = slices.Clone(secret)
	if k.spec.structure == Mac0 {
		k.macs = &sync.Pool{New: func() any { return &mac{hash: hmac.New(k.spec.hash.New, k.secret)} }}
		return k, nil
	}
	block, err := aes.NewCipher(k.secret)
	if err != nil {
		return nil, ErrKey
	}
	if a < AESCCM16x64x128 {
		k.aead, err = cipher.NewGCM(block)
		return k, err
	}
	k.aead = ccm{block, k.spec.nonce, k.spec.tag}
	return k, nil
}

// PublicKey is the half of a signing key that a gateway needs, an
// [*ecdsa.PublicKey] of P-256, P-384 or P-521, or an [ed25519.PublicKey].
func PublicKey(id []byte, a Algorithm, public crypto.PublicKey) (*Key, error) {
	k, err := newKey(id, a)
	if err != nil {
		return nil, err
	}
	switch p := public.(type) {
	case *ecdsa.PublicKey:
		if k.spec.structure != Sign1 || a == EdDSA {
			return nil, ErrAlgorithm
		}
		if p == nil || curveID(p.Curve) == 0 {
			return nil, ErrKey
		}
		if _, err := p.Bytes(); err != nil { // not a point of the curve
			return nil, ErrKey
		}
	case ed25519.PublicKey:
		if a != EdDSA {
			return nil, ErrAlgorithm
		}
		if len(p) != ed25519.PublicKeySize {
			return nil, ErrKey
		}
	default:
		return nil, ErrAlgorithm
	}
	k.public = public
	return k, nil
}

// SigningKey is a key that signs, which may live in hardware. The signer is used
// by one goroutine at a time for each [Sealer].
func SigningKey(id []byte, a Algorithm, signer crypto.Signer) (*Key, error) {
	if signer == nil {
		return nil, ErrKey
	}
	k, err := PublicKey(id, a, signer.Public())
	if err != nil {
		return nil, err
	}
	k.signer = signer
	return k, nil
}

func newKey(id []byte, a Algorithm) (*Key, error) {
	k := &Key{&material{id: string(id), algorithm: a, spec: a.spec()}}
	switch {
	case k.spec.structure == 0:
		return nil, ErrAlgorithm
	case len(id) == 0 || len(id) > maxKeyID:
		return nil, ErrKey
	}
	return k, nil
}

// exists says that the key is not nil nor zero.
func (k *Key) exists() bool { return k != nil && k.material != nil }

// ID is the identifier: any bytes.
func (k *Key) ID() string {
	if !k.exists() {
		return ""
	}
	return k.id
}

// Algorithm is the only one that the key is used with.
func (k *Key) Algorithm() Algorithm {
	if !k.exists() {
		return 0
	}
	return k.algorithm
}

// Format prints "key of ES256" by every verb.
func (k *Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// String is "key of ES256".
func (k *Key) String() string {
	if !k.exists() {
		return "no key"
	}
	return "key of " + k.algorithm.String()
}

// LogValue is the text of String.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// canSeal says whether the key can make messages.
func (k *Key) canSeal() bool { return k.exists() && (k.signer != nil || k.secret != nil) }

// A mac is a keyed hash and room for its result.
type mac struct {
	hash hash.Hash
	sum  []byte
}

func (m *mac) of(message []byte) []byte {
	m.hash.Reset()
	m.hash.Write(message)
	m.sum = m.hash.Sum(m.sum[:0])
	return m.sum
}

// verify checks a signature or an authentication code.
func (k *Key) verify(message, tag []byte) bool {
	if k.macs != nil {
		m := k.macs.Get().(*mac)
		defer k.macs.Put(m)
		return subtle.ConstantTimeCompare(m.of(message)[:k.spec.tag], tag) == 1
	}
	switch p := k.public.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(p, message, tag)
	case *ecdsa.PublicKey:
		n := scalarSize(p.Curve)
		if len(tag) != 2*n {
			return false
		}
		r, s := new(big.Int).SetBytes(tag[:n]), new(big.Int).SetBytes(tag[n:])
		return ecdsa.Verify(p, k.digest(message), r, s)
	}
	return false
}

// appendTag appends the signature or the authentication code of a message.
func (k *Key) appendTag(dst, message []byte) ([]byte, error) {
	if k.macs != nil {
		m := k.macs.Get().(*mac)
		defer k.macs.Put(m)
		return append(dst, m.of(message)[:k.spec.tag]...), nil
	}
	p, ok := k.public.(*ecdsa.PublicKey)
	if !ok {
		signature, err := k.signer.Sign(rand.Reader, message, crypto.Hash(0))
		return append(dst, signature...), err
	}
	der, err := k.signer.Sign(rand.Reader, k.digest(message), k.spec.hash)
	if err != nil {
		return nil, err
	}
	var signature struct{ R, S *big.Int }
	n := scalarSize(p.Curve)
	if rest, err := asn1.Unmarshal(der, &signature); err != nil || len(rest) > 0 ||
		signature.R.Sign() <= 0 || signature.S.Sign() <= 0 || signature.R.BitLen() > 8*n || signature.S.BitLen() > 8*n {
		return nil, ErrKey // of a signer that is not ours
	}
	dst = slices.Grow(dst, 2*n)
	end := len(dst)
	dst = dst[:end+2*n]
	signature.R.FillBytes(dst[end : end+n])
	signature.S.FillBytes(dst[end+n:])
	return dst, nil
}

// digest is the hash of a message.
func (k *Key) digest(message []byte) []byte {
	h := k.spec.hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// tagSize is how many bytes appendTag appends.
func (k *Key) tagSize() int {
	if p, ok := k.public.(*ecdsa.PublicKey); ok {
		return 2 * scalarSize(p.Curve)
	}
	return k.spec.tag
}

// scalarSize is the size of either half of a signature (RFC 9053, 2.1).
func scalarSize(c elliptic.Curve) int { return (c.Params().N.BitLen() + 7) / 8 }

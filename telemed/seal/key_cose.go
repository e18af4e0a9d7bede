package seal

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
)

// The numbers of COSE_Key (RFC 9052, 7.1; RFC 9053, 7).
const (
	keyType      = 1
	keyID        = 2
	keyAlgorithm = 3
	keyBaseIV    = 5
	keyOps       = 4
	keyCurve     = -1 // of EC2 and OKP
	keySecret    = -1 // of Symmetric
	keyX         = -2
	keyY         = -3
	keyD         = -4

	typeOKP       = 1
	typeEC2       = 2
	typeSymmetric = 4

	curveP256    = 1
	curveP384    = 2
	curveP521    = 3
	curveEd25519 = 6
)

func curveID(c elliptic.Curve) int64 {
	switch c {
	case elliptic.P256():
		return curveP256
	case elliptic.P384():
		return curveP384
	case elliptic.P521():
		return curveP521
	}
	return 0
}

func curveOf(id int64) elliptic.Curve {
	switch id {
	case curveP256:
		return elliptic.P256()
	case curveP384:
		return elliptic.P384()
	case curveP521:
		return elliptic.P521()
	}
	return nil
}

// AppendPublic appends the COSE_Key that a device hands over to a gateway: the
// public half with identifier and algorithm (RFC 9052, 7). A secret key has none,
// [ErrKey].
func (k *Key) AppendPublic(dst []byte) ([]byte, error) {
	if !k.exists() || k.public == nil {
		return nil, ErrKey
	}
	return k.appendKey(dst, nil)
}

// AppendSecret appends the COSE_Key with all that is secret in it, for safe
// keeping. It is [ErrKey] for a key that has no secret half or keeps it in
// hardware.
func (k *Key) AppendSecret(dst []byte) ([]byte, error) {
	if !k.exists() {
		return nil, ErrKey
	}
	secret := k.secret
	switch s := k.signer.(type) {
	case *ecdsa.PrivateKey:
		b, err := s.Bytes()
		if err != nil {
			return nil, ErrKey
		}
		secret = b
	case ed25519.PrivateKey:
		secret = s.Seed()
	}
	if secret == nil {
		return nil, ErrKey
	}
	return k.appendKey(dst, secret)
}

// appendKey writes the labels in the order of their bytes (RFC 8949, 4.2.1).
func (k *Key) appendKey(dst, secret []byte) ([]byte, error) {
	kind, pairs := int64(typeSymmetric), uint64(4)
	switch k.public.(type) {
	case *ecdsa.PublicKey:
		kind, pairs = typeEC2, 6
	case ed25519.PublicKey:
		kind, pairs = typeOKP, 5
	}
	if secret != nil && k.public != nil {
		pairs++
	}
	dst = appendHead(dst, majorMap, pairs)
	dst = appendInt(appendInt(dst, keyType), kind)
	dst = appendBytes(appendInt(dst, keyID), k.id)
	dst = appendInt(appendInt(dst, keyAlgorithm), int64(k.algorithm))
	switch p := k.public.(type) {
	case *ecdsa.PublicKey:
		point, err := p.Bytes()
		if err != nil {
			return nil, ErrKey
		}
		x, y := point[1:1+len(point)/2], point[1+len(point)/2:]
		dst = appendInt(appendInt(dst, keyCurve), curveID(p.Curve))
		dst = appendBytes(appendInt(dst, keyX), x)
		dst = appendBytes(appendInt(dst, keyY), y)
	case ed25519.PublicKey:
		dst = appendInt(appendInt(dst, keyCurve), curveEd25519)
		dst = appendBytes(appendInt(dst, keyX), p)
	default:
		return appendBytes(appendInt(dst, keySecret), secret), nil
	}
	if secret != nil {
		dst = appendBytes(appendInt(dst, keyD), secret)
	}
	return dst, nil
}

// A coseKey is what a COSE_Key says.
type coseKey struct {
	kind, algorithm, curve int64
	id, x, y, d            []byte
}

// ParseKey reads a COSE_Key with identifier and algorithm, public or secret. Both
// coordinates of a point must be there. Errors are [ErrAlgorithm], also for curves
// such as Ed448, [ErrKey], and [ErrSyntax] with the place. It keeps nothing of b.
func ParseKey(b []byte) (*Key, error) {
	r := reader{b: b, field: "COSE_Key"}
	var k coseKey
	var labels labels
	for n := r.want(majorMap); n > 0 && r.err == ""; n-- {
		if l := labels.add(&r); l.text == nil && r.err == "" {
			k.field(&r, l.n)
		} else {
			r.skip(maxDepth)
		}
	}
	if r.err == "" && r.off != len(b) {
		r.fail(r.off, ErrSyntax)
	}
	if err := r.failure("RFC 9052, 7"); err != nil {
		return nil, err
	}
	return k.key()
}

func (k *coseKey) field(r *reader, label int64) {
	switch label {
	case keyType:
		k.kind = r.int()
	case keyID:
		k.id = r.bytes()
	case keyAlgorithm:
		k.algorithm = r.int()
	case keyCurve: // or the secret
		if r.peek() == majorBytes {
			k.d = r.bytes()
		} else {
			k.curve = r.int()
		}
	case keyX:
		k.x = r.bytes()
	case keyY:
		k.y = r.bytes()
	case keyD:
		k.d = r.bytes()
	case keyOps, keyBaseIV:
		// What a key may do follows from its algorithm; a base IV is not used.
		r.skip(1)
	default:
		r.skip(maxDepth)
	}
}

func (k *coseKey) key() (*Key, error) {
	a := Algorithm(k.algorithm)
	switch k.kind {
	case typeSymmetric:
		return SecretKey(k.id, a, k.d)
	case typeOKP:
		return k.edwards(a)
	case typeEC2:
		return k.weierstrass(a)
	}
	return nil, ErrAlgorithm
}

func (k *coseKey) edwards(a Algorithm) (*Key, error) {
	switch {
	case k.curve != curveEd25519:
		return nil, ErrAlgorithm
	case len(k.x) != ed25519.PublicKeySize:
		return nil, ErrKey
	case k.d == nil:
		return PublicKey(k.id, a, ed25519.PublicKey(append([]byte(nil), k.x...)))
	case len(k.d) != ed25519.SeedSize:
		return nil, ErrKey
	}
	signer := ed25519.NewKeyFromSeed(k.d)
	if string(signer.Public().(ed25519.PublicKey)) != string(k.x) {
		return nil, ErrKey
	}
	return SigningKey(k.id, a, signer)
}

func (k *coseKey) weierstrass(a Algorithm) (*Key, error) {
	curve := curveOf(k.curve)
	if curve == nil {
		return nil, ErrAlgorithm
	}
	if n := (curve.Params().BitSize + 7) / 8; len(k.x) != n || len(k.y) != n {
		return nil, ErrKey
	}
	const uncompressed = 4
	point := append(append([]byte{uncompressed}, k.x...), k.y...)
	public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, ErrKey
	}
	if k.d == nil {
		return PublicKey(k.id, a, public)
	}
	signer, err := ecdsa.ParseRawPrivateKey(curve, k.d)
	if err != nil || !signer.PublicKey.Equal(public) {
		return nil, ErrKey
	}
	return SigningKey(k.id, a, signer)
}

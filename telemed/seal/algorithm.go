package seal

import (
	"crypto"
	_ "crypto/sha256" // for crypto.Hash.New
	_ "crypto/sha512"
	"strconv"
)

// An Algorithm is a COSE algorithm by its registered number (RFC 9053).
type Algorithm int64

// The algorithms that are supported. AES-CCM is named by the bytes of its length
// field in bits, of its tag and of its key; the names with 64 have nonces of 7
// bytes, which are too few to be drawn at random: they can be opened, and no
// [Sealer] makes them.
const (
	ES256 Algorithm = -7  // ECDSA with SHA-256 (RFC 9053, 2.1)
	ES384 Algorithm = -35 // ECDSA with SHA-384
	ES512 Algorithm = -36 // ECDSA with SHA-512
	EdDSA Algorithm = -8  // Ed25519 only (RFC 9053, 2.2)

	HS256x64 Algorithm = 4 // HMAC with SHA-256, of which 64 bits are sent (RFC 9053, 3.1)
	HS256    Algorithm = 5 // HMAC with SHA-256
	HS384    Algorithm = 6 // HMAC with SHA-384
	HS512    Algorithm = 7 // HMAC with SHA-512

	A128GCM Algorithm = 1 // AES-GCM with a key of 128 bits (RFC 9053, 4.1)
	A192GCM Algorithm = 2 // AES-GCM with a key of 192 bits
	A256GCM Algorithm = 3 // AES-GCM with a key of 256 bits

	AESCCM16x64x128  Algorithm = 10 // AES-CCM (RFC 9053, 4.2)
	AESCCM16x64x256  Algorithm = 11
	AESCCM64x64x128  Algorithm = 12
	AESCCM64x64x256  Algorithm = 13
	AESCCM16x128x128 Algorithm = 30
	AESCCM16x128x256 Algorithm = 31
	AESCCM64x128x128 Algorithm = 32
	AESCCM64x128x256 Algorithm = 33
)

// A spec is what is to be known of an algorithm.
type spec struct {
	name      string
	structure Structure
	hash      crypto.Hash // of signatures and authentication codes
	key       int         // bytes of a secret key, at least for HMAC, exactly for AES
	tag       int         // bytes that prove the message, if that is fixed
	nonce     int         // bytes of an IV; 0 if there is none
}

// spec returns a zero structure for an algorithm that is not supported.
func (a Algorithm) spec() spec {
	switch a {
	case ES256:
		return spec{name: "ES256", structure: Sign1, hash: crypto.SHA256}
	case ES384:
		return spec{name: "ES384", structure: Sign1, hash: crypto.SHA384}
	case ES512:
		return spec{name: "ES512", structure: Sign1, hash: crypto.SHA512}
	case EdDSA:
		return spec{name: "EdDSA", structure: Sign1, tag: 64}
	case HS256x64:
		return spec{name: "HS256/64", structure: Mac0, hash: crypto.SHA256, key: 32, tag: 8}
	case HS256:
		return spec{name: "HS256", structure: Mac0, hash: crypto.SHA256, key: 32, tag: 32}
	case HS384:
		return spec{name: "HS384", structure: Mac0, hash: crypto.SHA384, key: 48, tag: 48}
	case HS512:
		return spec{name: "HS512", structure: Mac0, hash: crypto.SHA512, key: 64, tag: 64}
	case A128GCM:
		return spec{name: "A128GCM", structure: Encrypt0, key: 16, tag: 16, nonce: 12}
	case A192GCM:
		return spec{name: "A192GCM", structure: Encrypt0, key: 24, tag: 16, nonce: 12}
	case A256GCM:
		return spec{name: "A256GCM", structure: Encrypt0, key: 32, tag: 16, nonce: 12}
	case AESCCM16x64x128:
		return spec{name: "AES-CCM-16-64-128", structure: Encrypt0, key: 16, tag: 8, nonce: 13}
	case AESCCM16x64x256:
		return spec{name: "AES-CCM-16-64-256", structure: Encrypt0, key: 32, tag: 8, nonce: 13}
	case AESCCM64x64x128:
		return spec{name: "AES-CCM-64-64-128", structure: Encrypt0, key: 16, tag: 8, nonce: 7}
	case AESCCM64x64x256:
		return spec{name: "AES-CCM-64-64-256", structure: Encrypt0, key: 32, tag: 8, nonce: 7}
	case AESCCM16x128x128:
		return spec{name: "AES-CCM-16-128-128", structure: Encrypt0, key: 16, tag: 16, nonce: 13}
	case AESCCM16x128x256:
		return spec{name: "AES-CCM-16-128-256", structure: Encrypt0, key: 32, tag: 16, nonce: 13}
	case AESCCM64x128x128:
		return spec{name: "AES-CCM-64-128-128", structure: Encrypt0, key: 16, tag: 16, nonce: 7}
	case AESCCM64x128x256:
		return spec{name: "AES-CCM-64-128-256", structure: Encrypt0, key: 32, tag: 16, nonce: 7}
	}
	return spec{}
}

// String is the registered name, or the number.
func (a Algorithm) String() string {
	if s := a.spec(); s.name != "" {
		return s.name
	}
	return "algorithm " + strconv.FormatInt(int64(a), 10)
}

package escalate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Requests of a webhook are signed by RFC 9421, HTTP Message Signatures, with
// the algorithm hmac-sha256 (3.3.3). One signature, "alarm", covers the method,
// the digest of the body (RFC 9530, 2), its type and the idempotency key, with
// the parameters created and keyid:
//
//	Content-Digest: sha-256=:...:
//	Content-Type: application/json
//	Idempotency-Key: "<the ID of the message>"
//	Signature-Input: alarm=("@method" "content-digest" "content-type" "idempotency-key");created=1772398800;keyid="k1";alg="hmac-sha256"
//	Signature: alarm=:...:
const (
	headerDigest   = "Content-Digest"
	headerKey      = "Idempotency-Key"
	headerInput    = "Signature-Input"
	headerSign     = "Signature"
	label          = "alarm="
	covered        = `("@method" "content-digest" "content-type" "idempotency-key")`
	jsonType       = "application/json"
	minSecret      = 32 // bytes, the size of the hash
	maxKeyID       = 64
	secondsAtMost  = 11 // digits of created, enough for 3,000 years
	signatureLimit = 512
)

// A Key signs the requests of a webhook. Receivers find the secret by the ID, so
// that it can be changed without an interruption.
type Key struct {
	ID     string // 1 to 64 letters, digits and "-_."
	Secret []byte // random, at least 32 bytes; it must not change
}

func (k Key) check() error {
	if !validKeyID(k.ID) || len(k.Secret) < minSecret {
		return fmt.Errorf("%w: the key has no ID of letters and digits, or less than 32 bytes of secret", ErrWebhook)
	}
	return nil
}

// String is the ID.
func (k Key) String() string { return "key " + k.ID }

// GoString is the ID.
func (k Key) GoString() string { return k.String() }

func validKeyID(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return s != "" && len(s) <= maxKeyID
}

// parameters are the signature parameters.
func parameters(keyID string, created int64) string {
	return covered + ";created=" + strconv.FormatInt(created, 10) + `;keyid="` + keyID + `";alg="hmac-sha256"`
}

// parseParameters is the inverse of parameters.
func parseParameters(s string) (keyID string, created int64, ok bool) {
	s, ok = strings.CutPrefix(s, covered+";created=")
	digits, s, found := strings.Cut(s, `;keyid="`)
	keyID, s, closed := strings.Cut(s, `"`)
	created, err := strconv.ParseInt(digits, 10, 64)
	ok = ok && found && closed && err == nil && len(digits) <= secondsAtMost && validKeyID(keyID) && s == `;alg="hmac-sha256"`
	return keyID, created, ok && parameters(keyID, created) == covered+";created="+digits+`;keyid="`+keyID+`";alg="hmac-sha256"`
}

// component is a line of the signature base (RFC 9421, 2.5).
type component struct{ name, value string }

func signatureBase(components []component, params string) []byte {
	var b []byte
	for _, c := range components {
		b = append(b, `"`+c.name+`": `+c.value+"\n"...)
	}
	return append(b, `"@signature-params": `+params...)
}

func mac(secret, base []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(base)
	return h.Sum(nil)
}

// bytesItem is a byte sequence of RFC 8941, 3.3.5.
func bytesItem(b []byte) string { return ":" + base64.StdEncoding.EncodeToString(b) + ":" }

func parseBytesItem(s string) ([]byte, bool) {
	if len(s) < 2 || len(s) > signatureLimit || s[0] != ':' || s[len(s)-1] != ':' {
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s[1 : len(s)-1])
	return b, err == nil
}

// digest is the value of Content-Digest.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=" + bytesItem(sum[:])
}

// requestComponents are what is signed of a request.
func requestComponents(method, digest, idempotency string) []component {
	return []component{
		{"@method", method},
		{"content-digest", digest},
		{"content-type", jsonType},
		{"idempotency-key", idempotency},
	}
}

// sign makes the two signature headers.
func (k Key) sign(method, digest, idempotency string, at time.Time) (input, signature string) {
	params := parameters(k.ID, at.Unix())
	base := signatureBase(requestComponents(method, digest, idempotency), params)
	return label + params, label + bytesItem(mac(k.Secret, base))
}

package smart

import (
	"crypto"
	"crypto/rand"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/json"
	"fmt"
	"math/big"
	"time"
)

// assertionLife is how long an assertion is good for: at most five minutes
// (SMART App Launch 2.2, Client Authentication: Asymmetric), and less, so that
// clocks may differ.
const assertionLife = 4 * time.Minute

// assertion makes the JSON Web Token with which a client proves who it is
// (RFC 7523, RFC 7515). now is the time by the clock of the server.
func assertion(k Key, clientID, tokenURL string, now time.Time) (string, error) {
	public, err := k.public()
	if err != nil {
		return "", err
	}
	head, err := json.Marshal(map[string]string{"alg": public.Algorithm, "kid": public.ID, "typ": "JWT"})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
		Issued   int64  `json:"iat"`
		ID       string `json:"jti"` // servers refuse one that they have seen
	}{clientID, clientID, tokenURL, now.Add(assertionLife).Unix(), now.Unix(), rand.Text()})
	if err != nil {
		return "", err
	}
	signed := encode(head) + "." + encode(claims)
	hash := sha512.Sum384([]byte(signed))
	signature, err := k.Signer.Sign(rand.Reader, hash[:], crypto.SHA384)
	if err == nil && public.Type == "EC" {
		signature, err = joinPoint(signature)
	}
	if err != nil {
		return "", fmt.Errorf("smart: sign: %w", err)
	}
	return signed + "." + encode(signature), nil
}

// joinPoint turns an ECDSA signature from ASN.1, as every crypto.Signer gives
// it, into the two numbers side by side of RFC 7518, 3.4.
func joinPoint(der []byte) ([]byte, error) {
	var point struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &point)
	if err != nil || len(rest) > 0 || point.R.Sign() <= 0 || point.S.Sign() <= 0 || point.R.BitLen() > 384 || point.S.BitLen() > 384 {
		return nil, fmt.Errorf("%w: the signer's answer is no signature on P-384", ErrKey)
	}
	joined := make([]byte, 96)
	point.R.FillBytes(joined[:48])
	point.S.FillBytes(joined[48:])
	return joined, nil
}

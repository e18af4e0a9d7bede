package seal

import (
	"crypto"
	"crypto/rand"
	"testing"

	"github.com/veraison/go-cose"
)

// What is signed here verifies with go-cose, and the other way round.
func TestGoCOSE(t *testing.T) {
	for a, theirs := range map[Algorithm]cose.Algorithm{
		ES256: cose.AlgorithmES256, ES384: cose.AlgorithmES384, ES512: cose.AlgorithmES512, EdDSA: cose.AlgorithmEdDSA,
	} {
		p := newPair(t, a)
		b := p.seal(t, "72 bpm")
		var m cose.Sign1Message
		must(t, m.UnmarshalCBOR(b))
		verifier, err := cose.NewVerifier(theirs, p.key.public)
		must(t, err)
		must(t, m.Verify(appendExternal(nil, topic, 1), verifier))
		if m.Verify(appendExternal(nil, topic, 2), verifier) == nil || string(m.Payload) != "72 bpm" {
			t.Error("go-cose verifies anything")
		}

		headers := cose.Headers{Protected: cose.ProtectedHeader{
			cose.HeaderLabelAlgorithm: theirs, cose.HeaderLabelKeyID: []byte(p.key.id), int64(labelSequence): uint64(2),
		}}
		signer, err := cose.NewSigner(theirs, p.key.signer)
		must(t, err)
		b, err = cose.Sign1(rand.Reader, signer, headers, []byte("73 bpm"), appendExternal(nil, topic, 2))
		must(t, err)
		payload, info, err := p.open(b)
		if err != nil || string(payload) != "73 bpm" || info.Sequence != 2 {
			t.Errorf("%v: %q, %+v, %v", a, payload, info, err)
		}
	}
}

// go-cose agrees on every vector but one, whose algorithm is not protected.
func TestGoCOSEAndVectors(t *testing.T) {
	differ := map[string]bool{"sign1-tests/sign-pass-01": true}
	for _, v := range vectors(t) {
		if v.Structure != "Sign1" || v.Keys[0].Kty != "EC" {
			continue
		}
		k, err := v.key(t)
		must(t, err)
		b, external := unhex(t, v.CBOR), unhex(t, v.External)
		_, ours := openVector(b, Tagged, k, external)
		theirs := verifyGoCOSE(b, external, cose.Algorithm(k.algorithm), k.public)
		if (ours == nil) != (theirs == nil) != differ[v.ID] {
			t.Errorf("%s: ours %v, go-cose %v", v.ID, ours, theirs)
		}
	}
}

func verifyGoCOSE(b, external []byte, a cose.Algorithm, public crypto.PublicKey) error {
	var m cose.Sign1Message
	if err := m.UnmarshalCBOR(b); err != nil {
		return err
	}
	verifier, err := cose.NewVerifier(a, public)
	if err != nil {
		return err
	}
	return m.Verify(external, verifier)
}

package seal

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/veraison/go-cose"
)

var payload120 = strings.Repeat("p", 120)

// Opening 120 bytes with everything that belongs to it, save the window, which
// would take the message once only.
func BenchmarkOpen(b *testing.B) {
	for _, a := range []Algorithm{HS256, HS512, A128GCM, A256GCM, AESCCM16x64x128, ES256, EdDSA} {
		b.Run(a.String(), func(b *testing.B) {
			p := newPair(b, a)
			message := p.seal(b, payload120)
			var forgotten sequences
			b.ReportAllocs()
			for b.Loop() {
				forgotten = sequences{}
				p.opener.replay.keys[p.key.id] = &forgotten
				if _, _, err := p.open(message); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, a := range []Algorithm{HS256, A128GCM, AESCCM16x64x128, ES256, EdDSA} {
		b.Run(a.String(), func(b *testing.B) {
			p := newPair(b, a)
			payload := []byte(payload120)
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = p.sealer.Seal(dst[:0], topic, payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Beside go-cose, which neither looks for the key nor for replays.
func BenchmarkGoCOSE(b *testing.B) {
	for a, theirs := range map[Algorithm]cose.Algorithm{ES256: cose.AlgorithmES256, EdDSA: cose.AlgorithmEdDSA} {
		b.Run(a.String(), func(b *testing.B) {
			k, err := GenerateKey(a)
			must(b, err)
			signer, err := cose.NewSigner(theirs, k.signer)
			must(b, err)
			headers := cose.Headers{Protected: cose.ProtectedHeader{cose.HeaderLabelAlgorithm: theirs, cose.HeaderLabelKeyID: []byte(k.id)}}
			external := appendExternal(nil, topic, 1)
			message, err := cose.Sign1(rand.Reader, signer, headers, []byte(payload120), external)
			must(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if err := verifyGoCOSE(message, external, theirs, k.public); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Opening a message with a secret allocates at most its payload.
func TestOpenAllocates(t *testing.T) {
	if underRace {
		t.Skip("pools forget at random under the race detector")
	}
	for _, a := range []Algorithm{HS256x64, HS256, HS384, HS512, A128GCM, A192GCM, A256GCM, AESCCM16x64x128, AESCCM16x128x256} {
		p := newPair(t, a)
		const runs = 100
		var messages [][]byte
		for range runs + 2 { // AllocsPerRun has one more, the first makes the pools
			messages = append(messages, p.seal(t, payload120))
		}
		next := func() {
			if _, _, err := p.open(messages[0]); err != nil {
				t.Fatal(err)
			}
			messages = messages[1:]
		}
		next()
		if n := testing.AllocsPerRun(runs, next); n > 2 {
			t.Errorf("%v: %v allocations, at most 2", a, n)
		}
	}
}

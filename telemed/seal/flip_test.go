package seal

import (
	"math/rand/v2"
	"testing"
)

// Every single flipped bit is refused, of 1,000 messages (100 in short mode) and
// of some with signatures, which take longer.
func TestFlippedBits(t *testing.T) {
	each, flips := 1000/len(fast), 0
	if testing.Short() {
		each /= 10
	}
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, a := range all {
		n := 1
		for _, f := range fast {
			if f == a {
				n = each
			}
		}
		p := newPair(t, a)
		for range n {
			payload := make([]byte, rnd.IntN(120))
			b, err := p.sealer.Seal(nil, topic, payload)
			must(t, err)
			step := 1
			if a < EdDSA || n == 1 && testing.Short() {
				step = 7 // ECDSA beyond P-256 is slow
			}
			for bit := 0; bit < 8*len(b); bit += step {
				b[bit/8] ^= 1 << (bit % 8)
				if _, _, err := p.open(b); err == nil {
					t.Fatalf("%v: opened with bit %d flipped", a, bit)
				}
				b[bit/8] ^= 1 << (bit % 8)
				flips++
			}
			if _, _, err := p.open(b); err != nil {
				t.Fatalf("%v: the message itself: %v", a, err)
			}
		}
	}
	t.Logf("%d flips", flips)
}

package subscription

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestSameReference(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Subscription/7", "Subscription/7", true},
		{"https://ehr.example/fhir/Subscription/7", "Subscription/7", true},
		{"Subscription/7", "https://ehr.example/fhir/Subscription/7", true},
		{"https://ehr.example/fhir/Subscription/7/_history/3", "Subscription/7", true},
		{"https://a.example/fhir/Subscription/7", "https://b.example/fhir/Subscription/7", false},
		{"https://ehr.example/fhir/XSubscription/7", "Subscription/7", false},
		{"https://ehr.example/fhir/Subscription/7", "7", false},
		{"Subscription/7", "Subscription/77", false},
		{"", "", false},
		{"urn:uuid:1", "urn:uuid:1", true},
	} {
		if got := sameReference(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// However events and counts come, those handed over are 1, 2, 3 ..., and a gap
// is never of what is there.
func FuzzOrder(f *testing.F) {
	f.Add(uint64(1), uint(100))
	f.Fuzz(func(t *testing.T, seed uint64, steps uint) {
		rng := rand.New(rand.NewPCG(seed, 0))
		o := order{began: true}
		var count, last uint64
		for range steps % 5000 {
			n := notification{kind: event, count: count}
			switch rng.IntN(4) {
			case 0:
				count += rng.Uint64N(5)
				n.count = count
			case 1:
				if count > 0 {
					n.events = []Event{{Number: 1 + rng.Uint64N(count)}}
				}
			case 2:
				n.kind, n.count = handshake, rng.Uint64N(count+1)
			case 3:
				from, to, ok := o.gap()
				if ok != (o.handed+uint64(len(o.pending)) < o.known) {
					t.Fatalf("gap %v with %d handed, %d pending, %d known", ok, o.handed, len(o.pending), o.known)
				}
				for i := from; ok && i <= to; i++ {
					if _, there := o.pending[i]; there {
						t.Fatalf("event %d is in the gap and there", i)
					}
				}
			}
			o.add(n, time.Time{})
			for e, ok := o.next(); ok; e, ok = o.next() {
				if e.Number != last+1 {
					t.Fatalf("event %d after %d", e.Number, last)
				}
				last = e.Number
				o.done(e)
			}
			if len(o.pending) > maxPending+1 {
				t.Fatalf("%d events pending", len(o.pending))
			}
		}
	})
}

func FuzzParseNotification(f *testing.F) {
	f.Add([]byte(`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Parameters","parameter":[` +
		`{"name":"subscription","valueReference":{"reference":"Subscription/7"}},{"name":"type","valueCode":"heartbeat"},` +
		`{"name":"events-since-subscription-start","valueString":"3"}]}}]}`))
	f.Add([]byte(`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"SubscriptionStatus","type":"query-event",` +
		`"subscription":{"reference":"Subscription/7"},"notificationEvent":[{"eventNumber":"1"}]}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := parseNotification(body)
		if err != nil {
			return
		}
		if n.subscription == "" || n.count > maxNumber {
			t.Fatalf("took %+v", n)
		}
		for _, e := range n.events {
			if e.Number == 0 || e.Number > n.count {
				t.Fatalf("event %d of %d", e.Number, n.count)
			}
		}
	})
}

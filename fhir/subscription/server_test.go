package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/fhir/subscription"
)

const (
	reference = "Subscription/7"
	topic     = "https://ehr.example/topics/vital-signs"
	secret    = "s3cret"
)

// bundle is a notification as the backport guide has it for R4.
func bundle(kind string, count, from, to int, full bool) string {
	var events, entries strings.Builder
	for n := from; n <= to && n > 0; n++ {
		fmt.Fprintf(&events, `,{"name":"notification-event","part":[{"name":"event-number","valueString":"%d"},`+
			`{"name":"timestamp","valueInstant":"2026-12-01T08:00:00Z"},{"name":"focus","valueReference":{"reference":"Observation/o%d"}}]}`, n, n)
		if full {
			fmt.Fprintf(&entries, `,{"fullUrl":"https://ehr.example/fhir/Observation/o%d","resource":{"resourceType":"Observation","id":"o%d"}}`, n, n)
		}
	}
	return fmt.Sprintf(`{"resourceType":"Bundle","type":"history","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Parameters","parameter":[`+
		`{"name":"subscription","valueReference":{"reference":"https://ehr.example/fhir/%s"}},{"name":"topic","valueCanonical":"%s"},`+
		`{"name":"status","valueCode":"active"},{"name":"type","valueCode":"%s"},`+
		`{"name":"events-since-subscription-start","valueString":"%d"}%s]}}%s]}`, reference, topic, kind, count, events.String(), entries.String())
}

// A server counts events and answers $status and $events. Its line to the
// receiver loses, doubles and delays.
type server struct {
	receiver http.Handler

	mu    sync.Mutex
	count int
	first int // the oldest event that it still has, from 1
	page  int // events in an answer, 0: all
	down  bool
	lag   int // the newest events that $events does not have yet
	asked int
}

var errDown = errors.New("down")

func (s *server) get(_ context.Context, path string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.down {
		return nil, errDown
	}
	u, err := url.Parse(path)
	if err != nil {
		return nil, err
	}
	switch u.Path {
	case reference + "/$status":
		return []byte(bundle("query-status", s.count, 0, -1, false)), nil
	case reference + "/$events":
		from, err := strconv.Atoi(u.Query().Get("eventsSinceNumber"))
		if err != nil {
			return nil, err
		}
		to, err := strconv.Atoi(u.Query().Get("eventsUntilNumber"))
		if err != nil {
			return nil, err
		}
		from, to = max(from, s.first), min(to, s.count-s.lag)
		if s.page > 0 {
			to = min(to, from+s.page-1)
		}
		return []byte(bundle("query-event", s.count, from, to, true)), nil
	}
	return nil, fmt.Errorf("unexpected path %s", u.Path)
}

// happen is an event; it returns its number.
func (s *server) happen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	return s.count
}

// post delivers a notification and returns the status of the answer.
func (s *server) post(body string) int {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+secret)
	w := httptest.NewRecorder()
	s.receiver.ServeHTTP(w, r)
	return w.Code
}

// A journal is what a receiver handled, and its memory.
type journal struct {
	mu      sync.Mutex
	handled []subscription.Event
	saved   uint64
	fails   int // Handle refuses one in so many
	tries   int
}

func (j *journal) handle(_ context.Context, e subscription.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.tries++; j.fails > 0 && j.tries%j.fails == 0 {
		return errors.New("the disk is full")
	}
	j.handled = append(j.handled, e)
	return nil
}

func (j *journal) load(context.Context) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.saved, nil
}

func (j *journal) save(_ context.Context, n uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.saved = n
	return nil
}

func (j *journal) len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.handled)
}

// inOrder checks that events 1 to n were handled once each and in order.
func (j *journal) inOrder(t *testing.T, n int) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, e := range j.handled {
		if e.Number != uint64(i+1) {
			t.Fatalf("event %d came in place %d", e.Number, i+1)
		}
	}
	if len(j.handled) != n {
		t.Fatalf("%d events were handled, want %d", len(j.handled), n)
	}
}

func newReceiver(s *server, j *journal) *subscription.Receiver {
	r := &subscription.Receiver{
		Subscription: reference, Topic: topic, Authorize: subscription.Bearer(secret), Handle: j.handle, Get: s.get, Load: j.load, Save: j.save,
	}
	s.receiver = r
	return r
}

// noisy sends a notification over a line that loses, doubles and delays one in
// ten each.
func (s *server) noisy(rng *rand.Rand, wait *sync.WaitGroup, body string) {
	copies := 1
	switch rng.IntN(10) {
	case 0:
		copies = 0
	case 1:
		copies = 2
	}
	for range copies {
		delay := time.Duration(0)
		if rng.IntN(10) == 0 {
			delay = time.Duration(rng.IntN(3000)) * time.Millisecond
		}
		wait.Go(func() {
			time.Sleep(delay)
			s.post(body)
		})
	}
}

package subscription_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/fhir/subscription"
)

// Ten thousand events over a line that loses, doubles and reorders one in ten
// each, handshakes and heartbeats among them, a handler that fails, answers in
// pages, and a receiver that is killed eight times: every event once and in order.
func TestEveryEventOnceAndInOrder(t *testing.T) {
	for _, full := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const events, lives = 10_000, 8
			rng := rand.New(rand.NewPCG(1, 2))
			s := &server{first: 1, page: 50}
			j := &journal{fails: 97}
			var line, run sync.WaitGroup
			var fetched uint64
			for life := range lives {
				r := newReceiver(s, j)
				ctx, kill := context.WithCancel(t.Context())
				run.Go(func() {
					if err := r.Run(ctx); err != nil {
						t.Error(err)
					}
				})
				for range events / lives {
					n := s.happen()
					s.noisy(rng, &line, bundle("event-notification", n, n, n, full))
					switch rng.IntN(50) {
					case 0:
						s.noisy(rng, &line, bundle("heartbeat", n, 0, -1, false))
					case 1:
						s.noisy(rng, &line, bundle("handshake", n, 0, -1, false))
					}
					time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
				}
				if life == lives-1 {
					time.Sleep(5 * time.Minute)
				}
				kill()
				run.Wait()
				line.Wait()
				fetched += r.Stats().Fetched
			}
			j.inOrder(t, events)
			for _, e := range j.handled {
				if e.Missing || full && len(e.Resource) == 0 {
					t.Fatalf("event %d came without its resource", e.Number)
				}
			}
			if fetched < events/20 {
				t.Errorf("only %d events were fetched: was nothing lost?", fetched)
			}
		})
	}
}

func start(t *testing.T, r *subscription.Receiver) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); run.Wait() })
}

// A heartbeat alone tells that events were lost.
func TestHeartbeatShowsGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := &server{first: 1}, &journal{}
		start(t, newReceiver(s, j))
		for range 3 {
			s.happen()
		}
		s.post(bundle("event-notification", 1, 1, 1, false))
		s.post(bundle("heartbeat", 3, 0, -1, false))
		time.Sleep(time.Second)
		j.inOrder(t, 3)
	})
}

// A server that says nothing is reported and asked, and what it had not managed
// to send is fetched.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := &server{first: 1}, &journal{}
		r := newReceiver(s, j)
		r.Heartbeat = 30 * time.Second
		var problems []error
		var mu sync.Mutex
		r.Problem = func(err error) { mu.Lock(); problems = append(problems, err); mu.Unlock() }
		start(t, r)
		synctest.Wait()
		for range 4 {
			s.happen()
		}
		time.Sleep(29 * time.Second)
		if mu.Lock(); len(problems) != 0 {
			t.Errorf("%v within the period", problems)
		}
		mu.Unlock()
		time.Sleep(2 * time.Second)
		j.inOrder(t, 4)
		mu.Lock()
		if len(problems) != 1 || !errors.Is(problems[0], subscription.ErrSilent) {
			t.Errorf("problems %v, want ErrSilent once", problems)
		}
		mu.Unlock()
		s.mu.Lock()
		s.down, s.asked = true, 0
		s.mu.Unlock()
		time.Sleep(10 * time.Minute)
		s.mu.Lock()
		if s.asked < 5 || s.asked > 40 {
			t.Errorf("a server that is down was asked %d times in ten minutes", s.asked)
		}
		s.mu.Unlock()
	})
}

// What the server has dropped is handed over as missing, in its place, and only
// after the server was asked again: its index may be behind.
func TestMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := &server{first: 4}, &journal{}
		r := newReceiver(s, j)
		start(t, r)
		for range 6 {
			s.happen()
		}
		s.post(bundle("event-notification", 6, 6, 6, false))
		time.Sleep(time.Minute)
		j.inOrder(t, 6)
		for _, e := range j.handled {
			if e.Missing != (e.Number < 4) {
				t.Errorf("event %d: missing %v", e.Number, e.Missing)
			}
		}
		if got := r.Stats().Missing; got != 3 {
			t.Errorf("%d counted as missing, want 3", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s, j := &server{first: 1, lag: 2}, &journal{}
		start(t, newReceiver(s, j))
		s.happen()
		s.happen()
		s.post(bundle("heartbeat", 2, 0, -1, false))
		time.Sleep(300 * time.Millisecond) // asked once by now
		s.mu.Lock()
		s.lag = 0
		s.mu.Unlock()
		time.Sleep(time.Minute)
		j.inOrder(t, 2)
		if j.handled[0].Missing || j.handled[1].Missing {
			t.Error("an index that is behind made events missing")
		}
	})
}

// A subscription that was made anew counts from the beginning.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := &server{first: 1}, &journal{}
		r := newReceiver(s, j)
		restarted := 0
		r.Problem = func(err error) {
			if errors.Is(err, subscription.ErrRestarted) {
				restarted++
			}
		}
		start(t, r)
		for n := range 5 {
			s.happen()
			s.post(bundle("event-notification", n+1, n+1, n+1, false))
		}
		s.post(bundle("handshake", 0, 0, -1, false)) // the first one, late
		time.Sleep(time.Second)
		j.inOrder(t, 5)
		if restarted != 0 {
			t.Fatal("a late handshake was believed")
		}
		s.mu.Lock()
		s.count = 0
		s.mu.Unlock()
		s.post(bundle("handshake", 0, 0, -1, false))
		time.Sleep(time.Second)
		s.happen()
		s.post(bundle("event-notification", 1, 1, 1, false))
		time.Sleep(time.Second)
		if restarted != 1 || j.len() != 6 || j.handled[5].Number != 1 {
			t.Errorf("restarted %d times, handled %d events", restarted, j.len())
		}
	})
}

// Without a memory a receiver begins with what comes after it started.
func TestWithoutMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := &server{first: 1, count: 41}, &journal{}
		r := newReceiver(s, j)
		r.Load, r.Save = nil, nil
		start(t, r)
		time.Sleep(time.Second)
		s.post(bundle("event-notification", s.happen(), 42, 42, false))
		time.Sleep(time.Second)
		if j.len() != 1 || j.handled[0].Number != 42 {
			t.Errorf("handled %+v, want event 42", j.handled)
		}
	})
}

func TestRefused(t *testing.T) {
	good := bundle("event-notification", 1, 1, 1, true)
	for name, c := range map[string]struct {
		method, header, body string
		want                 int
	}{
		"good":                      {"POST", "Bearer " + secret, good, 200},
		"no secret":                 {"POST", "", good, 401},
		"wrong secret":              {"POST", "Bearer guess", good, 401},
		"another scheme":            {"POST", "Basic " + secret, good, 401},
		"GET":                       {"GET", "Bearer " + secret, "", 405},
		"empty":                     {"POST", "Bearer " + secret, "", 400},
		"not JSON":                  {"POST", "Bearer " + secret, "<html>", 400},
		"no entries":                {"POST", "Bearer " + secret, `{"resourceType":"Bundle","type":"history"}`, 400},
		"another resource":          {"POST", "Bearer " + secret, `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}}]}`, 400},
		"another subscription":      {"POST", "Bearer " + secret, strings.ReplaceAll(good, reference, "Subscription/8"), 400},
		"a subscription by suffix":  {"POST", "Bearer " + secret, strings.ReplaceAll(good, reference, "XSubscription/7"), 400},
		"another topic":             {"POST", "Bearer " + secret, strings.ReplaceAll(good, topic, topic+"x"), 400},
		"event beyond the count":    {"POST", "Bearer " + secret, bundle("event-notification", 1, 2, 2, false), 400},
		"number that is none":       {"POST", "Bearer " + secret, strings.ReplaceAll(good, `"valueString":"1"`, `"valueString":"x"`), 400},
		"number without end":        {"POST", "Bearer " + secret, strings.ReplaceAll(good, `"valueString":"1"`, `"valueString":"99999999999999999999"`), 400},
		"unknown type":              {"POST", "Bearer " + secret, strings.ReplaceAll(good, "event-notification", "surprise"), 400},
		"too large":                 {"POST", "Bearer " + secret, strings.Repeat(" ", subscription.MaxNotification+1), 413},
		"nested without end":        {"POST", "Bearer " + secret, strings.Repeat(`{"a":`, 100_000), 400},
		"R4B":                       {"POST", "Bearer " + secret, r4b, 200},
		"names of the next version": {"POST", "Bearer " + secret, strings.NewReplacer("events-since-subscription-start", "eventsSinceSubscriptionStart", "notification-event", "notificationEvent", "event-number", "eventNumber").Replace(good), 200},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(&server{}, &journal{})
			req := httptest.NewRequest(c.method, "/hook", strings.NewReader(c.body))
			req.Header.Set("Authorization", c.header)
			w := httptest.NewRecorder()
			r.ServeHTTP(w, req)
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
			if refused := r.Stats().Refused; refused != map[bool]uint64{true: 1}[c.want != 200] {
				t.Errorf("%d counted as refused", refused)
			}
		})
	}
	w := httptest.NewRecorder()
	new(subscription.Receiver).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(good)))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("the zero Receiver answered %d", w.Code)
	}
	if subscription.Bearer("")(httptest.NewRequest(http.MethodPost, "/", nil)) {
		t.Error("an empty secret authorises")
	}
}

const r4b = `{"resourceType":"Bundle","type":"history","entry":[{"resource":{"resourceType":"SubscriptionStatus","status":"active",` +
	`"type":"event-notification","eventsSinceSubscriptionStart":"1","notificationEvent":[{"eventNumber":"1","focus":{"reference":"Observation/1"}}],` +
	`"subscription":{"reference":"Subscription/7"},"topic":"https://ehr.example/topics/vital-signs"}}]}`

func TestIncompleteReceiver(t *testing.T) {
	if err := new(subscription.Receiver).Run(t.Context()); err == nil {
		t.Error("the zero Receiver runs")
	}
	r := newReceiver(&server{}, &journal{})
	lost := errors.New("lost")
	r.Load = func(context.Context) (uint64, error) { return 0, lost }
	if err := r.Run(t.Context()); !errors.Is(err, lost) {
		t.Errorf("err = %v, want that of Load", err)
	}
}

// BenchmarkReceiver takes notifications with one full resource each.
func BenchmarkReceiver(b *testing.B) {
	s := &server{first: 1}
	handled := make(chan struct{}, 1<<20)
	r := newReceiver(s, &journal{})
	r.Load, r.Save = func(context.Context) (uint64, error) { return 0, nil }, func(context.Context, uint64) error { return nil }
	r.Handle = func(context.Context, subscription.Event) error { handled <- struct{}{}; return nil }
	ctx, stop := context.WithCancel(b.Context())
	var run sync.WaitGroup
	run.Go(func() {
		if err := r.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	n := 0
	for b.Loop() {
		n = s.happen()
		if code := s.post(bundle("event-notification", n, n, n, true)); code != 200 {
			b.Fatal(code)
		}
	}
	for range n {
		<-handled
	}
	stop()
	run.Wait()
}

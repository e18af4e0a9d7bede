package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Notifications are how subscribers are sent what they want.
type Notifications struct {
	// Endpoint permits an endpoint to a principal, when a subscription is made
	// and before each notification. nil permits none: a server must not be made
	// to send requests to whatever address somebody likes.
	Endpoint func(ctx context.Context, who Principal, endpoint *url.URL) bool
	// Transport sends the notifications; nil is one with TLS 1.3. Redirects are
	// not followed in any case.
	Transport http.RoundTripper
	// MaxSubscriptions and MaxEach are how many there may be, of all and of one
	// principal; 0 is 1000 and 100.
	MaxSubscriptions, MaxSubscriptionsEach int
	// Events is how many events a subscription keeps for an endpoint that fails,
	// and for $events; 0 is 1000. One takes 64 B, beside the Observation, which
	// stays as long.
	Events int
}

func (n Notifications) events() int { return cmp.Or(n.Events, 1000) }

// client sends notifications until idle is called.
func (n Notifications) client() (c *http.Client, idle func()) {
	transport := n.Transport
	idle = func() {}
	if transport == nil {
		t := &http.Transport{
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13}, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
		}
		transport, idle = t, t.CloseIdleConnections
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, idle
}

// subscriptions are all there are. They live as long as the server does.
type subscriptions struct {
	mu   sync.Mutex
	byID map[string]*subscription
	wake chan struct{}
}

// wakes is told of new subscriptions.
func (l *subscriptions) wakes() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wake == nil {
		l.wake = make(chan struct{}, 1)
	}
	return l.wake
}

func (l *subscriptions) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.byID)
}

func (l *subscriptions) add(s *subscription, n Notifications) *fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	each := 0
	for id, other := range l.byID {
		switch {
		case !other.end.IsZero() && other.end.Before(time.Now()):
			delete(l.byID, id)
		case other.who.same(&s.who):
			each++
		}
	}
	if len(l.byID) >= cmp.Or(n.MaxSubscriptions, 1000) || each >= cmp.Or(n.MaxSubscriptionsEach, 100) {
		return faultCrowd
	}
	if l.byID == nil {
		l.byID = make(map[string]*subscription)
	}
	l.byID[s.id] = s
	if l.wake == nil {
		l.wake = make(chan struct{}, 1)
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return nil
}

// idle takes those that nobody sends to.
func (l *subscriptions) idle() (list []*subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.byID {
		s.mu.Lock()
		if !s.busy {
			s.busy = true
			list = append(list, s)
		}
		s.mu.Unlock()
	}
	return list
}

// of returns a subscription to whom it belongs.
func (l *subscriptions) of(who *Principal, id string) *subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.byID[id]; s != nil && s.who.same(who) {
		return s
	}
	return nil
}

func (l *subscriptions) remove(s *subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID[s.id] == s {
		delete(l.byID, s.id)
		close(s.deleted)
	}
}

func (s *Server) routeSubscription(path []string) (route, *fault) {
	owned := func(allow string, may permission, do func(*visit, *subscription) *fault) (route, *fault) {
		return route{allow: allow, kind: "Subscription", handle: func(v *visit) *fault {
			if v.r.Method == http.MethodDelete {
				may = mayDelete
			}
			if g := v.who.grants("Subscription", may); g.none() {
				return v.refuse(faultScope)
			}
			if sub := s.subs.of(&v.who, path[0]); sub != nil {
				return do(v, sub)
			}
			return faultNotFound
		}}, nil
	}
	switch {
	case len(path) == 0:
		return route{allow: allowPost, kind: "Subscription", handle: s.subscribe}, nil
	case len(path) == 1:
		return owned(allowResource, mayRead, s.readSubscription)
	case len(path) == 2 && path[1] == "$status":
		return owned(allowGet, mayRead, s.status)
	case len(path) == 2 && path[1] == "$events":
		return owned(allowGetPost, mayRead, s.events)
	}
	return route{}, faultNotFound
}

// subscribe creates a Subscription. Its events begin when the endpoint has
// answered the handshake.
func (s *Server) subscribe(v *visit) *fault {
	if g := v.who.grants("Subscription", mayCreate); g.none() {
		return v.refuse(faultScope)
	}
	media, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains([]string{"application/fhir+json", "application/json"}, media) {
		return faultMedia
	}
	body, f := readBody(v.w, v.r)
	if f != nil {
		return f
	}
	sub, f := parseSubscription(body, v.who, v.reader(nil))
	if f != nil {
		return f
	}
	if !s.Notifications.permits(v.r.Context(), sub) {
		return badSubscription("Subscription.channel.endpoint", "security", "the endpoint is not permitted")
	}
	sub.id, sub.more, sub.deleted = newID(), make(chan struct{}, 1), make(chan struct{})
	sub.changed = s.now()
	if f := s.subs.add(sub, s.Notifications); f != nil {
		return f
	}
	v.w.Header().Set("Location", s.base()+"Subscription/"+sub.id)
	write(v.w, http.StatusCreated, sub.appendJSON())
	return nil
}

func (n Notifications) permits(ctx context.Context, s *subscription) bool {
	return n.Endpoint != nil && n.Endpoint(ctx, s.who, s.endpoint)
}

// now is the moment of a change that is not in the store.
func (s *Server) now() moment {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.next(time.Now())
}

// readSubscription reads or, with DELETE, ends it.
func (s *Server) readSubscription(v *visit, sub *subscription) *fault {
	if v.r.Method == http.MethodDelete {
		s.subs.remove(sub)
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	sub.mu.Lock()
	changed := sub.changed
	sub.mu.Unlock()
	v.w.Header().Set("ETag", changed.etag())
	if unchanged(v.r, changed) {
		v.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	write(v.w, http.StatusOK, sub.appendJSON())
	return nil
}

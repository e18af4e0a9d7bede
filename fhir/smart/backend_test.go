package smart_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/fhir/smart"
)

func TestTokenOfBothKinds(t *testing.T) {
	for name, key := range map[string]smart.Key{
		"RS384":            {ID: "r", Signer: newRSA(t)},
		"ES384":            {ID: "e", Signer: newEC(t)},
		"thumbprint as id": {Signer: newEC(t)},
	} {
		t.Run(name, func(t *testing.T) {
			b, e := newBackend(t, smart.Keys{key})
			mustToken(t, b, "token-1")
			mustToken(t, b, "token-1")
			if e.requests != 1 {
				t.Errorf("%d requests for two tokens, want 1", e.requests)
			}
		})
	}
}

// Many callers without a token make one request.
func TestManyCallersOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
		e.delay = time.Second
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() {
				if got, err := b.Token(t.Context()); err != nil || got != "token-1" {
					t.Errorf("Token = %q, %v", got, err)
				}
			})
		}
		callers.Wait()
		if e.requests != 1 {
			t.Errorf("%d requests, want 1", e.requests)
		}
	})
}

// A caller that gives up does not take the others along.
func TestCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
		e.delay = time.Minute
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var callers sync.WaitGroup
		callers.Go(func() {
			if _, err := b.Token(short); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("err = %v, want the context's", err)
			}
		})
		synctest.Wait()
		callers.Go(func() {
			if got, err := b.Token(t.Context()); err != nil || got != "token-1" {
				t.Errorf("Token = %q, %v", got, err)
			}
		})
		callers.Wait()
	})
}

// With Run no caller waits, over an hour of tokens that live five minutes and an
// endpoint that takes a second.
func TestRunKeepsCallersFromWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
		e.delay = time.Second
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := b.Run(ctx); err != nil {
				t.Errorf("Run: %v", err)
			}
		})
		if _, err := b.Token(ctx); err != nil {
			t.Fatal(err)
		}
		for range 60 * 60 {
			time.Sleep(time.Second)
			before := time.Now()
			if _, err := b.Token(ctx); err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(before); waited > 0 {
				t.Fatalf("a caller waited %s", waited)
			}
		}
		if e.requests < 12 || e.requests > 20 {
			t.Errorf("%d requests in an hour, want about 18", e.requests)
		}
		stop()
		running.Wait()
	})
}

// Without Run one caller gets the next token early; when the endpoint is down
// then, the old one serves to its end.
func TestOldTokenServesWhileEndpointIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
		mustToken(t, b, "token-1")
		e.answer = func() *http.Response { return e.reply(http.StatusServiceUnavailable, "{}") }
		time.Sleep(4 * time.Minute)
		mustToken(t, b, "token-1")
		time.Sleep(time.Minute)
		_, err := b.Token(t.Context())
		var refused *smart.Error
		if !errors.As(err, &refused) || refused.Status != 503 || refused.RetryAfter <= 0 {
			t.Fatalf("err = %v, want a 503 with a pause", err)
		}
		before := e.requests
		if _, err := b.Token(t.Context()); !errors.As(err, &refused) || e.requests != before {
			t.Errorf("err = %v after %d more requests: the pause was not kept", err, e.requests-before)
		}
		e.answer = nil
		time.Sleep(refused.RetryAfter + time.Second)
		mustToken(t, b, "token-2")
	})
}

// An endpoint that is down for a day is asked about once a minute, not more.
func TestEndpointDownIsNotFlooded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
		e.answer = func() *http.Response { return e.reply(http.StatusBadGateway, "<html>") }
		ctx, stop := context.WithTimeout(t.Context(), 24*time.Hour)
		defer stop()
		if err := b.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if e.requests > 24*60*2+10 || e.requests < 24*60 {
			t.Errorf("%d requests in a day, want one in 30 to 60 s", e.requests)
		}
	})
}

func TestRejectedToken(t *testing.T) {
	b, e := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
	mustToken(t, b, "token-1")
	b.Rejected("token-0") // long gone
	mustToken(t, b, "token-1")
	b.Rejected("token-1")
	mustToken(t, b, "token-2")
	if e.requests != 2 {
		t.Errorf("%d requests, want 2", e.requests)
	}
}

// Our clock may be wrong by hours: the server's header Date puts it right.
func TestClockSkew(t *testing.T) {
	for _, ahead := range []time.Duration{-3 * time.Hour, -6 * time.Minute, 6 * time.Minute, 26 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			b, e := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
			e.ahead = ahead
			mustToken(t, b, "token-1")
			if e.requests != 2 {
				t.Errorf("%d requests with a clock off by %s, want 2", e.requests, ahead)
			}
			time.Sleep(5 * time.Minute)
			mustToken(t, b, "token-2") // and it stays put right
			if e.requests != 3 {
				t.Errorf("%d requests, want 3", e.requests)
			}
		})
	}
}

// A rotation: the new key is published before it signs, signs while the old one
// is still published, and a server that does not know it yet gets the old one.
func TestKeyRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		keys := smart.Keys{
			{ID: "old", Signer: newRSA(t), Until: start.Add(48 * time.Hour)},
			{ID: "new", Signer: newEC(t), From: start.Add(24 * time.Hour)},
		}
		b, e := newBackend(t, keys)
		mustToken(t, b, "token-1")
		time.Sleep(25 * time.Hour)
		e.known = map[string]bool{"old": true}
		mustToken(t, b, "token-2") // with the old key, after a refusal
		e.known = map[string]bool{"new": true}
		time.Sleep(time.Hour)
		mustToken(t, b, "token-3")
		time.Sleep(48 * time.Hour)
		mustToken(t, b, "token-4")
		if got, want := strings.Join(e.kids, " "), "old new old old new new"; got != want {
			t.Errorf("signed with %q, want %q", got, want)
		}
		if set, err := keys.JWKS(time.Now()); err != nil || strings.Contains(string(set), `"old"`) {
			t.Errorf("key set %s, %v: the old key has ended", set, err)
		}
	})
}

func TestBadAnswers(t *testing.T) {
	good := `"access_token":"a","token_type":"Bearer","expires_in":300`
	for name, c := range map[string]struct {
		status int
		kind   string
		body   string
		want   error
		code   string
	}{
		"HTML":               {200, "text/html", "<html>DOE^JANE", smart.ErrAnswer, ""},
		"HTML called JSON":   {200, "application/json", "<html>DOE^JANE", smart.ErrAnswer, ""},
		"cut short":          {200, "application/json", "{" + good, smart.ErrAnswer, ""},
		"empty":              {200, "application/json", "", smart.ErrAnswer, ""},
		"huge":               {200, "application/json", "{" + good + `,"x":"` + strings.Repeat("x", 1<<20) + `"}`, smart.ErrAnswer, ""},
		"no token":           {200, "application/json", `{"token_type":"bearer","expires_in":300}`, smart.ErrAnswer, ""},
		"another type":       {200, "application/json", `{"access_token":"a","token_type":"mac","expires_in":300}`, smart.ErrAnswer, ""},
		"token with newline": {200, "application/json", `{"access_token":"a\r\nb: c","token_type":"bearer","expires_in":300}`, smart.ErrAnswer, ""},
		"no lifetime":        {200, "application/json", `{"access_token":"a","token_type":"bearer"}`, smart.ErrAnswer, ""},
		"negative lifetime":  {200, "application/json", `{"access_token":"a","token_type":"bearer","expires_in":-1}`, smart.ErrAnswer, ""},
		"endless lifetime":   {200, "application/json", `{"access_token":"a","token_type":"bearer","expires_in":1e99}`, smart.ErrAnswer, ""},
		"scope too small":    {200, "application/json", "{" + good + `,"scope":"system/Observation.rs"}`, smart.ErrScope, ""},
		"redirect":           {302, "text/html", "", nil, ""},
		"refused":            {400, "application/json", `{"error":"invalid_scope"}`, nil, "invalid_scope"},
		"invented code":      {400, "application/json", `{"error":"DOE^JANE"}`, nil, ""},
		"status alone":       {500, "", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := newBackend(t, smart.Keys{{ID: "e", Signer: newEC(t)}})
			b.HTTP = &http.Client{Transport: text(c.status, c.kind, c.body)}
			_, err := b.Token(t.Context())
			var e *smart.Error
			if !errors.As(err, &e) {
				t.Fatalf("err = %v, want an Error", err)
			}
			if e.Status != c.status || e.Code != c.code || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("err = %+v, want status %d, code %q, reason %v", e, c.status, c.code, c.want)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, e), "DOE") {
				t.Error("the answer is in the error")
			}
		})
	}
}

func TestIncompleteBackend(t *testing.T) {
	keys := smart.Keys{{ID: "e", Signer: newEC(t)}}
	for name, c := range map[string]struct {
		b    *smart.Backend
		want error
	}{
		"zero":         {&smart.Backend{}, nil},
		"no keys":      {&smart.Backend{TokenURL: tokenURL, ClientID: "c", Scopes: []string{"s"}}, smart.ErrKey},
		"no scopes":    {&smart.Backend{TokenURL: tokenURL, ClientID: "c", Keys: keys}, nil},
		"no TLS":       {&smart.Backend{TokenURL: "http://ehr.example/token", ClientID: "c", Keys: keys, Scopes: []string{"s"}}, smart.ErrInsecure},
		"no address":   {&smart.Backend{TokenURL: "://", ClientID: "c", Keys: keys, Scopes: []string{"s"}}, nil},
		"nil signer":   {&smart.Backend{TokenURL: tokenURL, ClientID: "c", Keys: smart.Keys{{ID: "n"}}, Scopes: []string{"s"}}, smart.ErrKey},
		"key to come":  {&smart.Backend{TokenURL: tokenURL, ClientID: "c", Keys: smart.Keys{{Signer: newEC(t), From: time.Now().Add(time.Hour)}}, Scopes: []string{"s"}}, smart.ErrKey},
		"key has gone": {&smart.Backend{TokenURL: tokenURL, ClientID: "c", Keys: smart.Keys{{Signer: newEC(t), Until: time.Now()}}, Scopes: []string{"s"}}, smart.ErrKey},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := c.b.Token(t.Context()); err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
		})
	}
}

func BenchmarkToken(b *testing.B) {
	backend, _ := newBackend(b, smart.Keys{{ID: "e", Signer: newEC(b)}})
	if _, err := backend.Token(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := backend.Token(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

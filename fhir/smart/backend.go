package smart

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

const (
	// leeway is how long before its end a token counts as ended: it has to
	// arrive.
	leeway = 5 * time.Second
	// maxPause is the longest pause between attempts that fail.
	maxPause = time.Minute
	// sameClock is how far two clocks may differ and still be called equal. The
	// header Date has whole seconds.
	sameClock = 3 * time.Second
)

// A Backend is a client of one token endpoint. The first four fields are
// required, and the fields must not change after the first use. It is safe for
// concurrent use and must not be copied.
type Backend struct {
	// TokenURL is the token endpoint: https, or http on this machine. It is also
	// the audience of the assertions.
	TokenURL string
	// ClientID is the name with which the client was registered.
	ClientID string
	Keys     Keys
	// Scopes are all needed: an answer that grants less is an error (ErrScope).
	// "system/Observation.cu" is to create and update Observations.
	Scopes []string
	// HTTP makes the requests, without following redirects. Nil is one with the
	// certificates of this machine and half a minute of patience.
	HTTP *http.Client

	once sync.Once
	turn chan struct{} // whoever has it asks for a token

	mu      sync.Mutex // guards what follows
	token   string
	fresh   time.Time     // from then on another one should be asked for
	until   time.Time     // when the token ends
	failed  *Error        // of the last attempt
	retryAt time.Time     // no attempt before
	fails   int           // attempts in vain, one after another
	skew    time.Duration // the server's clock is ahead by this
	refused bool          // the newest key, by a server that knows the one before
	running int           // calls of Run
	wake    chan struct{} // tells Run that there is no token
}

func (b *Backend) init() {
	b.once.Do(func() { b.turn, b.wake = make(chan struct{}, 1), make(chan struct{}, 1) })
}

// Token returns a token that is good for some seconds at least. While there is
// one it returns at once; in the last third of its life one caller at a time
// gets the next, unless [Backend.Run] does that. Without a token callers wait
// for one of them to get it, until their context ends. After a failure, an
// [*Error], the same error is returned until the pause is over.
func (b *Backend) Token(ctx context.Context) (string, error) {
	b.init()
	token, due := b.cached(time.Now())
	if token != "" {
		if due {
			select {
			case b.turn <- struct{}{}:
				defer func() { <-b.turn }()
				if t, err := b.renew(ctx); err == nil {
					return t, nil
				}
			default:
			}
		}
		return token, nil
	}
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return b.renew(ctx)
}

// Rejected tells that the server did not accept a token, although it should be
// good: the next call of Token gets another. Of a token that is not the present
// one it is no news.
func (b *Backend) Rejected(token string) {
	b.init()
	b.mu.Lock()
	defer b.mu.Unlock()
	if token == b.token {
		b.token = ""
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// Run gets each token before the last one ends, so that no caller of Token
// waits. It returns nil when the context ends, and an error at once if the
// Backend is not complete.
func (b *Backend) Run(ctx context.Context) error {
	b.init()
	if err := b.check(); err != nil {
		return err
	}
	b.mu.Lock()
	b.running++
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		b.running--
		b.mu.Unlock()
	}()
	for {
		timer := time.NewTimer(time.Until(b.next()))
		select {
		case <-timer.C:
		case <-b.wake:
		case <-ctx.Done():
		}
		timer.Stop()
		select {
		case b.turn <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		_, _ = b.renew(ctx) // told to the callers of Token
		<-b.turn
		if ctx.Err() != nil {
			return nil
		}
	}
}

// next is when Run has something to do.
func (b *Backend) next() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.fresh
	if b.token == "" {
		at = time.Time{}
	}
	if b.retryAt.After(at) {
		at = b.retryAt
	}
	return at
}

// cached returns the present token, if it is still good, and whether the caller
// should get the next one.
func (b *Backend) cached(now time.Time) (token string, due bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !now.Before(b.until) {
		b.token = ""
	}
	return b.token, b.running == 0 && !now.Before(b.fresh) && !now.Before(b.retryAt)
}

// renew asks for a token, unless somebody has one by now or just failed. The
// caller has the turn.
func (b *Backend) renew(ctx context.Context) (string, error) {
	now := time.Now()
	b.mu.Lock()
	token, fresh, failed := b.token, now.Before(b.fresh), b.failed
	pausing := now.Before(b.retryAt)
	if pausing && failed != nil {
		again := *failed
		again.RetryAfter = b.retryAt.Sub(now)
		failed = &again
	}
	b.mu.Unlock()
	switch {
	case token != "" && fresh:
		return token, nil
	case pausing && failed != nil:
		return "", failed
	}
	if err := b.check(); err != nil {
		return "", err
	}
	g, err := b.ask(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		return "", b.fail(ctx, err)
	}
	now = time.Now()
	b.token, b.failed, b.fails, b.retryAt = g.token, nil, 0, time.Time{}
	life := max(g.life-leeway, g.life/2)
	b.fresh, b.until = now.Add(life*2/3), now.Add(life)
	return g.token, nil
}

// fail remembers a failure and when to try again. Mu is held. That the caller
// has no time any more says nothing about the endpoint.
func (b *Backend) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: err}
	}
	b.fails++
	pause := min(maxPause, time.Second<<min(b.fails-1, 6))
	e.RetryAfter = max(e.RetryAfter, pause/2+rand.N(pause/2)) // many gateways, one endpoint
	b.failed, b.retryAt = e, time.Now().Add(e.RetryAfter)
	return e
}

// ask makes one request, and a second one if the first was refused for what the
// answer itself puts right: our clock, or a key that the server does not know
// yet.
func (b *Backend) ask(ctx context.Context) (grant, error) {
	g, again, err := b.attempt(ctx)
	if again {
		g, _, err = b.attempt(ctx)
	}
	return g, err
}

func (b *Backend) attempt(ctx context.Context) (g grant, again bool, err error) {
	b.mu.Lock()
	skew, refused := b.skew, b.refused
	b.mu.Unlock()
	newest, before, err := b.Keys.signing(time.Now())
	if err != nil {
		return g, false, err
	}
	key := newest
	if refused && before.Signer != nil {
		key = before
	}
	token, err := assertion(key, b.ClientID, b.TokenURL, time.Now().Add(skew))
	if err != nil {
		return g, false, err
	}
	g, date, err := exchange(ctx, b.HTTP, b.TokenURL, token, b.Scopes)
	var e *Error
	rejected := errors.As(err, &e) && (e.Code == "invalid_client" || e.Code == "invalid_grant")
	b.mu.Lock()
	defer b.mu.Unlock()
	if !date.IsZero() {
		b.skew = 0
		if ahead := time.Until(date); ahead.Abs() > sameClock {
			b.skew = ahead
		}
	}
	if !rejected {
		return g, false, err
	}
	if (b.skew - skew).Abs() > sameClock {
		return g, true, err
	}
	if before.Signer != nil {
		b.refused = !refused // the other one, and back at the next refusal
	}
	return g, before.Signer != nil, err
}

func (b *Backend) check() error {
	switch {
	case b.ClientID == "" || b.TokenURL == "":
		return errors.New("smart: Backend needs TokenURL, ClientID, Keys and Scopes")
	case len(b.Keys) == 0:
		return ErrKey
	case len(b.Scopes) == 0:
		return errors.New("smart: Backend needs TokenURL, ClientID, Keys and Scopes")
	}
	return secure(b.TokenURL)
}

package client

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Tokens are where bearer tokens come from. Both methods must be safe for
// concurrent use.
type Tokens interface {
	// Token returns a token that is good at the moment, from memory if there is
	// one.
	Token(ctx context.Context) (string, error)
	// Rejected tells that the server did not accept a token: the next Token must
	// be another, if this one is still current.
	Rejected(token string)
}

// A login follows the tokens of a client. A 401 costs one new token; if that is
// refused as well, everybody waits and tries again rarely.
type login struct {
	tokens Tokens // nil: none

	mu       sync.Mutex
	renewed  bool      // a token was reported since the last that was accepted
	rejected string    // that token
	until    time.Time // parked: nobody sends before
	parks    int       // in a row
}

// token waits while the login is parked. Urgent requests wait too: they would be
// refused.
func (l *login) token(ctx context.Context) (string, error) {
	l.mu.Lock()
	wait := time.Until(l.until)
	l.mu.Unlock()
	if err := sleep(ctx, wait); err != nil {
		return "", err
	}
	if l.tokens == nil {
		return "", nil
	}
	return l.tokens.Token(ctx)
}

// refused takes a 401 for a token and reports whether another may be tried.
func (l *login) refused(token string) bool {
	if l.tokens == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case time.Now().Before(l.until):
		return false // somebody else has tried
	case l.renewed:
		return l.rejected == token // then there is a newer one; if not, that one is refused as well
	}
	l.renewed, l.rejected = true, token
	l.tokens.Rejected(token)
	return true
}

// park lets everybody wait, 1 minute first and 15 in the end, and returns how
// long.
func (l *login) park() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := time.Until(l.until); wait > 0 {
		return wait // somebody else found out
	}
	wait := min(time.Minute<<min(l.parks, 4), maxPause)
	wait = wait/2 + time.Duration(rand.Int64N(int64(wait/2)+1)) //nolint:gosec // chance, no secret
	l.parks++
	l.until = time.Now().Add(wait)
	l.renewed = false // the next try may ask for one more token
	return wait
}

func (l *login) accepted() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.parks, l.until, l.renewed = 0, time.Time{}, false
}

func (l *login) parked() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Before(l.until)
}

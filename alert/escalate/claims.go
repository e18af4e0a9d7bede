package escalate

import (
	"context"
	"sync"
	"time"
)

// A Claim is whose turn it is to send a message.
type Claim uint8

// The claims.
const (
	Mine   Claim = iota + 1 // the caller's, until the time asked for
	Theirs                  // another replica's, for now
	Done                    // nobody's: some replica has sent it
)

// Claims let replicas agree who sends a message: the same instance, or view of
// a store, is never used by two of them. A store is anything with a conditional
// write, a row or key for each message.
//
// A replica that stops after its claim delays the message to the end of the
// claim, and then another sends it, with the same [MessageID]. When Claims fail,
// replicas send regardless: twice is better than never.
type Claims interface {
	// Claim asks for a message at the time at, until another.
	Claim(ctx context.Context, id MessageID, at, until time.Time) (Claim, Receipt, error)
	// Settle tells the others what became of a message.
	Settle(ctx context.Context, id MessageID, r Receipt) error
}

// LocalClaims are the claims of dispatchers in one process. The zero value is
// ready for use. It remembers the last 65,536 messages.
type LocalClaims struct {
	mu     sync.Mutex
	claims map[MessageID]claim
	order  []MessageID
	turn   int
}

type claim struct {
	replica int
	until   time.Time
	done    bool
	receipt Receipt
}

const maxClaims = 1 << 16

// Replica is the view of one dispatcher, which has a number of its own.
func (l *LocalClaims) Replica(number int) Claims { return localReplica{l, number} }

type localReplica struct {
	shared *LocalClaims
	number int
}

// Claim implements [Claims].
func (r localReplica) Claim(_ context.Context, id MessageID, at, until time.Time) (Claim, Receipt, error) {
	l := r.shared
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.claims[id]
	switch {
	case c.done:
		return Done, c.receipt, nil
	case ok && c.replica != r.number && at.Before(c.until):
		return Theirs, Unknown, nil
	case !ok:
		l.remember(id)
	}
	l.claims[id] = claim{replica: r.number, until: until}
	return Mine, Unknown, nil
}

// Settle implements [Claims].
func (r localReplica) Settle(_ context.Context, id MessageID, receipt Receipt) error {
	l := r.shared
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.claims[id]; !ok {
		l.remember(id)
	}
	l.claims[id] = claim{done: true, receipt: receipt}
	return nil
}

// remember makes room for a message. The lock is held.
func (l *LocalClaims) remember(id MessageID) {
	if l.claims == nil {
		l.claims = make(map[MessageID]claim)
	}
	if len(l.order) < maxClaims {
		l.order = append(l.order, id)
		return
	}
	delete(l.claims, l.order[l.turn])
	l.order[l.turn] = id
	l.turn = (l.turn + 1) % maxClaims
}

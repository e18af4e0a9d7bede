package seal

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Grant says who may use a key and when. Two grants of one device that overlap
// are how its key changes without a gap.
type Grant struct {
	Key    *Key
	Device vitals.DeviceID // the only one that the key speaks for
	// From and Until bound when messages may arrive, not when they were made:
	// leave the key of a device that may be away for a week a week longer. The zero
	// time is no bound. At Until itself the key is not valid any more.
	From, Until time.Time
}

// valid says whether a message may arrive at an instant.
func (g Grant) valid(at time.Time) bool {
	return (g.From.IsZero() || !at.Before(g.From)) && (g.Until.IsZero() || at.Before(g.Until))
}

// A Keyring has the keys that a gateway believes. The zero Keyring is empty and
// allows every algorithm that is supported. It is safe for concurrent use.
type Keyring struct {
	allowed []Algorithm // nil: all

	mu     sync.RWMutex
	grants map[string]Grant // by identifier; guarded by mu
}

// NewKeyring makes a keyring for keys of some algorithms only.
func NewKeyring(allowed ...Algorithm) *Keyring { return &Keyring{allowed: slices.Clone(allowed)} }

// Add grants a key. Its identifier must be new: whatever once was a key stays one,
// so that [ErrExpiredKey] can be told from [ErrUnknownKey]. The fault is
// [ErrAlgorithm] for an algorithm that is not allowed and [ErrKey] for everything
// else: no key, no device, an end before the beginning, an identifier that was
// there before.
func (r *Keyring) Add(g Grant) error {
	switch {
	case !g.Key.exists() || g.Device == "" || !g.Until.IsZero() && !g.From.Before(g.Until):
		return fmt.Errorf("seal: grant needs key, device and an end after its beginning: %w", ErrKey)
	case r.allowed != nil && !slices.Contains(r.allowed, g.Key.algorithm):
		return fmt.Errorf("seal: grant: %w", ErrAlgorithm)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.grants[g.Key.id]; ok {
		return fmt.Errorf("seal: grant: the identifier of the key was there before: %w", ErrKey)
	}
	if r.grants == nil {
		r.grants = make(map[string]Grant)
	}
	r.grants[g.Key.id] = g
	return nil
}

// Retire ends the validity of a key at an instant, or earlier if it had ended
// before that: at once for a key that is lost, later for one that is replaced. It
// is [ErrUnknownKey] for an identifier that is not there.
func (r *Keyring) Retire(id string, until time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	g, ok := r.grants[id]
	if !ok {
		return ErrUnknownKey
	}
	if g.Until.IsZero() || until.Before(g.Until) {
		g.Until = until
	}
	r.grants[id] = g
	return nil
}

// find returns the grant that lets a device use a key at an instant.
func (r *Keyring) find(id []byte, from vitals.DeviceID, at time.Time) (Grant, error) {
	r.mu.RLock()
	g, ok := r.grants[string(id)]
	r.mu.RUnlock()
	switch {
	case !ok:
		return Grant{}, ErrUnknownKey
	case g.Device != from:
		return Grant{}, ErrForeignKey
	case !g.valid(at):
		return Grant{}, ErrExpiredKey
	}
	return g, nil
}

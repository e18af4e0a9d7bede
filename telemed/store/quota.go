package store

import (
	"fmt"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// A QuotaPolicy says what a log does that has reached its quota.
type QuotaPolicy uint8

const (
	// Refuse refuses appends with [ErrQuota]: the senders keep what they have,
	// until [Log.Trim] makes room.
	Refuse QuotaPolicy = iota
	// DropRead drops the oldest records that every sink has had, and then refuses.
	DropRead
	// DropUnread drops the oldest records, and those that a sink has not had are
	// lost to it. [Stats.Lost] counts them.
	DropUnread
)

// ErrQuota reports that an append would exceed the quota. It wraps
// [telemed.ErrLogFull].
var ErrQuota = fmt.Errorf("store: the quota is reached: %w", telemed.ErrLogFull)

type quota struct {
	bytes  uint64
	policy QuotaPolicy
}

// Quota bounds the bytes of the records, as [Stats.Bytes] counts them. The
// default is no bound but that of the disk.
func Quota(bytes uint64, p QuotaPolicy) Option {
	return optionFunc(func(l *Log) { l.quota = quota{bytes, p} })
}

// makeRoom keeps the quota; old is the last record that may go for it.
func (l *Log) makeRoom(tx *bbolt.Tx, st *state, old telemed.Position) error {
	q := l.quota
	if q.bytes == 0 || st.bytes <= q.bytes {
		return nil
	}
	if q.policy != Refuse {
		r := Retention{Bytes: q.bytes, Unread: q.policy == DropUnread}
		if err := l.drop(tx, st, r, time.Time{}, old, math.MaxInt); err != nil {
			return err
		}
	}
	if st.bytes > q.bytes {
		return ErrQuota
	}
	return nil
}

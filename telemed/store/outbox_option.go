package store

import "time"

// An OutboxOption changes how an outbox is opened. [Encrypt] is one as well.
type OutboxOption interface{ applyOutbox(*Outbox) }

type outboxOptionFunc func(*Outbox)

func (f outboxOptionFunc) applyOutbox(o *Outbox) { f(o) }

// A FullPolicy says what an outbox does when it is full.
type FullPolicy uint8

const (
	// RefuseNew refuses messages: the caller learns at once.
	RefuseNew FullPolicy = iota
	// DropOldestBacklog deletes the oldest messages of the backlog to make
	// room, and counts them. Alarms and live data are never dropped: when there
	// is no backlog left, new messages are refused.
	DropOldestBacklog
)

// Capacity bounds the bytes that wait, as [telemed.Waiting] counts them. Alarms
// may take an eighth more, so that there is room for them when data has filled
// the rest. The default is 256 MiB and [RefuseNew].
func Capacity(bytes uint64, p FullPolicy) OutboxOption {
	return outboxOptionFunc(func(o *Outbox) { o.capacity, o.policy = bytes, p })
}

// LiveFor says how long live data stays live. What has waited longer becomes
// backlog when newer messages come, so that these overtake it. The default is
// 30 s.
func LiveFor(d time.Duration) OutboxOption {
	return outboxOptionFunc(func(o *Outbox) { o.liveFor = d })
}

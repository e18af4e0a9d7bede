package client

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// Stats are the numbers of a client since it was made.
type Stats struct {
	Delivered   uint64 // Observations that the server has, repeats included
	Quarantined uint64 // Observations that it will never take, or that could not be mapped
	LeftOut     uint64 // measurements whose kind FHIR has no code for
	Duplicates  uint64 // Observations of which the server has several copies
	Updates     uint64 // of Update
	Requests    uint64 // HTTP requests, for whatever
	Retries     uint64 // entries sent again
	Unsure      uint64 // entries of which an answer did not tell the outcome
	Waiting     int64  // Observations of the Put that is running
	Parked      bool   // the server refuses the token, and its renewal
}

type counts struct {
	delivered, quarantined, leftOut, duplicates, updates, requests, retries, unsure atomic.Uint64
	waiting                                                                         atomic.Int64
}

// Stats returns the numbers. It may be called at any time.
func (c *Client) Stats() Stats {
	n := &c.counts
	return Stats{
		Delivered: n.delivered.Load(), Quarantined: n.quarantined.Load(), LeftOut: n.leftOut.Load(), Duplicates: n.duplicates.Load(),
		Updates: n.updates.Load(), Requests: n.requests.Load(), Retries: n.retries.Load(), Unsure: n.unsure.Load(),
		Waiting: n.waiting.Load(), Parked: c.login.parked(),
	}
}

// Probe returns why nothing can be delivered at the moment, and since when; nil
// if all is well, or if nothing was tried since.
func (c *Client) Probe() (since time.Time, err error) { return c.trouble.since() }

// trouble is what fails at the moment.
type trouble struct {
	mu    sync.Mutex
	start time.Time
	err   error
}

// note takes a failure that is not the fault of one entry, and returns it.
func (t *trouble) note(e *Error) *Error {
	if e.Retryable() {
		t.set(e)
	}
	return e
}

func (t *trouble) set(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.start = time.Now()
	}
	t.err = err
}

func (t *trouble) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = nil
}

func (t *trouble) since() (time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		return time.Time{}, nil
	}
	return t.start, t.err
}

// Quarantined is an Observation that the server will never take. It tells no
// value: the measurement is in the log of the gateway.
type Quarantined struct {
	At      time.Time
	Reading vitals.ReadingID // of the measurement
	ID      string           // of the resource, if it has one
	Err     error            // *[Error] with the status and the OperationOutcome, or *fhir.Error
}

// A Duplicate is an Observation of which the server has several copies.
type Duplicate struct {
	Reading vitals.ReadingID
	IDs     []string // of the copies, as the server gave them
}

// kept is the quarantine in memory.
type kept struct {
	mu   sync.Mutex
	list []Quarantined
}

const maxKept = 1000

func (k *kept) put(_ context.Context, q Quarantined) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.list) == maxKept {
		k.list = append(k.list[:0], k.list[1:]...)
	}
	k.list = append(k.list, q)
	return nil
}

// Quarantined returns the last 1000 that went to the default [Quarantine],
// oldest first.
func (c *Client) Quarantined() []Quarantined {
	c.kept.mu.Lock()
	defer c.kept.mu.Unlock()
	return append([]Quarantined(nil), c.kept.list...)
}

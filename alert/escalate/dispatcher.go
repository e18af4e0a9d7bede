package escalate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
)

// A Dispatcher sends messages about alarms along chains. Make one with [New]. It
// is safe for concurrent use.
type Dispatcher struct {
	config Config
	wake   chan struct{} // holds one token: Run has something to look at

	mu       sync.Mutex // guards what follows
	routes   routes
	book     book
	unsaved  [][]byte // entries that the journal has not taken
	channels map[string]*channel
}

// ErrBacklog: there are more than 1,048,576 escalations.
var ErrBacklog = errors.New("escalate: too much is waiting")

const maxUnsaved = 1 << 16

// New makes a dispatcher that continues where the journal ends. It starts no
// goroutine and sends nothing.
func New(c Config) (*Dispatcher, error) {
	rs, err := compileRoutes(c.Routes, c.Notifiers)
	if err != nil {
		return nil, fmt.Errorf("escalate: %w", err)
	}
	if len(rs) == 0 {
		return nil, errors.New("escalate: no routes: nobody would ever be told")
	}
	c.AttemptTimeout = cmp.Or(c.AttemptTimeout, 10*time.Second)
	c.Parallel = cmp.Or(c.Parallel, 32)
	if c.AttemptTimeout < 0 || c.Parallel < 0 {
		return nil, errors.New("escalate: a negative bound")
	}
	if c.Text == nil {
		c.Text = Brief
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	d := &Dispatcher{config: c, wake: make(chan struct{}, 1), routes: rs, channels: make(map[string]*channel)}
	for name, n := range c.Notifiers {
		d.channels[name] = &channel{notifier: n}
	}
	if c.Journal != nil {
		if err := d.replay(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// replay folds the journal, and makes it short when most of it is past.
func (d *Dispatcher) replay() error {
	n := 0
	err := d.config.Journal.Replay(func(entry []byte) error {
		var rs []record
		if err := json.Unmarshal(entry, &rs); err != nil {
			return fmt.Errorf("%w: entry %d", ErrCorrupt, n+1) // not err: it may quote the entry
		}
		n++
		d.book.fold(rs)
		return nil
	})
	if err != nil {
		return err
	}
	if n < 1<<12 || n < 8*(len(d.book.courses)+len(d.book.gone)) {
		return nil
	}
	return d.config.Journal.Replace(func(yield func([]byte) bool) {
		for rs := range d.book.records {
			if b, err := json.Marshal(rs); err == nil && !yield(b) {
				return
			}
		}
	})
}

// SetRoutes takes other routes. Rounds that go on keep their chain.
func (d *Dispatcher) SetRoutes(rs []Route) error {
	compiled, err := compileRoutes(rs, d.config.Notifiers)
	if err != nil {
		return fmt.Errorf("escalate: %w", err)
	}
	if len(compiled) == 0 {
		return errors.New("escalate: no routes: nobody would ever be told")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.routes = compiled
	return nil
}

// Notify implements [alert.Notifier]: the event is in the journal when it
// returns nil, and nothing was sent. A repeat of an event changes nothing. When
// the journal fails, the escalation goes on in memory, and the error makes the
// engine offer the event again.
func (d *Dispatcher) Notify(ctx context.Context, e alert.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.unsaved) >= maxUnsaved {
		if err := d.save(); err != nil {
			return err
		}
	}
	if _, over := d.book.isGone[e.ID]; over {
		return d.save()
	}
	c := d.book.courses[e.ID]
	if c == nil {
		if len(d.book.courses) >= maxCourses {
			return ErrBacklog
		}
		c = &course{id: e.ID}
	}
	d.commit(c.event(&e, d.routes.of(&e, d.config.Group)))
	return d.save()
}

// commit applies a decision and remembers to save it. The lock is held.
func (d *Dispatcher) commit(rs []record) {
	if len(rs) == 0 {
		return
	}
	d.book.fold(rs)
	if c := d.book.courses[rs[0].Alarm]; c != nil {
		if c.over() {
			rs = append(rs, record{Alarm: c.id, Gone: true})
			d.book.fold(rs[len(rs)-1:])
		}
		c.abort()
	}
	if d.config.Journal != nil {
		b, err := json.Marshal(rs)
		if err != nil { // no part of a record can fail
			d.config.Report(fmt.Errorf("escalate: encode: %w", err))
			return
		}
		d.unsaved = append(d.unsaved, b)
	}
	d.signal()
}

// save appends what is not in the journal. The lock is held.
func (d *Dispatcher) save() error {
	if len(d.unsaved) == 0 {
		return nil
	}
	if err := d.config.Journal.Append(d.unsaved...); err != nil {
		return err
	}
	clear(d.unsaved)
	d.unsaved = d.unsaved[:0]
	return nil
}

// flush is save for callers without the lock.
func (d *Dispatcher) flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.save()
}

// signal makes Run look whether there is something to do.
func (d *Dispatcher) signal() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Next is the earliest time at which Advance may have something to do; ok is
// false if only input can change anything.
func (d *Dispatcher) Next() (at time.Time, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.book.agenda) == 0 || d.book.agenda[0].next == never {
		return time.Time{}, false
	}
	return instant(d.book.agenda[0].next), true
}

// Standing is how many alarms are being escalated or wait for their end.
func (d *Dispatcher) Standing() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.book.courses)
}

// String tells how many escalations there are, and nothing about them.
func (d *Dispatcher) String() string {
	return fmt.Sprintf("escalate.Dispatcher(%d alarms)", d.Standing())
}

// abort ends attempts whose message is settled, and calls of a round that has
// stopped.
func (c *course) abort() {
	for _, m := range c.messages {
		if m.cancel != nil && (m.settled || c.stopped != 0 && m.Kind == Call) {
			m.cancel()
		}
	}
}

// first reports whether no message to the same recipient is under way.
func (c *course) first(m *message) bool {
	return !slices.ContainsFunc(c.messages, func(o *message) bool { return o != m && o.busy && o.To.key() == m.To.key() })
}

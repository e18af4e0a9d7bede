package subscription

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// DefaultHeartbeat is the longest silence of a server if Receiver.Heartbeat
	// is not set.
	DefaultHeartbeat = time.Minute
	// MaxNotification is the largest notification that is taken, in bytes.
	MaxNotification = 8 << 20

	// patience is how long a missing event may be on its way before the server
	// is asked for it: notifications overtake each other.
	patience = 250 * time.Millisecond
	maxPause = time.Minute
	// askedInVain is how many answers without an event say that it is gone.
	askedInVain = 3
)

var errLacking = errors.New("subscription: the server does not have the event yet")

// What [Receiver.Problem] is told.
var (
	// ErrSilent: nothing came for longer than the heartbeat period. The server is
	// asked for its status until it is heard again.
	ErrSilent = errors.New("subscription: the server is silent")
	// ErrRestarted: the server counts its events from the beginning again, as
	// after its subscription was made anew. What happened in between is unknown.
	ErrRestarted = errors.New("subscription: the server began to count anew")
	// ErrServer: the server could not be asked, or its answer makes no sense.
	ErrServer = errors.New("subscription: no answer from the server")
	// ErrStopped: the server says that the subscription is in error or off.
	ErrStopped = errors.New("subscription: stopped by the server")
)

// A Receiver is the handler to which a server sends the notifications of one
// subscription, and the loop that hands the events over ([Receiver.Run]).
// Subscription, Authorize, Handle and Get are required; the fields must not
// change after the first use. It is safe for concurrent use and must not be
// copied.
type Receiver struct {
	// Subscription is the reference to the subscription: "Subscription/7", or its
	// URL.
	Subscription string
	// Topic, if set, is the canonical URL of the topic that events must have.
	Topic string
	// Authorize reports whether a request comes from the server: see [Bearer].
	// Nil refuses everything.
	Authorize func(*http.Request) bool
	// Handle gets every event, in order, one at a time. After an error it gets
	// the same event again. After a crash between Handle and Save it gets it
	// again too: Event.Number tells.
	Handle func(context.Context, Event) error
	// Get asks the server: an HTTP GET of a path below its base, such as
	// "Subscription/7/$events?eventsSinceNumber=3". It returns the body.
	Get func(ctx context.Context, path string) ([]byte, error)
	// Load returns the number of the last event that was handled, 0 at first, and
	// Save keeps it. Without them a Receiver begins with the events that come
	// after it started.
	Load func(context.Context) (uint64, error)
	Save func(context.Context, uint64) error
	// Heartbeat is the longest silence of a healthy server: its heartbeat period
	// and some time on the way. 0 is [DefaultHeartbeat].
	Heartbeat time.Duration
	// Problem is told what an operator should know, an error of this package;
	// nil tells nobody. It must not call the Receiver.
	Problem func(error)

	mu    sync.Mutex // guards order and stats
	order order
	stats Stats
	once  sync.Once
	wake  chan struct{}

	lacking int // answers without the first missing event; of Run alone
}

// Stats counts what a Receiver did since it started.
type Stats struct {
	Notifications uint64 // taken
	Refused       uint64 // not authorised, of another subscription, unreadable
	Repeats       uint64 // events that came more than once
	Handled       uint64 // events
	Fetched       uint64 // events that the server had to be asked for
	Missing       uint64 // events that it did not have any more
}

// Stats returns the counters.
func (r *Receiver) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

// Bearer authorises requests by a secret in the header Authorization, as a
// subscription can ask for in channel.header. An empty secret authorises
// nothing.
func Bearer(secret string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		return secret != "" && strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare([]byte(got), []byte(secret)) == 1
	}
}

// ServeHTTP takes a notification. It answers 200 when the events are in memory:
// if the process dies before they were handled, Run asks for them again.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch {
	case r.Authorize == nil || !r.Authorize(req):
		r.refuse(w, http.StatusUnauthorized)
	case req.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		r.refuse(w, http.StatusMethodNotAllowed)
	default:
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, MaxNotification))
		if err != nil {
			r.refuse(w, http.StatusRequestEntityTooLarge)
			return
		}
		n, err := parseNotification(body)
		if err == nil {
			err = r.check(n)
		}
		if err != nil {
			r.refuse(w, http.StatusBadRequest)
			return
		}
		r.take(n)
		w.WriteHeader(http.StatusOK)
	}
}

func (r *Receiver) refuse(w http.ResponseWriter, code int) {
	r.mu.Lock()
	r.stats.Refused++
	r.mu.Unlock()
	http.Error(w, http.StatusText(code), code)
}

// check refuses what is not of this subscription.
func (r *Receiver) check(n notification) error {
	if !sameReference(n.subscription, r.Subscription) || r.Topic != "" && n.topic != r.Topic {
		return ErrOther
	}
	return nil
}

func (r *Receiver) take(n notification) {
	r.mu.Lock()
	r.stats.Notifications++
	for _, e := range n.events {
		if _, there := r.order.pending[e.Number]; there || e.Number <= r.order.handed {
			r.stats.Repeats++
		}
	}
	r.order.add(n, time.Now())
	r.mu.Unlock()
	if n.state == "error" || n.state == "off" {
		r.problem(ErrStopped)
	}
	select {
	case r.wakes() <- struct{}{}:
	default:
	}
}

func (r *Receiver) wakes() chan struct{} {
	r.once.Do(func() { r.wake = make(chan struct{}, 1) })
	return r.wake
}

func (r *Receiver) problem(err error) {
	if r.Problem != nil {
		r.Problem(err)
	}
}

// Run hands over events until the context ends, and returns nil then. It returns
// an error at once if a field is missing or Load fails. It has no goroutines.
func (r *Receiver) Run(ctx context.Context) error {
	if r.Subscription == "" || r.Authorize == nil || r.Handle == nil || r.Get == nil || (r.Load == nil) != (r.Save == nil) {
		return errors.New("subscription: Receiver needs Subscription, Authorize, Handle, Get, and Load with Save")
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	for failures := 0; ctx.Err() == nil; {
		err := r.clear(ctx)
		if err == nil {
			err = r.handOver(ctx)
		}
		if err == nil {
			err = r.fill(ctx)
		}
		if err != nil {
			failures++
			r.sleep(ctx, pause(failures))
			continue
		}
		failures = 0
		r.await(ctx)
	}
	return nil
}

// begin finds out where to begin: behind what was handled, or, without a
// memory, behind what took place.
func (r *Receiver) begin(ctx context.Context) error {
	var handed uint64
	if r.Load != nil {
		var err error
		if handed, err = r.Load(ctx); err != nil {
			return fmt.Errorf("subscription: load: %w", err)
		}
	}
	for failures := 1; ; failures++ {
		err := r.ask(ctx, "$status")
		if err == nil || ctx.Err() != nil {
			break
		}
		if r.Load != nil {
			break // what is missing will be seen with the next notification
		}
		r.sleep(ctx, pause(failures))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.order.began = true; r.Load == nil {
		handed = r.order.known
	}
	r.order.handed = handed
	for n := range r.order.pending {
		if n <= handed {
			delete(r.order.pending, n)
		}
	}
	return nil
}

// clear finds out whether the server has begun to count anew.
func (r *Receiver) clear(ctx context.Context) error {
	r.mu.Lock()
	suspect := r.order.suspect
	r.mu.Unlock()
	if !suspect {
		return nil
	}
	return r.ask(ctx, "$status")
}

// handOver gives the events that are next to Handle.
func (r *Receiver) handOver(ctx context.Context) error {
	for ctx.Err() == nil {
		r.mu.Lock()
		e, ok := r.order.next()
		r.mu.Unlock()
		if !ok {
			return nil
		}
		if err := r.hand(ctx, e); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (r *Receiver) hand(ctx context.Context, e Event) error {
	if err := r.Handle(ctx, e); err != nil {
		return err
	}
	if r.Save != nil {
		if err := r.Save(ctx, e.Number); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Number == r.order.handed+1 { // unless the server began to count anew meanwhile
		r.order.done(e)
	}
	r.stats.Handled++
	return nil
}

// fill asks the server for events that took place and did not come, after
// giving them some time.
func (r *Receiver) fill(ctx context.Context) error {
	if _, _, ok := r.gap(); !ok {
		return nil
	}
	r.sleep(ctx, patience)
	from, to, ok := r.gap()
	if !ok || ctx.Err() != nil {
		return ctx.Err()
	}
	before := r.held()
	if err := r.ask(ctx, fmt.Sprintf("$events?eventsSinceNumber=%d&eventsUntilNumber=%d", from, to)); err != nil {
		return err
	}
	r.mu.Lock()
	r.stats.Fetched += uint64(max(0, len(r.order.pending)-before))
	r.mu.Unlock()
	if again, _, still := r.gap(); !still || again != from {
		r.lacking = 0
		return r.handOver(ctx)
	}
	if r.lacking++; r.lacking < askedInVain {
		return errLacking // a server's index may be behind
	}
	r.lacking = 0
	return r.missing(ctx, from)
}

func (r *Receiver) held() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.order.pending)
}

// missing hands over an event that the server does not have. Events that come
// before it go first.
func (r *Receiver) missing(ctx context.Context, number uint64) error {
	if err := r.handOver(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	next := number == r.order.handed+1
	if next {
		r.stats.Missing++
	}
	r.mu.Unlock()
	if !next {
		return nil
	}
	return r.hand(ctx, Event{Number: number, Missing: true})
}

func (r *Receiver) gap() (from, to uint64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.order.gap()
}

// ask makes an operation of the subscription and takes its answer.
func (r *Receiver) ask(ctx context.Context, operation string) error {
	path := r.Subscription
	if i := strings.LastIndex(path, "Subscription/"); i >= 0 {
		path = path[i:]
	}
	r.mu.Lock()
	handed := r.order.handed // the answer counts these, unless the count began anew
	r.mu.Unlock()
	body, err := r.Get(ctx, path+"/"+operation)
	if err != nil {
		if ctx.Err() == nil {
			r.problem(ErrServer)
		}
		return err
	}
	n, err := parseNotification(body)
	if err == nil {
		err = r.check(n)
	}
	if err == nil && n.kind != status && n.kind != query {
		err = ErrSyntax
	}
	if err != nil {
		r.problem(ErrServer)
		return err
	}
	r.mu.Lock()
	restarted := n.kind == status && n.count < handed
	if restarted {
		r.order.restart()
	}
	if n.kind == status {
		r.order.suspect = false
	}
	r.order.add(n, time.Now())
	r.mu.Unlock()
	if restarted {
		r.problem(ErrRestarted)
	}
	return nil
}

// await waits for a notification, and asks the server how it is when none came
// for too long.
func (r *Receiver) await(ctx context.Context) {
	period := r.Heartbeat
	if period <= 0 {
		period = DefaultHeartbeat
	}
	r.mu.Lock()
	heard := r.order.heard
	_, _, gap := r.order.gap()
	_, next := r.order.next()
	r.mu.Unlock()
	if gap || next {
		return
	}
	timer := time.NewTimer(time.Until(heard.Add(period)))
	defer timer.Stop()
	select {
	case <-r.wakes():
	case <-ctx.Done():
	case <-timer.C:
		r.problem(ErrSilent)
		if r.ask(ctx, "$status") != nil {
			r.sleep(ctx, period/2+rand.N(period/2+1))
		}
	}
}

func pause(failures int) time.Duration {
	wait := min(maxPause, 100*time.Millisecond<<min(failures, 12))
	return wait/2 + rand.N(wait/2)
}

func (r *Receiver) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

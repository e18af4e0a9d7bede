package mqtt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// An Outbox keeps messages until they are receipted, as the Outbox of package
// store does in a file. It must be safe for concurrent use.
type Outbox interface {
	// Next fills dst with the messages of a lane after a sequence number, in
	// their order, and returns how many. It does not wait.
	Next(lane telemed.Lane, after uint64, dst []telemed.Queued) (int, error)
	// Done deletes the messages of a lane up to and including a sequence number.
	Done(ctx context.Context, lane telemed.Lane, through uint64) error
	// Waiting counts the messages of a lane.
	Waiting(lane telemed.Lane) telemed.Waiting
	// Changed returns a channel that is closed when messages are added.
	Changed() <-chan struct{}
}

// A Sender sends what is in an outbox and deletes there what the gateway at the
// other end has receipted. A broker's confirmation deletes nothing: a broker
// that is killed loses messages that it has confirmed.
//
// Alarms go before live data and that before the backlog, also in the middle of
// it. Whatever has no receipt is sent again, so messages may arrive twice; the
// log behind the gateway tells by the identity of the readings. The gateway
// needs the option [Receipts].
//
// A message goes in one piece, and nothing overtakes it then: for a link of
// 64 kbit/s keep messages below 8 KB, a second's worth.
//
// The methods are safe for concurrent use.
type Sender struct {
	address  string
	config   *config
	box      Outbox
	identity vitals.DeviceID // of the certificate

	mu       sync.Mutex
	progress Progress
	link     *link // the newest
}

// Progress is what a sender has done in this run and has before it.
type Progress struct {
	Connected bool
	Lanes     [3]LaneProgress // by telemed.Lane
	// Ignored counts receipts that were malformed, said nothing new, or claimed
	// what was never sent.
	Ignored uint64
}

// LaneProgress is the progress of one lane.
type LaneProgress struct {
	Waiting   telemed.Waiting // what has no receipt yet, in the outbox
	Sent      uint64          // messages sent for the first time
	Resent    uint64          // and once more, each time
	Receipted uint64
}

// ResendAfter says how long a sender waits for a receipt before it sends a
// message again, and twice as long each time after that, at most 5 minutes. The
// default is 10 s.
func ResendAfter(d time.Duration) Option { return optionFunc(func(c *config) { c.resend = d }) }

// SenderTopic names the sender by the first levels of all topics in its outbox,
// at most 9: "ward/bed-1". Receipts come to {SenderTopic}/receipt/+, which the
// broker must let the sender read. The default is none, which is for brokers
// that let everybody read everything.
func SenderTopic(levels string) Option { return optionFunc(func(c *config) { c.prefix = levels }) }

// NewSender makes a sender. Address and options are those of [Open]; [ClientID]
// is required.
func NewSender(address string, box Outbox, opts ...Option) (*Sender, error) {
	c := newConfig(opts)
	switch {
	case box == nil:
		return nil, errors.New("mqtt: NewSender needs an outbox")
	case c.clientID == "":
		return nil, errors.New("mqtt: NewSender needs the option ClientID")
	case strings.Count(c.prefix, "/") > 8, len(c.prefix) > maxSender, strings.ContainsAny(c.prefix, "+#\x00"):
		return nil, fmt.Errorf("mqtt: SenderTopic: %w", ErrTopic)
	}
	identity, err := c.sender()
	if err != nil {
		return nil, err
	}
	l, _, err := c.newLink(address)
	if err != nil {
		return nil, err
	}
	l.stop() // every connection has one of its own; this says why there is none yet
	return &Sender{address: address, config: c, box: box, identity: identity, link: l}, nil
}

// Run sends until the context ends, which is no error. It connects, again and
// again, and returns an error only when the outbox fails, the broker refuses the
// receipts, or a message cannot be sent at all: [ErrTopic] or [ErrIdentity] for a
// topic of somebody else. Its goroutines end before it returns. One Run at a time
// may use an outbox.
func (s *Sender) Run(ctx context.Context) error {
	run, err := newRun(s)
	if err != nil {
		return err
	}
	defer run.pipes.Wait()
	for attempt := 0; ; attempt++ {
		began := time.Now()
		err := run.connection(ctx)
		s.connected(false)
		run.broken(time.Now())
		if ctx.Err() != nil {
			return run.forget(context.WithoutCancel(ctx))
		}
		if !errors.Is(err, errLost) {
			return err
		}
		// On a bad line a connection that lasted a moment may have been a good one.
		if run.useful || time.Since(began) > longLived {
			attempt = 0
		}
		run.useful = false
		if pause(ctx, s.config.backoff(attempt)) != nil {
			return run.forget(context.WithoutCancel(ctx))
		}
	}
}

// Progress returns how far the sender is. It may be called at any time.
func (s *Sender) Progress() Progress {
	s.mu.Lock()
	p := s.progress
	s.mu.Unlock()
	for _, lane := range telemed.Lanes() {
		p.Lanes[lane].Waiting = s.box.Waiting(lane)
	}
	return p
}

// Probe returns why there is no connection at the moment, and since when; nil if
// there is one. It may be called at any time.
func (s *Sender) Probe() (since time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link.probe()
}

func (s *Sender) connecting(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link = l
}

func (s *Sender) connected(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.Connected = yes
}

var _ telemed.Measured = (*Sender)(nil)

// Metrics implements [telemed.Measured].
func (s *Sender) Metrics(yield func(telemed.Metric) bool) {
	p := s.Progress()
	for _, lane := range telemed.Lanes() {
		l := p.Lanes[lane]
		for _, m := range []telemed.Metric{
			{Name: "waiting_messages", Help: "Messages that have no receipt.", Value: float64(l.Waiting.Messages)},
			{Name: "waiting_bytes", Help: "What they take up.", Value: float64(l.Waiting.Bytes)},
			{Name: "dropped_total", Help: "Messages that made room for newer ones.", Counter: true, Value: float64(l.Waiting.Dropped)},
			{Name: "sent_total", Help: "Messages sent for the first time.", Counter: true, Value: float64(l.Sent)},
			{Name: "resent_total", Help: "Messages sent once more.", Counter: true, Value: float64(l.Resent)},
			{Name: "receipted_total", Help: "Messages that the gateway has.", Counter: true, Value: float64(l.Receipted)},
		} {
			m.Name, m.Part = "telemed_outbox_"+m.Name, lane.String()
			if !yield(m) {
				return
			}
		}
	}
	if yield(telemed.Metric{Name: "telemed_outbox_ignored_receipts_total", Help: "Receipts that deleted nothing.", Counter: true, Value: float64(p.Ignored)}) {
		s.config.expiry("telemed_outbox_", yield)
	}
}

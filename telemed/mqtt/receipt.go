package mqtt

import (
	"sync"
	"sync/atomic"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/telemed"
)

// Receipts makes a source tell the senders of tagged messages, see [Sender],
// up to where everything is stored: after the gateway has acknowledged a
// message, its readings or its dead letter are durable. A sender gets its
// receipts together, after the interval or after 64 messages; 0 is a quarter of
// a second. The broker must let the gateway write to the topics
// {sender}/receipt/+ and nobody else, for who can forge receipts can make a
// device forget.
//
// Messages on such topics, which a filter may match, are not received. See
// outbox.md.
//
// The default is to send none: tags are taken off the topics all the same.
func Receipts(interval time.Duration) Option {
	if interval <= 0 {
		interval = 250 * time.Millisecond
	}
	return optionFunc(func(c *config) { c.receipts = interval })
}

// A receiptist sends the receipts of a source, from a goroutine of its own:
// publishing may wait, acknowledging must not.
type receiptist struct {
	interval time.Duration
	wake     chan struct{} // there is something new
	hurry    chan struct{} // and it should not wait
	stop     chan struct{}
	once     sync.Once
	ended    sync.WaitGroup
	sent     atomic.Uint64

	mu      sync.Mutex
	streams streams
}

func newReceiptist(interval time.Duration) *receiptist {
	return &receiptist{
		interval: interval, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), stop: make(chan struct{}),
	}
}

// stored notes that a message is durable. It does not wait.
func (r *receiptist) stored(sender string, t tag) {
	r.mu.Lock()
	urgent := r.streams.stored(sender, t)
	r.mu.Unlock()
	signal(r.wake)
	if urgent {
		signal(r.hurry)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// address fills in what a topic says of a frame. It returns the tag, which is
// zero if there is none, and how to tell the sender that the frame is durable; nil
// if it did not ask or is not told.
func (s *Source) address(topic string, d *telemed.Delivery) (t tag, receipt func(), err error) {
	topic, t, tagged, malformed := cutTag(topic)
	d.Topic = topic
	err = s.config.parse(topic, &d.Frame)
	switch {
	case malformed != nil:
		return tag{}, nil, malformed
	case tagged && s.receipts != nil:
		receipt = func() { s.receipts.stored(t.sender(topic), t) }
	}
	return t, receipt, err
}

// start begins to send receipts over a client, until close.
func (r *receiptist) start(client paho.Client) {
	if r == nil {
		return
	}
	r.ended.Go(func() {
		timer := time.NewTimer(0)
		defer timer.Stop()
		for {
			select {
			case <-r.wake:
			case <-r.stop:
				r.publish(client) // what was acknowledged last
				return
			}
			timer.Reset(r.interval)
			select {
			case <-timer.C:
			case <-r.hurry:
			case <-r.stop:
			}
			r.publish(client)
		}
	})
}

// publish sends what is due, with QoS 0: a receipt that is lost is repeated
// when its message comes again.
func (r *receiptist) publish(client paho.Client) {
	r.mu.Lock()
	due := r.streams.take()
	receipts := make([]receipt, len(due))
	for i, st := range due {
		receipts[i] = st.receipt()
	}
	r.mu.Unlock()
	for i, st := range due {
		client.Publish(receiptTopic(st.key.sender, st.key.epoch), 0, false, receipts[i].appendTo(nil))
		r.sent.Add(1)
	}
}

// count is how many receipts were sent.
func (r *receiptist) count() uint64 {
	if r == nil {
		return 0
	}
	return r.sent.Load()
}

// close ends the goroutine, after it has sent what is due.
func (r *receiptist) close() {
	if r == nil {
		return
	}
	r.once.Do(func() { close(r.stop) })
	r.ended.Wait()
}

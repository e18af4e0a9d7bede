package mqtt

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
)

// ErrClosed reports a source or a publisher after Close.
var ErrClosed = errors.New("mqtt: closed")

// A Source receives frames. It is safe for concurrent use.
type Source struct {
	client paho.Client
	link   *link
	queue  *queue
	config *config
	counts sourceCounts
	// receipts is nil without the option Receipts.
	receipts *receiptist

	begin      sync.Once  // for start
	subscribed chan error // the first answer of the broker

	mu      sync.Mutex // guards senders, and calls of the function given to Topics
	senders *senders
}

var (
	_ telemed.Source = (*Source)(nil)
	_ telemed.Prober = (*Source)(nil)
)

// NewSource makes a source for a program that has to run while the broker is
// away. The address is mqtts://host:port, or mqtt://host:port on this machine;
// an option [Subscribe] is required. The first [Source.Receive] connects and
// subscribes, again and again, with goroutines that end with [Source.Close];
// until then [Source.Probe] says what is missing. A subscription that the broker
// refuses, or grants without acknowledgement, ends the source: Receive returns a
// [*SubscribeError].
//
// The session is persistent: while the gateway is away the broker keeps
// messages for it, within the broker's own limits.
func NewSource(address string, opts ...Option) (*Source, error) {
	c := newConfig(opts)
	if len(c.filters) == 0 {
		return nil, errors.New("mqtt: a source needs the option Subscribe")
	}
	if c.clientID == "" {
		c.clientID = defaultClientID(c.filters)
	}
	l, options, err := c.newLink(address)
	if err != nil {
		return nil, err
	}
	s := &Source{link: l, queue: newQueue(c.maxHeld), senders: newSenders(c), config: c, subscribed: make(chan error, 1)}
	l.room, l.receive = s.queue.hasRoom, s.receive
	if c.receipts > 0 {
		s.receipts = newReceiptist(c.receipts)
		options.SetWriteTimeout(handoff)
	}
	options.SetCleanSession(false)
	options.SetOnConnectHandler(func(paho.Client) { s.connected() })
	s.client = paho.NewClient(options)
	return s, nil
}

// Open makes a source as [NewSource] does, for a program that is of no use
// without the broker: it connects at once and returns when the broker has granted
// every subscription with QoS 1, or an error: a [*SubscribeError] if it refused
// one, a [*CertificateError] among others if the context ended before a certificate
// was accepted. The context bounds this only.
func Open(ctx context.Context, address string, opts ...Option) (*Source, error) {
	s, err := NewSource(address, opts...)
	if err != nil {
		return nil, err
	}
	s.begin.Do(s.start)
	select {
	case err = <-s.subscribed:
	case <-ctx.Done():
		err = s.link.gaveUp(ctx.Err())
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// start lets Paho connect, which it tries until it is told to disconnect.
func (s *Source) start() {
	s.client.Connect()
	s.receipts.start(s.client)
}

// connected subscribes on a new connection.
func (s *Source) connected() {
	generation := s.link.accepted()
	err := s.subscribe()
	refused := new(SubscribeError)
	switch {
	case err == nil:
		s.link.up(generation)
	case errors.As(err, &refused):
		s.config.logger.Error("subscription refused", "code", refused.Code)
		s.queue.fail(err) // connected and deaf is worse than gone
	default:
		// No answer, or the connection is gone: the next one tries again.
		s.config.logger.Warn("subscription failed, connecting anew", "reason", err)
		s.link.hangUp(generation)
		return
	}
	select {
	case s.subscribed <- err:
	default:
	}
}

// Receive implements [telemed.Source]. A delivery of a message that could not be
// read has the reason in Refused.
func (s *Source) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	s.begin.Do(s.start)
	return s.queue.pop(ctx, dst)
}

// Close disconnects after the acknowledgements given so far. Messages not
// acknowledged stay with the broker. It may be called more than once.
func (s *Source) Close() error {
	s.begin.Do(func() {}) // not any more
	s.queue.fail(ErrClosed)
	s.receipts.close()
	s.link.close(s.client)
	return nil
}

// Probe implements [telemed.Prober].
func (s *Source) Probe() (since time.Time, err error) { return s.link.probe() }

// receive runs on the goroutine that reads the connection and never waits.
func (s *Source) receive(c *conn, m message) {
	if s.receipts != nil && isReceiptTopic(m.topic) {
		c.acknowledge(m.qos, m.id) // our own, which a filter matches too
		return
	}
	s.counts.received.Add(1)
	now := time.Now()
	d := telemed.Delivery{Frame: device.Frame{Bytes: m.payload, At: now.In(s.config.location)}}
	arrived := d.Frame.At
	s.mu.Lock()
	defer s.mu.Unlock()
	t, receipt, err := s.address(m.topic, &d)
	if err := s.senders.admit(d.Frame.Device, now, m.again); err != nil {
		s.counts.flooded.Add(1)
		c.acknowledge(m.qos, m.id) // or it would take the place of the others' messages
		return
	}
	if t.epoch != "" && !m.again {
		s.senders.outbox(d.Frame.Device, t.epoch, now)
	}
	if d.Refused = cmp.Or(m.err, err); d.Refused != nil {
		s.counts.refused.Add(1)
		s.config.logger.Warn("message refused", "reason", d.Refused)
	} else if !d.Frame.At.Equal(arrived) {
		s.senders.order(&d.Frame, now)
	}
	if m.qos > 0 {
		d.Ack = s.ack(c, m.qos, m.id, cost(&d.Frame), receipt)
	}
	s.queue.push(d)
}

// ack binds an acknowledgement to the connection over which its message came:
// another would take it for a message of its own with the same identifier. The
// receipt, if not nil, is for the sender, whatever became of the connection.
func (s *Source) ack(c *conn, qos byte, id uint16, held int, receipt func()) func() {
	return func() {
		s.queue.release(held)
		if !c.acknowledge(qos, id) {
			s.counts.lateAcks.Add(1)
		}
		if receipt != nil {
			receipt()
		}
	}
}

// subscribe asks for every filter and reads the answer: Paho reports a
// refusal (0x80) as a success.
func (s *Source) subscribe() error {
	for _, filter := range s.config.filters {
		token, ok := s.client.Subscribe(filter, 1, nil).(*paho.SubscribeToken)
		if !ok || !token.WaitTimeout(s.config.writeTimeout) {
			return errors.New("mqtt: no answer to the subscription")
		}
		if err := token.Error(); err != nil && token.Result()[filter] != 0x80 {
			return fmt.Errorf("mqtt: subscribe: %w", err)
		}
		if code := token.Result()[filter]; code != 1 {
			return &SubscribeError{filter, code}
		}
	}
	return nil
}

// defaultClientID is stable across restarts of a host and fits the 23
// characters that every broker accepts (MQTT 3.1.1, 3.1.3.1).
func defaultClientID(filters []string) string {
	host, _ := os.Hostname()
	sum := sha256.Sum256([]byte(host + "\x00" + strings.Join(filters, "\x00")))
	return "telemed" + hex.EncodeToString(sum[:8])
}

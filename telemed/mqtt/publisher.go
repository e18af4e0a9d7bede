package mqtt

import (
	"context"
	"errors"
	"fmt"
	"sync"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/vitals"
)

// A Publisher sends messages with QoS 1. It is safe for concurrent use.
//
// It keeps nothing on disk: what was not confirmed when the program ends is
// the caller's to send again, and what a broker loses after it has confirmed is
// gone. Where that matters, use a [Sender].
type Publisher struct {
	client paho.Client
	link   *link
	config *config
	sender vitals.DeviceID // of the certificate
	sent   *confirmations
	closed chan struct{}
	close  sync.Once
}

// Dial connects to a broker for sending. The address and options are those of
// [Open]; [ClientID] is required. It waits for the first connection until the
// context ends and reconnects by itself from then on, with goroutines that end
// with [Publisher.Close]. A certificate that names no device is refused unless
// [Relay] is given.
func Dial(ctx context.Context, address string, opts ...Option) (*Publisher, error) {
	c := newConfig(opts)
	if c.clientID == "" {
		return nil, errors.New("mqtt: Dial needs the option ClientID")
	}
	sender, err := c.sender()
	if err != nil {
		return nil, err
	}
	l, options, err := c.newLink(address)
	if err != nil {
		return nil, err
	}
	sent := newConfirmations()
	options.SetCleanSession(false).SetStore(sent)
	options.SetOnConnectHandler(func(paho.Client) { l.up(l.accepted()) })
	p := &Publisher{
		client: paho.NewClient(options), link: l, config: c, sender: sender, sent: sent, closed: make(chan struct{}),
	}
	if err := l.connect(ctx, p.client); err != nil {
		l.close(p.client)
		return nil, err
	}
	return p, nil
}

// Publish sends a message and waits for the broker's confirmation. Messages
// of one goroutine arrive in order. The payload must not change until Publish
// returns; if it returns the context's error, until the publisher is closed.
//
// A topic of another device than the certificate's is refused with
// [ErrIdentity], one that names none with the error of the function given to
// [Topics], and a message over [MaxPacket] with a [*PacketSizeError]. Nothing is
// sent then.
func (p *Publisher) Publish(ctx context.Context, topic string, payload []byte) error {
	if err := p.config.mayPublish(p.sender, topic); err != nil {
		return err
	}
	const lengths = 4 // of the topic and the identifier
	if n := lengths + len(topic) + len(payload); n > p.config.maxPacket {
		return &PacketSizeError{n, p.config.maxPacket}
	}
	token, ok := p.client.Publish(topic, 1, false, payload).(*paho.PublishToken)
	if !ok {
		return ErrClosed
	}
	confirmed := p.sent.of(token.MessageID())
	if confirmed == nil { // already, or Paho has not taken it
		<-token.Done()
		if err := token.Error(); err != nil {
			return fmt.Errorf("mqtt: publish: %w", err)
		}
		return nil
	}
	select {
	case <-confirmed:
		return nil
	case <-p.closed:
		return fmt.Errorf("mqtt: publish: %w", ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("mqtt: publish: %w", ctx.Err())
	}
}

// Close disconnects after the writes under way. What is not confirmed then fails
// with [ErrClosed]. It may be called more than once.
func (p *Publisher) Close() error {
	p.close.Do(func() { close(p.closed) })
	p.link.close(p.client)
	return nil
}

package mqtt

import (
	"context"
	"errors"
	"fmt"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// A Publisher sends messages with QoS 1. It is safe for concurrent use.
//
// It keeps nothing on disk: what was not confirmed when the program ends is
// the caller's to send again.
type Publisher struct{ client paho.Client }

// Dial connects to a broker for sending. The address and options are those of
// [Open]; [ClientID] is required. It waits for the first connection until the
// context ends and reconnects by itself from then on.
func Dial(ctx context.Context, address string, opts ...Option) (*Publisher, error) {
	c := newConfig(opts)
	if c.clientID == "" {
		return nil, errors.New("mqtt: Dial needs the option ClientID")
	}
	options, err := c.options(address, func(error) {})
	if err != nil {
		return nil, err
	}
	p := &Publisher{paho.NewClient(options)}
	if err := c.connect(ctx, p.client); err != nil {
		p.client.Disconnect(0)
		return nil, err
	}
	return p, nil
}

// Publish sends a message and waits for the broker's confirmation. Messages
// of one goroutine arrive in order. The payload must not change until Publish
// returns; if it returns the context's error, until the publisher is closed.
func (p *Publisher) Publish(ctx context.Context, topic string, payload []byte) error {
	token := p.client.Publish(topic, 1, false, payload)
	select {
	case <-token.Done():
		if err := token.Error(); err != nil {
			return fmt.Errorf("mqtt: publish: %w", err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("mqtt: publish: %w", ctx.Err())
	}
}

// Close disconnects after the writes under way.
func (p *Publisher) Close() error {
	p.client.Disconnect(disconnectFor)
	return nil
}

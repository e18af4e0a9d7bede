package escalate

import (
	"context"
	"errors"
	"fmt"
)

// A Publisher sends to a topic and waits for the broker, as
// [github.com/telemed-go/sdk/telemed/mqtt.Publisher] does.
type Publisher interface {
	Publish(ctx context.Context, topic string, payload []byte) error
}

// A Wearable is a [Notifier] that publishes notices to the topics of devices that
// people wear. The broker's confirmation says nothing about the device, so its
// receipt is Unknown; the device confirms and answers by a topic of its own, and
// whoever reads that calls [Dispatcher.Receive] and [Dispatcher.Acknowledge] with
// the IDs of the [Notice]. It is safe for concurrent use if its parts are.
type Wearable struct {
	Publisher Publisher
	// Topic is that of a recipient, "" if there is none.
	Topic func(Recipient) string
}

// errTopic: nothing is known to publish to.
var errTopic = errors.New("no topic for the recipient")

// Notify implements [Notifier].
func (w Wearable) Notify(ctx context.Context, m Message) (Receipt, error) {
	topic := w.Topic(m.To)
	if topic == "" {
		return Failed, fmt.Errorf("%w: %w", ErrRefused, errTopic)
	}
	payload, err := m.Notice().Append(nil)
	if err != nil {
		return Failed, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := w.Publisher.Publish(ctx, topic, payload); err != nil {
		return Unknown, fmt.Errorf("escalate: wearable: %w", err)
	}
	return Unknown, nil
}

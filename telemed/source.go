package telemed

import (
	"context"

	"github.com/telemed-go/sdk/device"
)

// A Source delivers frames.
type Source interface {
	// Receive fills dst with deliveries and returns how many. It waits for
	// at least one. It returns io.EOF after the last, for a source that ends.
	Receive(ctx context.Context, dst []Delivery) (int, error)

	// Close ends the source. What was not acknowledged stays with the sender.
	Close() error
}

// A Delivery is a frame and the way to tell its sender that it is safe.
type Delivery struct {
	Frame device.Frame
	// Topic under which the frame was sent, if the transport has topics.
	Topic string
	// Refused is why the source could not make a frame of what it received: the
	// Frame is then what there is of it, and becomes a dead letter undecoded.
	Refused error
	// Ack is called once, after the readings are on disk, or when the frame
	// was refused. Nil if the source needs no acknowledgement.
	Ack func()
}

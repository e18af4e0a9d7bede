package telemedtest

import (
	"context"
	"io"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
)

// A Source delivers what it was given and then ends, or waits if it is Endless. It
// is not safe for concurrent use.
type Source struct {
	Deliveries []telemed.Delivery
	Endless    bool
	Closed     bool // Close was called
}

// Frames returns a source of frames that need no acknowledgement.
func Frames(list ...device.Frame) *Source {
	s := new(Source)
	for _, f := range list {
		s.Deliveries = append(s.Deliveries, telemed.Delivery{Frame: f})
	}
	return s
}

// Receive implements [telemed.Source].
func (s *Source) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	n := copy(dst, s.Deliveries)
	s.Deliveries = s.Deliveries[n:]
	if n > 0 || len(s.Deliveries) > 0 { // dst may have no room
		return n, nil
	}
	if s.Endless {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return 0, io.EOF
}

// Close implements [telemed.Source].
func (s *Source) Close() error { s.Closed = true; return nil }

package seal

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/telemed-go/sdk/telemed"
)

// Source opens the frames of another source before anybody decodes them. What
// cannot be opened is delivered as refused, with the sealed bytes: it becomes a
// dead letter. The other source must say under which topic a frame came
// ([telemed.Delivery].Topic), as package mqtt does.
//
// A frame is acknowledged to its sender by the next Receive, or by Close, after
// the opener has committed it: with that, who receives may be killed at any moment,
// and a message is neither lost nor taken twice. A message that comes again only
// because its acknowledgement was lost is a dead letter too: nobody can tell it from
// a replay. Receive is for one goroutine at a time.
type Source struct {
	Source telemed.Source
	Opener *Opener

	// Clock is the time by which keys are valid. Nil is [time.Now].
	Clock func() time.Time

	mu   sync.Mutex
	done []stored // guarded by mu
}

// stored is a frame that is safe, but not committed.
type stored struct {
	info   Info
	opened bool
	ack    func()
}

var (
	_ telemed.Source = (*Source)(nil)
	_ telemed.Prober = (*Source)(nil)
)

// Receive implements [telemed.Source]. It fails if what was acknowledged cannot be
// committed.
func (s *Source) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	if s.Source == nil || s.Opener == nil {
		return 0, errors.New("seal: Source needs Source and Opener")
	}
	if err := s.settle(ctx); err != nil {
		return 0, err
	}
	n, err := s.Source.Receive(ctx, dst)
	for i := range dst[:n] {
		s.open(&dst[i])
	}
	return n, err
}

// open replaces the bytes of a frame by what they hold.
func (s *Source) open(d *telemed.Delivery) {
	now := time.Now
	if s.Clock != nil {
		now = s.Clock
	}
	done := stored{ack: d.Ack}
	if d.Refused == nil {
		payload, info, err := s.Opener.Open(now(), d.Frame.Device, d.Topic, d.Frame.Bytes)
		if err == nil {
			d.Frame.Bytes = payload
		}
		d.Refused, done.info, done.opened = err, info, err == nil
	}
	d.Ack = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.done = append(s.done, done)
	}
}

// settle commits what is safe and tells its senders.
func (s *Source) settle(ctx context.Context) error {
	s.mu.Lock()
	done := s.done
	s.done = nil
	s.mu.Unlock()
	var infos []Info
	for _, d := range done {
		if d.opened {
			infos = append(infos, d.info)
		}
	}
	if err := s.Opener.Commit(context.WithoutCancel(ctx), infos...); err != nil {
		return err
	}
	for _, d := range done {
		if d.ack != nil {
			d.ack()
		}
	}
	return nil
}

// Close commits and acknowledges what is safe and closes the other source.
func (s *Source) Close() error {
	if s.Source == nil || s.Opener == nil {
		return nil
	}
	return errors.Join(s.settle(context.Background()), s.Source.Close())
}

// Probe implements [telemed.Prober] for a source that does.
func (s *Source) Probe() (since time.Time, err error) {
	if p, ok := s.Source.(telemed.Prober); ok {
		return p.Probe()
	}
	return time.Time{}, nil
}

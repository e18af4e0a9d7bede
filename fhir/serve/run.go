package serve

import (
	"context"
	"errors"
	"sync"
)

// ErrRunning reports a second Run of a server that runs.
var ErrRunning = errors.New("serve: the server runs already")

// running is what a Run owns: all streams and all that is sent to subscribers.
type running struct {
	mu      sync.Mutex
	done    chan struct{} // closed at the end; nil while nothing runs
	work    sync.WaitGroup
	streams map[string]int // open, by the id of the principal
	total   int
}

// Run keeps streams and subscriptions going until the context ends. It returns
// the context's error after all of them have ended. Without it the server
// answers requests, and 503 to streams; subscriptions wait.
func (s *Server) Run(ctx context.Context) error {
	done := make(chan struct{})
	s.running.mu.Lock()
	if s.running.done != nil {
		s.running.mu.Unlock()
		return ErrRunning
	}
	s.running.done = done
	s.running.mu.Unlock()

	client, idle := s.Notifications.client()
	defer idle()
	var senders sync.WaitGroup
	for wake := s.subs.wakes(); ctx.Err() == nil; {
		for _, sub := range s.subs.idle() {
			senders.Go(func() { s.send(ctx, client, sub) })
		}
		select {
		case <-wake:
		case <-ctx.Done():
		}
	}
	s.running.mu.Lock()
	s.running.done = nil
	s.running.mu.Unlock()
	close(done)
	senders.Wait()
	s.running.work.Wait()
	return ctx.Err()
}

// enter begins a stream, if there is room, and returns what ends it. The caller
// must leave.
func (n *running) enter(who string, limits Streams) (done <-chan struct{}, f *fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	limits = limits.withDefaults()
	switch {
	case n.done == nil:
		return nil, faultStopped
	case n.total >= limits.Max, n.streams[who] >= limits.MaxEach:
		return nil, faultCrowd
	}
	if n.streams == nil {
		n.streams = make(map[string]int)
	}
	n.streams[who]++
	n.total++
	n.work.Add(1)
	return n.done, nil
}

func (n *running) leave(who string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.streams[who]--; n.streams[who] == 0 {
		delete(n.streams, who)
	}
	n.total--
	n.work.Done()
}

func (n *running) streamCount() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.total
}

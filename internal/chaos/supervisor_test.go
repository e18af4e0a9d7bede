package chaos

import (
	"bytes"
	"io"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// A supervisor keeps a gateway running, whatever becomes of it.
type supervisor struct {
	tb    testing.TB
	child child
	stop  chan struct{}
	once  sync.Once // for stop
	ended sync.WaitGroup

	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.Writer
	starts int
	said   bytes.Buffer // on the standard error, by all of them
}

func supervise(tb testing.TB, c child) *supervisor {
	tb.Helper()
	s := &supervisor{tb: tb, child: c, stop: make(chan struct{})}
	s.ended.Go(s.run)
	tb.Cleanup(s.end)
	return s
}

func (s *supervisor) run() {
	for {
		cmd, err := s.start()
		if err != nil {
			s.tb.Error(err)
			return
		}
		_ = cmd.Wait()
		select {
		case <-s.stop:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *supervisor) start() (*exec.Cmd, error) {
	cmd := s.child.command(s.tb)
	cmd.Stderr = &s.said
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cmd, s.in = cmd, in
	s.starts++
	return cmd, cmd.Start()
}

// kill ends the gateway as a power failure would; another starts.
func (s *supervisor) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
	}
}

// started is how many gateways there were.
func (s *supervisor) started() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.starts
}

// tell gives the gateway that runs now a command.
func (s *supervisor) tell(command string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.in, command+"\n") // it may have gone
}

// end ends the gateway for good, as a power failure would.
func (s *supervisor) end() {
	s.once.Do(func() { close(s.stop) })
	for done := s.done(); ; s.kill() { // also one that starts just now
		select {
		case <-done:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *supervisor) done() <-chan struct{} {
	done := make(chan struct{})
	go func() { s.ended.Wait(); close(done) }()
	return done
}

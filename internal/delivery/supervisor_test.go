package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"sync"
)

// A supervisor keeps a bridge running until it ends by itself.
type supervisor struct {
	setup bridge

	mu     sync.Mutex
	cmd    *exec.Cmd
	killed bool // the one that runs
	kills  int
	said   bytes.Buffer // on the standard error, by all of them
}

func (s *supervisor) run(ctx context.Context) error {
	setup, err := json.Marshal(s.setup)
	if err != nil {
		return err
	}
	for {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), bridgeEnv+"="+string(setup))
		cmd.Stderr = &s.said
		if err := s.start(cmd); err != nil {
			return err
		}
		err := cmd.Wait()
		if killed := s.ended(); !killed || err == nil || ctx.Err() != nil {
			return err
		}
	}
}

func (s *supervisor) start(cmd *exec.Cmd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cmd, s.killed = cmd, false
	return cmd.Start()
}

// ended reports whether the bridge was killed.
func (s *supervisor) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cmd = nil
	return s.killed
}

// kill ends the bridge that runs as a power failure would.
func (s *supervisor) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil && s.cmd.Process.Kill() == nil && !s.killed {
		s.killed = true
		s.kills++
	}
}

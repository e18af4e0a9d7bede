package chaos

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// A process is a child that runs.
type process struct {
	tb  testing.TB
	cmd *exec.Cmd
	out *bufio.Reader
}

// start runs a gateway and returns when it is subscribed.
func (c child) start(tb testing.TB) *process {
	tb.Helper()
	cmd := c.command(tb)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil { // its end is the child's
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	p := &process{tb: tb, cmd: cmd, out: bufio.NewReader(out)}
	tb.Cleanup(p.kill)
	if line, err := p.out.ReadString('\n'); err != nil || line != "ready\n" {
		tb.Fatalf("the gateway did not start: %q, %v", line, err)
	}
	return p
}

// command is the program of a gateway.
func (c child) command(tb testing.TB) *exec.Cmd {
	tb.Helper()
	setup, err := json.Marshal(c)
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), gatewayEnv+"="+string(setup))
	return cmd
}

// kill ends the gateway as a power failure would.
func (p *process) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// end ends the gateway as an operator would and returns its figures.
func (p *process) end() (f figures) {
	p.tb.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.tb.Fatal(err)
	}
	defer time.AfterFunc(30*time.Second, p.kill).Stop()
	said, err := io.ReadAll(p.out)
	if err != nil {
		p.tb.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.tb.Fatalf("the gateway: %v", err)
	}
	p.cmd = nil
	if err := json.Unmarshal(said, &f); err != nil {
		p.tb.Fatalf("the gateway said %d bytes: %v", len(said), err)
	}
	return f
}

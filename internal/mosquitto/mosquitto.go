// Package mosquitto runs the Mosquitto broker for tests: on loopback, on a
// free port, ended with the test.
package mosquitto

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Broker is a running Mosquitto with persistence.
type Broker struct {
	// Address is mqtt://127.0.0.1:port and stays when the broker restarts.
	Address string

	tb      testing.TB
	program string
	file    string
	cmd     *exec.Cmd
}

// Start runs a broker. Without the program it skips the test, or fails it when
// TELEMED_REQUIRE is "all". Extra lines go into the configuration.
func Start(tb testing.TB, lines ...string) *Broker {
	tb.Helper()
	// Started by root, mosquitto would become a user who cannot write to dir.
	conf := "user root\nlistener PORT 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location DIR/\n" +
		"max_queued_messages 0\nmax_inflight_messages 1000\nlog_type none\n"
	for _, line := range lines {
		conf += line + "\n"
	}
	return Configured(tb, conf)
}

// Configured runs a broker with this configuration, in which PORT and DIR stand
// for a free port and a folder. It skips or fails as Start does.
func Configured(tb testing.TB, conf string) *Broker {
	tb.Helper()
	program, err := find()
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			tb.Fatal("mosquitto is required and not installed")
		}
		tb.Skip("mosquitto is not installed")
	}
	dir, address := tb.TempDir(), freeAddress(tb)
	_, port, _ := net.SplitHostPort(address)
	conf = strings.NewReplacer("PORT", port, "DIR", dir).Replace(conf)
	b := &Broker{Address: "mqtt://" + address, tb: tb, program: program, file: filepath.Join(dir, "mosquitto.conf")}
	if err := os.WriteFile(b.file, []byte(conf), 0o600); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.Stop)
	b.Restart()
	return b
}

// Stop ends the broker as an operator would: it saves its state first.
func (b *Broker) Stop() {
	if b.cmd != nil {
		_ = b.cmd.Process.Signal(syscall.SIGTERM)
		_ = b.cmd.Wait()
		b.cmd = nil
	}
}

// Kill ends the broker as a power failure would: what it had not saved is gone,
// also messages that it has confirmed.
func (b *Broker) Kill() {
	if b.cmd != nil {
		_ = b.cmd.Process.Kill()
		_ = b.cmd.Wait()
		b.cmd = nil
	}
}

// Pause stops the broker without ending it, until Resume: connections stay and
// nothing answers.
func (b *Broker) Pause() { _ = b.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume lets a broker go on that was paused.
func (b *Broker) Resume() { _ = b.cmd.Process.Signal(syscall.SIGCONT) }

// Restart starts the broker again on the same port with the state it saved.
func (b *Broker) Restart() {
	b.tb.Helper()
	b.Stop()
	b.cmd = exec.Command(b.program, "-c", b.file)
	if err := b.cmd.Start(); err != nil {
		b.tb.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.DialTimeout("tcp", b.Address[len("mqtt://"):], time.Second)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			b.tb.Fatalf("mosquitto does not listen: %v", err)
		}
	}
}

// find looks where Debian puts it, which is not on every user's PATH.
func find() (string, error) {
	if path, err := exec.LookPath("mosquitto"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/mosquitto")
}

func freeAddress(tb testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

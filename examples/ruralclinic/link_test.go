package main

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// echo is a server that answers with what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); c.Close() }()
		}
	}()
	return "mqtt://" + l.Addr().String()
}

func linkTo(t *testing.T, far string, rate, resets float64) *link {
	t.Helper()
	l, err := newLink(far, rate, resets, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	return l
}

func dial(t *testing.T, l *link) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(l.address(), "mqtt://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// 8,000 bytes take a second at 64 kbit/s; back they come at the same time.
func TestLinkRate(t *testing.T) {
	t.Parallel()
	l := linkTo(t, echo(t), 64_000, 0)
	l.isUp.Store(true)
	c := dial(t, l)
	began := time.Now()
	go func() { _, _ = c.Write(make([]byte, 8000)) }()
	if _, err := io.ReadFull(c, make([]byte, 8000)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < time.Second || took > 3*time.Second {
		t.Errorf("8,000 bytes took %v at 64 kbit/s", took)
	}
	if l.up.Load() != 8000 || l.down.Load() != 8000 || l.broken.Load() != 0 || l.made.Load() != 1 {
		t.Errorf("%d bytes up, %d down, %d of %d connections broken", l.up.Load(), l.down.Load(), l.broken.Load(), l.made.Load())
	}
}

func TestLinkDownAndBroken(t *testing.T) {
	t.Parallel()
	l := linkTo(t, echo(t), 1e6, 1)
	if n, err := dial(t, l).Read(make([]byte, 1)); err == nil || l.made.Load() != 0 {
		t.Errorf("%d bytes over a line that is down", n)
	}
	l.isUp.Store(true)
	c := dial(t, l)
	_, _ = c.Write(make([]byte, 4<<10)) // with a probability of 1 for each KiB
	n, err := io.Copy(io.Discard, c)
	if err == nil || n != 0 || l.broken.Load() == 0 {
		t.Errorf("%d bytes came back (%v) over a line that broke %d times", n, err, l.broken.Load())
	}
}

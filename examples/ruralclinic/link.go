package main

import (
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A link is the bad line between clinic and hospital: a relay on this machine
// that passes connections on at so many bits a second each way, and breaks them
// now and then. Make one with newLink; close ends it.
type link struct {
	rate   float64 // bits a second each way
	resets float64 // probability that a KiB breaks the connection

	listener net.Listener
	far      string          // host:port
	closing  <-chan struct{} // closed by close
	stop     func()
	ended    sync.WaitGroup
	isUp     atomic.Bool
	up, down atomic.Uint64 // bytes that have passed: to the hospital, to the clinic
	made     atomic.Uint64 // connections
	broken   atomic.Uint64 // of these

	mu     sync.Mutex
	random *rand.Rand
}

// newLink makes a link to an address, mqtt://host:port. It is down at first.
func newLink(far string, rate, resets float64, seed uint64) (*link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{
		rate: rate, resets: resets, listener: listener, far: strings.TrimPrefix(far, "mqtt://"),
		random: rand.New(rand.NewPCG(seed, 64)),
	}
	closing := make(chan struct{})
	l.closing, l.stop = closing, sync.OnceFunc(func() { close(closing) })
	l.ended.Go(l.accept)
	return l, nil
}

// address is the near end.
func (l *link) address() string { return "mqtt://" + l.listener.Addr().String() }

func (l *link) close() {
	l.stop()
	_ = l.listener.Close()
	l.ended.Wait()
}

func (l *link) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		if !l.isUp.Load() {
			_ = near.Close()
			continue
		}
		far, err := net.Dial("tcp", l.far)
		if err != nil {
			_ = near.Close()
			continue
		}
		l.made.Add(1)
		hangUp := sync.OnceFunc(func() { reset(near); reset(far) })
		broken := sync.OnceFunc(func() { l.broken.Add(1) })
		// Two directions of one connection, which end together.
		over := make(chan struct{})
		l.ended.Go(func() {
			select {
			case <-l.closing:
				hangUp()
			case <-over:
			}
		})
		var pair sync.WaitGroup
		pair.Go(func() { l.pass(far, near, &l.up, broken); hangUp() })
		pair.Go(func() { l.pass(near, far, &l.down, broken); hangUp() })
		l.ended.Go(func() { pair.Wait(); close(over) })
	}
}

// reset closes a connection so that what is under way is lost, as on a line
// that fails.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// pass passes bytes on until the connection ends or is broken. It holds back no
// more than one packet.
func (l *link) pass(dst, src net.Conn, passed *atomic.Uint64, broken func()) {
	if tcp, ok := src.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10) // or the system takes in a minute's worth
	}
	packet := make([]byte, 1024)
	for {
		n, err := src.Read(packet)
		if err != nil {
			return
		}
		if !l.wait(time.Duration(float64(8*n) / l.rate * float64(time.Second))) {
			return
		}
		if l.breaks(n) {
			broken()
			return
		}
		passed.Add(uint64(n))
		if _, err := dst.Write(packet[:n]); err != nil {
			return
		}
	}
}

func (l *link) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.closing:
		return false
	}
}

// breaks decides whether n bytes are lost with their connection.
func (l *link) breaks(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.random.Float64() < l.resets*float64(n)/1024
}

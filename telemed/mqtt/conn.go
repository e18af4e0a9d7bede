package mqtt

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A conn is a connection as Paho is given it. It is read in large pieces, since
// Paho asks for the first bytes of every packet one at a time; every write has
// its time; the first failure is told at once.
type conn struct {
	net.Conn
	guard      *guard
	link       *link
	generation uint64
	accepted   bool        // by the broker; guarded by link.mu
	closed     atomic.Bool // on purpose
	failed     atomic.Bool
	ended      chan struct{} // closed by Close
	end        sync.Once
	acks       acks
}

func newConn(raw net.Conn, l *link, generation uint64) *conn {
	c := &conn{Conn: raw, link: l, generation: generation, ended: make(chan struct{}), acks: acks{wake: make(chan struct{}, 1)}}
	c.guard = newGuard(raw, l.config.maxPacket, l.config.stall, c.awaitRoom, c.take, l.receive != nil)
	return c
}

// errHungUp stands for the closed connection that Paho would take for its own
// doing, and not reconnect.
var errHungUp = errors.New("mqtt: connection given up")

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.guard.Read(p)
	if errors.Is(err, net.ErrClosed) {
		err = errHungUp
	}
	if err != nil {
		c.fail(err)
	}
	return n, err
}

// take gets a message.
func (c *conn) take(m message) {
	if m.err != nil {
		c.link.counts.oversize.Add(1)
		c.link.config.logger.Warn("message skipped", "reason", m.err)
	}
	if c.link.receive != nil {
		c.link.receive(c, m)
	}
}

// Write sends or, when the other side does not read, ends the connection. Paho
// itself sets no deadline for acknowledgements and pings.
func (c *conn) Write(p []byte) (n int, err error) {
	if len(p) == 2 && p[0] == 0xC0 { // PINGREQ
		c.guard.pinged.Store(true)
	}
	if err = c.SetWriteDeadline(time.Now().Add(c.link.config.writeTimeout)); err == nil {
		n, err = c.Conn.Write(p)
	}
	if err != nil {
		c.fail(err)
		_ = c.Close()
	}
	return n, err
}

func (c *conn) fail(err error) {
	if c.failed.CompareAndSwap(false, true) {
		c.link.lost(c, err)
	}
}

// SetDeadline bounds the MQTT handshake. Paho reckons t from before it asked for
// the connection, so our waiting would use it up.
func (c *conn) SetDeadline(t time.Time) error {
	if !t.IsZero() {
		t = time.Now().Add(handshakeTimeout)
	}
	return c.Conn.SetDeadline(t)
}

func (c *conn) Close() error {
	c.end.Do(func() { close(c.ended) })
	return c.Conn.Close()
}

// awaitRoom stops reading while too much is not acknowledged: TCP holds up the
// broker then. If it lasts longer than the broker's patience, the connection
// ends and the next one waits as well.
func (c *conn) awaitRoom() error {
	if c.link.room == nil {
		return nil
	}
	room := c.link.room()
	select {
	case <-room:
		return nil
	default:
	}
	c.link.counts.paused.Add(1)
	c.link.config.logger.Warn("receiving paused: too much is not acknowledged")
	select {
	case <-room:
		return nil
	case <-c.ended:
		return net.ErrClosed
	}
}

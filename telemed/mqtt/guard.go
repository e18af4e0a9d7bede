package mqtt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

// A PacketSizeError reports a packet that is longer than allowed. A message is
// skipped without taking memory for it, and refused with this error; any other
// packet ends the connection.
type PacketSizeError struct {
	Size, Limit int // bytes after the fixed header
}

// Error names both sizes.
func (e *PacketSizeError) Error() string {
	return fmt.Sprintf("mqtt: packet of %d bytes, at most %d are allowed", e.Size, e.Limit)
}

var (
	errLength = errors.New("mqtt: malformed packet length (MQTT 3.1.1, 2.2.3)")
	errQoS    = errors.New("mqtt: malformed quality of service (MQTT 3.1.1, 3.3.1.2)")
)

// maxControl is the longest packet, in bytes after the fixed header, that a
// broker has for us besides PUBLISH: a SUBACK for one filter. To a longer one
// Paho would answer with a panic.
const maxControl = 3

// A guard reads the packets of a connection for Paho, which takes memory for all
// that a packet claims to have, up to 256 MiB. A message that is too long is read
// and thrown away: the connection must survive it, because the broker sends a
// message that was not acknowledged on every connection again.
//
// Where messages are received, Paho never sees one: from hand to hand of its
// goroutines they cost more than everything that a gateway does with them.
type guard struct {
	conn  net.Conn
	r     *bufio.Reader
	limit int
	stall time.Duration
	wait  func() error  // called before every read
	take  func(message) // gets the messages that Paho does not get
	all   bool          // take gets every message, not only those that are too long

	header  [5]byte
	pending []byte // of header, not handed out yet
	body    int    // bytes of the packet that follow
	topic   []byte
	skips   bool        // a message that is too long is being read
	pinged  atomic.Bool // Paho waits for the answer to a ping
}

// A message is what a PUBLISH says (MQTT 3.1.1, 3.3).
type message struct {
	topic   string
	payload []byte // owned by whoever gets it; nil if it was too long
	qos     byte
	again   bool   // the broker has sent it before (DUP)
	id      uint16 // with QoS 1 and 2
	err     error  // a *PacketSizeError, if it was too long
}

func newGuard(conn net.Conn, limit int, stall time.Duration, wait func() error, take func(message), all bool) *guard {
	g := &guard{conn: conn, limit: limit, stall: stall, wait: wait, take: take, all: all}
	g.r = bufio.NewReaderSize(gate{g}, 32<<10)
	return g
}

// A gate is what a guard reads from. In a message that is too long it does not
// wait for ever: the length may be a lie.
type gate struct{ *guard }

func (g gate) Read(p []byte) (int, error) {
	if err := g.wait(); err != nil {
		return 0, err
	}
	if g.skips {
		if err := g.conn.SetReadDeadline(time.Now().Add(g.stall)); err != nil {
			return 0, err
		}
	}
	return g.conn.Read(p)
}

func (g *guard) Read(p []byte) (int, error) {
	for len(g.pending) == 0 && g.body == 0 {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	if len(g.pending) > 0 {
		n := copy(p, g.pending)
		g.pending = g.pending[n:]
		return n, nil
	}
	n, err := g.r.Read(p[:min(len(p), g.body)])
	g.body -= n
	return n, err
}

// next reads the fixed header of a packet (MQTT 3.1.1, 2.2), and the rest if it is
// a message that is not for Paho.
func (g *guard) next() error {
	n, length := 0, 0
	for more := true; more; n++ {
		c, err := g.r.ReadByte()
		if err != nil {
			return err
		}
		if g.header[n] = c; n == 0 {
			continue
		}
		length |= int(c&0x7F) << (7 * (n - 1))
		if more = c&0x80 != 0; more && n == 4 {
			return errLength
		}
	}
	publish := g.header[0]>>4 == 3
	switch {
	case publish && (g.all || length > g.limit):
		return g.message(length)
	case !publish && length > maxControl:
		return &PacketSizeError{length, maxControl}
	}
	g.pending, g.body = g.header[:n], length
	return nil
}

// message reads a message. Of one that is too long it keeps the topic and what it
// takes to acknowledge it.
func (g *guard) message(length int) error {
	m := message{qos: g.header[0] >> 1 & 3, again: g.header[0]&8 != 0}
	if m.qos == 3 {
		return errQoS
	}
	if length > g.limit {
		m.err = &PacketSizeError{length, g.limit}
		g.skips = true
		defer func() { g.skips = false; _ = g.conn.SetReadDeadline(time.Time{}) }()
	}
	size, err := g.uint16(&length)
	if err != nil {
		return err
	}
	g.topic = slices.Grow(g.topic[:0], int(size))[:size]
	if err := g.full(g.topic, &length); err != nil {
		return err
	}
	m.topic = string(g.topic)
	if m.qos > 0 {
		if m.id, err = g.uint16(&length); err != nil {
			return err
		}
	}
	if m.err != nil {
		_, err = g.r.Discard(length)
	} else {
		m.payload = make([]byte, length)
		err = g.full(m.payload, &length)
	}
	if err != nil {
		return err
	}
	g.take(m)
	if g.pinged.CompareAndSwap(true, false) { // whatever comes shows that the broker is there
		g.header[0], g.header[1] = 0xD0, 0
		g.pending = g.header[:2]
	}
	return nil
}

func (g *guard) uint16(length *int) (uint16, error) {
	var b [2]byte
	err := g.full(b[:], length)
	return binary.BigEndian.Uint16(b[:]), err
}

func (g *guard) full(b []byte, length *int) error {
	if *length -= len(b); *length < 0 {
		return errLength
	}
	_, err := io.ReadFull(g.r, b)
	return err
}

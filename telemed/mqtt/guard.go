package mqtt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
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

var errLength = errors.New("mqtt: malformed packet length (MQTT 3.1.1, 2.2.3)")

// maxControl is the longest packet, in bytes after the fixed header, that a
// broker has for us besides PUBLISH: a SUBACK for one filter. To a longer one
// Paho would answer with a panic.
const maxControl = 3

// A guard reads the packets of a connection for Paho, which takes memory for all
// that a packet claims to have, up to 256 MiB. A message that is too long is read
// and thrown away: the connection must survive it, because the broker sends a
// message that was not acknowledged on every connection again.
type guard struct {
	conn    net.Conn
	r       *bufio.Reader
	limit   int
	stall   time.Duration
	skipped func(skippedMessage)

	header  [5]byte
	pending []byte // of header, not handed out yet
	body    int    // bytes of the packet that follow
}

// A skippedMessage is what is left of a message that was too long.
type skippedMessage struct {
	topic string
	qos   byte
	id    uint16 // with QoS 1 and 2
	err   error
}

// newGuard reads from conn whatever wait allows: it is called before every read.
func newGuard(conn net.Conn, limit int, stall time.Duration, wait func() error, skipped func(skippedMessage)) *guard {
	return &guard{conn: conn, r: bufio.NewReaderSize(gate{conn, wait}, 32<<10), limit: limit, stall: stall, skipped: skipped}
}

type gate struct {
	io.Reader
	wait func() error
}

func (g gate) Read(p []byte) (int, error) {
	if err := g.wait(); err != nil {
		return 0, err
	}
	return g.Reader.Read(p)
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

// next reads the fixed header of a packet (MQTT 3.1.1, 2.2), and skips the packet
// if it is a message that is too long.
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
	case publish && length > g.limit:
		return g.skip(length)
	case !publish && length > maxControl:
		return &PacketSizeError{length, maxControl}
	}
	g.pending, g.body = g.header[:n], length
	return nil
}

// skip reads a message and keeps its topic and identifier. The connection ends if
// nothing comes for a while: the length may be a lie.
func (g *guard) skip(length int) error {
	m := skippedMessage{qos: g.header[0] >> 1 & 3, err: &PacketSizeError{length, g.limit}}
	defer func() { _ = g.conn.SetReadDeadline(time.Time{}) }()
	size, err := g.uint16(&length)
	if err != nil {
		return err
	}
	if int(size) > length {
		return errLength
	}
	topic := make([]byte, size)
	if err := g.full(topic, &length); err != nil {
		return err
	}
	m.topic = string(topic)
	if m.qos > 0 {
		if m.id, err = g.uint16(&length); err != nil {
			return err
		}
	}
	for length > 0 {
		if err := g.patience(); err != nil {
			return err
		}
		n, err := g.r.Discard(min(length, g.r.Size()))
		if length -= n; err != nil {
			return err
		}
	}
	g.skipped(m)
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
	if err := g.patience(); err != nil {
		return err
	}
	_, err := io.ReadFull(g.r, b)
	return err
}

func (g *guard) patience() error { return g.conn.SetReadDeadline(time.Now().Add(g.stall)) }

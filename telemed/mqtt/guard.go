package mqtt

import (
	"bufio"
	"fmt"
	"net"
)

// A PacketSizeError reports a packet that claims to be longer than allowed.
// The connection is closed: there is no way to skip the packet safely, and
// the broker should be told not to send such (max_packet_size).
type PacketSizeError struct {
	Size, Limit int // bytes after the fixed header
}

// Error names both sizes.
func (e *PacketSizeError) Error() string {
	return fmt.Sprintf("mqtt: packet of %d bytes, at most %d are allowed", e.Size, e.Limit)
}

// guarded bounds what conn may send and reads it in large pieces: Paho asks the
// connection for the first bytes of every packet one at a time, a system call
// each.
func guarded(conn net.Conn, limit int, tooLarge func(error)) net.Conn {
	g := &guard{Conn: conn, limit: limit, tooLarge: tooLarge}
	return &buffered{g, bufio.NewReaderSize(g, 32<<10)}
}

type buffered struct {
	net.Conn
	r *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

// A guard reads along and stops the connection before a reader could see the
// length of a packet that is too long: Paho would allocate all of it at once.
type guard struct {
	net.Conn
	limit    int
	tooLarge func(error)

	// What the next byte is (MQTT 3.1.1, 2.2): 0 a packet type, 1 to 4 that
	// byte of the length, or with body > 0 the content of a packet.
	state  int
	length int
	body   int
	err    error
}

func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.Conn.Read(p)
	good, bad := g.scan(p[:n])
	if bad == nil {
		return n, err
	}
	g.err = bad
	g.tooLarge(bad)
	if good == 0 {
		return 0, bad
	}
	return good, nil // what came before it is good; the next read fails
}

// scan follows the packets in b. When one is too long it returns how many
// bytes came before it.
func (g *guard) scan(b []byte) (good int, err error) {
	for i := 0; i < len(b); {
		if g.body > 0 {
			skip := min(g.body, len(b)-i)
			g.body -= skip
			i += skip
			continue
		}
		c := b[i]
		if g.state == 0 {
			g.state, g.length, good = 1, 0, i
			i++
			continue
		}
		g.length |= int(c&0x7F) << (7 * (g.state - 1))
		if g.length > g.limit || g.state == 4 && c&0x80 != 0 {
			return good, &PacketSizeError{g.length, g.limit}
		}
		if g.state++; c&0x80 == 0 {
			g.state, g.body = 0, g.length
		}
		i++
	}
	return len(b), nil
}

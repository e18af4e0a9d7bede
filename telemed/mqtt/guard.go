package mqtt

import (
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
	if bad := g.scan(p[:n]); bad != nil {
		g.err = bad
		g.tooLarge(bad)
		return 0, bad
	}
	return n, err
}

func (g *guard) scan(b []byte) error {
	for len(b) > 0 {
		if g.body > 0 {
			skip := min(g.body, len(b))
			g.body -= skip
			b = b[skip:]
			continue
		}
		c := b[0]
		b = b[1:]
		if g.state == 0 {
			g.state, g.length = 1, 0
			continue
		}
		g.length |= int(c&0x7F) << (7 * (g.state - 1))
		if g.length > g.limit || g.state == 4 && c&0x80 != 0 {
			return &PacketSizeError{g.length, g.limit}
		}
		if g.state++; c&0x80 == 0 {
			g.state, g.body = 0, g.length
		}
	}
	return nil
}

package mqtt

import (
	"encoding/binary"
	"sync"
)

// acks gathers the acknowledgements of a connection, so that those which are given
// together go in one write. Paho writes every one by itself.
type acks struct {
	wake    chan struct{} // there is something to write
	writing sync.Mutex    // held while what was taken is written

	mu      sync.Mutex
	waiting []byte
	written []byte // its memory is used again
}

// acknowledge tells the broker that a message has arrived, soon: it does not wait.
// It returns false when the connection is gone. Acknowledgements go in the order of
// the calls.
func (c *conn) acknowledge(qos byte, id uint16) bool {
	if qos == 0 {
		return true
	}
	if c.failed.Load() {
		return false
	}
	kind := byte(0x40) // PUBACK
	if qos == 2 {
		kind = 0x50 // PUBREC; Paho does the rest
	}
	c.acks.mu.Lock()
	c.acks.waiting = binary.BigEndian.AppendUint16(append(c.acks.waiting, kind, 2), id)
	c.acks.mu.Unlock()
	signal(c.acks.wake)
	return true
}

// writeAcks writes acknowledgements until the connection ends.
func (c *conn) writeAcks() {
	for {
		select {
		case <-c.acks.wake:
			c.flushAcks()
		case <-c.ended:
			return
		}
	}
}

// flushAcks returns when all acknowledgements given so far are written, or the
// connection is gone.
func (c *conn) flushAcks() {
	a := &c.acks
	a.writing.Lock()
	defer a.writing.Unlock()
	a.mu.Lock()
	a.waiting, a.written = a.written[:0], a.waiting
	a.mu.Unlock()
	if len(a.written) > 0 {
		_, _ = c.Write(a.written) // whoever reads the connection is told
	}
}

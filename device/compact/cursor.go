package compact

import "github.com/telemed-go/sdk/device"

// A cursor walks over bytes and remembers the first fault and where it is.
// After a fault it stands at the end, so that everything else fails quickly.
type cursor struct {
	b   []byte
	off int
	// field is the name of what is being read, which the caller sets.
	field string

	at    int // of the fault
	err   device.Fault
	fault string // the field in which it is
}

func (c *cursor) fail(at int, why device.Fault) {
	if c.err == "" {
		c.at, c.err, c.fault = at, why, c.field
	}
	c.off = len(c.b)
}

// take reads the n bytes of a string that began at a place. The result borrows
// the frame.
func (c *cursor) take(at int, n uint64) []byte {
	if n > uint64(len(c.b)-c.off) {
		c.fail(at, device.ErrTruncated)
		return nil
	}
	b := c.b[c.off : c.off+int(n) : c.off+int(n)]
	c.off += int(n)
	return b
}

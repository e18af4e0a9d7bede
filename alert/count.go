package alert

import (
	"fmt"
	"math/bits"

	"github.com/telemed-go/sdk/vitals"
)

// count is N of the last M readings.
type count struct{ n, m uint8 }

// maxCount is how many readings [Rule.Of] may look back.
const maxCount = 64

// Of makes a limit hold when n of the last m readings violate it, instead of
// the last alone: 1 <= n <= m <= 64, m at least 2. Readings without doubt and
// doubtful ones that violate count; a doubtful one within the limits says
// nothing and is passed over. An alarm ends with a reading back within the
// limits ([Rule.ClearAt]) that leaves fewer than n.
func (r Rule) Of(n, m int) Rule {
	switch {
	case r.cond != above && r.cond != below && r.cond != outside:
		return r.fail("only readings against a limit are counted")
	case n < 1 || m < 2 || n > m || m > maxCount:
		return r.fail("the count is not 1 to m of 2 to 64")
	}
	r.count = count{uint8(n), uint8(m)}
	return r
}

// counted is the detector of a limit with a count. Its state is a bit for each
// of at most 64 readings.
type counted struct {
	limited
	bits uint64 // the last reading is bit 0; 1: violates
	seen uint8  // how many of them there were, at most m
}

func (c *counted) put(r *vitals.Reading, at int64) verdict {
	v := c.limited.put(r, at)
	if !v.hit && !v.contrary {
		return v
	}
	n := c.rule.count
	c.bits = c.bits<<1 | uint64(btoi(v.hit))
	c.bits &= 1<<(n.m-1)<<1 - 1 // a shift of 64 would be two
	c.seen = min(c.seen+1, n.m)
	violating := bits.OnesCount64(c.bits)
	back := v.clear
	v.hit = violating >= int(n.n)
	v.contrary = !v.hit
	v.clear = !v.hit && back
	return v
}

func (c *counted) explain(holds bool) string {
	return fmt.Sprintf("%s, %d of the last %d readings", c.limited.explain(holds), bits.OnesCount64(c.bits), c.seen)
}

func (c *counted) appendState(dst []byte) []byte {
	dst = appendInt(c.limited.appendState(dst), int64(c.bits))
	return appendInt(dst, int64(c.seen))
}

func (c *counted) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	c.last = s.input()
	c.bits = uint64(s.int())
	c.seen = uint8(s.upTo(int64(c.rule.count.m)))
	if c.bits>>(c.seen/2)>>(c.seen-c.seen/2) != 0 {
		s.fail()
	}
	return s.done()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

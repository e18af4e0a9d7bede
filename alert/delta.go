package alert

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// RisesBy is the rule that a value of kind k must not be by the given
// difference or more above the lowest of the window before it: 2 kg in 3 days.
//
// Readings without doubt make the window; a doubtful one can raise the alarm
// and is no reference for others. The window is kept in 64 parts, counted from
// 1970, with the lowest value of each; so its far edge lies up to within/64
// early. The difference is in a unit of the kind, and one of temperature is a
// difference of temperatures. The alarm ends with a reading without doubt that
// is less far above. The priority is [Medium].
func RisesBy(k vitals.Kind, by vitals.Quantity, within time.Duration) Rule {
	return change(above, k, by, within)
}

// FallsBy is [RisesBy] for a fall below the highest value of the window.
func FallsBy(k vitals.Kind, by vitals.Quantity, within time.Duration) Rule {
	return change(below, k, by, within)
}

func change(side condition, k vitals.Kind, by vitals.Quantity, within time.Duration) Rule {
	d := delta{side: side, by: by, within: within}
	r := Rule{cond: special, kind: k, spec: d, priority: Medium}
	r.name = fmt.Sprintf("%v %s by %v within %v", k, d.side.verb(), by, within)
	return r.checkKind().checkDifference("by", by).checkSpan("within", within, slots)
}

// checkDifference accepts a positive quantity in a unit of the kind.
func (r Rule) checkDifference(member string, q vitals.Quantity) Rule {
	k := r.kind
	if r = r.checkUnit(member, q); r.err != nil {
		return r
	}
	v, ok := millionths(q.Value())
	if !ok || v <= 0 {
		return r.failAt(member, "the difference is not a positive number of at least a millionth")
	}
	if low, high, _, ok := k.PlausibleRange(); ok {
		from, ok1 := convert(k, low, q.Unit())
		to, ok2 := convert(k, high, q.Unit())
		if !ok1 || !ok2 {
			return r
		}
		a, ok1 := millionths(from)
		b, ok2 := millionths(to)
		if ok1 && ok2 && v > b-a {
			return r.failAt(member, "no two values of the kind can differ so much")
		}
	}
	return r
}

// delta is a change within a window.
type delta struct {
	side   condition
	by     vitals.Quantity
	within time.Duration
}

func (d delta) describe(doc *ruleDoc) {
	doc.When, doc.By, doc.Within = d.side.verb()+"-by", d.by, span(d.within)
}

func (d delta) detector(r *Rule) detector {
	by, _ := millionths(d.by.Value())
	return &changing{rule: r, delta: d, least: by}
}

// changing is the detector of delta: one point for each of at most 65 parts of
// the window, usually a few, and two readings.
type changing struct {
	delta
	rule  *Rule
	least int64
	last  Input
	from  point // what the last reading was compared with
	known bool  // there was something
	// window holds certain values that can still be the extreme, of ascending
	// time and, for a rise, ascending value: those before a lower one are gone.
	window []point
}

func (c *changing) put(r *vitals.Reading, at int64) verdict {
	c.last, c.known = inputOf(r), false
	v := verdict{since: at, ev: evidenceOf(&c.last)}
	n, ok := number(r, c.by.Unit())
	if !ok {
		return v // beyond the range of the device: no number to compare
	}
	if c.side == below {
		n = -n
	}
	c.drop(at)
	if len(c.window) > 0 {
		c.from, c.known = c.window[0], true
		v.hit = n-c.from.v >= c.least
		v.contrary = !v.hit && certain(r)
		v.clear = v.contrary
	}
	if certain(r) {
		c.add(point{at, n})
	}
	return v
}

// drop forgets what has left the window.
func (c *changing) drop(at int64) {
	oldest := slot(at, c.within, slots) - slots
	n := 0
	for n < len(c.window) && slot(c.window[n].at, c.within, slots) < oldest {
		n++
	}
	c.window = append(c.window[:0], c.window[n:]...)
}

func (c *changing) add(p point) {
	n := len(c.window)
	for n > 0 && c.window[n-1].v >= p.v {
		n--
	}
	c.window = c.window[:n]
	if n > 0 && slot(c.window[n-1].at, c.within, slots) == slot(p.at, c.within, slots) {
		return // its part of the window has a lower one
	}
	c.window = append(c.window, p)
}

func (c *changing) pass(int64) verdict { return verdict{ev: evidenceOf(&c.last)} }
func (c *changing) due() int64         { return never }
func (c *changing) note(string, int64) {}

func (c *changing) inputs(dst []Input) []Input {
	if c.known {
		dst = append(dst, c.reference())
	}
	return append(dst, c.last)
}

// reference is the value that the last one is compared with.
func (c *changing) reference() Input {
	n := c.from.v
	if c.side == below {
		n = -n
	}
	return Input{Kind: c.rule.kind, At: time.Unix(0, c.from.at).UTC(), Value: quantity(n, c.by.Unit())}
}

func (c *changing) explain(holds bool) string {
	s := fmt.Sprintf("%v %s", c.rule.kind, c.last.valueText())
	if !c.known {
		return s
	}
	ref := c.reference()
	after := c.last.At.Sub(ref.At)
	if holds {
		return fmt.Sprintf("%s %s by %v or more from %v within %v", s, c.side.verb(), c.by, ref.Value, after)
	}
	return fmt.Sprintf("%s no longer %s by %v from %v within %v", s, c.side.verb(), c.by, ref.Value, after)
}

func (c *changing) appendState(dst []byte) []byte {
	dst = appendInput(dst, &c.last)
	dst = appendInt(appendInt(appendBool(dst, c.known), c.from.at), c.from.v)
	return appendPoints(dst, c.window)
}

func (c *changing) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	c.last = s.input()
	c.known, c.from = s.bool(), point{s.int(), s.int()}
	c.window = s.points(c.window, slots+1)
	for i := 1; i < len(c.window); i++ {
		if c.window[i].v <= c.window[i-1].v {
			s.fail()
		}
	}
	return s.done()
}

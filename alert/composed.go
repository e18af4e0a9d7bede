package alert

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/telemed-go/sdk/vitals"
)

// composed is the detector of a composite: the state of its parts and a
// reading.
type composed struct {
	*composite
	rule    *Rule
	members []member
	last    Input
	now     int64 // the latest time heard of
	holds   truth // then
	since   int64 // when holds last became yes
	reached int64 // of a sequence: when the second part last came to hold
	met     bool  // of a sequence: it did so in time
}

func (c *composed) put(r *vitals.Reading, at int64) verdict {
	for i := range c.members {
		if m := &c.members[i]; m.rule.watches(r.Kind) {
			m.apply(m.d.put(r, at), at, true)
		} else {
			m.apply(m.d.pass(at), at, false)
		}
	}
	c.last = inputOf(r)
	return c.judge(at)
}

func (c *composed) pass(at int64) verdict {
	for i := range c.members {
		m := &c.members[i]
		m.apply(m.d.pass(at), at, false)
	}
	return c.judge(at)
}

func (c *composed) due() int64 {
	due := never
	for i := range c.members {
		due = min(due, c.members[i].due())
	}
	return due
}

func (c *composed) note(label string, at int64) {
	for i := range c.members {
		c.members[i].d.note(label, at)
	}
}

// judge joins the parts.
func (c *composed) judge(at int64) verdict {
	c.now = max(c.now, at)
	before := c.holds
	t, since := c.join((*member).truth)
	if c.holds = t; t == yes && before != yes {
		c.since = min(since, at)
	}
	v := verdict{hit: t == yes, contrary: t == no, since: c.since, ev: evidenceOf(&c.last)}
	if v.clear = v.contrary; v.clear && !c.rule.technical() {
		relief, _ := c.join((*member).relief)
		v.clear = relief == no
	}
	return v
}

// join is the truth of the composite, in the logic of Kleene, and since when it
// holds if it does. what is the truth of a part.
func (c *composed) join(what func(m *member, now, maxAge int64) truth) (t truth, since int64) {
	maxAge := int64(c.rule.maxAge)
	first := &c.members[0]
	switch c.junction {
	case allOf:
		t, since = yes, math.MinInt64
		for i := range c.members {
			t, since = min(t, what(&c.members[i], c.now, maxAge)), max(since, c.members[i].onset)
		}
	case anyOf:
		t, since = no, never
		for i := range c.members {
			now := what(&c.members[i], c.now, maxAge)
			if t = max(t, now); now == yes {
				since = min(since, c.members[i].onset)
			}
		}
	case notOf:
		t, since = -what(first, c.now, maxAge), first.ended
	case sequence:
		second := &c.members[1]
		t, since = what(second, c.now, maxAge), second.onset
		if t == yes && c.reached != since {
			c.reached, c.met = since, first.heldBefore(since, int64(c.within), maxAge)
		}
		if t == yes && !c.met {
			t = no
		}
	}
	return t, since
}

func (c *composed) explain(holds bool) string {
	decisive := yes
	if holds == (c.junction == notOf) {
		decisive = no
	}
	var texts []string
	for i := range c.members {
		if m := &c.members[i]; m.truth(c.now, int64(c.rule.maxAge)) == decisive {
			texts = append(texts, m.d.explain(decisive == yes))
		}
	}
	if c.junction == sequence && holds {
		return fmt.Sprintf("%s, within %v after %s", c.members[1].d.explain(true), c.within, c.members[0].rule.name)
	}
	if len(texts) == 0 {
		return c.rule.name + ": no longer"
	}
	return strings.Join(texts, " and ")
}

func (c *composed) inputs(dst []Input) []Input {
	for i := range c.members {
		dst = c.members[i].d.inputs(dst)
	}
	return slices.DeleteFunc(dst, func(i Input) bool { return i.Kind == vitals.KindNone })
}

func (c *composed) appendState(dst []byte) []byte {
	dst = appendInput(dst, &c.last)
	dst = appendInt(appendInt(dst, c.now), int64(c.holds-no))
	dst = appendBool(appendInt(appendInt(dst, c.since), c.reached), c.met)
	for i := range c.members {
		dst = c.members[i].appendState(dst)
	}
	return dst
}

func (c *composed) loadState(b []byte) (rest []byte, err error) {
	s := stateReader{b: b}
	c.last = s.input()
	c.now, c.holds = s.int(), truth(s.upTo(2))+no
	c.since, c.reached, c.met = s.int(), s.int(), s.bool()
	b, err = s.done()
	for i := 0; i < len(c.members) && err == nil; i++ {
		b, err = c.members[i].loadState(b)
	}
	return b, err
}

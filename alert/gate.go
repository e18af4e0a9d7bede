package alert

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

// gate is when a condition may hold: within a schedule, and not too soon after
// certain events.
type gate struct {
	schedule *week.Schedule // nil: always
	hours    week.Hours     // of the schedule
	quiet    []quiet
}

// quiet is the time after an event in which a condition may not hold.
type quiet struct {
	label string
	long  time.Duration
}

const maxQuiet = 8

// During makes the rule apply at these times only. Outside of them no alarm
// begins: what is pending lapses, and a condition that holds when a window
// opens begins to count then. An alarm that was raised stays until a value ends
// it; the end of a window is no relief. It is refused for
// [Rule.NonSuppressible] rules. The default is always.
func (r Rule) During(s week.Schedule) Rule {
	hours, err := s.Hours()
	if err != nil {
		return r.fail(err.Error())
	}
	r.gate = r.gate.clone()
	r.gate.schedule, r.gate.hours = &s, hours
	return r
}

// After keeps the rule from raising an alarm for a time after each event with
// this label ([Note]): a high glucose in the two hours after a meal, a low one
// in the 15 minutes after it was treated. When the time is over the rule is
// armed again: a condition that still holds begins to count then. An event
// during that time starts it again. What was pending lapses with the event; an
// alarm that was raised stays until a value ends it. A rule may have up to
// eight labels. It is refused for [Rule.NonSuppressible] rules.
func (r Rule) After(label string, quietFor time.Duration) Rule {
	if label == "" || len(label) > maxName {
		return r.fail("the label is not of 1 to 128 bytes")
	}
	g := r.gate.clone()
	for _, q := range g.quiet {
		if q.label == label {
			return r.fail("two times after the same event")
		}
	}
	g.quiet = append(g.quiet, quiet{label, quietFor})
	if r.gate = g; len(g.quiet) > maxQuiet {
		return r.fail(fmt.Sprintf("more than %d events to be quiet after", maxQuiet))
	}
	return r.checkDuration("the quiet time", quietFor, 1)
}

func (g *gate) clone() *gate {
	if g == nil {
		return &gate{}
	}
	return &gate{schedule: g.schedule, hours: g.hours, quiet: slices.Clone(g.quiet)}
}

// gated is the detector of a rule with a schedule or suppression around that of
// its condition. Its own state is five numbers.
type gated struct {
	rule  *Rule
	inner detector

	holds  bool  // the condition, gate or not
	since  int64 // of holds
	now    int64 // the latest time heard of; 0 before the first
	begun  bool  // now means something
	quiet  int64 // end of the time after an event
	open   bool  // the schedule, at now
	until  int64 // when the schedule may change, after now
	opened int64 // when the gate last opened
}

func (g *gated) put(r *vitals.Reading, at int64) verdict {
	v := g.inner.put(r, at)
	return g.filter(v, at)
}

func (g *gated) pass(at int64) verdict { return g.filter(g.inner.pass(at), at) }

// filter is what the gate leaves of a verdict.
func (g *gated) filter(v verdict, at int64) verdict {
	g.advance(at)
	switch {
	case v.hit && !g.holds:
		g.holds, g.since = true, v.since
	case v.contrary:
		g.holds = false
	}
	if !g.isOpen() {
		v.hit, v.contrary = false, true
		return v
	}
	v.hit = g.holds
	v.since = max(g.since, g.opened)
	return v
}

func (g *gated) isOpen() bool { return g.open && g.now >= g.quiet }

// advance brings the gate to a time.
func (g *gated) advance(at int64) {
	switch {
	case g.begun && at <= g.now:
		return
	case !g.begun:
		g.begun, g.opened = true, math.MinInt64 // as if open since ever
		g.open, g.until = g.scheduled(at)
	}
	const longAgo = int64(8 * 24 * time.Hour)
	if g.until < at-longAgo { // what happened to the schedule before is of no interest
		g.open, g.until = g.scheduled(at - longAgo)
	}
	for g.until <= at {
		open, until := g.scheduled(g.until)
		if open && !g.open {
			g.opened = g.until
		}
		g.open, g.until = open, until
	}
	if g.now < g.quiet && g.quiet <= at {
		g.opened = max(g.opened, g.quiet)
	}
	g.now = at
}

func (g *gated) scheduled(at int64) (open bool, until int64) {
	if g.rule.gate.schedule == nil {
		return true, never
	}
	open, end := g.rule.gate.hours.Open(instant(at))
	if end.IsZero() {
		return open, never
	}
	return open, end.UnixNano()
}

// due is that of the condition, and while it holds, when the gate may change.
func (g *gated) due() int64 {
	due := g.inner.due()
	if !g.holds {
		return due
	}
	due = min(due, g.until)
	if g.now < g.quiet {
		due = min(due, g.quiet)
	}
	return due
}

func (g *gated) note(label string, at int64) {
	g.inner.note(label, at)
	for _, q := range g.rule.gate.quiet {
		if q.label == label {
			g.quiet = max(g.quiet, at+int64(q.long))
		}
	}
}

func (g *gated) explain(holds bool) string  { return g.inner.explain(holds) }
func (g *gated) inputs(dst []Input) []Input { return g.inner.inputs(dst) }

func (g *gated) appendState(dst []byte) []byte {
	dst = appendBool(appendBool(appendBool(dst, g.holds), g.begun), g.open)
	for _, v := range [...]int64{g.since, g.now, g.quiet, g.until, g.opened} {
		dst = appendInt(dst, v)
	}
	return g.inner.appendState(dst)
}

func (g *gated) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	g.holds, g.begun, g.open = s.bool(), s.bool(), s.bool()
	for _, v := range [...]*int64{&g.since, &g.now, &g.quiet, &g.until, &g.opened} {
		*v = s.int()
	}
	b, err := s.done()
	if err != nil {
		return nil, err
	}
	return g.inner.loadState(b)
}

package alert

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// All is the rule that not all of the parts may hold together. Any is the rule
// that none may. Not is the rule that the part must hold.
//
// A part is a rule of which only the condition counts, with its delay and its
// way to clear ([Rule.For], [Rule.ClearAt], [Rule.ClearAfter], [Rule.Of]); it
// raises no alarm of its own and its priority means nothing. A part holds, or
// certainly does not, or is not known: before its first reading, while its
// delay runs, when it became doubtful, and when its last telling reading is
// older than [DefaultMaxAge], which [Rule.MaxAge] changes. What is not known
// neither raises nor ends: All holds when every part is known to, and ends when
// one is known not to; Any holds when one does, and ends when every part is
// known not to; Not holds when its part is known not to, and ends when it
// does. The age of a part about missing data, silence itself, does not count.
//
// The alarm is technical if all parts are, and physiological as soon as one of
// them is. Its kind is that of the first part. The priority is [Medium].
func All(parts ...Rule) Rule { return compose(allOf, 0, parts) }

// Any is the rule that none of the parts may hold; see [All].
func Any(parts ...Rule) Rule { return compose(anyOf, 0, parts) }

// Not is the rule that the part must hold; see [All]. A condition that is over
// by a delay of its own, such as a value that was normal for an hour, is
// Not(...).For(time.Hour).
func Not(part Rule) Rule { return compose(notOf, 0, []Rule{part}) }

// Then is the rule that the second part must not come to hold after the first
// one did and no later than within after the first last did: a fall in
// pressure after a rise in pulse. It ends when the second is known not to hold
// any more. For the rest see [All].
func Then(first, second Rule, within time.Duration) Rule {
	r := compose(sequence, within, []Rule{first, second})
	return r.checkSpan("within", within, 1)
}

const (
	maxParts = 16 // of one composite
	maxNodes = 64 // of a whole tree
	maxDepth = 8
)

type junction uint8

const (
	allOf junction = iota
	anyOf
	notOf
	sequence
)

// composite joins conditions.
type composite struct {
	junction junction
	within   time.Duration // of a sequence
	parts    []Rule
}

func compose(j junction, within time.Duration, parts []Rule) Rule {
	c := &composite{junction: j, within: within, parts: append([]Rule(nil), parts...)}
	r := Rule{cond: special, spec: c, maxAge: DefaultMaxAge, priority: Medium}
	r.name = c.title()
	if len(r.name) > maxName {
		r.name = c.junction.String() + " of " + fmt.Sprint(len(parts)) + " conditions"
	}
	least := 2
	if j == notOf {
		least = 1
	}
	if len(parts) < least || len(parts) > maxParts {
		return r.fail(fmt.Sprintf("a composite has %d to %d parts", least, maxParts))
	}
	if nodes, depth := r.size(); nodes > maxNodes || depth > maxDepth {
		return r.fail(fmt.Sprintf("a composite has at most %d conditions, nested %d deep", maxNodes, maxDepth))
	}
	for i := range parts {
		if why := parts[i].notPart(); why != "" {
			return r.fail(fmt.Sprintf("part %d: %s", i+1, why))
		}
	}
	r.kind = parts[0].kind
	return r
}

// notPart is why a rule cannot be part of another.
func (r *Rule) notPart() string {
	plain := handling{clearAfter: r.clearAfter}
	switch {
	case r.Err() != nil:
		return strings.TrimSuffix(strings.TrimPrefix(r.Err().Error(), "alert: "), ": "+ErrRule.Error())
	case r.handling != plain:
		return "a part raises no alarm that could be latching, reminded of or of a family"
	case r.gate != nil:
		return "a schedule or suppression belongs to the whole rule"
	case r.origin != Provenance{}:
		return "who set it belongs to the whole rule"
	}
	return ""
}

// size counts the conditions of a tree and its depth.
func (r *Rule) size() (nodes, depth int) {
	c, ok := r.spec.(*composite)
	if !ok {
		return 1, 1
	}
	for i := range c.parts {
		n, d := c.parts[i].size()
		nodes, depth = nodes+n, max(depth, d)
	}
	return nodes + 1, depth + 1
}

// technical reports whether an alarm of the rule is about the measurement.
func (r *Rule) technical() bool {
	c, ok := r.spec.(*composite)
	if !ok {
		return r.cond == missing
	}
	for i := range c.parts {
		if !c.parts[i].technical() {
			return false
		}
	}
	return true
}

func (j junction) String() string {
	return [...]string{allOf: "all", anyOf: "any", notOf: "not", sequence: "then"}[j]
}

func (c *composite) describe(doc *ruleDoc) {
	doc.When, doc.Kind, doc.Within = c.junction.String(), vitals.KindNone, span(c.within)
	parts := make([]ruleDoc, len(c.parts))
	for i := range c.parts {
		parts[i] = c.parts[i].doc()
		parts[i].Priority = "" // of no meaning
	}
	switch c.junction {
	case notOf:
		doc.Part = &parts[0]
	case sequence:
		doc.First, doc.Second = &parts[0], &parts[1]
	default:
		doc.Parts = parts
	}
}

func (c *composite) title() string {
	names := make([]string, len(c.parts))
	for i := range c.parts {
		names[i] = c.parts[i].name
		if _, nested := c.parts[i].spec.(*composite); nested {
			names[i] = "(" + names[i] + ")"
		}
	}
	switch c.junction {
	case allOf:
		return strings.Join(names, " and ")
	case anyOf:
		return strings.Join(names, " or ")
	case notOf:
		return "not " + strings.Join(names, "")
	}
	return fmt.Sprintf("%s within %v", strings.Join(names, " then "), c.within)
}

func (c *composite) watches(k vitals.Kind) bool {
	for i := range c.parts {
		if c.parts[i].watches(k) {
			return true
		}
	}
	return false
}

func (c *composite) detector(r *Rule) detector {
	d := &composed{composite: c, rule: r, reached: math.MinInt64, members: make([]member, len(c.parts))}
	for i := range c.parts {
		d.members[i] = member{rule: &c.parts[i], d: c.parts[i].ungated(), onset: never}
	}
	return d
}

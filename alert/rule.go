package alert

import (
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// condition is what a rule looks for.
type condition uint8

const (
	above condition = iota + 1
	below
	missing
	outside
	special // see Rule.spec
)

// verb is what a value does that goes above, or below.
func (c condition) verb() string {
	if c == above {
		return "rises"
	}
	return "falls"
}

// A Rule says which condition of a patient is an alarm. It is a value: the
// methods return a changed copy. A mistake in it, such as a limit in a unit
// that the kind cannot have, is remembered and reported by [NewEngine], so
// rules can be written in one expression.
type Rule struct {
	name     string
	cond     condition
	side     condition // above, below or outside, of a condition with a limit
	priority Priority
	kind     vitals.Kind     // of a composite, that of its first part
	limit    vitals.Quantity // of Outside, the lower
	high     vitals.Quantity // of Outside
	clear    vitals.Quantity // zero: the limit itself
	back     vitals.Decimal  // clear in the unit of the limit
	delay    time.Duration
	after    time.Duration // of Missing
	every    time.Duration // the cadence, of MissingOf
	maxAge   time.Duration // of inputs, where there are several
	spec     spec          // what a special condition looks for
	count    count         // N of M; zero: every reading alone
	gate     *gate         // when the condition may hold; nil: always
	origin   Provenance
	version  string // of the definition, once in a set
	off      bool   // by an override
	detected bool   // some override of it is not plain
	err      error
	handling
}

// ErrRule is what every mistake in a rule wraps.
var ErrRule = errors.New("impossible rule")

// maxName bounds names, in bytes.
const maxName = 128

// longest bounds every duration of a rule.
const longest = 366 * 24 * time.Hour

// Above is the rule that a value of kind k must not be above the limit; the
// limit itself is allowed. The limit may be in any unit that converts for the
// kind. The priority is [Medium].
func Above(k vitals.Kind, limit vitals.Quantity) Rule { return threshold(above, k, limit) }

// Below is the rule that a value of kind k must not be below the limit; the
// limit itself is allowed. The priority is [Medium].
func Below(k vitals.Kind, limit vitals.Quantity) Rule { return threshold(below, k, limit) }

func threshold(c condition, k vitals.Kind, limit vitals.Quantity) Rule {
	r := Rule{cond: c, side: c, kind: k, limit: limit, priority: Medium}
	r.name = fmt.Sprintf("%v %s %v", k, r.word(), limit)
	if r = r.checkKind().checkUnit("limit", limit); r.err == nil && !reachable(k, limit, c) {
		return r.failAt("limit", "no value of the kind can be "+r.word()+" the limit")
	}
	return r
}

// Missing is the technical rule that usable values of kind k come at least
// once in the given time; a good value for it is twice the cadence of the
// device. The clock starts with the first reading of the kind, usable or not,
// so a patient who never had such a device is not alarmed for. The priority
// is [Low].
func Missing(k vitals.Kind, after time.Duration) Rule {
	r := Rule{cond: missing, kind: k, after: after, priority: Low}
	r.name = fmt.Sprintf("%v missing for %v", k, after)
	if s := k.Shape(); k == vitals.KindNone || s != vitals.ShapeNumeric && s != vitals.ShapeCoded {
		return r.failAt("kind", "the kind has no readings")
	}
	return r.checkSpan("after", after, 1)
}

// For delays the alarm until the condition has lasted for d, in event time. The
// default is no delay. [Missing] has its delay already and takes none.
func (r Rule) For(d time.Duration) Rule {
	if r.delay = d; r.cond == missing {
		return r.fail("a missing-data rule takes no further delay")
	}
	return r.checkDuration("the delay", d, 0)
}

// Priority sets the priority.
func (r Rule) Priority(p Priority) Rule {
	if r.priority = p; p > High {
		return r.fail("unknown priority")
	}
	return r
}

// Named gives the rule another name than the default, such as
// "SpO2 below 90 %". The name is part of the identity of its alarms, is shown
// to people and must be unique in an engine, of 1 to 128 bytes.
func (r Rule) Named(name string) Rule {
	if r.name = name; name == "" || len(name) > maxName {
		r.name = "(bad name)"
		return r.fail("the name is not of 1 to 128 bytes")
	}
	return r
}

// ClearAt keeps a raised alarm of [Above] until a value is at or below the
// given one, and of [Below] until one is at or above it, so that a value that
// hovers about the limit is one alarm. The default is the limit itself.
func (r Rule) ClearAt(q vitals.Quantity) Rule {
	if r.clear = q; r.side != above && r.side != below {
		return r.fail("only a limit on one side can have a value to clear at")
	}
	if r = r.checkUnit("clearAt", q); r.err != nil {
		return r
	}
	back, ok := r.inLimitUnit(q)
	if !ok {
		return r.fail("the value to clear at has the wrong unit")
	}
	switch side := back.Cmp(r.limit.Value()); {
	case r.side == above && side > 0, r.side == below && side < 0:
		return r.fail("the value to clear at is on the wrong side of the limit")
	case !r.kind.Plausible(q):
		return r.fail("no value of the kind can reach the value to clear at")
	}
	r.back = back
	return r
}

// Name is the name of the rule.
func (r Rule) Name() string { return r.name }

// String is the name of the rule.
func (r Rule) String() string { return r.name }

// Err is the first mistake in the rule, or nil. It wraps [ErrRule].
func (r Rule) Err() error {
	if r.cond == 0 && r.err == nil {
		return fmt.Errorf("alert: the zero Rule: %w", ErrRule)
	}
	if r.err == nil && r.mandatory && r.gate != nil {
		return r.fail("a non-suppressible rule has no schedule and is not quiet after events").err
	}
	return r.err
}

// inLimitUnit converts a quantity of the rule's kind.
func (r *Rule) inLimitUnit(q vitals.Quantity) (vitals.Decimal, bool) {
	return convert(r.kind, q, r.limit.Unit())
}

// A ruleError is a mistake in a rule; member is where in a document it would
// be, if known.
type ruleError struct{ rule, member, why string }

func (e *ruleError) Error() string {
	return fmt.Sprintf("alert: rule %q: %s: %v", e.rule, e.why, ErrRule)
}

func (e *ruleError) Unwrap() error { return ErrRule }

// fail remembers the first mistake.
func (r Rule) fail(why string) Rule { return r.failAt("", why) }

func (r Rule) failAt(member, why string) Rule {
	if r.err == nil {
		r.err = &ruleError{r.name, member, why}
	}
	return r
}

func (r Rule) checkKind() Rule {
	if r.kind.Shape() != vitals.ShapeNumeric || r.kind.Unit() == vitals.UnitNone {
		return r.failAt("kind", "the kind has no numbers")
	}
	return r
}

// checkUnit accepts a quantity that values of the kind can be compared with.
func (r Rule) checkUnit(member string, q vitals.Quantity) Rule {
	if q.IsZero() {
		return r.failAt(member, "the limit has no value")
	}
	if _, err := r.kind.Convert(q, r.kind.Unit()); err != nil {
		return r.failAt(member, "the limit is in "+q.Unit().UCUM()+", the kind in "+r.kind.Unit().UCUM())
	}
	return r
}

func (r Rule) checkDuration(what string, d, least time.Duration) Rule {
	if d < least || d > longest {
		return r.fail(what + " is not " + least.String() + " to " + longest.String())
	}
	return r
}

// checkSpan is checkDuration for a member of a document.
func (r Rule) checkSpan(member string, d, least time.Duration) Rule {
	if d < least || d > longest {
		return r.failAt(member, "the time is not "+least.String()+" to "+longest.String())
	}
	return r
}

// reachable reports whether a plausible value of the kind can be beyond a
// limit. A rule that waits for a value that no living person has would never
// be true.
func reachable(k vitals.Kind, limit vitals.Quantity, side condition) bool {
	low, high, _, ok := k.PlausibleRange()
	if !ok {
		return true
	}
	d, ok := convert(k, limit, low.Unit())
	if !ok {
		return true
	}
	if side == below {
		return d.Cmp(low.Value()) > 0
	}
	return d.Cmp(high.Value()) < 0
}

func (r Rule) word() string { return r.side.String() }

// String is the name in documents.
func (c condition) String() string {
	return [...]string{"", "above", "below", "missing", "outside", "special"}[c]
}

// watches reports whether readings of kind k concern the rule.
func (r *Rule) watches(k vitals.Kind) bool {
	if several, ok := r.spec.(interface{ watches(k vitals.Kind) bool }); ok {
		return several.watches(k)
	}
	return r.kind == k
}

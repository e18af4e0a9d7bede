package alert

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// condition is what a rule looks for.
type condition uint8

const (
	above condition = iota + 1
	below
	missing
	news2
)

// A Rule says which condition of a patient is an alarm. It is a value: the
// methods return a changed copy. A mistake in it, such as a limit in a unit
// that the kind cannot have, is remembered and reported by [NewEngine], so
// rules can be written in one expression.
type Rule struct {
	name     string
	cond     condition
	priority Priority
	kind     vitals.Kind
	limit    vitals.Quantity
	clear    vitals.Quantity // zero: the limit itself
	back     vitals.Decimal  // clear in the unit of the limit
	total    int             // of NEWS2
	delay    time.Duration
	after    time.Duration // of Missing
	maxAge   time.Duration // of NEWS2
	err      error
}

// ErrRule is what every mistake in a rule wraps.
var ErrRule = errors.New("impossible rule")

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
	r := Rule{cond: c, kind: k, limit: limit, priority: Medium}
	if r.name = fmt.Sprintf("%v %s %v", k, r.word(), limit); k.Shape() != vitals.ShapeNumeric || k.Unit() == vitals.UnitNone {
		return r.fail("the kind has no numbers")
	}
	return r.checkUnit(limit)
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
		return r.fail("the kind has no readings")
	}
	return r.checkDuration("the time", after, 1)
}

// NEWS2MaxAge is how old an input of NEWS2 may be unless [Rule.MaxAge] says
// otherwise. The chart does not say; an hour is its interval of monitoring for
// a patient of low to medium risk.
const NEWS2MaxAge = time.Hour

// NEWS2AtLeast is the rule that the National Early Warning Score 2, on SpO2
// scale 1, must not reach the total, 1 to 20. The newest usable reading of
// each input counts, if it is not older than [NEWS2MaxAge] relative to the
// newest of them; among several of one instant, the one with more points.
//
// Inputs that are missing or too old get no points, and the event names them:
// the alarm is raised as soon as the known part alone reaches the total. An
// alarm that was raised ends when a reading brings the score below the total
// with every input at its last known value, however old. Ageing never ends it.
// The priority is [Medium].
func NEWS2AtLeast(total int) Rule {
	r := Rule{cond: news2, kind: vitals.EarlyWarningScore, total: total, maxAge: NEWS2MaxAge, priority: Medium}
	r.name = "NEWS2 at least " + strconv.Itoa(total)
	r.limit = vitals.UnitScore.Of(vitals.Decimal{Coef: int64(total)})
	if total < 1 || total > 20 {
		return r.fail("the total is not 1 to 20")
	}
	return r
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
	if r.name = name; name == "" || len(name) > 128 {
		r.name = "(bad name)"
		return r.fail("the name is not of 1 to 128 bytes")
	}
	return r
}

// ClearAt keeps a raised alarm of [Above] until a value is at or below the
// given one, and of [Below] until one is at or above it, so that a value that
// hovers about the limit is one alarm. The default is the limit itself.
func (r Rule) ClearAt(q vitals.Quantity) Rule {
	if r.clear = q; r.cond != above && r.cond != below {
		return r.fail("only a limit can have a value to clear at")
	}
	if r = r.checkUnit(q); r.err != nil {
		return r
	}
	back, ok := r.inLimitUnit(q)
	if !ok {
		return r.fail("the value to clear at has the wrong unit")
	}
	switch side := back.Cmp(r.limit.Value()); {
	case r.cond == above && side > 0, r.cond == below && side < 0:
		return r.fail("the value to clear at is on the wrong side of the limit")
	}
	r.back = back
	return r
}

// MaxAge sets how old an input of [NEWS2AtLeast] may be relative to the newest.
func (r Rule) MaxAge(d time.Duration) Rule {
	if r.maxAge = d; r.cond != news2 {
		return r.fail("only a score has inputs with an age")
	}
	return r.checkDuration("the maximum age", d, 1)
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
	return r.err
}

// inLimitUnit converts a quantity of the rule's kind. Conversion keeps the
// resolution of the quantity, and 38 °C would become 100 °F; so digits are
// added first, until what is rounded away is far below any device's resolution.
func (r *Rule) inLimitUnit(q vitals.Quantity) (vitals.Decimal, bool) {
	if q.Unit() == r.limit.Unit() {
		return q.Value(), true
	}
	d := q.Value()
	for d.Exp > -6 && -1e11 < d.Coef && d.Coef < 1e11 {
		d.Coef *= 10
		d.Exp--
	}
	q, err := r.kind.Convert(q.Unit().Of(d), r.limit.Unit())
	return q.Value(), err == nil
}

// fail remembers the first mistake.
func (r Rule) fail(why string) Rule {
	if r.err == nil {
		r.err = fmt.Errorf("alert: rule %q: %s: %w", r.name, why, ErrRule)
	}
	return r
}

func (r Rule) checkUnit(q vitals.Quantity) Rule {
	if q.IsZero() {
		return r.fail("the limit has no value")
	}
	if _, err := r.kind.Convert(q, r.kind.Unit()); err != nil {
		return r.fail("the limit is in " + q.Unit().UCUM() + ", the kind in " + r.kind.Unit().UCUM())
	}
	return r
}

func (r Rule) checkDuration(what string, d, least time.Duration) Rule {
	if d < least || d > longest {
		return r.fail(what + " is not " + least.String() + " to " + longest.String())
	}
	return r
}

func (r Rule) word() string {
	if r.cond == above {
		return "above"
	}
	return "below"
}

// watches reports whether readings of kind k concern the rule.
func (r Rule) watches(k vitals.Kind) bool {
	if r.cond == news2 {
		return isNEWS2Input(k)
	}
	return r.kind == k
}

package alert

import (
	"fmt"
	"math"

	"github.com/telemed-go/sdk/vitals"
)

// Drifts is the rule that the values of kind k must not drift from what is
// usual for the patient, in a direction, as a control chart sees it: [EWMA],
// [CUSUM] or [MACD], each with zero fields for its defaults. Readings are
// counted, not their times: a chart is for values that come at a steady pace,
// such as a weight every morning.
//
// The first readings without doubt are the warm-up, in which the rule neither
// raises nor ends anything. A doubtful reading can raise the alarm and is not
// learned. The arithmetic is in floating point, in the kind's usual unit
// ([vitals.Kind.Unit]). The priority is [Low].
func Drifts(k vitals.Kind, d Direction, c Chart) Rule {
	r := Rule{cond: special, kind: k, spec: drift{d, c}, priority: Low}
	if c == nil || d > Either {
		return r.fail("no chart, or no such direction")
	}
	c = c.withDefaults()
	r.spec = drift{d, c}
	r.name = fmt.Sprintf("%v drifts %v (%s)", k, d, c.name())
	if r = r.checkKind(); r.err != nil {
		return r
	}
	if why := c.check(); why != "" {
		return r.fail(why)
	}
	if m, ok := c.(MACD); ok {
		return r.checkDifference("by", m.By)
	}
	return r
}

// A Direction is where a value must not go.
type Direction uint8

// The directions.
const (
	Up Direction = iota
	Down
	Either
)

// String is "up", "down" or "either way".
func (d Direction) String() string {
	switch d {
	case Up:
		return "up"
	case Down:
		return "down"
	case Either:
		return "either way"
	}
	return fmt.Sprintf("Direction(%d)", uint8(d))
}

// word is the name in documents.
func (d Direction) word() string {
	if d == Either {
		return "either"
	}
	return d.String()
}

// A Chart is one of [EWMA], [CUSUM] and [MACD].
type Chart interface {
	name() string
	withDefaults() Chart
	check() string
	// step moves the state by a value; far is how far the chart is beyond what
	// it allows, as a ratio of that: 1 is the limit.
	step(s *drifting, x float64) (far float64)
	warmup() int32
}

// EWMA is the chart of the exponentially weighted moving average (Roberts
// 1959; NIST/SEMATECH e-Handbook, 6.3.2.4). The mean and the standard
// deviation of the warm-up are the baseline for ever. The average begins with
// that mean; the limit is Sigmas times its exact standard deviation, which
// grows with the number of readings.
type EWMA struct {
	Weight float64 // of the newest reading, above 0 to 1; 0: 0.2
	Sigmas float64 // above 0 to 10; 0: 3
	Warmup int     // readings, 5 to 1000; 0: 20
}

// CUSUM is the tabular cumulative sum (Page 1954; NIST/SEMATECH e-Handbook,
// 6.3.2.3), in standard deviations from the mean of the warm-up. Sums stop at
// twice Decision, so that an alarm can end soon after the drift has.
type CUSUM struct {
	Slack    float64 // deviation that is let pass, 0 < to 10; 0: 0.5
	Decision float64 // sum that is too much, 0 < to 100; 0: 5
	Warmup   int     // readings, 5 to 1000; 0: 20
}

// MACD is moving average convergence and divergence: how far an exponential
// moving average of few readings is from one of many. The averages have the
// weights 2/(Fast+1) and 2/(Slow+1) and begin with the first reading. It has
// no fixed baseline: it learns whatever lasts. The warm-up is Slow readings.
type MACD struct {
	Fast, Slow int             // readings, 1 <= Fast < Slow <= 1000; 0: 3 and 10
	By         vitals.Quantity // the distance that is too much, a difference; required
}

func (EWMA) name() string  { return "EWMA" }
func (CUSUM) name() string { return "CUSUM" }
func (MACD) name() string  { return "MACD" }

func (c EWMA) withDefaults() Chart {
	return EWMA{or(c.Weight, 0.2), or(c.Sigmas, 3), or(c.Warmup, 20)}
}

func (c CUSUM) withDefaults() Chart {
	return CUSUM{or(c.Slack, 0.5), or(c.Decision, 5), or(c.Warmup, 20)}
}

func (c MACD) withDefaults() Chart { return MACD{or(c.Fast, 3), or(c.Slow, 10), c.By} }

func or[T comparable](v, zero T) T {
	var none T
	if v == none {
		return zero
	}
	return v
}

func (c EWMA) check() string {
	switch {
	case !(c.Weight > 0 && c.Weight <= 1): // also NaN
		return "the weight is not above 0 and at most 1"
	case !(c.Sigmas > 0 && c.Sigmas <= 10):
		return "the number of standard deviations is not above 0 and at most 10"
	}
	return checkWarmup(c.Warmup)
}

func (c CUSUM) check() string {
	switch {
	case !(c.Slack > 0 && c.Slack <= 10):
		return "the slack is not above 0 and at most 10"
	case !(c.Decision > 0 && c.Decision <= 100):
		return "the decision sum is not above 0 and at most 100"
	}
	return checkWarmup(c.Warmup)
}

func (c MACD) check() string {
	if c.Fast < 1 || c.Fast >= c.Slow || c.Slow > 1000 {
		return "the averages are not of 1 <= fast < slow <= 1000 readings"
	}
	return ""
}

func checkWarmup(n int) string {
	if n < 5 || n > 1000 {
		return "the warm-up is not of 5 to 1000 readings"
	}
	return ""
}

func (c EWMA) warmup() int32  { return int32(c.Warmup) }
func (c CUSUM) warmup() int32 { return int32(c.Warmup) }
func (c MACD) warmup() int32  { return int32(c.Slow) }

// Products are rounded before they are added, by conversion: a processor that
// fuses the two would give another last digit.

func (c EWMA) step(s *drifting, x float64) float64 {
	if s.n == c.warmup() {
		s.a = s.mean
	}
	s.a += float64(c.Weight * (x - s.a))
	grown := 1 - math.Pow(1-c.Weight, 2*float64(s.n-c.warmup()+1))
	limit := c.Sigmas * s.sd() * math.Sqrt(c.Weight/(2-c.Weight)*grown)
	return s.directed((s.a - s.mean) / limit)
}

func (c CUSUM) step(s *drifting, x float64) float64 {
	z := (x - s.mean) / s.sd()
	s.a = min(max(0, s.a+z-c.Slack), 2*c.Decision)
	s.b = min(max(0, s.b-z-c.Slack), 2*c.Decision)
	switch s.direction {
	case Up:
		return s.a / c.Decision
	case Down:
		return s.b / c.Decision
	}
	return max(s.a, s.b) / c.Decision
}

func (c MACD) step(s *drifting, x float64) float64 {
	s.a += float64(2 / float64(c.Fast+1) * (x - s.a))
	s.b += float64(2 / float64(c.Slow+1) * (x - s.b))
	return s.directed((s.a - s.b) / s.by)
}

// drift is a chart and a direction.
type drift struct {
	direction Direction
	chart     Chart
}

func (d drift) describe(doc *ruleDoc) {
	doc.Direction = d.direction.word()
	switch c := d.chart.(type) {
	case EWMA:
		doc.When, doc.Weight, doc.Sigmas, doc.Warmup = "drifts-ewma", c.Weight, c.Sigmas, c.Warmup
	case CUSUM:
		doc.When, doc.Slack, doc.Decision, doc.Warmup = "drifts-cusum", c.Slack, c.Decision, c.Warmup
	case MACD:
		doc.When, doc.Fast, doc.Slow, doc.By = "drifts-macd", c.Fast, c.Slow, c.By
	}
}

func (d drift) detector(r *Rule) detector {
	s := &drifting{rule: r, drift: d}
	if m, ok := d.chart.(MACD); ok {
		s.by = difference(r.kind, m.By)
	}
	return s
}

// difference is a difference of two values of a kind in its usual unit.
func difference(k vitals.Kind, q vitals.Quantity) float64 {
	from, _ := convert(k, q.Unit().Of(vitals.Decimal{}), k.Unit())
	to, _ := convert(k, q, k.Unit())
	return to.Float64() - from.Float64()
}

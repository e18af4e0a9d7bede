package alert

import (
	"fmt"
	"slices"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// DefaultMaxAge is how old an input of a score or the last telling reading of a
// part of a composite may be unless [Rule.MaxAge] says otherwise. The charts do
// not say; an hour is the interval of monitoring that NEWS2 has for a patient of
// low to medium risk.
const DefaultMaxAge = time.Hour

// ScoreReaches is the rule that a score must not reach the limit: be at the
// limit or above, or at the limit or below where a low score is the bad one
// ([score.Chart.LowIsWorse]). The newest usable reading of each input counts,
// if it is not older than [DefaultMaxAge] relative to the newest of them; among
// several of one instant, the one with the worse score.
//
// Inputs that are missing or too old get no points, and the event names them:
// the alarm is raised as soon as the known part alone reaches the total
// ([Rule.CompleteOnly] asks for all of them). Of a score without such a lower
// bound, as a quotient is, every input must be known. An alarm that was raised
// ends when a reading without doubt brings the score away from the limit with
// every input at its last known value, however old. Ageing never ends it.
//
// A limit that the inputs which have a [vitals.Kind] cannot reach is refused;
// laboratory values and the age of the patient have none. The priority is
// [Medium].
func ScoreReaches(c score.Chart, limit vitals.Decimal) Rule {
	least, most := c.Range()
	s := scoring{chart: c, quotient: least == most}
	r := Rule{cond: special, kind: vitals.EarlyWarningScore, spec: s, maxAge: DefaultMaxAge, priority: Medium}
	r.limit = s.unit().Of(limit)
	r.name = fmt.Sprintf("%v at %s %v", c, s.least(), limit)
	switch {
	case c.Inputs() == 0:
		return r.fail("no such chart")
	case !s.reachable(limit):
		return r.failAt("value", "the inputs that devices measure cannot reach the limit")
	}
	return r
}

// NEWS2AtLeast is [ScoreReaches] for the National Early Warning Score 2 on SpO2
// scale 1, with a total of 1 to 20.
func NEWS2AtLeast(total int) Rule {
	r := ScoreReaches(score.NEWS2, vitals.Decimal{Coef: int64(total)})
	if total < 1 || total > 20 {
		r.err = nil
		return r.fail("the total is not 1 to 20")
	}
	return r
}

// MaxAge sets how old an input may be, relative to the newest, of a score or of
// the parts of a composite. Of a score, named parameters can be given an age of
// their own, such as an assessment of consciousness once a shift, and keep it.
func (r Rule) MaxAge(d time.Duration, only ...score.Parameter) Rule {
	s, isScore := r.spec.(scoring)
	if _, composite := r.spec.(*composite); !isScore && !composite || !isScore && len(only) > 0 {
		return r.fail("only a score or a composite has inputs with an age")
	}
	if len(only) == 0 {
		r.maxAge = d
	}
	for _, p := range only {
		if !s.chart.Inputs().Has(p) {
			return r.fail("the chart has no such input")
		}
		s.ages = slices.DeleteFunc(slices.Clone(s.ages), func(a inputAge) bool { return a.p == p })
		s.ages = append(s.ages, inputAge{p, d})
		slices.SortFunc(s.ages, func(a, b inputAge) int { return int(a.p) - int(b.p) })
		r.spec = s
	}
	return r.checkDuration("the maximum age", d, 1)
}

// CompleteOnly lets a score raise an alarm only when every input is known and
// not too old. The default is to take the known part for the least that the
// score can be, and to raise the alarm when that reaches the limit.
func (r Rule) CompleteOnly() Rule {
	s, ok := r.spec.(scoring)
	if !ok {
		return r.fail("only a score can be complete")
	}
	s.complete = true
	r.spec = s
	return r
}

// scoring is a score that reaches a limit.
type scoring struct {
	chart    score.Chart
	quotient bool // the score has no lower bound while inputs are missing
	complete bool
	ages     []inputAge // by parameter
}

type inputAge struct {
	p score.Parameter
	d time.Duration
}

func (s scoring) describe(doc *ruleDoc) {
	doc.When, doc.Kind, doc.Score, doc.Value, doc.Complete = "score-reaches", vitals.KindNone, s.chart.String(), doc.Limit.Value(), s.complete
	doc.Limit = vitals.Quantity{}
	for _, a := range s.ages {
		doc.MaxAges = append(doc.MaxAges, ageDoc{a.p.String(), span(a.d)})
	}
}

func (s scoring) watches(k vitals.Kind) bool { return score.ParametersOf(k)&s.chart.Inputs() != 0 }

func (s scoring) unit() vitals.Unit {
	if s.quotient {
		return vitals.UnitOne
	}
	return vitals.UnitScore
}

func (s scoring) least() string {
	if s.chart.LowIsWorse() {
		return "most"
	}
	return "least"
}

// reachable reports whether the inputs that readings can bring can make the
// score reach a limit that not every patient has reached.
func (s scoring) reachable(limit vitals.Decimal) bool {
	fromReadings := score.Parameters(0)
	var worst [score.ParameterCount]uint8
	for k := range vitals.Kinds() {
		if !s.watches(k) {
			continue
		}
		fromReadings |= score.ParametersOf(k)
		for _, r := range extremes(k) {
			var in score.Inputs
			in.Set(r)
			result := s.chart.Evaluate(&in, time.Time{}, 0)
			for p, points := range result.Points {
				worst[p] = max(worst[p], points)
			}
		}
	}
	if s.quotient || s.chart.LowIsWorse() {
		return s.chart.Inputs()&^fromReadings == 0 && limit.Cmp(vitals.Decimal{}) > 0
	}
	most := int64(0)
	for _, points := range worst {
		most += int64(points)
	}
	_, highest := s.chart.Range()
	return limit.Cmp(vitals.Decimal{}) > 0 && limit.Cmp(vitals.Decimal{Coef: min(most, int64(highest))}) <= 0
}

// extremes are the worst readings of a kind, on either side.
func extremes(k vitals.Kind) []vitals.Reading {
	if k.Shape() == vitals.ShapeCoded {
		var all []vitals.Reading
		for code := range uint32(8) {
			all = append(all, vitals.Reading{Kind: k, Code: code})
		}
		return all
	}
	if k == vitals.GCS {
		return []vitals.Reading{{Kind: k, Quantity: vitals.UnitScore.Of(vitals.Decimal{Coef: 3})}}
	}
	return []vitals.Reading{{Kind: k, Quality: vitals.AboveRange}, {Kind: k, Quality: vitals.BelowRange}}
}

func (s scoring) detector(r *Rule) detector { return &scored{scoring: s, rule: r} }

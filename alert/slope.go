package alert

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// RisesFaster is the rule that the values of kind k must not rise at the given
// difference per time, or faster, over a window: 3 mg/dL per minute over 20
// minutes.
//
// The speed is the Theil-Sen slope: the median of the slopes between all pairs
// of readings in the window, with an even number of pairs the mean of the two
// in the middle. One wild value in four does not move it. It is told when the
// window has at least four readings over at least half of its length;
// otherwise it is not known, which neither raises nor ends an alarm. Of each
// 32nd part of the window, counted from 1970, the last reading counts. A
// doubtful reading can raise the alarm and is no part of later slopes. The
// priority is [Medium].
func RisesFaster(k vitals.Kind, by vitals.Quantity, per, window time.Duration) Rule {
	return speed(above, k, by, per, window)
}

// FallsFaster is [RisesFaster] for falling values.
func FallsFaster(k vitals.Kind, by vitals.Quantity, per, window time.Duration) Rule {
	return speed(below, k, by, per, window)
}

func speed(side condition, k vitals.Kind, by vitals.Quantity, per, window time.Duration) Rule {
	s := slope{side: side, by: by, per: per, window: window}
	r := Rule{cond: special, kind: k, spec: s, priority: Medium}
	r.name = fmt.Sprintf("%v %s faster than %v in %v", k, s.side.verb(), by, per)
	return r.checkKind().checkDifference("by", by).checkSpan("per", per, 1).checkSpan("window", window, slopeParts)
}

const (
	slopeParts = 32
	slopeLeast = 4 // readings for a slope
)

// slope is a rate of change.
type slope struct {
	side        condition
	by          vitals.Quantity
	per, window time.Duration
}

func (s slope) describe(doc *ruleDoc) {
	doc.When, doc.By, doc.Per, doc.Window = s.side.verb()+"-faster", s.by, span(s.per), span(s.window)
}

func (s slope) detector(r *Rule) detector {
	by, _ := millionths(s.by.Value())
	return &sloping{rule: r, slope: s, least: float64(by) / float64(s.per)}
}

// sloping is the detector of slope: at most 33 points and a reading.
type sloping struct {
	slope
	rule   *Rule
	least  float64 // millionths per ns
	last   Input
	speed  float64 // at the last reading, positive in the direction of the rule
	known  bool
	points []point // one for each part of the window, oldest first
	undo   [1]point
}

func (s *sloping) put(r *vitals.Reading, at int64) verdict {
	s.last, s.known = inputOf(r), false
	v := verdict{since: at, ev: evidenceOf(&s.last)}
	n, ok := number(r, s.by.Unit())
	if !ok {
		return v // beyond the range of the device: no number to compare
	}
	if s.side == below {
		n = -n
	}
	undo := s.add(point{at, n})
	if s.speed, s.known = s.median(); s.known {
		v.hit = s.speed >= s.least
		v.contrary = !v.hit && certain(r)
		v.clear = v.contrary
	}
	if !certain(r) {
		s.points = append(s.points[:len(s.points)-1], undo...)
	}
	return v
}

// add enters p and forgets what has left the window. It returns what p
// replaced, at most one point.
func (s *sloping) add(p point) (replaced []point) {
	part := slot(p.at, s.window, slopeParts)
	n := 0
	for n < len(s.points) && slot(s.points[n].at, s.window, slopeParts) < part-slopeParts {
		n++
	}
	s.points = append(s.points[:0], s.points[n:]...)
	if n = len(s.points); n > 0 && slot(s.points[n-1].at, s.window, slopeParts) == part {
		s.undo[0] = s.points[n-1]
		s.points[n-1] = p
		return s.undo[:]
	}
	s.points = append(s.points, p)
	return nil
}

// median is the Theil-Sen slope in millionths per ns.
func (s *sloping) median() (float64, bool) {
	n := len(s.points)
	if n < slopeLeast || s.points[n-1].at-s.points[0].at < int64(s.window)/2 {
		return 0, false
	}
	var all [(slopeParts + 1) * slopeParts / 2]float64
	slopes := all[:0]
	for i, p := range s.points {
		for _, q := range s.points[i+1:] {
			slopes = append(slopes, float64(q.v-p.v)/float64(q.at-p.at))
		}
	}
	slices.Sort(slopes)
	middle := len(slopes) / 2
	if len(slopes)%2 == 1 {
		return slopes[middle], true
	}
	return (slopes[middle-1] + slopes[middle]) / 2, true
}

func (s *sloping) pass(int64) verdict         { return verdict{ev: evidenceOf(&s.last)} }
func (s *sloping) due() int64                 { return never }
func (s *sloping) note(string, int64)         {}
func (s *sloping) inputs(dst []Input) []Input { return append(dst, s.last) }

func (s *sloping) explain(holds bool) string {
	text := fmt.Sprintf("%v %s", s.rule.kind, s.last.valueText())
	if !s.known {
		return text
	}
	rate := vitals.Decimal{Coef: int64(math.Round(s.speed * float64(s.per) / 1e3)), Exp: -3}
	if holds {
		return fmt.Sprintf("%s %s by %v in %v, %v or more", text, s.side.verb(), rate, s.per, s.by)
	}
	return fmt.Sprintf("%s no longer %s by %v in %v, but by %v", text, s.side.verb(), s.by, s.per, rate)
}

func (s *sloping) appendState(dst []byte) []byte {
	dst = appendBool(appendFloat(appendInput(dst, &s.last), s.speed), s.known)
	return appendPoints(dst, s.points)
}

func (s *sloping) loadState(b []byte) ([]byte, error) {
	r := stateReader{b: b}
	s.last, s.speed, s.known = r.input(), r.float(), r.bool()
	s.points = r.points(s.points, slopeParts+1)
	return r.done()
}

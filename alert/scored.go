package alert

import (
	"fmt"
	"strings"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// scored is the detector of scoring: the last known inputs of whatever age, the
// last result and a reading, about 700 bytes.
type scored struct {
	scoring
	rule   *Rule
	in     score.Inputs
	result score.Result
	last   Input
	now    int64 // the newest of the inputs
	known  bool  // now means something
}

func (s *scored) put(r *vitals.Reading, at int64) verdict {
	if !s.enter(r, at) {
		return s.verdict()
	}
	s.last, s.now, s.known = inputOf(r), max(at, s.now), true
	s.result = s.within()
	v := s.verdict()
	v.since = s.now
	v.hit = s.reached(&s.result) && (!s.complete || s.result.Complete())
	if v.hit || !certain(r) {
		return v
	}
	v.contrary = s.away(&s.result)
	if s.result.Stale != 0 { // what has aged has not improved
		ever := s.chart.Evaluate(&s.in, time.Time{}, 0)
		v.contrary = s.away(&ever)
	}
	v.clear = v.contrary
	return v
}

// enter takes a usable reading. It returns false if that leaves the inputs as
// they were. A doubtful value replaces one that gives no worse a score or is too
// old to count, no other; so does a value of the same instant.
func (s *scored) enter(r *vitals.Reading, at int64) bool {
	if !s.weak(r, at) {
		return s.in.Set(*r) != 0
	}
	changed := s.in
	if changed.Set(*r) == 0 {
		return false
	}
	before, after := s.chart.Evaluate(&s.in, time.Time{}, 0), s.chart.Evaluate(&changed, time.Time{}, 0)
	if better := after.Value.Cmp(before.Value); before.Defined() && better != 0 && better < 0 != s.chart.LowIsWorse() {
		return false
	}
	s.in = changed
	return true
}

// weak reports whether a reading may only make the score worse.
func (s *scored) weak(r *vitals.Reading, at int64) bool {
	for p := range score.ParametersOf(r.Kind).All() {
		if before, ok := s.in.At(p); ok {
			t := before.UnixNano()
			if at == t || r.Quality.Has(noRelief) && s.now-t <= int64(s.age(p)) {
				return true
			}
		}
	}
	return false
}

func (s *scored) age(p score.Parameter) time.Duration {
	for _, a := range s.ages {
		if a.p == p {
			return a.d
		}
	}
	return s.rule.maxAge
}

// within is the score of the inputs that are not too old.
func (s *scored) within() score.Result {
	now := time.Unix(0, s.now)
	if len(s.ages) == 0 {
		return s.chart.Evaluate(&s.in, now, s.rule.maxAge)
	}
	fresh, old := s.in, score.Parameters(0)
	for p := range fresh.Known().All() {
		if at, ok := fresh.At(p); ok && now.Sub(at) > s.age(p) {
			fresh.Clear(p)
			old |= 1 << p
		}
	}
	r := s.chart.Evaluate(&fresh, now, 0)
	r.Stale = old & r.Missing
	return r
}

// reached reports whether a score is at the limit or beyond. With inputs
// missing it is known only where more points are worse.
func (s *scored) reached(r *score.Result) bool {
	side := r.Value.Cmp(s.rule.limit.Value())
	if s.chart.LowIsWorse() {
		return r.Defined() && r.Complete() && side <= 0
	}
	return (r.Defined() || !s.quotient) && side >= 0
}

// away reports whether a score is known not to be at the limit.
func (s *scored) away(r *score.Result) bool {
	if (s.quotient || s.chart.LowIsWorse()) && !r.Defined() {
		return false
	}
	return !s.reached(r)
}

func (s *scored) verdict() verdict {
	ev := evidenceOf(&s.last)
	ev.value, ev.score = s.unit().Of(s.result.Value), &s.result
	return verdict{ev: ev}
}

func (s *scored) pass(int64) verdict         { return s.verdict() }
func (s *scored) due() int64                 { return never }
func (s *scored) note(string, int64)         {}
func (s *scored) inputs(dst []Input) []Input { return append(dst, s.last) }

func (s *scored) explain(holds bool) string {
	limit := s.rule.limit.Value()
	if !holds {
		known := ""
		if !s.result.Complete() {
			known = " of the known inputs"
		}
		return fmt.Sprintf("%v %v%s no longer reaches %v", s.chart, s.result.Value, known, limit)
	}
	least := ""
	if !s.result.Complete() {
		least = "at least "
	}
	return fmt.Sprintf("%v %s%v%s reaches %v", s.chart, least, s.result.Value, parts(&s.result), limit)
}

// parts lists the parameters with points: " (pulse 2, temperature 1)".
func parts(r *score.Result) string {
	var texts []string
	for p, n := range r.Points {
		if n != 0 {
			texts = append(texts, fmt.Sprintf("%v %d", score.Parameter(p), n))
		}
	}
	if texts == nil {
		return ""
	}
	return " (" + strings.Join(texts, ", ") + ")"
}

func (s *scored) appendState(dst []byte) []byte {
	dst = appendInt(appendBool(appendInput(dst, &s.last), s.known), s.now)
	in, _ := s.in.AppendBinary(nil) // does not fail
	return append(appendInt(dst, int64(len(in))), in...)
}

// maxInputs bounds the inputs of a score in a state.
const maxInputs = 1 << 10

func (s *scored) loadState(b []byte) ([]byte, error) {
	r := stateReader{b: b}
	s.last, s.known, s.now = r.input(), r.bool(), r.int()
	in := r.bytes(maxInputs)
	if r.bad || s.in.UnmarshalBinary(in) != nil {
		return nil, errState
	}
	if s.known {
		s.result = s.within()
	}
	return r.done()
}

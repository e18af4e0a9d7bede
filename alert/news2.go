package alert

import (
	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

func isNEWS2Input(k vitals.Kind) bool {
	_, ok := score.NEWS2Parameter(k)
	return ok
}

// noRelief are the doubts with which a reading raises a score and does not lower
// it. A value beyond what the device can measure has no number to rely on.
const noRelief = doubtful | vitals.Absent

// inputs are the last known inputs of a score, of whatever age.
type inputs struct {
	news2 score.NEWS2
	at    [score.ParameterCount]int64
	known score.Parameters
	now   int64 // the newest of at
}

// update enters a usable reading. It returns false if that leaves the inputs as
// they were. A doubtful value replaces one of fewer points or one too old to
// count, no other; so does a value of the same instant.
func (s *inputs) update(r *vitals.Reading, at, keepAge int64) bool {
	p, _ := score.NEWS2Parameter(r.Kind)
	known := s.known.Has(p)
	if known && at < s.at[p] {
		return false // another kind, such as the pulse of another device, was newer
	}
	weak := known && (at == s.at[p] || r.Quality.Has(noRelief) && s.now-s.at[p] <= keepAge)
	if weak {
		before, _ := s.news2.Score()
		changed := s.news2
		if _, ok := changed.Set(*r); !ok {
			return false
		}
		if after, _ := changed.Score(); after.Points[p] < before.Points[p] {
			return false
		}
		s.news2 = changed
	} else if _, ok := s.news2.Set(*r); !ok {
		return false
	}
	s.at[p] = at
	s.known |= 1 << p
	s.now = max(s.now, at)
	return true
}

// within is the score of the inputs that are not older than maxAge; aged tells
// whether any was.
func (s *inputs) within(maxAge int64) (r score.Result, aged bool) {
	for p := range score.Parameter(score.ParameterCount) {
		if s.known.Has(p) && s.now-s.at[p] > maxAge {
			aged = true
		}
	}
	if !aged {
		r, _ = s.news2.Score() // Set let nothing impossible in
		return r, false
	}
	fresh := s.news2
	for p := range score.Parameter(score.ParameterCount) {
		if s.known.Has(p) && s.now-s.at[p] > maxAge {
			fresh.Clear(p)
		}
	}
	r, _ = fresh.Score()
	return r, true
}

// rate evaluates a score rule after its inputs have changed.
func (e *Engine) rate(p *patient, i int, rule *Rule, r *vitals.Reading) {
	s := p.score
	result, aged := s.within(int64(rule.maxAge))
	hit := result.Total >= rule.total
	contrary := !hit && !r.Quality.Has(noRelief)
	if contrary && aged { // what has aged has not improved
		last, _ := s.news2.Score()
		contrary = last.Total < rule.total
	}
	v := evidence{quality: r.Quality, device: r.Device, score: result}
	v.value = vitals.UnitScore.Of(vitals.Decimal{Coef: int64(result.Total)})
	e.step(p, i, s.now, hit, contrary, contrary, &v)
}

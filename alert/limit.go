package alert

import (
	"fmt"

	"github.com/telemed-go/sdk/vitals"
)

// compare holds a reading against the limits of Above, Below and Outside,
// exactly. All false means that it proves nothing.
func (r *Rule) compare(rd *vitals.Reading) (hit, contrary, clear bool) {
	switch {
	case rd.Quality.Has(vitals.AboveRange):
		return r.side != below, false, false
	case rd.Quality.Has(vitals.BelowRange):
		return r.side != above, false, false
	}
	d, ok := r.inLimitUnit(rd.Quantity)
	if !ok {
		return false, false, false // too large to convert
	}
	switch side := d.Cmp(r.limit.Value()); r.side {
	case above:
		hit = side > 0
	case outside:
		hit = side < 0 || d.Cmp(r.high.Value()) > 0
	default:
		hit = side < 0
	}
	contrary = !hit && !rd.Quality.Has(doubtful)
	clear = contrary
	if clear && !r.clear.IsZero() {
		back := d.Cmp(r.back)
		clear = back == 0 || back < 0 == (r.side == above)
	}
	return hit, contrary, clear
}

// limited is the detector of a limit where the engine does not evaluate it
// itself. Its state is the last reading.
type limited struct {
	rule *Rule
	last Input
}

func (l *limited) put(r *vitals.Reading, at int64) verdict {
	l.last = inputOf(r)
	hit, contrary, clear := l.rule.compare(r)
	return verdict{hit: hit, contrary: contrary, clear: clear, since: at, ev: evidenceOf(&l.last)}
}

func (l *limited) pass(int64) verdict         { return verdict{ev: evidenceOf(&l.last)} }
func (l *limited) due() int64                 { return never }
func (l *limited) note(string, int64)         {}
func (l *limited) inputs(dst []Input) []Input { return append(dst, l.last) }

func (l *limited) explain(holds bool) string { return l.rule.limitText(&l.last, holds) }

func (l *limited) appendState(dst []byte) []byte { return appendInput(dst, &l.last) }

func (l *limited) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	l.last = s.input()
	return s.done()
}

// limitText says how a reading stands to the limits.
func (r *Rule) limitText(i *Input, holds bool) string {
	s := fmt.Sprintf("%v %s ", r.kind, i.valueText())
	switch {
	case !holds && !r.clear.IsZero():
		return s + "back to " + r.clear.String()
	case !holds:
		s += "no longer "
	}
	return s + r.word() + " " + r.limitsText()
}

func (r *Rule) limitsText() string {
	if r.side == outside {
		return r.limit.Value().String() + " to " + r.high.String()
	}
	return r.limit.String()
}

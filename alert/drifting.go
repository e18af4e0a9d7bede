package alert

import (
	"fmt"
	"math"

	"github.com/telemed-go/sdk/vitals"
)

// drifting is the detector of drift: five numbers and a reading.
type drifting struct {
	drift
	rule     *Rule
	by       float64 // of MACD
	last     Input
	n        int32   // readings learned, up to a million
	mean, m2 float64 // of the warm-up; m2 is the sum of squared deviations
	a, b     float64 // of the chart
	far      float64 // at the last reading; 1 is the limit
}

// maxLearned is where counting readings ends. Nothing depends on more.
const maxLearned = 1 << 20

func (d *drifting) put(r *vitals.Reading, at int64) verdict {
	d.last, d.far = inputOf(r), 0
	v := verdict{since: at, ev: evidenceOf(&d.last)}
	n, ok := number(r, d.rule.kind.Unit())
	if !ok {
		return v
	}
	x := float64(n) / 1e6
	if d.n < d.chart.warmup() {
		if certain(r) {
			d.learn(x)
		}
		return v
	}
	a, b := d.a, d.b
	d.far = d.chart.step(d, x)
	v.hit = d.far > 1
	v.contrary = !v.hit && certain(r)
	v.clear = v.contrary
	if certain(r) {
		d.n = min(d.n+1, maxLearned)
	} else {
		d.a, d.b = a, b
	}
	return v
}

// learn enters a value of the warm-up (Welford 1962).
func (d *drifting) learn(x float64) {
	d.n++
	delta := x - d.mean
	d.mean += delta / float64(d.n)
	d.m2 += float64(delta * (x - d.mean))
	if m, ok := d.chart.(MACD); ok {
		if d.n == 1 {
			d.a, d.b = x, x
		}
		m.step(d, x)
	}
}

// sd is the standard deviation of the warm-up. A device that always shows the
// same number has not thereby no error: it is at least 0.5 % of the mean.
func (d *drifting) sd() float64 {
	least := max(math.Abs(d.mean)/200, 1e-6)
	return max(math.Sqrt(d.m2/float64(d.chart.warmup()-1)), least)
}

func (d *drifting) directed(far float64) float64 {
	switch d.direction {
	case Up:
		return far
	case Down:
		return -far
	}
	return math.Abs(far)
}

func (d *drifting) pass(int64) verdict         { return verdict{ev: evidenceOf(&d.last)} }
func (d *drifting) due() int64                 { return never }
func (d *drifting) note(string, int64)         {}
func (d *drifting) inputs(dst []Input) []Input { return append(dst, d.last) }

func (d *drifting) explain(holds bool) string {
	s := fmt.Sprintf("%v %s", d.rule.kind, d.last.valueText())
	if !holds {
		return fmt.Sprintf("%s no longer drifts %v (%s)", s, d.direction, d.chart.name())
	}
	s += fmt.Sprintf(" drifts %v, %s at %s times its limit", d.direction, d.chart.name(), rounded(d.far))
	if _, ok := d.chart.(MACD); ok {
		return s
	}
	return fmt.Sprintf("%s; usual %s, standard deviation %s %v", s, rounded(d.mean), rounded(d.sd()), d.rule.kind.Unit())
}

// rounded shows two fraction digits.
func rounded(f float64) string {
	return vitals.Decimal{Coef: int64(math.Round(f * 100)), Exp: -2}.String()
}

func (d *drifting) appendState(dst []byte) []byte {
	dst = appendInt(appendInput(dst, &d.last), int64(d.n))
	for _, f := range [...]float64{d.mean, d.m2, d.a, d.b, d.far} {
		dst = appendFloat(dst, f)
	}
	return dst
}

func (d *drifting) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	d.last, d.n = s.input(), int32(s.upTo(maxLearned))
	for _, f := range [...]*float64{&d.mean, &d.m2, &d.a, &d.b, &d.far} {
		*f = s.float()
	}
	return s.done()
}

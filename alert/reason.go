package alert

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// reason explains why the alarm was raised. The detector is nil for a plain
// rule.
func (r *Rule) reason(d detector, v *evidence) string {
	var s string
	switch {
	case d != nil:
		s = d.explain(true)
	case r.cond == missing:
		return r.silenceText()
	default:
		s = fmt.Sprintf("%v %s %s %s", r.kind, measured(v), r.word(), r.limitsText())
	}
	if r.delay > 0 {
		s += " for " + r.delay.String()
	}
	if v.score != nil && !v.score.Complete() {
		s += "; not known: " + v.score.Missing.String()
	}
	if d := v.quality & doubtful; d != 0 {
		s += "; doubtful: " + d.String()
	}
	return s
}

// relief explains why the alarm ended.
func (r *Rule) relief(d detector, v *evidence, after time.Duration) string {
	switch {
	case d != nil:
		return fmt.Sprintf("%s, after %v", d.explain(false), after)
	case r.cond == missing:
		return fmt.Sprintf("%v: data again after %v", r.kind, after)
	}
	if !r.clear.IsZero() {
		return fmt.Sprintf("%v %s back to %v, after %v", r.kind, measured(v), r.clear, after)
	}
	return fmt.Sprintf("%v %s no longer %s %v, after %v", r.kind, measured(v), r.word(), r.limit, after)
}

// measured is the value as the device sent it.
func measured(v *evidence) string {
	switch {
	case v.quality.Has(vitals.AboveRange):
		return "above what the device can measure,"
	case v.quality.Has(vitals.BelowRange):
		return "below what the device can measure,"
	case v.value.Unit() == vitals.UnitOne:
		return v.value.Value().String()
	}
	return v.value.String()
}

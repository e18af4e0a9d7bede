package alert

import (
	"fmt"
	"strings"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// reason explains why the alarm was raised.
func (r *Rule) reason(v *evidence) string {
	var s string
	switch r.cond {
	case missing:
		return fmt.Sprintf("%v: no usable data for %v", r.kind, r.after)
	case news2:
		least := ""
		if !v.score.Complete() {
			least = "at least "
		}
		s = fmt.Sprintf("NEWS2 %s%d%s reaches %d", least, v.score.Total, parts(v.score), r.total)
	default:
		s = fmt.Sprintf("%v %s %s %v", r.kind, measured(v), r.word(), r.limit)
	}
	if r.delay > 0 {
		s += " for " + r.delay.String()
	}
	if r.cond == news2 && !v.score.Complete() {
		s += "; not known: " + v.score.Missing.String()
	}
	if d := v.quality & doubtful; d != 0 {
		s += "; doubtful: " + d.String()
	}
	return s
}

// relief explains why the alarm ended.
func (r *Rule) relief(v *evidence, after time.Duration) string {
	switch r.cond {
	case missing:
		return fmt.Sprintf("%v: data again after %v", r.kind, after)
	case news2:
		if !v.score.Complete() {
			return fmt.Sprintf("NEWS2 %d of the known inputs no longer reaches %d, after %v", v.score.Total, r.total, after)
		}
		return fmt.Sprintf("NEWS2 %d no longer reaches %d, after %v", v.score.Total, r.total, after)
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

// parts lists the parameters with points: " (pulse 2, temperature 1)".
func parts(r score.Result) string {
	var b strings.Builder
	for p, n := range r.Points {
		if n == 0 {
			continue
		}
		sep := ", "
		if b.Len() == 0 {
			sep = " ("
		}
		fmt.Fprintf(&b, "%s%v %d", sep, score.Parameter(p), n)
	}
	if b.Len() > 0 {
		b.WriteByte(')')
	}
	return b.String()
}

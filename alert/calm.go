package alert

import "github.com/telemed-go/sdk/vitals"

// calm is what makes nearly all readings cheap: values of one kind that no limit
// of the default rules objects to. While no alarm of the kind stands or pends,
// such a value changes nothing, and the limits need not be looked at one by one.
type calm struct {
	known     bool // all limits are in the unit of the kind
	unit      vitals.Unit
	low, high vitals.Decimal
	hasLow    bool
	hasHigh   bool
	detected  []int32 // rules that want every reading
	limits    []int32 // the others
}

func (b *ruleBook) calm(w *watch) calm {
	c := calm{known: true, unit: w.unit}
	for _, i := range w.rules {
		r := &b.rules[i]
		if b.detectors[i] != 0 {
			c.detected = append(c.detected, i)
			continue
		}
		c.limits = append(c.limits, i)
		if r.cond == missing {
			continue
		}
		limit := r.limit.Value()
		switch {
		case r.limit.Unit() != w.unit:
			c.known = false
		case r.cond == above && (!c.hasHigh || limit.Cmp(c.high) < 0):
			c.high, c.hasHigh = limit, true
		case r.cond == below && (!c.hasLow || limit.Cmp(c.low) > 0):
			c.low, c.hasLow = limit, true
		}
	}
	return c
}

// holds reports whether a usable value lies within all limits.
func (c *calm) holds(r *vitals.Reading) bool {
	if !c.known || r.Quantity.Unit() != c.unit || r.Quality.Has(vitals.AboveRange|vitals.BelowRange) {
		return false
	}
	v := r.Quantity.Value()
	return (!c.hasLow || v.Cmp(c.low) >= 0) && (!c.hasHigh || v.Cmp(c.high) <= 0)
}

// idle reports whether nothing pends or stands of some rules.
func (p *patient) idle(rules []int32) bool {
	if p.busy == 0 {
		return true
	}
	for _, i := range rules {
		if p.state(int(i)) != 0 {
			return false
		}
	}
	return true
}

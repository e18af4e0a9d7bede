package alert

import (
	"fmt"

	"github.com/telemed-go/sdk/vitals"
)

// Outside is the rule that a value of kind k must lie between two limits, both
// allowed, given in one unit. The priority is [Medium]. Where the two sides
// need different priorities, write [Below] and [Above].
func Outside(k vitals.Kind, low, high vitals.Quantity) Rule {
	r := Rule{cond: outside, side: outside, kind: k, limit: low, high: high, priority: Medium}
	r.name = fmt.Sprintf("%v outside %v to %v", k, low.Value(), high)
	if r = r.checkKind().checkUnit("low", low).checkUnit("high", high); r.err != nil {
		return r
	}
	switch {
	case low.Unit() != high.Unit():
		return r.failAt("high", "the limits are in different units")
	case low.Value().Cmp(high.Value()) >= 0:
		return r.failAt("low", "the lower limit is not below the upper: no value would be allowed")
	case !reachable(k, low, below) && !reachable(k, high, above):
		return r.fail("no value of the kind can be outside")
	}
	return r
}

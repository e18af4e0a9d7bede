package escalate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// A Route says whose alarms go through a chain. Of the routes that fit, that of
// the patient goes before that of the group, that before the others; then the one
// with the highest priority counts, then the first. An alarm that no route fits
// is told to nobody: a route without patient, group and priority fits all.
type Route struct {
	Patient  vitals.PatientID // zero: any, and alarms of nobody, such as of a gateway
	Group    string           // as [Config.Group] tells it; empty: any
	Priority alert.Priority   // at least this
	Chain    Chain
}

// routes are checked routes, of each patient and of all, the most specific first.
type routes map[vitals.PatientID][]route

type route struct {
	Route
	chain *chain
}

func compileRoutes(rs []Route, channels map[string]Notifier) (routes, error) {
	out := make(routes)
	for i, r := range rs {
		c, err := r.Chain.compile()
		if err == nil {
			err = c.reachable(channels)
		}
		if err != nil {
			return nil, fmt.Errorf("route %d: %w", i+1, err)
		}
		out[r.Patient] = append(out[r.Patient], route{r, c})
	}
	for _, of := range out {
		slices.SortStableFunc(of, func(a, b route) int {
			return cmp.Or(-cmp.Compare(min(len(a.Group), 1), min(len(b.Group), 1)), -cmp.Compare(a.Priority, b.Priority))
		})
	}
	return out, nil
}

// reachable finds recipients without a notifier.
func (c *chain) reachable(channels map[string]Notifier) error {
	for i, s := range c.Steps {
		for j, to := range s.To {
			if channels[to.Channel] == nil {
				return fmt.Errorf("%w: step %d: recipient %d: no notifier for the channel", ErrChain, i+1, j+1)
			}
		}
	}
	return nil
}

// of is the chain of an alarm, nil if there is none.
func (rs routes) of(e *alert.Event, group func(vitals.PatientID) string) *chain {
	name := ""
	if group != nil && !e.Patient.IsZero() {
		name = group(e.Patient)
	}
	for _, r := range rs[e.Patient] {
		if r.fits(e, name) {
			return r.chain
		}
	}
	if e.Patient.IsZero() {
		return nil
	}
	for _, r := range rs[vitals.PatientID{}] {
		if r.fits(e, name) {
			return r.chain
		}
	}
	return nil
}

func (r *route) fits(e *alert.Event, group string) bool {
	return e.Priority >= r.Priority && (r.Group == "" || r.Group == group)
}

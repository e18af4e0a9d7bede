package peers

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// conditions are the parts of the rules that are text in an expression
// language.
type conditions interface {
	// low is the condition of a limit, by its index.
	low(limit int, percent float64, raised bool) (bool, error)
	silent(seconds float64) (bool, error)
}

// lowText and missingText are the conditions as expr and CEL both have them.
func lowText(l limit) string {
	return fmt.Sprintf("percent < %d.0 || raised && percent < %d.0", l.below, l.clear)
}

func missingText() string { return fmt.Sprintf("seconds >= %.1f", dataAfter.Seconds()) }

// byHand is the state that somebody writes around an expression language: a
// delay, a raised alarm that stays until it has recovered, and missing data.
type byHand struct {
	conditions
	limits  []limit
	changed tell
	index   map[vitals.PatientID]int
	beds    []bed
}

type bed struct {
	id      vitals.PatientID
	heard   time.Time // the newest reading
	data    time.Time // the newest usable reading
	missing bool
	alarms  []alarm // by limit
}

type alarm struct {
	since  time.Time // of the first low value, zero when it is not low
	raised bool
}

func newByHand(c conditions, limits []limit, changed tell) *byHand {
	return &byHand{conditions: c, limits: limits, changed: changed, index: make(map[vitals.PatientID]int)}
}

func (h *byHand) put(batch []vitals.Reading) error {
	for i := range batch {
		if err := h.reading(&batch[i]); err != nil {
			return err
		}
	}
	return nil
}

func (h *byHand) reading(r *vitals.Reading) error {
	i, ok := h.index[r.Patient]
	if !ok {
		i = len(h.beds)
		h.index[r.Patient] = i
		h.beds = append(h.beds, bed{id: r.Patient, alarms: make([]alarm, len(h.limits))})
	}
	b := &h.beds[i]
	if !r.At.After(b.heard) {
		return nil
	}
	b.heard = r.At
	if r.Quality.Has(vitals.NoContact) {
		return nil
	}
	b.data = r.At
	if b.missing {
		b.missing = false
		h.changed(b.id, missingRule, false, r.At)
	}
	percent := r.Quantity.Value().Float64()
	for i := range b.alarms {
		a := &b.alarms[i]
		low, err := h.low(i, percent, a.raised)
		switch {
		case err != nil:
			return err
		case low && a.since.IsZero():
			a.since = r.At
		case !low && a.raised:
			*a = alarm{}
			h.changed(b.id, h.limits[i].name, false, r.At)
		case !low:
			*a = alarm{}
		}
	}
	return nil
}

func (h *byHand) advance(now time.Time) error {
	for i := range h.beds {
		b := &h.beds[i]
		for j := range b.alarms {
			if a := &b.alarms[j]; !a.raised && !a.since.IsZero() && now.Sub(a.since) >= lowDelay {
				a.raised = true
				h.changed(b.id, h.limits[j].name, true, a.since.Add(lowDelay))
			}
		}
		if b.missing {
			continue
		}
		late, err := h.silent(now.Sub(b.data).Seconds())
		if err != nil {
			return err
		}
		if late {
			b.missing = true
			h.changed(b.id, missingRule, true, b.data.Add(dataAfter))
		}
	}
	return nil
}

// plainGo is what the conditions cost without any language: the floor.
type plainGo []struct{ below, clear float64 }

func newPlainGo(limits []limit, changed tell) (monitor, error) {
	g := make(plainGo, len(limits))
	for i, l := range limits {
		g[i].below, g[i].clear = float64(l.below), float64(l.clear)
	}
	return newByHand(g, limits, changed), nil
}

func (g plainGo) low(limit int, percent float64, raised bool) (bool, error) {
	return percent < g[limit].below || raised && percent < g[limit].clear, nil
}

func (plainGo) silent(seconds float64) (bool, error) { return seconds >= dataAfter.Seconds(), nil }

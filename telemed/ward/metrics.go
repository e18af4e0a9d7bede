package ward

import (
	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
)

var _ telemed.Measured = (*Ward)(nil)

// Metrics implements [telemed.Measured].
func (w *Ward) Metrics(yield func(telemed.Metric) bool) {
	var standing [alert.High + 1]int
	w.mu.Lock()
	patients, subscriptions := len(w.beds), len(w.subscriptions)
	for _, b := range w.beds {
		for i := range b.alarms {
			standing[min(b.alarms[i].Priority, alert.High)]++
		}
	}
	w.mu.Unlock()
	all := []telemed.Metric{
		{Name: "telemed_ward_patients", Help: "Patients of whom the ward knows something.", Value: float64(patients)},
		{Name: "telemed_ward_subscriptions", Help: "Screens that follow the ward.", Value: float64(subscriptions)},
	}
	for p, n := range standing {
		all = append(all, telemed.Metric{Name: "telemed_ward_alarms", Help: "Alarms that stand, by priority.", Part: alert.Priority(p).String(), Value: float64(n)})
	}
	for _, m := range all {
		if !yield(m) {
			return
		}
	}
}

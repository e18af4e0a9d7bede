package ward_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// metrics returns the values of a name by part.
func metrics(m telemed.Measured, name string) map[string]float64 {
	all := make(map[string]float64)
	for m := range m.Metrics {
		if m.Name == name {
			all[m.Part] = m.Value
		}
	}
	return all
}

func TestWardMetrics(t *testing.T) {
	var w ward.Ward
	for i, e := range []alert.Event{
		{Patient: vitals.NewPatientID("a"), Priority: alert.High, State: alert.Active},
		{Patient: vitals.NewPatientID("a"), Priority: alert.Low, State: alert.Active},
		{Patient: vitals.NewPatientID("b"), Priority: alert.High, State: alert.Acknowledged},
		{Patient: vitals.NewPatientID("b"), Priority: alert.Medium, State: alert.Ended},
	} {
		e.ID[0] = byte(i)
		if err := w.Notify(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	s := w.Subscribe()
	if got := fmt.Sprint(metrics(&w, "telemed_ward_alarms")); got != "map[high:2 information:0 low:1 medium:0]" {
		t.Errorf("alarms: %s", got)
	}
	patients, screens := metrics(&w, "telemed_ward_patients")[""], metrics(&w, "telemed_ward_subscriptions")[""]
	if patients != 2 || screens != 1 {
		t.Errorf("%v patients and %v screens, want 2 and 1", patients, screens)
	}
	s.Close()
	for range w.Metrics { // may stop early
		break
	}
}

package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// values are the metrics of a part by name.
func values(m telemed.Measured) map[string]float64 {
	all := make(map[string]float64)
	for m := range m.Metrics {
		all[m.Name] = m.Value
	}
	return all
}

func checkValues(t *testing.T, what string, m telemed.Measured, want map[string]float64) {
	t.Helper()
	got := values(m)
	for name, v := range want {
		if have, ok := got[name]; !ok || have != v {
			t.Errorf("%s: %s = %v (told: %v), want %v", what, name, have, ok, v)
		}
	}
}

func TestLogMetrics(t *testing.T) {
	l, err := store.Open(filepath.Join(t.TempDir(), "log.db"), store.Quota(1000, store.DropUnread))
	if err != nil {
		t.Fatal(err)
	}
	checkValues(t, "new", l, map[string]float64{
		"telemed_log_failed": 0, "telemed_log_records": 0, "telemed_log_bytes": 0, "telemed_log_quota_bytes": 1000,
		"telemed_log_dead_letters": 0, "telemed_log_held_frames": 0, "telemed_log_held_devices": 0,
	})
	if err := l.SetCursor(t.Context(), "ehr", 0); err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		if err := l.Append(t.Context(), []vitals.Reading{telemedtest.Reading("a", n)}); err != nil {
			t.Fatal(err)
		}
	}
	letters := make([]telemed.DeadLetter, 3)
	if err := l.Reject(t.Context(), letters); err != nil {
		t.Fatal(err)
	}
	frames := []device.Frame{{Device: "x"}, {Device: "y"}, {Device: "x"}}
	if _, err := l.Hold(t.Context(), frames); err != nil {
		t.Fatal(err)
	}
	s, err := l.Stats()
	if err != nil || s.Dropped == 0 {
		t.Fatalf("%+v, %v: the quota dropped nothing", s, err)
	}
	checkValues(t, "used", l, map[string]float64{
		"telemed_log_failed": 0, "telemed_log_records": float64(s.Records), "telemed_log_bytes": float64(s.Bytes),
		"telemed_log_file_bytes": float64(s.File), "telemed_log_dropped_total": float64(s.Dropped), "telemed_log_lost_total": float64(s.Lost),
		"telemed_log_dead_letters": 3, "telemed_log_held_frames": 3, "telemed_log_held_devices": 2,
	})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(values(l)); got != "map[telemed_log_failed:1 telemed_log_refused_total:0]" {
		t.Errorf("closed: %s", got)
	}
	for range l.Metrics { // may stop early
		break
	}
}

func TestOutboxMetrics(t *testing.T) {
	o, err := store.OpenOutbox(filepath.Join(t.TempDir(), "outbox.db"), store.Capacity(4096, store.RefuseNew))
	if err != nil {
		t.Fatal(err)
	}
	checkValues(t, "new", o, map[string]float64{"telemed_outbox_failed": 0, "telemed_outbox_capacity_bytes": 4096})
	if values(o)["telemed_outbox_file_bytes"] <= 0 {
		t.Error("an outbox without a file")
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	checkValues(t, "closed", o, map[string]float64{"telemed_outbox_failed": 1})
}

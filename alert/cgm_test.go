package alert_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// cgmReadings are the continuous glucose readings of eleven people (Hall et al.
// 2018) by person. They are not in the repository: TELEMED_DATA says where.
func cgmReadings(t testing.TB) map[string][]vitals.Reading {
	t.Helper()
	dir := os.Getenv("TELEMED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "alert", "hall2018_11subj_dexcomg4.csv"))
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skipf("no shared data (set TELEMED_DATA): %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]vitals.Reading)
	for _, row := range rows[1:] {
		seconds, err1 := strconv.ParseInt(row[1], 10, 64)
		value, err2 := strconv.ParseInt(row[3], 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("row %q: %v %v", row, err1, err2)
		}
		all[row[0]] = append(all[row[0]], vitals.Reading{
			Patient: vitals.NewPatientID(row[0]), Device: "cgm", Kind: vitals.GlucoseISF,
			Quantity: vitals.MgPerDL(value), At: time.Unix(seconds, 0),
		})
	}
	return all
}

type interval struct{ from, to time.Time }

// below finds the stretches of readings below a limit from whose first to whose
// last it is at least a quarter of an hour. A gap of more than that ends one.
func below(readings []vitals.Reading, limit int64) (events []interval) {
	var now interval
	in := false
	done := func() {
		if in && now.to.Sub(now.from) >= 15*time.Minute {
			events = append(events, now)
		}
		in = false
	}
	for _, r := range readings {
		low := r.Quantity.Value().Coef < limit
		if in && (!low || r.At.Sub(now.to) > 15*time.Minute) {
			done()
		}
		if low {
			if !in {
				in, now.from = true, r.At
			}
			now.to = r.At
		}
	}
	done()
	return events
}

type burden struct {
	alarms, events, detected int
	standing                 int           // of detected: by an alarm that stood already
	delay                    time.Duration // in sum, of those detected
}

// measure runs a rule over everybody. An event is detected by an alarm that
// begins in the hour before it or during it, or that stands when it begins.
func measure(t testing.TB, all map[string][]vitals.Reading, rule alert.Rule) (b burden) {
	t.Helper()
	for _, readings := range all {
		e, rec := engine(t, rule)
		if err := e.Put(t.Context(), readings); err != nil {
			t.Fatal(err)
		}
		var alarms []interval
		for _, ev := range rec.events {
			switch ev.State {
			case alert.Active:
				alarms = append(alarms, interval{ev.At, time.Time{}})
			case alert.Ended:
				alarms[len(alarms)-1].to = ev.At
			}
		}
		b.alarms += len(alarms)
		for _, ev := range below(readings, 70) {
			b.events++
			for _, a := range alarms {
				stands := a.from.Before(ev.from) && (a.to.IsZero() || a.to.After(ev.from))
				if stands || !a.from.Before(ev.from.Add(-time.Hour)) && !a.from.After(ev.to) {
					b.detected++
					if stands {
						b.standing++
					}
					b.delay += max(0, a.from.Sub(ev.from))
					break
				}
			}
		}
	}
	return b
}

// The burden of "below 70 mg/dL" on 160 days of sensor data. Hysteresis with a
// clear time must take at least 30 % of the alarms away, and neither an event
// nor a minute.
func TestCGMAlarmBurden(t *testing.T) {
	all := cgmReadings(t)
	low := alert.Below(vitals.GlucoseISF, vitals.MgPerDL(70))
	plain := measure(t, all, low)
	if plain.alarms != 50 || plain.detected != plain.events || plain.events < 25 || plain.delay != 0 {
		t.Errorf("plain: %+v, want 50 alarms, every event, no delay", plain)
	}
	for _, c := range []struct {
		name   string
		rule   alert.Rule
		alarms float64 // at most, of plain
	}{
		{"clear at +5", low.ClearAt(vitals.MgPerDL(75)), 0.76},
		{"clear at +5 for 15 min", low.ClearAt(vitals.MgPerDL(75)).ClearAfter(15 * time.Minute), 0.74},
		{"clear at +5 for 30 min", low.ClearAt(vitals.MgPerDL(75)).ClearAfter(30 * time.Minute), 0.70},
		{"clear at +10 for 60 min", low.ClearAt(vitals.MgPerDL(80)).ClearAfter(time.Hour), 0.64},
	} {
		b := measure(t, all, c.rule)
		part := float64(b.alarms) / float64(plain.alarms)
		t.Logf("%s: %d alarms, %.2f of plain, %d of %d events, %d of them under a standing alarm, delay %v",
			c.name, b.alarms, part, b.detected, b.events, b.standing, b.delay)
		if part > c.alarms || float64(b.detected) < 0.97*float64(b.events) || b.delay > plain.delay {
			t.Errorf("%s: %d alarms, %.2f of plain, %d of %d events, delay %v; want at most %.2f, 97 %% and none",
				c.name, b.alarms, part, b.detected, b.events, b.delay, c.alarms)
		}
	}
}

package replay_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/replay"
	"github.com/telemed-go/sdk/vitals"
)

var (
	start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	alice = vitals.NewPatientID("alice")
)

// sensor is a reading each five minutes.
func sensor(values ...int64) []vitals.Reading {
	var all []vitals.Reading
	for i, v := range values {
		all = append(all, vitals.Reading{
			Patient: alice, Device: "sensor", Kind: vitals.GlucoseISF, Quantity: vitals.MgPerDL(v),
			At: start.Add(time.Duration(i) * 5 * time.Minute),
		})
	}
	return all
}

func low(r alert.Rule) alert.RuleSet { return alert.RuleSet{Rules: []alert.Rule{r}} }

func ExampleComparison() {
	rule := alert.Below(vitals.GlucoseISF, vitals.MgPerDL(70))
	report, err := replay.Comparison{
		Before:   low(rule),
		After:    low(rule.ClearAt(vitals.MgPerDL(80))),
		Readings: slices.Values(sensor(90, 69, 71, 68, 72, 69, 90, 95, 60, 62, 99)),
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report)
	// Output:
	// -50 % alarms (4 to 2), 0 of 4 events missed
}

func TestComparison(t *testing.T) {
	rule := alert.Below(vitals.GlucoseISF, vitals.MgPerDL(70))
	at := func(n int) time.Time { return start.Add(time.Duration(n) * 5 * time.Minute) }
	readings := slices.Values(sensor(90, 69, 65, 66, 90, 90, 90, 90, 60, 90, 90, 90))
	events := []replay.Event{{alice, at(1), at(3)}, {alice, at(8), at(8)}, {alice, at(10), at(11)}, {vitals.NewPatientID("bob"), at(1), at(3)}}
	for _, c := range []struct {
		name   string
		after  alert.RuleSet
		events []replay.Event
		lead   time.Duration
		want   string
		delay  time.Duration
	}{
		{"the same", low(rule), events, 0, "+0 % alarms (2 to 2), 0 of 4 events missed", 0},
		{"a delay misses the short one", low(rule.For(10 * time.Minute)), events, 0, "-50 % alarms (2 to 1), 1 of 4 events missed", 10 * time.Minute},
		{"stricter", low(alert.Below(vitals.GlucoseISF, vitals.MgPerDL(61))), events, 0, "-50 % alarms (2 to 1), 1 of 4 events missed", 0},
		{"the reference is Before", low(alert.Below(vitals.GlucoseISF, vitals.MgPerDL(61))), nil, 0, "-50 % alarms (2 to 1), 1 of 2 events missed", 0},
		{"more is detected", low(alert.Below(vitals.GlucoseISF, vitals.MgPerDL(95))), events, 0, "-50 % alarms (2 to 1), 0 of 4 events missed, 1 more detected", 0},
		{"with a lead", low(rule), events, 15 * time.Minute, "+0 % alarms (2 to 2), 0 of 4 events missed", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := replay.Comparison{Before: low(rule), After: c.after, Readings: readings, Events: c.events, Lead: c.lead}.Run(t.Context())
			if err != nil || got.String() != c.want || got.After.Delay != c.delay {
				t.Errorf("got %q with a delay of %v, %v; want %q, %v", got, got.After.Delay, err, c.want, c.delay)
			}
		})
	}
}

func TestComparisonErrors(t *testing.T) {
	good := low(alert.Below(vitals.GlucoseISF, vitals.MgPerDL(70)))
	if _, err := (replay.Comparison{Before: good, Readings: slices.Values(sensor(90))}).Run(t.Context()); !errors.Is(err, alert.ErrRule) {
		t.Errorf("no rules after: %v", err)
	}
	bad := []vitals.Reading{{Patient: alice, Kind: vitals.GlucoseISF, Quantity: vitals.MgPerDL(60)}}
	if _, err := (replay.Comparison{Before: good, After: good, Readings: slices.Values(bad)}).Run(t.Context()); !errors.Is(err, alert.ErrTime) {
		t.Errorf("no time: %v", err)
	}
	if _, err := (replay.Comparison{Before: good, After: good}).Run(t.Context()); err == nil {
		t.Error("no error without readings")
	}
	if got, err := (replay.Comparison{Before: good, After: good, Readings: slices.Values(sensor())}).Run(t.Context()); err != nil || got.Events != 0 {
		t.Errorf("an empty sequence: %v, %v", got, err)
	}
}

package main

import (
	"context"
	"testing"
	"time"
)

// BenchmarkDay brings 24 hours of a patient, 8 signals a minute, over 64 kbit/s
// of which 5 % of the KiB break the connection.
func BenchmarkDay(b *testing.B) {
	var up, down, broken uint64
	var took, worst time.Duration
	for n := range b.N {
		o := options{patients: 1, outage: 24 * time.Hour, rate: 64, resets: 5, seed: uint64(n + 1)}
		f := operated(b.Context(), b, o, b.TempDir(), func(snapshot) {})
		checkFigures(b, f)
		up, down, broken, took, worst = up+f.syncUp, down+f.syncDown, broken+f.broken, took+f.sync, max(worst, f.sync)
	}
	count := float64(b.N)
	b.ReportMetric(float64(up+down)/count, "wire-B/day")
	b.ReportMetric(took.Seconds()/count, "s/day")
	b.ReportMetric(worst.Seconds(), "worst-s/day")
	b.ReportMetric(float64(broken)/count, "breaks/day")
}

// BenchmarkAlarmBehindMegabyte brings an alarm over 64 kbit/s while 1 MB of
// backlog is on its way: from the measurement to the hospital's ward.
func BenchmarkAlarmBehindMegabyte(b *testing.B) {
	var worst time.Duration
	var behind uint64
	for n := range b.N {
		ctx, stop := context.WithCancel(b.Context())
		o := options{patients: 50, outage: 24 * time.Hour, long: time.Minute, rate: 64, seed: uint64(n + 1)}
		f := operated(ctx, b, o, b.TempDir(), func(s snapshot) {
			if len(s.alarms) > 0 {
				stop()
			}
		})
		if len(f.alarms) == 0 || f.behind < 1_000_000 {
			b.Fatalf("%d alarms, %d bytes waited before them", len(f.alarms), f.behind)
		}
		worst, behind = max(worst, f.slow), f.behind
	}
	b.ReportMetric(worst.Seconds(), "worst-s/alarm")
	b.ReportMetric(float64(behind), "B-waiting")
}

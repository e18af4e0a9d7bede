package alert_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// million is an engine of very many patients with eight rules each, who were all
// heard of once, and a reading of each kind for them.
func million(b *testing.B, ids []vitals.PatientID, rules []alert.Rule, n alert.Notifier) (*alert.Engine, []vitals.Reading) {
	b.Helper()
	e, err := alert.NewEngine(n, rules...)
	if err != nil {
		b.Fatal(err)
	}
	one := []vitals.Reading{
		{Device: "monitor", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(72)},
		{Device: "monitor", Kind: vitals.SpO2, Quantity: vitals.Percent(97)},
		{Device: "monitor", Kind: vitals.RespiratoryRate, Quantity: vitals.PerMinute(15)},
		{Device: "monitor", Kind: vitals.TempEar, Quantity: vitals.CelsiusTenths(368)},
	}
	for i, id := range ids {
		at := sec(0).Add(time.Duration(i%1000) * time.Millisecond)
		for k := range one {
			one[k].Patient, one[k].At = id, at
		}
		if err := e.Restore(one); err != nil {
			b.Fatal(err)
		}
	}
	return e, one
}

func patientIDs(n int) []vitals.PatientID {
	ids := make([]vitals.PatientID, n)
	for i := range ids {
		ids[i] = vitals.NewPatientID(fmt.Sprint("patient ", i))
	}
	return ids
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func nobody(context.Context, alert.Event) error { return nil }

// BenchmarkMillion measures what many patients cost. A rule evaluation is one
// rule for one reading.
func BenchmarkMillion(b *testing.B) {
	patients := 1_000_000
	if testing.Short() {
		patients = 50_000
	}
	for _, c := range []struct {
		name  string
		rules []alert.Rule
		evals int
	}{
		{"8_rules", benchRules(), 8},
		{"8_rules_and_NEWS2", append(benchRules(), alert.NEWS2AtLeast(7)), 12},
	} {
		b.Run(c.name, func(b *testing.B) {
			ids := patientIDs(patients)
			empty := heap()
			e, one := million(b, ids, c.rules, alert.NotifyFunc(nobody))
			used := heap() - empty
			rng := rand.New(rand.NewPCG(1, 1))
			round := 0
			b.ReportAllocs()
			for b.Loop() {
				id := ids[rng.IntN(len(ids))]
				round++
				at := sec(10).Add(time.Duration(round) * time.Microsecond)
				for k := range one {
					one[k].Patient, one[k].At = id, at
				}
				if err := e.Put(b.Context(), one); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N*c.evals), "ns/eval")
			b.ReportMetric(float64(used)/float64(patients), "B/patient")
			b.ReportMetric(float64(used)/float64(patients*len(c.rules)), "B/patient-rule")

			begin := time.Now()
			snapshot := e.Snapshot(nil)
			b.ReportMetric(time.Since(begin).Seconds(), "s/snapshot")
			b.ReportMetric(float64(len(snapshot))/float64(patients), "snapshot-B/patient")
			again, err := alert.NewEngine(alert.NotifyFunc(nobody), c.rules...)
			if err != nil {
				b.Fatal(err)
			}
			begin = time.Now()
			if err := again.Load(snapshot); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(begin).Seconds(), "s/load")
		})
	}
}

// BenchmarkTimers lets a million armed timers fire, a thousandth at a time. The
// metric is how long after it was told the time the engine told of the last.
func BenchmarkTimers(b *testing.B) {
	patients := 1_000_000
	if testing.Short() {
		patients = 50_000
	}
	fired := 0
	count := alert.NotifyFunc(func(context.Context, alert.Event) error { fired++; return nil })
	var late []time.Duration
	for b.Loop() {
		b.StopTimer()
		e, _ := million(b, patientIDs(patients), []alert.Rule{alert.Missing(vitals.HeartRate, time.Minute)}, count)
		fired = 0
		b.StartTimer()
		for ms := range 1000 {
			begin := time.Now()
			if err := e.Advance(b.Context(), sec(60).Add(time.Duration(ms)*time.Millisecond)); err != nil {
				b.Fatal(err)
			}
			late = append(late, time.Since(begin))
		}
		if fired != patients {
			b.Fatalf("%d of %d timers fired", fired, patients)
		}
	}
	slices.Sort(late)
	b.ReportMetric(late[len(late)*99/100].Seconds()*1e3, "ms/p99")
	b.ReportMetric(late[len(late)-1].Seconds()*1e3, "ms/max")
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N*patients), "ns/timer")
}

// BenchmarkLatency puts 100,000 readings a second, one batch of 100 each
// millisecond, of which one in a thousand raises or ends an alarm, and reports
// how long a reading takes to the notifier.
func BenchmarkLatency(b *testing.B) {
	var begin time.Time
	var took []time.Duration
	ids := patientIDs(10_000)
	e, _ := million(b, ids, benchRules(), alert.NotifyFunc(func(context.Context, alert.Event) error {
		took = append(took, time.Since(begin))
		return nil
	}))
	batch := make([]vitals.Reading, 100)
	n := 0
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for b.Loop() {
		for i := range batch {
			n++
			batch[i] = vitals.Reading{
				Patient: ids[n%len(ids)], Device: "monitor", Kind: vitals.TempEar, Quantity: vitals.CelsiusTenths(368),
				At: sec(10).Add(time.Duration(n) * time.Microsecond),
			}
			if n%1000 == 0 {
				batch[i].Quantity = vitals.CelsiusTenths(int64(400 - 40*(n/len(ids)%2)))
			}
		}
		<-tick.C
		begin = time.Now()
		if err := e.Put(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	if len(took) > 0 {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "us/p99")
		b.ReportMetric(float64(len(took)), "events")
	}
}

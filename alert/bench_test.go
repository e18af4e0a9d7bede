package alert_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// benchRules concern four kinds, two rules each, so a round of four readings
// evaluates all eight.
func benchRules() []alert.Rule {
	return []alert.Rule{
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(30 * time.Second),
		alert.Missing(vitals.HeartRate, time.Minute),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10 * time.Second).ClearAt(vitals.Percent(92)),
		alert.Missing(vitals.SpO2, time.Minute),
		alert.Above(vitals.RespiratoryRate, vitals.PerMinute(30)).For(30 * time.Second),
		alert.Below(vitals.RespiratoryRate, vitals.PerMinute(8)).For(30 * time.Second),
		alert.Above(vitals.TempEar, vitals.CelsiusTenths(390)).ClearAt(vitals.CelsiusTenths(385)),
		alert.Below(vitals.TempEar, vitals.CelsiusTenths(350)),
	}
}

func BenchmarkEngine(b *testing.B) {
	for _, c := range []struct {
		name     string
		patients int
		rules    []alert.Rule
		evals    int // rule evaluations for each patient and round
	}{
		{"10k_patients_8_rules", 10_000, benchRules(), 8},
		{"10k_patients_8_rules_and_NEWS2", 10_000, append(benchRules(), alert.NEWS2AtLeast(7)), 12},
		{"1_patient_8_rules", 1, benchRules(), 8},
	} {
		b.Run(c.name, func(b *testing.B) {
			nobody := alert.NotifyFunc(func(context.Context, alert.Event) error { return nil })
			e, err := alert.NewEngine(nobody, c.rules...)
			if err != nil {
				b.Fatal(err)
			}
			batch := make([]vitals.Reading, 0, 4*c.patients)
			for i := range c.patients {
				p := vitals.NewPatientID(fmt.Sprint("patient ", i))
				for _, q := range []struct {
					k vitals.Kind
					q vitals.Quantity
				}{
					{vitals.HeartRate, vitals.PerMinute(72)},
					{vitals.SpO2, vitals.Percent(97)},
					{vitals.RespiratoryRate, vitals.PerMinute(15)},
					{vitals.TempEar, vitals.CelsiusTenths(368)},
				} {
					batch = append(batch, vitals.Reading{Patient: p, Device: "monitor", Kind: q.k, Quantity: q.q, At: sec(0)})
				}
			}
			round, used := 0, len(batch)
			if err := e.Restore(batch); err != nil { // make the patients
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() { // one iteration is one patient: four readings
				if used == len(batch) {
					used = 0
					round++
					at := sec(round)
					for i := range batch {
						batch[i].At = at
					}
				}
				if err := e.Put(b.Context(), batch[used:used+4]); err != nil {
					b.Fatal(err)
				}
				used += 4
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N*c.evals), "ns/eval")
		})
	}
}

func BenchmarkAdvance(b *testing.B) {
	e, err := alert.NewEngine(new(recorder), benchRules()...)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 100_000 {
		r := spo2(0, 97)
		r.Patient = vitals.NewPatientID(fmt.Sprint("patient ", i))
		if err := e.Put(b.Context(), []vitals.Reading{r}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Advance(b.Context(), sec(1)); err != nil {
			b.Fatal(err)
		}
	}
}

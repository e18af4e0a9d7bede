package alert_test

import (
	"runtime"
	"testing"

	"github.com/telemed-go/sdk/alert"
)

// BenchmarkLoad is a restart: a new process, in which no patient is known yet,
// reads the snapshot of many.
func BenchmarkLoad(b *testing.B) {
	const patients = 100_000
	snapshot := func() []byte {
		e, _ := million(b, patientIDs(patients), benchRules(), alert.NotifyFunc(nobody))
		return e.Snapshot(nil)
	}()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		runtime.GC() // forgets the identifiers of the round before
		runtime.GC()
		e, err := alert.NewEngine(alert.NotifyFunc(nobody), benchRules()...)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := e.Load(snapshot); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*patients), "ns/patient")
}

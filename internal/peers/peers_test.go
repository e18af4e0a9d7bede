package peers

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A peer is one of those compared, under its name in the results.
type peer struct {
	name string
	open func(tb testing.TB, limits []limit, changed tell) (monitor, error)
}

// peers lists the engine of the SDK first: the others are held against it.
func peers() []peer {
	return []peer{
		{"alert", func(_ testing.TB, l []limit, t tell) (monitor, error) { return newSDK(l, t) }},
		{"plain_go", func(_ testing.TB, l []limit, t tell) (monitor, error) { return newPlainGo(l, t) }},
		{"expr", func(_ testing.TB, l []limit, t tell) (monitor, error) { return newExpr(l, t) }},
		{"cel", func(_ testing.TB, l []limit, t tell) (monitor, error) { return newCEL(l, t) }},
		{"prometheus", func(tb testing.TB, l []limit, t tell) (monitor, error) { return newPrometheus(tb, l, t) }},
	}
}

// watch lets a monitor see so many steps and returns what it told, in the
// order of time.
func watch(t *testing.T, p peer, steps int, at func(s int) []vitals.Reading) []change {
	t.Helper()
	var told []change
	m, err := p.open(t, limits(), func(id vitals.PatientID, rule string, raised bool, at time.Time) {
		told = append(told, change{int(at.Sub(start()) / cadence), id.Reveal(), rule, raised})
	})
	if err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
	for s := range steps {
		if err := m.put(at(s)); err != nil {
			t.Fatalf("%s: step %d: readings: %v", p.name, s, err)
		}
		if err := m.advance(stepAt(s)); err != nil {
			t.Fatalf("%s: step %d: %v", p.name, s, err)
		}
	}
	slices.SortFunc(told, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.patient, b.patient), cmp.Compare(a.rule, b.rule))
	})
	return told
}

// The comparison is honest only if all do the same work.
func TestSameAlarms(t *testing.T) {
	const steps = 300
	for _, ward := range []struct {
		name     string
		patients int
		least    map[string]int // how often each alarm must have been raised
		script   func(ids []vitals.PatientID) func(s int) []vitals.Reading
	}{
		{"steady", 200, map[string]int{"below 90": 25}, func(ids []vitals.PatientID) func(int) []vitals.Reading {
			return func(s int) []vitals.Reading { return steady(nil, ids, s) }
		}},
		{"restless", 40, map[string]int{"below 90": 30, "below 92": 30, missingRule: 40}, func(ids []vitals.PatientID) func(int) []vitals.Reading {
			all := newRestless(ids, 7)
			return func(s int) []vitals.Reading {
				var batch []vitals.Reading
				for i := range all {
					batch = all[i].append(batch, s)
				}
				return batch
			}
		}},
	} {
		t.Run(ward.name, func(t *testing.T) {
			ids := patientIDs(ward.patients)
			want := watch(t, peers()[0], steps, ward.script(ids))
			count := map[string]int{}
			for _, c := range want {
				if c.raised {
					count[c.rule]++
				}
			}
			for rule, least := range ward.least {
				if count[rule] < least {
					t.Errorf("%q was raised %d times, want at least %d: the script proves too little", rule, count[rule], least)
				}
			}
			for _, p := range peers()[1:] {
				t.Run(p.name, func(t *testing.T) {
					if diff := differ(watch(t, p, steps, ward.script(ids)), want); diff != "" {
						t.Error(diff)
					}
				})
			}
		})
	}
}

// differ describes the first difference.
func differ(got, want []change) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("%d changes of %d, want next: %+v", i, len(want), want[i])
		case i >= len(want):
			return fmt.Sprintf("after all %d changes one more: %+v", i, got[i])
		case got[i] != want[i]:
			return fmt.Sprintf("change %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
	return ""
}

// BenchmarkWard is one step of 10,000 patients: a reading of each, then the
// time. Making the readings, and storing them for Prometheus, is not measured.
func BenchmarkWard(b *testing.B) {
	for _, ward := range []struct {
		name   string
		limits []limit
	}{
		{"2_rules", limits()[:1]},
		{"8_rules", limits()},
	} {
		for _, p := range peers() {
			b.Run(ward.name+"/"+p.name, func(b *testing.B) { benchmarkWard(b, p, ward.limits) })
		}
	}
}

func benchmarkWard(b *testing.B, p peer, limits []limit) {
	ids := patientIDs(10_000)
	told := 0
	m, err := p.open(b, limits, func(vitals.PatientID, string, bool, time.Time) { told++ })
	if err != nil {
		b.Fatal(err)
	}
	_, stores := m.(*prometheus)
	var batch []vitals.Reading
	s := 0
	step := func() { // the timer is stopped before and after
		batch = steady(batch[:0], ids, s)
		if !stores {
			b.StartTimer()
		}
		if err := m.put(batch); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := m.advance(stepAt(s)); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s++
	}
	b.StopTimer()
	for range 25 { // until every alarm has come and gone
		step()
	}
	if told == 0 {
		b.Fatal("nothing was raised")
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		step()
	}
	n := float64(b.N * len(ids))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/patient")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n/float64(len(limits)+1), "ns/rule")
}

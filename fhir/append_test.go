package fhir_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// data is the folder with the shared test data.
func data(t testing.TB, path ...string) string {
	t.Helper()
	root := os.Getenv("TELEMED_DATA")
	if root == "" {
		root = "../../shared/data"
	}
	name := filepath.Join(append([]string{root}, path...)...)
	if _, err := os.Stat(name); err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatalf("TELEMED_DATA: %v", err)
		}
		t.Skipf("no test data (set TELEMED_DATA): %v", err)
	}
	return name
}

var noon = time.Date(2024, 5, 1, 10, 11, 12, 0, time.FixedZone("", 2*60*60))

func bloodPressure() []vitals.Reading {
	r := vitals.Reading{Patient: vitals.NewPatientID("p1"), Device: "d1", At: noon, Stamped: true}
	var panel []vitals.Reading
	for _, part := range []struct {
		kind  vitals.Kind
		value vitals.Quantity
	}{
		{vitals.Systolic, vitals.MmHg(120)},
		{vitals.Diastolic, vitals.MmHg(80)},
		{vitals.MeanPressure, vitals.UnitMmHg.Of(vitals.Decimal{Coef: 933, Exp: -1})},
	} {
		r.Kind, r.Quantity = part.kind, part.value
		panel = append(panel, r)
	}
	return panel
}

// bench is the Mapper that gives the bytes of bench-bp-panel.json.
var bench = fhir.Mapper{Identifier: func(vitals.Reading) (system, value string) {
	return "urn:ex:dedup", "abc-20240501T101112-150020"
}}

func TestBenchPanel(t *testing.T) {
	want, err := os.ReadFile(data(t, "fhir", "bench-bp-panel.json"))
	require.NoError(t, err)
	got, err := bench.AppendObservation(nil, bloodPressure())
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestAppendAllocatesNothing(t *testing.T) {
	panel := bloodPressure()
	single := []vitals.Reading{panel[0]}
	single[0].Kind, single[0].Quantity = vitals.HeartRate, vitals.PerMinute(72)
	doubtful := []vitals.Reading{single[0]}
	doubtful[0].Quality = vitals.Motion | vitals.Validated | vitals.TestData | vitals.Manual
	doubtful[0].Patient, doubtful[0].Device = vitals.NewPatientID("no legal id"), "00:1C:05:FF:E8:74"
	buf := make([]byte, 0, 4096)
	for name, m := range map[string]fhir.Mapper{"R4": {}, "PHD": {Profile: fhir.PHD, Gateway: "Device/g"}, "bench": bench} {
		for i, readings := range [][]vitals.Reading{panel, panel[:1], single, doubtful} {
			allocs := testing.AllocsPerRun(100, func() {
				if _, err := m.AppendObservation(buf, readings); err != nil {
					t.Fatal(err)
				}
			})
			require.Zero(t, allocs, "%s, readings %d: allocations", name, i)
		}
	}
}

func BenchmarkObservation(b *testing.B) {
	panel := bloodPressure()
	run := func(name string, encode func([]byte) ([]byte, error)) {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := encode(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	o, err := bench.Observation(panel)
	require.NoError(b, err)
	run("append", func(buf []byte) ([]byte, error) { return bench.AppendObservation(buf, panel) })
	run("append-id", func(buf []byte) ([]byte, error) { return fhir.Mapper{}.AppendObservation(buf, panel) })
	run("append-phd", func(buf []byte) ([]byte, error) {
		return fhir.Mapper{Profile: fhir.PHD, Gateway: "Device/g"}.AppendObservation(buf, panel)
	})
	run("samply", func([]byte) ([]byte, error) { return json.Marshal(o) })
	run("samply-build", func([]byte) ([]byte, error) {
		o, err := bench.Observation(panel)
		if err != nil {
			return nil, err
		}
		return json.Marshal(o)
	})
	run("marshal", func([]byte) ([]byte, error) { return fhir.Marshal(o) })
}

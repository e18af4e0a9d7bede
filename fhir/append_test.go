package fhir_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
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
	all := [][]vitals.Reading{panel, panel[:1], single, doubtful}
	for k := range vitals.Kinds() {
		if fhir.Supports(k) {
			all = append(all, panelOf(k, 0, k.Unit()), panelOf(k, vitals.Questionable|vitals.TestData, k.Unit()))
		}
	}
	all = append(all, panelOf(vitals.Systolic, 0, vitals.UnitKPa), panelOf(vitals.GlucoseISF, 0, vitals.UnitMmolPerL))
	for name, m := range map[string]fhir.Mapper{
		"R4": {}, "PHD": {Profile: fhir.PHD, Gateway: "Device/g"}, "bench": bench, "US Core": {Profile: fhir.USCore}, "HDDT": {Profile: fhir.HDDT},
		"PoCD": {Profile: fhir.PoCD},
	} {
		for i, readings := range all {
			allocs := testing.AllocsPerRun(10, func() {
				if _, err := m.AppendObservation(buf, readings); err != nil {
					t.Fatal(err)
				}
			})
			require.Zero(t, allocs, "%s, readings %d: allocations", name, i)
		}
	}
}

// benchmark runs encode with a buffer that is large enough.
func benchmark(b *testing.B, name string, encode func([]byte) ([]byte, error)) {
	b.Run(name, func(b *testing.B) {
		buf := make([]byte, 0, 1<<16)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encode(buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// prepared is the Mapper of a stream that has looked up its references.
var prepared = fhir.Mapper{
	Patient: func(vitals.PatientID) string { return "Patient/p1" },
	Device:  func(vitals.DeviceID) string { return "Device/d1" },
}

func BenchmarkObservation(b *testing.B) {
	panel := bloodPressure()
	o, err := bench.Observation(panel)
	require.NoError(b, err)
	l := leanOf(b, o)
	benchmark(b, "append", func(buf []byte) ([]byte, error) { return bench.AppendObservation(buf, panel) })
	benchmark(b, "append-id", func(buf []byte) ([]byte, error) { return fhir.Mapper{}.AppendObservation(buf, panel) })
	benchmark(b, "append-prepared", func(buf []byte) ([]byte, error) { return prepared.AppendObservation(buf, panel) })
	benchmark(b, "append-phd", func(buf []byte) ([]byte, error) {
		return fhir.Mapper{Profile: fhir.PHD, Gateway: "Device/g"}.AppendObservation(buf, panel)
	})
	benchmark(b, "lean", func([]byte) ([]byte, error) { return json.Marshal(l) })
	benchmark(b, "samply", func([]byte) ([]byte, error) { return json.Marshal(o) })
	benchmark(b, "samply-build", func([]byte) ([]byte, error) {
		o, err := bench.Observation(panel)
		if err != nil {
			return nil, err
		}
		return json.Marshal(o)
	})
	benchmark(b, "marshal", func([]byte) ([]byte, error) { return fhir.Marshal(o) })
}

// BenchmarkKinds has every kind and panel, of every profile, against samply
// and against encoding/json on a lean struct of the same content.
func BenchmarkKinds(b *testing.B) {
	for _, name := range []string{"R4", "PHD", "US Core", "HDDT", "PoCD"} {
		m, seen := mappers[name], make(map[vitals.Kind]bool)
		for k := range vitals.Kinds() {
			panel := panelOf(k, 0, k.Unit())
			if !fhir.Supports(k) || seen[panel[0].Kind] {
				continue
			}
			seen[panel[0].Kind] = true
			name := name + "/" + k.String()
			o, err := m.Observation(panel)
			require.NoError(b, err)
			l := leanOf(b, o)
			_, err = m.AppendObservation(nil, panel) // prepares the texts
			require.NoError(b, err)
			benchmark(b, name+"/append", func(buf []byte) ([]byte, error) { return m.AppendObservation(buf, panel) })
			// With the identifier at hand, as the struct of the other two has it.
			known := m
			known.Identifier = bench.Identifier
			benchmark(b, name+"/append-known", func(buf []byte) ([]byte, error) { return known.AppendObservation(buf, panel) })
			benchmark(b, name+"/lean", func([]byte) ([]byte, error) { return json.Marshal(l) })
			benchmark(b, name+"/samply", func([]byte) ([]byte, error) { return json.Marshal(o) })
		}
	}
}

// BenchmarkNDJSON writes lines of blood pressures of a ward: each another
// patient, cuff and time.
func BenchmarkNDJSON(b *testing.B) {
	var panels [][]vitals.Reading
	for i := range 256 {
		panel := bloodPressure()
		for j := range panel {
			panel[j].Patient = vitals.NewPatientID("patient-" + strconv.Itoa(i))
			panel[j].Device = vitals.DeviceID("cuff-" + strconv.Itoa(i%40))
			panel[j].At = noon.Add(time.Duration(i) * 61 * time.Second)
			panel[j].Quantity = vitals.MmHg(int64(60 + i%100))
		}
		panels = append(panels, panel)
	}
	for name, m := range map[string]fhir.Mapper{"default": {}, "prepared": prepared, "PHD": mappers["PHD"]} {
		b.Run(name, func(b *testing.B) {
			buf, i, size := make([]byte, 0, 1<<20), 0, 0
			b.ReportAllocs()
			for b.Loop() {
				if len(buf) > 1<<20-4096 {
					buf = buf[:0]
				}
				start := len(buf)
				var err error
				if buf, err = m.AppendObservation(buf, panels[i%len(panels)]); err != nil {
					b.Fatal(err)
				}
				buf = append(buf, '\n')
				size += len(buf) - start
				i++
			}
			b.ReportMetric(float64(i)/b.Elapsed().Seconds()/1e6, "M/s")
			b.SetBytes(int64(size / i))
		})
	}
}

func BenchmarkWaveform(b *testing.B) {
	w := wave(vitals.ECGLeadII)
	for i := range 250 {
		w.Samples = append(w.Samples, int32(i*37%2000-1000))
	}
	o, err := fhir.Mapper{}.Waveform(w)
	require.NoError(b, err)
	benchmark(b, "append", func(buf []byte) ([]byte, error) { return fhir.Mapper{}.AppendWaveform(buf, w) })
	benchmark(b, "samply", func([]byte) ([]byte, error) { return json.Marshal(o) })
}

// A lean Observation has the members that this package writes and no others.
type (
	lean struct {
		ResourceType      string          `json:"resourceType"`
		ID                string          `json:"id,omitempty"`
		Meta              *leanMeta       `json:"meta,omitempty"`
		Extension         []leanExtension `json:"extension,omitempty"`
		Identifier        []leanID        `json:"identifier,omitempty"`
		Status            string          `json:"status"`
		Category          []leanConcept   `json:"category,omitempty"`
		Code              leanConcept     `json:"code"`
		Subject           leanRef         `json:"subject"`
		EffectiveDateTime string          `json:"effectiveDateTime"`
		leanAnswer
		Note      []leanNote      `json:"note,omitempty"`
		Device    *leanRef        `json:"device,omitempty"`
		Component []leanComponent `json:"component,omitempty"`
	}
	leanMeta struct {
		Profile  []string     `json:"profile,omitempty"`
		Security []leanCoding `json:"security,omitempty"`
	}
	leanExtension struct {
		URL            string  `json:"url"`
		ValueReference leanRef `json:"valueReference"`
	}
	leanID struct {
		System string `json:"system,omitempty"`
		Value  string `json:"value"`
	}
	leanRef     struct{ Reference string } // with a capital: as short
	leanNote    struct{ Text string }
	leanConcept struct {
		Coding []leanCoding `json:"coding"`
	}
	leanCoding struct {
		System  string `json:"system"`
		Code    string `json:"code"`
		Display string `json:"display,omitempty"`
	}
	leanAnswer struct {
		ValueQuantity        *leanQuantity `json:"valueQuantity,omitempty"`
		ValueCodeableConcept *leanConcept  `json:"valueCodeableConcept,omitempty"`
		DataAbsentReason     *leanConcept  `json:"dataAbsentReason,omitempty"`
		Interpretation       []leanConcept `json:"interpretation,omitempty"`
	}
	leanQuantity struct {
		Value  json.Number `json:"value"`
		Unit   string      `json:"unit"`
		System string      `json:"system"`
		Code   string      `json:"code"`
	}
	leanComponent struct {
		Code leanConcept `json:"code"`
		leanAnswer
	}
)

// leanOf has the content of o.
func leanOf(tb testing.TB, o any) (l lean) {
	b, err := json.Marshal(o)
	require.NoError(tb, err)
	require.NoError(tb, json.Unmarshal(b, &l))
	return l
}

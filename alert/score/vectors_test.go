package score_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// lines reads a file of JSON lines from the shared data, which is not part of
// the repository: TELEMED_DATA says where it is, TELEMED_REQUIRE=all that its
// absence is a failure.
func lines[T any](t *testing.T, name string) []T {
	t.Helper()
	dir := os.Getenv("TELEMED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "alert", name))
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatalf("required data: %v", err)
		}
		t.Skipf("no shared data (set TELEMED_DATA): %v", err)
	}
	defer f.Close()
	var out []T
	for s := bufio.NewScanner(f); s.Scan(); {
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatalf("%s line %d: %v", name, len(out)+1, err)
		}
		out = append(out, v)
	}
	return out
}

func TestComponentVectors(t *testing.T) {
	type vector struct {
		Score, Parameter string
		Input            vitals.Decimal
		Expected         int
	}
	n := 0
	for _, v := range lines[vector](t, "news2_components.jsonl") {
		if v.Score != "NEWS2" {
			continue
		}
		c, ok := map[string]struct {
			with  score.NEWS2
			param score.Parameter
			unit  vitals.Unit
		}{
			"respiratory_rate":      {scale1, score.RespiratoryRate, vitals.UnitPerMinute},
			"spo2_scale1":           {scale1, score.SpO2, vitals.UnitPercent},
			"spo2_scale2_on_oxygen": {oxygen2, score.SpO2, vitals.UnitPercent}, // disputed on air: see the data
			"temperature":           {scale1, score.Temperature, vitals.UnitCelsius},
			"systolic_bp":           {scale1, score.SystolicPressure, vitals.UnitMmHg},
			"heart_rate":            {scale1, score.Pulse, vitals.UnitPerMinute},
		}[v.Parameter]
		if !ok {
			t.Errorf("unknown parameter %q", v.Parameter)
			continue
		}
		if got := single(t, c.with, c.param, c.unit.Of(v.Input)); got != v.Expected {
			t.Errorf("%s %v: %d points, want %d", v.Parameter, v.Input, got, v.Expected)
		}
		n++
	}
	if n != 55 {
		t.Errorf("%d vectors, want 55", n)
	}
}

// The whole-score cases of the GDL2 guideline NEWS2.v1. Its ordinals for oxygen
// and consciousness are the points.
func TestScoreVectors(t *testing.T) {
	type item struct {
		Value   vitals.Decimal
		Unit    string
		Ordinal int
	}
	type vector struct {
		ID, Score, Disputed string
		Input               json.RawMessage
		Expected            json.RawMessage
	}
	n := 0
	for _, v := range lines[vector](t, "scores.jsonl") {
		if !strings.HasPrefix(v.Score, "NEWS2") {
			continue
		}
		n++
		if v.Score == "NEWS2" { // another shape: the disputed example
			testDisputed(t, v.Input, v.Disputed)
			continue
		}
		var input, want map[string]item
		if err := json.Unmarshal(v.Input, &input); err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		if err := json.Unmarshal(v.Expected, &want); err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		quantity := func(name string) vitals.Quantity {
			u, ok := vitals.ParseUnit(input[name].Unit)
			if !ok {
				t.Fatalf("%s: %s has no unit", v.ID, name)
			}
			return u.Of(input[name].Value)
		}
		in := score.NEWS2{
			RespiratoryRate: quantity("Respiration rate"), SpO2: quantity("spO2"), SystolicPressure: quantity("Systolic BP"),
			Pulse: quantity("Heart rate"), Temperature: quantity("Temperature"),
			Oxygen: vitals.BreathesAir, Consciousness: vitals.ACVPUAlert,
			Scale2: input["Hypercapnic respiratory failure"].Ordinal == 1,
		}
		if input["Supplemental oxygen"].Ordinal == 2 {
			in.Oxygen = vitals.BreathesOxygen
		}
		if input["Consciousness"].Ordinal == 3 {
			in.Consciousness = vitals.ACVPUVoice
		}
		got, err := in.Score()
		if err != nil || !got.Complete() {
			t.Errorf("%s: %+v, %v", v.ID, got, err)
		}
		for _, c := range []struct {
			name string
			got  int
		}{
			{"Respiratory rate", int(got.Points[score.RespiratoryRate])},
			{"SpO2", int(got.Points[score.SpO2])},
			{"Systolic blood pressure", int(got.Points[score.SystolicPressure])},
			{"Pulse", int(got.Points[score.Pulse])},
			{"Temperature", int(got.Points[score.Temperature])},
			{"Clinical risk", int(got.Band)}, // the guideline's order is ours
		} {
			if w, ok := want[c.name]; !ok || c.got != w.Ordinal {
				t.Errorf("%s: %s %d, want %d (%t)", v.ID, c.name, c.got, w.Ordinal, ok)
			}
		}
		if total := want["Total score"].Value; total.Cmp(vitals.Decimal{Coef: int64(got.Total)}) != 0 {
			t.Errorf("%s: total %d, want %v", v.ID, got.Total, total)
		}
	}
	if n != 12 {
		t.Errorf("%d vectors, want 12", n)
	}
}

// The one example with a published mistake: 37.5 °C scores 0, not 1, so the
// total is 5 and not the 6 that it prints.
func testDisputed(t *testing.T, raw json.RawMessage, why string) {
	t.Helper()
	var in struct{ RespiratoryRate, OxygenSaturation, HeartRate, BodyTemperature vitals.Decimal }
	if err := json.Unmarshal(raw, &in); err != nil {
		t.Fatal(err)
	}
	r, err := score.NEWS2{
		RespiratoryRate: vitals.UnitPerMinute.Of(in.RespiratoryRate), SpO2: vitals.UnitPercent.Of(in.OxygenSaturation),
		Pulse: vitals.UnitPerMinute.Of(in.HeartRate), Temperature: vitals.UnitCelsius.Of(in.BodyTemperature),
		SystolicPressure: vitals.MmHg(120), Oxygen: vitals.BreathesAir, Consciousness: vitals.ACVPUAlert,
	}.Score()
	if err != nil || r.Total != 5 || why == "" {
		t.Errorf("total %d, %v, want 5 (%s)", r.Total, err, why)
	}
}

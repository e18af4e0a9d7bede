package score_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// What falls between two printed steps is rounded once, from the exact value in
// whatever unit, half away from zero.
func TestRounding(t *testing.T) {
	for _, c := range []struct {
		param  score.Parameter
		value  string
		scored string
	}{
		{score.Temperature, "38.04 Cel", "38.0"},
		{score.Temperature, "38.05 Cel", "38.1"},
		{score.Temperature, "35.049999 Cel", "35.0"},
		{score.Temperature, "100.4 [degF]", "38.0"},
		{score.Temperature, "100.6 [degF]", "38.1"},
		{score.Temperature, "95 [degF]", "35.0"},
		{score.Temperature, "311 K", "37.9"},
		{score.SpO2, "95.4 %", "95"},
		{score.SpO2, "95.5 %", "96"},
		{score.SpO2, "0.93 1", "93"},
		{score.RespiratoryRate, "20.5 /min", "21"},
		{score.RespiratoryRate, "0.2 Hz", "12"},
		{score.SystolicPressure, "12.0 kPa", "90"},
		{score.Pulse, "9e1 /min", "90"},
		{score.Pulse, "-3.5 /min", "-4"},
		{score.Pulse, "9e99 /min", "1000000000"},
		{score.Pulse, "-9e99 /min", "-1000000000"},
		{score.Pulse, "1e-100 /min", "0"},
		{score.Temperature, "38.049999999999999 Cel", "38.0"},
		{score.Temperature, "100.489999999999 [degF]", "38.0"}, // 38.04999...
		{score.Temperature, "100.49 [degF]", "38.1"},           // 38.05
		{score.Bilirubin, "123456789012345678 umol/L", "100000000.0"},
		{score.ArterialO2, "16 kPa", "120.01"},
		{score.Creatinine, "168 umol/L", "1.9"},  // 1.9004 mg/dL
		{score.Creatinine, "106 umol/L", "1.2"},  // 1.199 mg/dL, the printed 1.2
		{score.Bilirubin, "20 umol/L", "1.2"},    // 1.169 mg/dL
		{score.Bilirubin, "205 umol/L", "12.0"},  // 11.986 mg/dL
		{score.Urea, "19 mg/dL", "6.8"},          // 6.78 mmol/L
		{score.Urea, "20 mg/dL", "7.1"},          // 7.14 mmol/L
		{score.Urea, "25 mg/dL", "8.9"},          // 8.92 mmol/L
		{score.UrineOutput, "20.83 mL/h", "500"}, // 499.92 mL/d
		{score.UrineOutput, "0.5 L/min", "720000"},
		{score.GlasgowComa, "15 {score}", "15"},
	} {
		q, err := vitals.ParseQuantity(c.value)
		if err != nil {
			t.Fatalf("%s: %v", c.value, err)
		}
		e := entry{t: t}
		e.measure(c.param, q)
		if got, ok := e.in.Value(c.param); !ok || got.String() != c.scored {
			t.Errorf("%v %s: %v, want %s", c.param, c.value, got, c.scored)
		}
	}
}

func TestWrongInputs(t *testing.T) {
	var in, none score.Inputs
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"pulse in mmHg", in.Measure(score.Pulse, vitals.MmHg(70), noon), vitals.ErrUnit},
		{"no quantity", in.Measure(score.Pulse, vitals.Quantity{}, noon), vitals.ErrUnit},
		{"bilirubin in %", in.Measure(score.Bilirubin, vitals.Percent(1), noon), vitals.ErrUnit},
		{"urine in mL", in.Measure(score.UrineOutput, vitals.UnitML.Of(vitals.Decimal{Coef: 500}), noon), vitals.ErrUnit},
		{"a coma score of 16", in.Measure(score.GlasgowComa, vitals.UnitScore.Of(vitals.Decimal{Coef: 16}), noon), score.ErrCode},
		{"a coma score of 2", in.Measure(score.GlasgowComa, vitals.UnitScore.Of(vitals.Decimal{Coef: 2}), noon), score.ErrCode},
		{"a measured consciousness", in.Measure(score.Consciousness, vitals.Percent(1), noon), score.ErrForm},
		{"a measured age", in.Measure(score.AgeYears, vitals.UnitDay.Of(vitals.Decimal{Coef: 1}), noon), score.ErrForm},
		{"an unknown parameter", in.Measure(score.ParameterCount, vitals.Percent(1), noon), score.ErrForm},
		{"a coded pulse", in.SetCode(score.Pulse, 1, noon), score.ErrForm},
		{"an unknown level", in.SetCode(score.Consciousness, 6, noon), score.ErrCode},
		{"no level", in.SetCode(score.Consciousness, 0, noon), score.ErrCode},
		{"neither air nor oxygen", in.SetCode(score.Breathing, 7, noon), score.ErrCode},
		{"a huge code", in.SetCode(score.Ventilation, math.MaxUint32, noon), score.ErrCode},
		{"an unknown finding", in.SetCode(200, 1, noon), score.ErrForm},
		{"counted breaths", in.SetCells(score.RespiratoryRate, vitals.Decimal{Coef: 1}, noon), score.ErrForm},
		{"negative cells", in.SetCells(score.Platelets, vitals.Decimal{Coef: -1}, noon), score.ErrCode},
		{"an age of -1", in.SetAge(-1), score.ErrCode},
		{"an age of 131", in.SetAge(131), score.ErrCode},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
		}
	}
	if in.Clear(200); in != none {
		t.Errorf("changed by what was refused: %v", in.Known())
	}
}

func TestLateInputsAreRefused(t *testing.T) {
	var in score.Inputs
	at := func(d time.Duration, n int64) {
		t.Helper()
		if err := in.Measure(score.Pulse, vitals.PerMinute(n), noon.Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	want := func(n int64) {
		t.Helper()
		if got, _ := in.Value(score.Pulse); got.Coef != n {
			t.Errorf("pulse %v, want %d", got, n)
		}
	}
	at(0, 70)
	at(-time.Nanosecond, 71)
	want(70)
	at(0, 72) // of the same instant: the later entry
	want(72)
	if when, ok := in.At(score.Pulse); !ok || !when.Equal(noon) {
		t.Errorf("at %v, %t", when, ok)
	}
	if in.Set(vitals.Reading{Kind: vitals.HeartRate, Quantity: vitals.PerMinute(73), At: noon.Add(-time.Hour)}) != 0 {
		t.Error("a late reading was used")
	}
	if err := in.Measure(score.Pulse, vitals.PerMinute(74), time.Time{}); err != nil {
		t.Fatal(err)
	}
	want(74) // time not known
	if _, ok := in.At(score.Pulse); ok {
		t.Error("there is a time")
	}
	at(-time.Hour, 75)
	want(75)
	in.Clear(score.Pulse)
	oxygen := vitals.Reading{Kind: vitals.SupplementalOxygen, Code: uint32(vitals.BreathesOxygen), At: noon}
	air := vitals.Reading{Kind: vitals.SupplementalOxygen, Code: uint32(vitals.BreathesAir), At: noon.Add(-time.Second)}
	flow := vitals.Reading{Kind: vitals.O2Flow, Quantity: vitals.UnitLPerMin.Of(vitals.Decimal{}), At: air.At}
	if in.Set(oxygen) != 1<<score.Breathing || in.Set(air) != 0 || in.Set(flow) != 0 || in.SetCode(score.Breathing, air.Code, air.At) != nil ||
		in.Known() != 1<<score.Breathing {
		t.Errorf("late news of air: %v are known", in.Known())
	}
	in.Clear(score.Breathing)
	if in != (score.Inputs{}) {
		t.Errorf("not empty: %v", in.Known())
	}
	for _, far := range []time.Time{time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		in = score.Inputs{}
		if err := in.Measure(score.Pulse, vitals.PerMinute(140), far); err != nil {
			t.Fatal(err)
		}
		if r := score.NEWS2.Evaluate(&in, noon, time.Hour); r.Total != 3 && !r.Stale.Has(score.Pulse) {
			t.Errorf("%v: %v", far.Year(), r)
		}
	}
}

// Air has 21 % of oxygen and no flow, oxygen has more of one of them.
func TestOxygen(t *testing.T) {
	e := entry{t: t, in: score.Inputs{}}
	e.code(score.Breathing, uint32(vitals.BreathesAir))
	if f, ok := e.in.Value(score.InspiredOxygen); !ok || f.Coef != 21 {
		t.Errorf("FiO2 on air %v, %t", f, ok)
	}
	if f, ok := e.in.Value(score.OxygenFlow); !ok || f.Coef != 0 {
		t.Errorf("flow on air %v, %t", f, ok)
	}
	e.code(score.Breathing, uint32(vitals.BreathesOxygen))
	if known := e.in.Known(); known != 1<<score.Breathing {
		t.Errorf("on oxygen %v are known", known)
	}
	e.code(score.Breathing, uint32(vitals.BreathesAir))
	got := e.in.Set(vitals.Reading{Kind: vitals.InspiredO2, Quantity: vitals.Percent(40), At: noon})
	if got != 1<<score.Breathing|1<<score.InspiredOxygen || e.in.Known() != got {
		t.Errorf("FiO2 40 %% set %v, known %v: a flow of 0 must not remain", got, e.in.Known())
	}
}

func TestSet(t *testing.T) {
	reading := func(k vitals.Kind, q string, quality vitals.Quality) vitals.Reading {
		r := vitals.Reading{Kind: k, Quality: quality}
		if q != "" {
			var err error
			if r.Quantity, err = vitals.ParseQuantity(q); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
		}
		return r
	}
	coded := func(k vitals.Kind, code uint32) vitals.Reading { return vitals.Reading{Kind: k, Code: code} }
	for _, c := range []struct {
		r      vitals.Reading
		param  score.Parameter
		ok     bool
		points uint8 // NEWS2
	}{
		{reading(vitals.HeartRate, "120 /min", 0), score.Pulse, true, 2},
		{reading(vitals.PulseRateCuff, "2 Hz", 0), score.Pulse, true, 2},
		{reading(vitals.TempEar, "102.4 [degF]", 0), score.Temperature, true, 2},
		{reading(vitals.TempSkin, "40 Cel", 0), 0, false, 0},
		{reading(vitals.HeartRateResting, "40 /min", 0), 0, false, 0},
		{reading(vitals.Systolic, "12 kPa", 0), score.SystolicPressure, true, 3},
		{reading(vitals.Systolic, "12 /min", 0), score.SystolicPressure, false, 0},
		{reading(vitals.SpO2, "", vitals.NotANumber), score.SpO2, false, 0},
		{reading(vitals.SpO2, "", 0), score.SpO2, false, 0},
		{reading(vitals.SpO2, "", vitals.BelowRange), score.SpO2, true, 3},
		{reading(vitals.SpO2, "", vitals.BelowRange|vitals.AboveRange), score.SpO2, false, 0},
		{reading(vitals.BodyTemperature, "", vitals.AboveRange), score.Temperature, true, 2},
		{reading(vitals.O2Flow, "0 L/min", 0), score.Breathing, true, 0},
		{reading(vitals.O2Flow, "0.4 L/min", 0), score.Breathing, true, 2}, // though a chart prints it as 0
		{reading(vitals.O2Flow, "", vitals.BelowRange), score.Breathing, false, 0},
		{reading(vitals.O2Flow, "", vitals.AboveRange), score.Breathing, true, 2},
		{reading(vitals.InspiredO2, "21.0 %", 0), score.Breathing, true, 0},
		{reading(vitals.InspiredO2, "0.28 1", 0), score.Breathing, true, 2},
		{reading(vitals.InspiredO2, "28 mm[Hg]", 0), score.Breathing, false, 0},
		{coded(vitals.SupplementalOxygen, uint32(vitals.BreathesOxygen)), score.Breathing, true, 2},
		{coded(vitals.SupplementalOxygen, uint32(vitals.BreathesAir)), score.Breathing, true, 0},
		{coded(vitals.SupplementalOxygen, 0), score.Breathing, false, 0},
		{coded(vitals.SupplementalOxygen, 3), score.Breathing, false, 0},
		{coded(vitals.Consciousness, uint32(vitals.ACVPUAlert)), score.Consciousness, true, 0},
		{coded(vitals.Consciousness, uint32(vitals.ACVPUConfused)), score.Consciousness, true, 3},
		{coded(vitals.Consciousness, 0), score.Consciousness, false, 0},
		{coded(vitals.Consciousness, 6), score.Consciousness, false, 0},
	} {
		var in score.Inputs
		set := in.Set(c.r)
		if set.Has(c.param) != c.ok || set != in.Known() || !c.ok && in != (score.Inputs{}) {
			t.Errorf("%v %v code %d: set %v, known %v; want %v, %t", c.r.Kind, c.r.Quantity, c.r.Code, set, in.Known(), c.param, c.ok)
			continue
		}
		if set&^score.ParametersOf(c.r.Kind) != 0 {
			t.Errorf("%v: set %v, but ParametersOf has %v", c.r.Kind, set, score.ParametersOf(c.r.Kind))
		}
		got := score.NEWS2.Evaluate(&in, time.Time{}, 0)
		if c.ok && (got.Points[c.param] != c.points || got.Missing.Has(c.param)) {
			t.Errorf("%v %v code %d: %v; want %d points", c.r.Kind, c.r.Quantity, c.r.Code, got, c.points)
		}
	}
	if set := new(score.Inputs).Set(reading(vitals.GCS, "16 {score}", 0)); set != 0 {
		t.Errorf("a coma score of 16 set %v", set)
	}
}

// No reading makes points without an input, and none is beyond the range.
func FuzzSet(f *testing.F) {
	f.Add(uint16(vitals.HeartRate), int64(72), int8(0), uint8(vitals.UnitPerMinute), uint64(0), uint32(0), int64(0))
	f.Add(uint16(vitals.TempOral), int64(1024), int8(-1), uint8(vitals.UnitFahrenheit), uint64(0), uint32(0), int64(60))
	f.Add(uint16(vitals.InspiredO2), int64(0), int8(0), uint8(0), uint64(vitals.AboveRange), uint32(0), int64(-5))
	f.Add(uint16(vitals.Consciousness), int64(0), int8(0), uint8(0), uint64(0), uint32(5), int64(1))
	base := healthy(f)
	f.Fuzz(func(t *testing.T, kind uint16, coef int64, exp int8, unit uint8, quality uint64, code uint32, second int64) {
		r := vitals.Reading{
			Kind: vitals.Kind(kind), Quality: vitals.Quality(quality), Code: code, At: time.Unix(second, 0),
			Quantity: vitals.Unit(unit).Of(vitals.Decimal{Coef: coef, Exp: exp}),
		}
		in := base
		set := in.Set(r)
		if set == 0 && in != base {
			t.Fatal("changed although not used")
		}
		for c := range score.Charts() {
			with := c.Evaluate(&in, noon, 0)
			least, most := c.Range()
			if with.Total < least || with.Total > most {
				t.Fatalf("%v: total %d outside %d to %d", c, with.Total, least, most)
			}
			if with.Defined() && with.Missing == 0 && with.Level() == "" && with.Band != score.Unrated {
				t.Fatalf("%v: no level", with)
			}
			without := in
			for p := range set.All() {
				without.Clear(p)
			}
			bound := c.Evaluate(&without, noon, 0)
			if bound.Total > with.Total {
				t.Fatalf("%v: %d without %v, %d with", c, bound.Total, set, with.Total)
			}
			if !c.LowIsWorse() && bound.Band > with.Band && with.Defined() {
				t.Fatalf("%v: %v without %v, %v with", c, bound.Band, set, with.Band)
			}
			_ = c.Explain(&in, noon, time.Hour)
		}
	})
}

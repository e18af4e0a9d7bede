package score_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// sick has points on every chart that can be scored in an adult.
func sick(t testing.TB) score.Inputs {
	e := entry{t: t, in: healthy(t)}
	e.age(80)
	e.code(score.Breathing, uint32(vitals.BreathesOxygen))
	e.code(score.Consciousness, uint32(vitals.ACVPUVoice))
	e.code(score.Ventilation, score.Yes)
	e.code(score.Vasopressor, score.VasopressorLow)
	e.code(score.Jaundice, score.Yes)
	e.code(score.Behaviour, 2)
	e.code(score.Cardiovascular, 3)
	e.code(score.RespiratoryEffort, 1)
	e.code(score.Nebuliser, score.Yes)
	e.code(score.Vomiting, score.Yes)
	for p, q := range map[score.Parameter]vitals.Quantity{
		score.RespiratoryRate: vitals.PerMinute(31), score.SpO2: vitals.Percent(97), score.InspiredOxygen: vitals.Percent(60),
		score.OxygenFlow: vitals.UnitLPerMin.Of(vitals.Decimal{Coef: 5}), score.SystolicPressure: vitals.MmHg(85),
		score.DiastolicPressure: vitals.MmHg(45), score.MeanPressure: vitals.MmHg(58), score.Pulse: vitals.PerMinute(135),
		score.Temperature: vitals.CelsiusTenths(395), score.GlasgowComa: vitals.UnitScore.Of(vitals.Decimal{Coef: 11}),
		score.ArterialO2: vitals.MmHg(80), score.ArterialCO2: vitals.MmHg(28), score.ImmatureCells: vitals.Percent(15),
		score.Bilirubin: vitals.MgPerDL(3), score.Creatinine: vitals.MgPerDL(4), score.Urea: vitals.UnitMmolPerL.Of(vitals.Decimal{Coef: 12}),
		score.UrineOutput: vitals.UnitMLPerHour.Of(vitals.Decimal{Coef: 10}),
	} {
		e.measure(p, q)
	}
	return e.in
}

// Whatever is left out, the total stays a lower bound, and what could have
// changed it has a name.
func TestMissing(t *testing.T) {
	whole := sick(t)
	for c := range score.Charts() {
		full := c.Evaluate(&whole, time.Time{}, 0)
		inputs := c.Inputs()
		for set := score.Parameters(0); ; {
			in := whole
			for p := range set.All() {
				in.Clear(p)
			}
			got := c.Evaluate(&in, time.Time{}, 0)
			if got.Missing&^set != 0 || set == inputs && got.Complete() {
				t.Fatalf("%v without %v: missing %v", c, set, got.Missing)
			}
			if got.Total > full.Total {
				t.Fatalf("%v without %v: %d, more than %d", c, set, got.Total, full.Total)
			}
			if got.Complete() && got.Value != full.Value {
				t.Fatalf("%v without %v: %v, not %v, and complete", c, set, got, full)
			}
			if c.LowIsWorse() && got.Defined() != got.Complete() {
				t.Fatalf("%v without %v: %v, low is worse", c, set, got)
			}
			if !c.LowIsWorse() && got.Defined() && full.Defined() && got.Band > full.Band {
				t.Fatalf("%v without %v: %v, more than %v", c, set, got.Band, full.Band)
			}
			for p := range set.All() {
				if got.Points[p] != 0 {
					t.Fatalf("%v without %v: %v has %d points", c, set, p, got.Points[p])
				}
			}
			if set = (set - inputs) & inputs; set == 0 { // the next subset
				break
			}
		}
	}
}

func TestNEWS2MissingIsExact(t *testing.T) {
	whole := sick(t)
	for c := range map[score.Chart]bool{score.NEWS2: true, score.NEWS2Scale2: true} {
		for set := range score.Parameters(1 << 7) {
			in := whole
			for p := range set.All() {
				in.Clear(p)
			}
			if got := c.Evaluate(&in, time.Time{}, 0); got.Missing != set {
				t.Errorf("%v without %v: missing %v", c, set, got.Missing)
			}
		}
	}
}

// Parts of several inputs: what is unknown counts only if it could matter.
func TestParts(t *testing.T) {
	for _, c := range []struct {
		name    string
		chart   score.Chart
		change  func(*entry)
		total   int
		missing score.Parameters
	}{
		{"confused by ACVPU alone", score.QSOFA, func(e *entry) {
			e.in.Clear(score.GlasgowComa)
			e.code(score.Consciousness, uint32(vitals.ACVPUConfused))
		}, 1, 0},
		{"coma score alone", score.QSOFA, func(e *entry) {
			e.in.Clear(score.Consciousness)
			e.measure(score.GlasgowComa, vitals.UnitScore.Of(vitals.Decimal{Coef: 14}))
		}, 1, 0},
		{"neither", score.QSOFA, func(e *entry) { e.in.Clear(score.Consciousness); e.in.Clear(score.GlasgowComa) }, 0, 1 << score.Consciousness},
		{"fast breathing, no blood gas", score.SIRS, func(e *entry) {
			e.in.Clear(score.ArterialCO2)
			e.measure(score.RespiratoryRate, vitals.PerMinute(21))
		}, 1, 0},
		{"normal breathing, no blood gas", score.SIRS, func(e *entry) { e.in.Clear(score.ArterialCO2) }, 0, 1 << score.ArterialCO2},
		{"both criteria of a part", score.SIRS, func(e *entry) {
			e.measure(score.ArterialCO2, vitals.MmHg(20))
			e.measure(score.RespiratoryRate, vitals.PerMinute(21))
		}, 1, 0},
		{"low systolic, diastolic unknown", score.CRB65, func(e *entry) {
			e.in.Clear(score.DiastolicPressure)
			e.measure(score.SystolicPressure, vitals.MmHg(89))
		}, 1, 0},
		{"hypotension on a vasopressor", score.SOFA, func(e *entry) {
			e.measure(score.MeanPressure, vitals.MmHg(60))
			e.code(score.Vasopressor, score.VasopressorMedium)
		}, 3, 0},
		{"lungs at 180, ventilator unknown", score.SOFA, func(e *entry) {
			e.measure(score.ArterialO2, vitals.UnitMmHg.Of(vitals.Decimal{Coef: 378, Exp: -1}))
			e.in.Clear(score.Ventilation)
		}, 2, 1 << score.Ventilation},
		{"lungs at 380, ventilator unknown", score.SOFA, func(e *entry) {
			e.measure(score.ArterialO2, vitals.UnitMmHg.Of(vitals.Decimal{Coef: 798, Exp: -1}))
			e.in.Clear(score.Ventilation)
		}, 1, 0},
		{"lungs at 80, ventilated", score.SOFA, func(e *entry) {
			e.measure(score.ArterialO2, vitals.UnitMmHg.Of(vitals.Decimal{Coef: 168, Exp: -1}))
			e.code(score.Ventilation, score.Yes)
		}, 4, 0},
		{"scale 2, 95 %, oxygen unknown", score.NEWS2Scale2, func(e *entry) { e.in.Clear(score.Breathing) }, 0, 1 << score.Breathing},
		{"diastolic decides the class", score.BPACCAHA2017, func(e *entry) { e.measure(score.DiastolicPressure, vitals.MmHg(90)) }, 3, 0},
		{"new confusion is not in NEWS", score.NEWS, func(e *entry) { e.code(score.Consciousness, uint32(vitals.ACVPUConfused)) }, 0, 0},
	} {
		e := entry{t: t, in: healthy(t)}
		c.change(&e)
		if r := e.score(c.chart); r.Total != c.total || r.Missing != c.missing {
			t.Errorf("%s: %v (missing %v), want %d, missing %v", c.name, r, r.Missing, c.total, c.missing)
		}
	}
}

func TestBands(t *testing.T) {
	one := func(e *entry) { e.measure(score.RespiratoryRate, vitals.PerMinute(10)) }
	for _, c := range []struct {
		name   string
		change func(*entry)
		total  int
		band   score.Band
		watch  string
	}{
		{"healthy", func(*entry) {}, 0, score.Low, "at least every 12 hours"},
		{"one", one, 1, score.Low, "at least every 4 to 6 hours"},
		{"four ones", func(e *entry) {
			one(e)
			e.measure(score.SpO2, vitals.Percent(95))
			e.measure(score.Pulse, vitals.PerMinute(100))
			e.measure(score.Temperature, vitals.CelsiusTenths(385))
		}, 4, score.Low, "at least every 4 to 6 hours"},
		{"a single three", func(e *entry) { e.code(score.Consciousness, uint32(vitals.ACVPUConfused)) }, 3, score.LowMedium, "at least hourly"},
		{"three and one", func(e *entry) { one(e); e.code(score.Consciousness, uint32(vitals.ACVPUPain)) }, 4, score.LowMedium, "at least hourly"},
		{"three and two", func(e *entry) {
			e.code(score.Consciousness, uint32(vitals.ACVPUUnresponsive))
			e.code(score.Breathing, uint32(vitals.BreathesOxygen))
		}, 5, score.Medium, "at least hourly"},
		{"seven", func(e *entry) {
			one(e)
			e.measure(score.SpO2, vitals.Percent(91))
			e.code(score.Consciousness, uint32(vitals.ACVPUVoice))
		}, 7, score.High, "continuous monitoring of vital signs"},
	} {
		e := entry{t: t, in: healthy(t)}
		c.change(&e)
		r := e.score(score.NEWS2)
		if r.Total != c.total || r.Band != c.band || r.Monitoring() != c.watch || !r.Complete() {
			t.Errorf("%s: %v (%v), want %d, %v, %s", c.name, r, r.Band, c.total, c.band, c.watch)
		}
	}
}

func TestQuotients(t *testing.T) {
	for _, c := range []struct {
		name    string
		chart   score.Chart
		change  func(*entry)
		value   string
		band    score.Band
		missing score.Parameters
	}{
		{"rounded up to above 0.7", score.ShockIndex, func(e *entry) { e.measure(score.Pulse, vitals.PerMinute(82)) }, "0.71", score.Medium, 0},
		{"no pressure", score.ShockIndex, func(e *entry) { e.in.Clear(score.SystolicPressure) }, "0", score.Undefined, 1 << score.SystolicPressure},
		{"a pressure of 0 divides nothing", score.ShockIndex, func(e *entry) { e.measure(score.SystolicPressure, vitals.MmHg(0)) }, "0", score.Undefined, 1 << score.SystolicPressure},
		{"a pulse beyond the device", score.ShockIndex, func(e *entry) {
			e.in.Set(vitals.Reading{Kind: vitals.HeartRate, Quality: vitals.AboveRange})
		}, "0", score.Undefined, 1 << score.Pulse},
		{"an adult has no SIPA", score.SIPA, func(*entry) {}, "0.63", score.Undefined, 0},
		{"SIPA without age", score.SIPA, func(e *entry) { e.in.Clear(score.AgeYears) }, "0.63", score.Undefined, 1 << score.AgeYears},
		{"1.22 at 6 years", score.SIPA, func(e *entry) {
			e.age(6)
			e.measure(score.Pulse, vitals.PerMinute(122))
			e.measure(score.SystolicPressure, vitals.MmHg(100))
		}, "1.22", score.Low, 0},
		{"1.22 at 7 years", score.SIPA, func(e *entry) {
			e.age(7)
			e.measure(score.Pulse, vitals.PerMinute(122))
			e.measure(score.SystolicPressure, vitals.MmHg(100))
		}, "1.22", score.High, 0},
		{"ROX of 4.88", score.ROX, func(e *entry) {
			e.measure(score.SpO2, vitals.Percent(92))
			e.measure(score.InspiredOxygen, vitals.Percent(58))
			e.measure(score.RespiratoryRate, vitals.UnitPerMinute.Of(vitals.Decimal{Coef: 325, Exp: -1}))
		}, "4.81", score.Medium, 0}, // 32.5 is 33 on a chart
		{"ROX low", score.ROX, func(e *entry) {
			e.measure(score.SpO2, vitals.Percent(88))
			e.measure(score.InspiredOxygen, vitals.Percent(80))
			e.measure(score.RespiratoryRate, vitals.PerMinute(30))
		}, "3.67", score.High, 0},
		{"ROX on air", score.ROX, func(*entry) {}, "33.33", score.Low, 0},
		{"P/F of 200", score.Horowitz, func(e *entry) { e.measure(score.ArterialO2, vitals.MmHg(42)) }, "200.0", score.High, 0},
	} {
		e := entry{t: t, in: healthy(t)}
		c.change(&e)
		r := e.score(c.chart)
		if r.Value.String() != c.value || r.Band != c.band || r.Missing != c.missing || r.Defined() != (c.band != score.Undefined) {
			t.Errorf("%s: %v %v, missing %v; want %s, %v, missing %v", c.name, r.Value, r.Band, r.Missing, c.value, c.band, c.missing)
		}
	}
}

func TestAges(t *testing.T) {
	var in score.Inputs
	set := func(k vitals.Kind, q vitals.Quantity, ago time.Duration) {
		t.Helper()
		if in.Set(vitals.Reading{Kind: k, Quantity: q, At: noon.Add(-ago)}) == 0 {
			t.Fatalf("%v not used", k)
		}
	}
	set(vitals.HeartRate, vitals.PerMinute(140), time.Hour)
	set(vitals.RespiratoryRate, vitals.PerMinute(26), time.Hour+time.Nanosecond)
	set(vitals.SpO2, vitals.Percent(93), 1500*time.Millisecond)
	set(vitals.BodyTemperature, vitals.CelsiusTenths(395), -time.Minute) // a clock that is ahead
	r := score.NEWS2.Evaluate(&in, noon, time.Hour)
	if r.Total != 3+2+2 || r.Stale != 1<<score.RespiratoryRate || !r.Missing.Has(score.RespiratoryRate) {
		t.Errorf("%v, stale %v", r, r.Stale)
	}
	for p, want := range map[score.Parameter]time.Duration{score.Pulse: time.Hour, score.SpO2: 1500 * time.Millisecond, score.Temperature: 0} {
		if got, ok := r.Age(p); !ok || got != want {
			t.Errorf("%v is %v old (%t), want %v", p, got, ok, want)
		}
	}
	if _, ok := r.Age(score.RespiratoryRate); ok {
		t.Error("what did not count has an age")
	}
	for _, maxAge := range []time.Duration{0, 2 * time.Hour, 1<<63 - 1} {
		if r := score.NEWS2.Evaluate(&in, noon, maxAge); r.Total != 10 || r.Stale != 0 {
			t.Errorf("maximum age %v: %v", maxAge, r)
		}
	}
	if r := score.NEWS2.Evaluate(&in, time.Time{}, time.Hour); r.Total != 10 || r.Stale != 0 {
		t.Errorf("no time: %v", r)
	}
	// A coma score that is too old does not matter beside a fresh assessment.
	e := entry{t: t, in: timed(t)}
	if err := e.in.Measure(score.GlasgowComa, vitals.UnitScore.Of(vitals.Decimal{Coef: 15}), noon.Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r := score.QSOFA.Evaluate(&e.in, noon, time.Hour); r.Stale != 0 || !r.Complete() {
		t.Errorf("%v, stale %v", r, r.Stale)
	}
	// Years later, the age of the patient still counts, saturated ages stay old.
	e = entry{t: t, in: in}
	e.age(70)
	r = score.CART.Evaluate(&e.in, noon.AddDate(60, 0, 0), 0)
	if age, ok := r.Age(score.Pulse); !ok || age < 49*24*time.Hour || r.Points[score.AgeYears] != 9 {
		t.Errorf("%v old, %v", age, r)
	}
	if r := score.CART.Evaluate(&e.in, noon.AddDate(60, 0, 0), time.Hour); r.Total != 9 || r.Stale.Has(score.AgeYears) {
		t.Errorf("%v", r)
	}
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	in := sick(t)
	r := vitals.Reading{Kind: vitals.BodyTemperature, Quantity: vitals.CelsiusTenths(385), At: noon}
	if n := testing.AllocsPerRun(100, func() {
		in.Set(r)
		for c := range score.Chart(25) {
			_ = c.Evaluate(&in, noon, time.Hour)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func timed(t testing.TB) score.Inputs {
	var in score.Inputs
	for _, r := range []vitals.Reading{
		{Kind: vitals.RespiratoryRate, Quantity: vitals.PerMinute(22)},
		{Kind: vitals.SpO2, Quantity: vitals.Percent(95)},
		{Kind: vitals.SupplementalOxygen, Code: uint32(vitals.BreathesAir)},
		{Kind: vitals.Systolic, Quantity: vitals.MmHg(118)},
		{Kind: vitals.HeartRate, Quantity: vitals.PerMinute(96)},
		{Kind: vitals.Consciousness, Code: uint32(vitals.ACVPUAlert)},
		{Kind: vitals.BodyTemperature, Quantity: vitals.CelsiusTenths(378)},
	} {
		if r.At = noon; in.Set(r) == 0 {
			t.Fatalf("%v not used", r.Kind)
		}
	}
	return in
}

func BenchmarkEvaluateNEWS2(b *testing.B) {
	in, now := timed(b), noon.Add(time.Minute)
	b.ReportAllocs()
	total := 0
	for b.Loop() {
		r := score.NEWS2.Evaluate(&in, now, time.Hour)
		total += r.Total
	}
	_ = total
}

func BenchmarkEvaluateSOFA(b *testing.B) {
	in, now := sick(b), noon.Add(time.Minute)
	b.ReportAllocs()
	total := 0
	for b.Loop() {
		r := score.SOFA.Evaluate(&in, now, time.Hour)
		total += r.Total
	}
	_ = total
}

func BenchmarkSet(b *testing.B) {
	in := timed(b)
	r := vitals.Reading{Kind: vitals.BodyTemperature, Quantity: vitals.CelsiusTenths(385), At: noon}
	b.ReportAllocs()
	for b.Loop() {
		in.Set(r)
	}
}

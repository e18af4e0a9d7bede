package score_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"testing"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

func dec(t testing.TB, s string) vitals.Decimal {
	t.Helper()
	d, err := vitals.ParseDecimal(s)
	if err != nil {
		t.Fatalf("decimal %q: %v", s, err)
	}
	return d
}

// single scores one parameter alone. Scale and oxygen of n are kept.
func single(t testing.TB, n score.NEWS2, p score.Parameter, q vitals.Quantity) int {
	t.Helper()
	switch p {
	case score.RespiratoryRate:
		n.RespiratoryRate = q
	case score.SpO2:
		n.SpO2 = q
	case score.SystolicPressure:
		n.SystolicPressure = q
	case score.Pulse:
		n.Pulse = q
	case score.Temperature:
		n.Temperature = q
	default:
		t.Fatalf("%v is not measured", p)
	}
	r, err := n.Score()
	if err != nil {
		t.Fatalf("%v %v: %v", p, q, err)
	}
	if r.Missing.Has(p) {
		t.Fatalf("%v %v: reported missing", p, q)
	}
	return int(r.Points[p])
}

var (
	scale1   = score.NEWS2{}
	air2     = score.NEWS2{Scale2: true, Oxygen: vitals.BreathesAir}
	oxygen2  = score.NEWS2{Scale2: true, Oxygen: vitals.BreathesOxygen}
	unknown2 = score.NEWS2{Scale2: true}
)

// The printed chart, both ends of every box.
var chart = []struct {
	name  string
	with  score.NEWS2
	param score.Parameter
	unit  vitals.Unit
	rows  []struct {
		from, to string
		points   int
	}
}{
	{"respiratory rate", scale1, score.RespiratoryRate, vitals.UnitPerMinute, rows{
		{"0", "8", 3}, {"9", "11", 1}, {"12", "20", 0}, {"21", "24", 2}, {"25", "90", 3},
	}},
	{"SpO2 scale 1", scale1, score.SpO2, vitals.UnitPercent, rows{
		{"0", "91", 3}, {"92", "93", 2}, {"94", "95", 1}, {"96", "100", 0},
	}},
	{"SpO2 scale 2 on air", air2, score.SpO2, vitals.UnitPercent, rows{
		{"0", "83", 3}, {"84", "85", 2}, {"86", "87", 1}, {"88", "92", 0}, {"93", "100", 0},
	}},
	{"SpO2 scale 2 on oxygen", oxygen2, score.SpO2, vitals.UnitPercent, rows{
		{"0", "83", 3},
		{"84", "85", 2},
		{"86", "87", 1},
		{"88", "92", 0},
		{"93", "94", 1},
		{"95", "96", 2},
		{"97", "100", 3},
	}},
	{"SpO2 scale 2, oxygen unknown: the least", unknown2, score.SpO2, vitals.UnitPercent, rows{
		{"0", "83", 3}, {"84", "85", 2}, {"86", "87", 1}, {"88", "100", 0},
	}},
	{"systolic", scale1, score.SystolicPressure, vitals.UnitMmHg, rows{
		{"0", "90", 3}, {"91", "100", 2}, {"101", "110", 1}, {"111", "219", 0}, {"220", "300", 3},
	}},
	{"pulse", scale1, score.Pulse, vitals.UnitPerMinute, rows{
		{"0", "40", 3}, {"41", "50", 1}, {"51", "90", 0}, {"91", "110", 1}, {"111", "130", 2}, {"131", "300", 3},
	}},
	{"temperature", scale1, score.Temperature, vitals.UnitCelsius, rows{
		{"20.0", "35.0", 3}, {"35.1", "36.0", 1}, {"36.1", "38.0", 0}, {"38.1", "39.0", 1}, {"39.1", "45.0", 2},
	}},
}

type rows = []struct {
	from, to string
	points   int
}

func TestChart(t *testing.T) {
	for _, c := range chart {
		t.Run(c.name, func(t *testing.T) {
			for _, row := range c.rows {
				for _, v := range []string{row.from, row.to} {
					if got := single(t, c.with, c.param, c.unit.Of(dec(t, v))); got != row.points {
						t.Errorf("%s: %d points, want %d", v, got, row.points)
					}
				}
			}
		})
	}
}

// Between two boxes there is no gap, beyond the last no end, and points only
// rise on the way from normal.
func TestFractionsAreTotalAndMonotone(t *testing.T) {
	for _, c := range chart {
		t.Run(c.name, func(t *testing.T) {
			prev, rising := 3, false
			for hundredths := int64(-200); hundredths <= 31000; hundredths++ {
				q := c.unit.Of(vitals.Decimal{Coef: hundredths, Exp: -2})
				got := single(t, c.with, c.param, q)
				if got > prev {
					rising = true
				}
				if got < prev && rising {
					t.Fatalf("%v: points fall from %d to %d further from normal", q, prev, got)
				}
				if more := single(t, c.with, c.param, c.unit.Of(vitals.Decimal{Coef: hundredths * 1e9, Exp: -11})); more != got {
					t.Fatalf("%v: %d points, but %d with more digits", q, got, more)
				}
				prev = got
			}
			lowest, highest := c.rows[0].points, c.rows[len(c.rows)-1].points
			for _, e := range []int8{-128, -11, 0, 5, 127} {
				for _, coef := range []int64{math.MinInt64, -1, 0, 1, math.MaxInt64} {
					got := single(t, c.with, c.param, c.unit.Of(vitals.Decimal{Coef: coef, Exp: e}))
					d := vitals.Decimal{Coef: coef, Exp: e}
					if d.Cmp(vitals.Decimal{Coef: 1000}) > 0 && got != highest || coef < 0 && got != lowest {
						t.Errorf("%de%d: %d points", coef, e, got)
					}
				}
			}
		})
	}
}

func TestRounding(t *testing.T) {
	for _, c := range []struct {
		with   score.NEWS2
		param  score.Parameter
		value  string
		points int
	}{
		{scale1, score.Temperature, "38.04 Cel", 0},
		{scale1, score.Temperature, "38.05 Cel", 1},
		{scale1, score.Temperature, "35.049999 Cel", 3},
		{scale1, score.Temperature, "35.05 Cel", 1},
		{scale1, score.Temperature, "100.4 [degF]", 0}, // 38.0 °C
		{scale1, score.Temperature, "100.6 [degF]", 1}, // 38.11 °C
		{scale1, score.Temperature, "95 [degF]", 3},    // 35 °C
		{scale1, score.Temperature, "100 [degF]", 0},   // 37.78 °C
		{scale1, score.Temperature, "311 K", 0},        // 37.85 °C
		{scale1, score.Temperature, "309 K", 1},        // 35.85 °C
		{scale1, score.SpO2, "95.4 %", 1},
		{scale1, score.SpO2, "95.5 %", 0},
		{scale1, score.SpO2, "0.93 1", 2},
		{air2, score.SpO2, "87.5 %", 0},
		{oxygen2, score.SpO2, "92.5 %", 1},
		{scale1, score.RespiratoryRate, "20.4 /min", 0},
		{scale1, score.RespiratoryRate, "20.5 /min", 2},
		{scale1, score.RespiratoryRate, "0.2 Hz", 0}, // 12
		{scale1, score.SystolicPressure, "12.0 kPa", 3},
		{scale1, score.Pulse, "9e1 /min", 0},
		{scale1, score.Pulse, "1e2 /min", 1},
	} {
		q, err := vitals.ParseQuantity(c.value)
		if err != nil {
			t.Fatalf("%s: %v", c.value, err)
		}
		if got := single(t, c.with, c.param, q); got != c.points {
			t.Errorf("%v %s: %d points, want %d", c.param, c.value, got, c.points)
		}
	}
}

// healthy has every input and no points.
var healthy = score.NEWS2{
	RespiratoryRate: vitals.PerMinute(16), SpO2: vitals.Percent(98), SystolicPressure: vitals.MmHg(120),
	Pulse: vitals.PerMinute(70), Temperature: vitals.Celsius(370),
	Oxygen: vitals.BreathesAir, Consciousness: vitals.ACVPUAlert,
}

func TestBands(t *testing.T) {
	with := func(change func(*score.NEWS2)) score.NEWS2 { n := healthy; change(&n); return n }
	for _, c := range []struct {
		name  string
		in    score.NEWS2
		total int
		band  score.Band
	}{
		{"healthy", healthy, 0, score.Low},
		{"four ones", with(func(n *score.NEWS2) {
			n.RespiratoryRate, n.SpO2, n.Pulse, n.Temperature = vitals.PerMinute(10), vitals.Percent(95), vitals.PerMinute(100), vitals.Celsius(385)
		}), 4, score.Low},
		{"a single three", with(func(n *score.NEWS2) { n.Consciousness = vitals.ACVPUConfused }), 3, score.LowMedium},
		{"voice", with(func(n *score.NEWS2) { n.Consciousness = vitals.ACVPUVoice }), 3, score.LowMedium},
		{"three and one", with(func(n *score.NEWS2) { n.Consciousness, n.Pulse = vitals.ACVPUPain, vitals.PerMinute(91) }), 4, score.LowMedium},
		{"three and two", with(func(n *score.NEWS2) {
			n.Consciousness, n.Oxygen = vitals.ACVPUUnresponsive, vitals.BreathesOxygen
		}), 5, score.Medium},
		{"six", with(func(n *score.NEWS2) { n.RespiratoryRate, n.SpO2 = vitals.PerMinute(25), vitals.Percent(91) }), 6, score.Medium},
		{"seven", with(func(n *score.NEWS2) {
			n.RespiratoryRate, n.SpO2, n.Pulse = vitals.PerMinute(25), vitals.Percent(91), vitals.PerMinute(91)
		}), 7, score.High},
		{"everything", score.NEWS2{
			RespiratoryRate: vitals.PerMinute(30), SpO2: vitals.Percent(80), SystolicPressure: vitals.MmHg(70),
			Pulse: vitals.PerMinute(150), Temperature: vitals.Celsius(340), Oxygen: vitals.BreathesOxygen, Consciousness: vitals.ACVPUUnresponsive,
		}, 20, score.High},
	} {
		got, err := c.in.Score()
		if err != nil || got.Total != c.total || got.Band != c.band || !got.Complete() {
			t.Errorf("%s: total %d, %v, complete %t, error %v; want %d, %v", c.name, got.Total, got.Band, got.Complete(), err, c.total, c.band)
		}
	}
}

// Whatever is left out, the total stays a lower bound and the gap has a name.
func TestMissing(t *testing.T) {
	sick := score.NEWS2{
		RespiratoryRate: vitals.PerMinute(26), SpO2: vitals.Percent(97), SystolicPressure: vitals.MmHg(95),
		Pulse: vitals.PerMinute(120), Temperature: vitals.Celsius(395), Scale2: true,
		Oxygen: vitals.BreathesOxygen, Consciousness: vitals.ACVPUVoice,
	}
	whole, err := sick.Score()
	if err != nil || whole.Total != 3+3+2+2+2+2+3 {
		t.Fatalf("total %d, error %v", whole.Total, err)
	}
	for set := range score.Parameters(1 << score.ParameterCount) {
		n := sick
		for p := range set.All() {
			n.Clear(p)
		}
		got, err := n.Score()
		if err != nil || got.Missing != set || got.Complete() != (set == 0) || got.Total > whole.Total {
			t.Errorf("without %v: %+v, error %v", set, got, err)
		}
		for p := range set.All() {
			if got.Points[p] != 0 {
				t.Errorf("without %v: %v has %d points", set, p, got.Points[p])
			}
		}
	}
}

func TestWrongInputs(t *testing.T) {
	n := healthy
	n.Pulse = vitals.MmHg(70)
	r, err := n.Score()
	if !errors.Is(err, vitals.ErrUnit) || !r.Missing.Has(score.Pulse) || r.Total != 0 {
		t.Errorf("pulse in mmHg: %+v, %v", r, err)
	}
	n = healthy
	n.Consciousness = 9
	if r, err = n.Score(); !errors.Is(err, score.ErrCode) || !r.Missing.Has(score.Consciousness) {
		t.Errorf("unknown level: %+v, %v", r, err)
	}
	n = healthy
	n.Oxygen = 7
	if r, err = n.Score(); !errors.Is(err, score.ErrCode) || !r.Missing.Has(score.Breathing) {
		t.Errorf("unknown oxygen: %+v, %v", r, err)
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
		points uint8
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
		{reading(vitals.O2Flow, "0.5 L/min", 0), score.Breathing, true, 2},
		{reading(vitals.O2Flow, "", vitals.BelowRange), score.Breathing, false, 0},
		{reading(vitals.O2Flow, "", vitals.AboveRange), score.Breathing, true, 2},
		{reading(vitals.InspiredO2, "21.0 %", 0), score.Breathing, true, 0},
		{reading(vitals.InspiredO2, "0.28 1", 0), score.Breathing, true, 2},
		{coded(vitals.SupplementalOxygen, vitals.BreathesOxygen), score.Breathing, true, 2},
		{coded(vitals.SupplementalOxygen, vitals.BreathesAir), score.Breathing, true, 0},
		{coded(vitals.SupplementalOxygen, 0), score.Breathing, false, 0},
		{coded(vitals.SupplementalOxygen, 3), score.Breathing, false, 0},
		{coded(vitals.Consciousness, uint32(vitals.ACVPUAlert)), score.Consciousness, true, 0},
		{coded(vitals.Consciousness, uint32(vitals.ACVPUConfused)), score.Consciousness, true, 3},
		{coded(vitals.Consciousness, 0), score.Consciousness, false, 0},
		{coded(vitals.Consciousness, 6), score.Consciousness, false, 0},
	} {
		var n score.NEWS2
		p, ok := n.Set(c.r)
		if p != c.param || ok != c.ok {
			t.Errorf("%v %v code %d: %v, %t; want %v, %t", c.r.Kind, c.r.Quantity, c.r.Code, p, ok, c.param, c.ok)
			continue
		}
		if !ok {
			if n != (score.NEWS2{}) {
				t.Errorf("%v %v: changed although not used", c.r.Kind, c.r.Quantity)
			}
			continue
		}
		got, err := n.Score()
		if err != nil || got.Points[p] != c.points || got.Missing.Has(p) {
			t.Errorf("%v %v code %d: %+v, %v; want %d points", c.r.Kind, c.r.Quantity, c.r.Code, got, err, c.points)
		}
	}
}

func TestResultJSON(t *testing.T) {
	n := healthy
	n.Consciousness, n.Temperature, n.SpO2 = 0, vitals.Quantity{}, vitals.Percent(93)
	r, err := n.Score()
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(r)
	want := `{"total":2,"complete":false,"band":"low","points":{"respiratory rate":0,"SpO2":2,"air or oxygen":0,` +
		`"systolic pressure":0,"pulse":0},"missing":["consciousness","temperature"]}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

func TestScoreAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _, _ = healthy.Score() }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkNEWS2(b *testing.B) {
	b.ReportAllocs()
	total := 0
	for b.Loop() {
		r, _ := healthy.Score()
		total += r.Total
	}
	_ = total
}

func ExampleNEWS2_Score() {
	n := score.NEWS2{
		RespiratoryRate:  vitals.PerMinute(24),
		SpO2:             vitals.Percent(93),
		SystolicPressure: vitals.MmHg(105),
		Pulse:            vitals.PerMinute(115),
		Temperature:      vitals.Celsius(385),
		Oxygen:           vitals.BreathesAir,
	}
	r, err := n.Score()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("at least", r.Total, r.Band)
	fmt.Println("missing:", r.Missing)
	// Output:
	// at least 8 high
	// missing: consciousness
}

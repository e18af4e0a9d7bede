package score_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// The printed charts, both ends of every box, in the words of the source. It is
// written down apart from the tables of the package, so that a slip in one of
// them shows.
var printed = []struct {
	chart score.Chart
	param score.Parameter
	unit  vitals.Unit
	boxes []box
}{
	{score.NEWS2, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "8", 3}, {"9", "11", 1}, {"12", "20", 0}, {"21", "24", 2}, {"25", "90", 3}}},
	{score.NEWS2, score.SpO2, vitals.UnitPercent, []box{{"0", "91", 3}, {"92", "93", 2}, {"94", "95", 1}, {"96", "100", 0}}},
	{score.NEWS2Scale2, score.SpO2, vitals.UnitPercent, []box{
		{"0", "83", 3},
		{"84", "85", 2},
		{"86", "87", 1},
		{"88", "92", 0},
		{"93", "94", 1},
		{"95", "96", 2},
		{"97", "100", 3},
	}},
	{score.NEWS2, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "90", 3}, {"91", "100", 2}, {"101", "110", 1}, {"111", "219", 0}, {"220", "300", 3}}},
	{score.NEWS2, score.Pulse, vitals.UnitPerMinute, []box{{"0", "40", 3}, {"41", "50", 1}, {"51", "90", 0}, {"91", "110", 1}, {"111", "130", 2}, {"131", "300", 3}}},
	{score.NEWS2, score.Temperature, vitals.UnitCelsius, []box{{"20.0", "35.0", 3}, {"35.1", "36.0", 1}, {"36.1", "38.0", 0}, {"38.1", "39.0", 1}, {"39.1", "45.0", 2}}},

	{score.MEWS, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "8", 2}, {"9", "14", 0}, {"15", "20", 1}, {"21", "29", 2}, {"30", "90", 3}}},
	{score.MEWS, score.Pulse, vitals.UnitPerMinute, []box{{"0", "40", 2}, {"41", "50", 1}, {"51", "100", 0}, {"101", "110", 1}, {"111", "129", 2}, {"130", "300", 3}}},
	{score.MEWS, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "70", 3}, {"71", "80", 2}, {"81", "100", 1}, {"101", "199", 0}, {"200", "300", 2}}},
	{score.MEWS, score.Temperature, vitals.UnitCelsius, []box{{"20.0", "34.9", 2}, {"35.0", "38.4", 0}, {"38.5", "45.0", 2}}},

	{score.QSOFA, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "21", 0}, {"22", "90", 1}}},
	{score.QSOFA, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "100", 1}, {"101", "300", 0}}},
	{score.SIRS, score.Temperature, vitals.UnitCelsius, []box{{"20.0", "35.9", 1}, {"36.0", "38.0", 0}, {"38.1", "45.0", 1}}},
	{score.SIRS, score.Pulse, vitals.UnitPerMinute, []box{{"0", "90", 0}, {"91", "300", 1}}},
	{score.SIRS, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "20", 0}, {"21", "90", 1}}},
	{score.SIRS, score.ArterialCO2, vitals.UnitMmHg, []box{{"0", "31", 1}, {"32", "120", 0}}},
	{score.SIRS, score.ImmatureCells, vitals.UnitPercent, []box{{"0", "10", 0}, {"11", "100", 1}}},

	{score.SOFA, score.Bilirubin, vitals.UnitMgPerDL, []box{{"0", "1.1", 0}, {"1.2", "1.9", 1}, {"2.0", "5.9", 2}, {"6.0", "11.9", 3}, {"12.0", "40", 4}}},
	{score.SOFA, score.Creatinine, vitals.UnitMgPerDL, []box{{"0", "1.1", 0}, {"1.2", "1.9", 1}, {"2.0", "3.4", 2}, {"3.5", "4.9", 3}, {"5.0", "40", 4}}},
	{score.SOFA, score.MeanPressure, vitals.UnitMmHg, []box{{"0", "69", 1}, {"70", "200", 0}}},
	{score.SOFA, score.GlasgowComa, vitals.UnitScore, []box{{"3", "5", 4}, {"6", "9", 3}, {"10", "12", 2}, {"13", "14", 1}, {"15", "15", 0}}},

	{score.CART, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "20", 0}, {"21", "23", 8}, {"24", "25", 12}, {"26", "29", 15}, {"30", "90", 22}}},
	{score.CART, score.Pulse, vitals.UnitPerMinute, []box{{"0", "109", 0}, {"110", "139", 4}, {"140", "300", 13}}},
	{score.CART, score.DiastolicPressure, vitals.UnitMmHg, []box{{"0", "34", 13}, {"35", "39", 6}, {"40", "49", 4}, {"50", "200", 0}}},

	{score.QCSI, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "22", 0}, {"23", "28", 1}, {"29", "90", 2}}},
	{score.QCSI, score.SpO2, vitals.UnitPercent, []box{{"0", "88", 5}, {"89", "92", 2}, {"93", "100", 0}}},
	{score.QCSI, score.OxygenFlow, vitals.UnitLPerMin, []box{{"0", "2", 0}, {"3", "4", 4}, {"5", "15", 5}}},

	{score.REMS, score.Pulse, vitals.UnitPerMinute, []box{{"0", "39", 4}, {"40", "54", 3}, {"55", "69", 2}, {"70", "109", 0}, {"110", "139", 2}, {"140", "179", 3}, {"180", "300", 4}}},
	{score.REMS, score.MeanPressure, vitals.UnitMmHg, []box{{"0", "49", 4}, {"50", "69", 2}, {"70", "109", 0}, {"110", "129", 2}, {"130", "159", 3}, {"160", "250", 4}}},
	{score.REMS, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "5", 4}, {"6", "9", 2}, {"10", "11", 1}, {"12", "24", 0}, {"25", "34", 1}, {"35", "49", 3}, {"50", "90", 4}}},
	{score.REMS, score.SpO2, vitals.UnitPercent, []box{{"0", "74", 4}, {"75", "85", 3}, {"86", "89", 1}, {"90", "100", 0}}},

	{score.RTS, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "0", 0}, {"1", "5", 1}, {"6", "9", 2}, {"10", "29", 4}, {"30", "90", 3}}},
	{score.RTS, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "0", 0}, {"1", "49", 1}, {"50", "75", 2}, {"76", "89", 3}, {"90", "300", 4}}},
	{score.RTS, score.GlasgowComa, vitals.UnitScore, []box{{"3", "3", 0}, {"4", "5", 1}, {"6", "8", 2}, {"9", "12", 3}, {"13", "15", 4}}},

	{score.CURB65, score.Urea, vitals.UnitMmolPerL, []box{{"0", "7.0", 0}, {"7.1", "60", 1}}},
	{score.CURB65, score.RespiratoryRate, vitals.UnitPerMinute, []box{{"0", "29", 0}, {"30", "90", 1}}},
	{score.CURB65, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "89", 1}, {"90", "300", 0}}},
	{score.CRB65, score.DiastolicPressure, vitals.UnitMmHg, []box{{"0", "60", 1}, {"61", "200", 0}}},

	{score.BPACCAHA2017, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "119", 0}, {"120", "129", 1}, {"130", "139", 2}, {"140", "180", 3}, {"181", "300", 4}}},
	{score.BPACCAHA2017, score.DiastolicPressure, vitals.UnitMmHg, []box{{"0", "79", 0}, {"80", "89", 2}, {"90", "120", 3}, {"121", "200", 4}}},
	{score.BPESC2024, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "119", 0}, {"120", "139", 1}, {"140", "159", 2}, {"160", "179", 3}, {"180", "300", 4}}},
	{score.BPESC2024, score.DiastolicPressure, vitals.UnitMmHg, []box{{"0", "69", 0}, {"70", "89", 1}, {"90", "99", 2}, {"100", "109", 3}, {"110", "200", 4}}},
	{score.BPESC2024Home, score.SystolicPressure, vitals.UnitMmHg, []box{{"0", "119", 0}, {"120", "134", 1}, {"135", "300", 2}}},
	{score.BPESC2024Home, score.DiastolicPressure, vitals.UnitMmHg, []box{{"0", "69", 0}, {"70", "84", 1}, {"85", "200", 2}}},
	{score.BPESC2024Day24, score.SystolicPressure, vitals.UnitMmHg, []box{{"130", "300", 2}}},
	{score.BPESC2024Day24, score.DiastolicPressure, vitals.UnitMmHg, []box{{"80", "200", 2}}},
	{score.BPESC2024Night, score.SystolicPressure, vitals.UnitMmHg, []box{{"120", "300", 2}}},
	{score.BPESC2024Night, score.DiastolicPressure, vitals.UnitMmHg, []box{{"70", "200", 2}}},
}

type box struct {
	from, to string
	points   int
}

func TestPrintedCharts(t *testing.T) {
	for _, c := range printed {
		for _, b := range c.boxes {
			for _, v := range []string{b.from, b.to} {
				e := entry{t: t}
				e.code(score.Breathing, uint32(vitals.BreathesOxygen))
				e.measure(c.param, c.unit.Of(decimal(t, v)))
				if got := e.score(c.chart).Points[c.param]; int(got) != b.points {
					t.Errorf("%v, %v %s: %d points, want %d", c.chart, c.param, v, got, b.points)
				}
			}
		}
	}
}

// The scores that peers get wrong: scale 2 on air, a temperature of 36.0 and of
// 37.5, the SpO2 boxes of other charts, totals of 3 and 4.
func TestMistakesOfOthers(t *testing.T) {
	for _, c := range []struct {
		chart  score.Chart
		air    bool
		param  score.Parameter
		value  vitals.Quantity
		points uint8
		band   score.Band
	}{
		{score.NEWS2Scale2, true, score.SpO2, vitals.Percent(93), 0, score.Low},
		{score.NEWS2Scale2, true, score.SpO2, vitals.Percent(100), 0, score.Low},
		{score.NEWS2Scale2, false, score.SpO2, vitals.Percent(93), 1, score.Low},
		{score.NEWS2, true, score.Temperature, vitals.CelsiusTenths(375), 0, score.Low},
		{score.NEWS2, true, score.Temperature, vitals.CelsiusTenths(360), 1, score.Low},
		{score.NEWS2, true, score.SpO2, vitals.Percent(85), 3, score.LowMedium},
		{score.NEWS2, true, score.SpO2, vitals.Percent(89), 3, score.LowMedium},
		{score.NEWS2, false, score.SpO2, vitals.Percent(92), 2, score.Low}, // 2 + 2 for oxygen is not medium
	} {
		e := entry{t: t, in: healthy(t)}
		if !c.air {
			e.code(score.Breathing, uint32(vitals.BreathesOxygen))
		}
		if c.chart == score.NEWS2Scale2 {
			e.measure(score.SpO2, vitals.Percent(90))
		}
		e.measure(c.param, c.value)
		if r := e.score(c.chart); r.Points[c.param] != c.points || r.Band != c.band || !r.Complete() {
			t.Errorf("%v air %t %v: %v (%v), want %d points, %v", c.chart, c.air, c.value, r, r.Band, c.points, c.band)
		}
	}
}

// Every chart, every parameter that it measures: from the best value outwards
// in fractions, the total and the band never get better. The other inputs are
// the best that there are, or missing.
func TestTotalsAreMonotone(t *testing.T) {
	for c := range score.Charts() {
		for p := range c.Inputs().All() {
			for _, alone := range []bool{false, true} {
				if c.LowIsWorse() && alone {
					continue // not defined
				}
				walk(t, c, p, alone)
			}
		}
	}
}

func walk(t *testing.T, c score.Chart, p score.Parameter, alone bool) {
	t.Helper()
	unit, ok := measuredIn[p]
	if !ok {
		return
	}
	e := entry{t: t, in: healthy(t)}
	if alone {
		e.in = score.Inputs{}
	}
	sign := 1
	if c.LowIsWorse() {
		sign = -1
	}
	badness := func(hundredths int64) (int, score.Band) {
		e.measure(p, unit.Of(vitals.Decimal{Coef: hundredths, Exp: -2}))
		r := e.score(c)
		return sign * int(r.Value.Float64()*1e4), r.Band
	}
	from, to := int64(50), int64(31000) // what rounds to 0 gives no quotient
	if p == score.GlasgowComa {
		from, to = 300, 1500
	}
	prev, prevBand := badness(from)
	rising := false
	for h := from + 5; h <= to; h += 5 {
		now, band := badness(h)
		switch {
		case now > prev:
			rising = true
		case now < prev && rising:
			t.Fatalf("%v: %v %d/100: %d after %d: better further from the best (alone %t)", c, p, h, now, prev, alone)
		}
		if c != score.REMS && band != score.Undefined && prevBand != score.Undefined && (now > prev && band < prevBand || now < prev && band > prevBand) {
			t.Fatalf("%v: %v %d/100: band %v after %v, total %d after %d", c, p, h, band, prevBand, now, prev)
		}
		prev, prevBand = now, band
	}
}

// measuredIn are the units of the parameters that are walked.
var measuredIn = map[score.Parameter]vitals.Unit{
	score.RespiratoryRate: vitals.UnitPerMinute, score.SpO2: vitals.UnitPercent, score.SystolicPressure: vitals.UnitMmHg,
	score.Pulse: vitals.UnitPerMinute, score.Temperature: vitals.UnitCelsius, score.DiastolicPressure: vitals.UnitMmHg,
	score.MeanPressure: vitals.UnitMmHg, score.OxygenFlow: vitals.UnitLPerMin, score.InspiredOxygen: vitals.UnitPercent,
	score.GlasgowComa: vitals.UnitScore, score.ArterialO2: vitals.UnitMmHg, score.ArterialCO2: vitals.UnitMmHg,
	score.ImmatureCells: vitals.UnitPercent, score.Bilirubin: vitals.UnitMgPerDL, score.Creatinine: vitals.UnitMgPerDL,
	score.Urea: vitals.UnitMmolPerL, score.UrineOutput: vitals.UnitMLPerHour,
}

// healthy has every input there is, of a healthy adult of 40.
func healthy(t testing.TB) score.Inputs {
	e := entry{t: t}
	e.age(40)
	e.code(score.Breathing, uint32(vitals.BreathesAir))
	e.code(score.Consciousness, uint32(vitals.ACVPUAlert))
	for _, p := range []score.Parameter{
		score.Ventilation, score.Vasopressor, score.Jaundice, score.Behaviour, score.Cardiovascular,
		score.RespiratoryEffort, score.Nebuliser, score.Vomiting,
	} {
		e.code(p, 0)
	}
	for p, q := range map[score.Parameter]vitals.Quantity{
		score.RespiratoryRate: vitals.PerMinute(14), score.SpO2: vitals.Percent(98), score.SystolicPressure: vitals.MmHg(115),
		score.DiastolicPressure: vitals.MmHg(65), score.MeanPressure: vitals.MmHg(82), score.Pulse: vitals.PerMinute(72),
		score.Temperature: vitals.CelsiusTenths(370), score.GlasgowComa: vitals.UnitScore.Of(vitals.Decimal{Coef: 15}),
		score.ArterialO2: vitals.MmHg(95), score.ArterialCO2: vitals.MmHg(40), score.ImmatureCells: vitals.Percent(2),
		score.Bilirubin: vitals.UnitUmolPerL.Of(vitals.Decimal{Coef: 10}), score.Creatinine: vitals.UnitUmolPerL.Of(vitals.Decimal{Coef: 80}),
		score.Urea: vitals.UnitMmolPerL.Of(vitals.Decimal{Coef: 5}), score.UrineOutput: vitals.UnitMLPerHour.Of(vitals.Decimal{Coef: 60}),
	} {
		e.measure(p, q)
	}
	for p, n := range map[score.Parameter]int64{score.WhiteCells: 7, score.Platelets: 250} {
		if err := e.in.SetCells(p, vitals.Decimal{Coef: n}, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return e.in
}

func decimal(t testing.TB, s string) vitals.Decimal {
	t.Helper()
	d, err := vitals.ParseDecimal(s)
	if err != nil {
		t.Fatalf("decimal %q: %v", s, err)
	}
	return d
}

func TestHealthy(t *testing.T) {
	for c := range score.Charts() {
		e := entry{t: t, in: healthy(t)}
		switch c {
		case score.SIPA:
			e.age(15)
		case score.BPESC2024Day24, score.BPESC2024Night:
			e.measure(score.SystolicPressure, vitals.MmHg(105))
			e.measure(score.DiastolicPressure, vitals.MmHg(59))
		}
		r := e.score(c)
		if !r.Complete() || r.Band > score.Low || r.Stale != 0 {
			t.Errorf("%v, missing %v", r, r.Missing)
		}
		if least, most := c.Range(); !c.LowIsWorse() && r.Total != 0 || least != 0 || (most == 0) != (c == score.ShockIndex || c == score.SIPA || c == score.ROX || c == score.Horowitz) {
			t.Errorf("%v: total %d in %d to %d", c, r.Total, least, most)
		}
	}
	for c, most := range map[score.Chart]int{
		score.NEWS2: 20, score.NEWS2Scale2: 20, score.NEWS: 20, score.MEWS: 14, score.PEWS: 13, score.QSOFA: 3,
		score.SIRS: 4, score.SOFA: 24, score.MSOFA: 19, score.CART: 57, score.QCSI: 12, score.REMS: 26,
		score.RTS: 12, score.CRB65: 4, score.CURB65: 5, score.BAP65: 3, score.BPACCAHA2017: 4,
	} {
		if _, got := c.Range(); got != most {
			t.Errorf("%v: at most %d, want %d", c, got, most)
		}
	}
}

func TestNames(t *testing.T) {
	for c := range score.Charts() {
		var back score.Chart
		b, err := c.MarshalText()
		if err != nil || back.UnmarshalText(b) != nil || back != c {
			t.Errorf("%v: text %q, back %v, %v", c, b, back, err)
		}
	}
	var c score.Chart
	if err := c.UnmarshalText([]byte("NEWS3")); err != score.ErrChart {
		t.Errorf("NEWS3: %v", err)
	}
	if r := score.Chart(200).Evaluate(&score.Inputs{}, noon, time.Hour); r.Defined() || r.Total != 0 {
		t.Errorf("no chart: %v", r)
	}
}

// The codes of the total and of each part, for records.
func TestCodes(t *testing.T) {
	for p, want := range map[score.Parameter]string{
		score.RespiratoryRate: "1104301000000104", score.SpO2: "1104311000000102", score.Breathing: "1104331000000105",
		score.SystolicPressure: "1104341000000101", score.Pulse: "1104351000000103", score.Consciousness: "1104361000000100",
		score.Temperature: "1104371000000107", score.AgeYears: "",
	} {
		if got := score.NEWS2.PartSNOMED(p); got != want {
			t.Errorf("NEWS2, %v: %q, want %q", p, got, want)
		}
		if p == score.SpO2 {
			want = "1104321000000108"
		}
		if got := score.NEWS2Scale2.PartSNOMED(p); got != want {
			t.Errorf("NEWS2 scale 2, %v: %q, want %q", p, got, want)
		}
	}
	for c := range score.Charts() {
		news2 := c == score.NEWS2 || c == score.NEWS2Scale2
		if (c.LOINC() == "88330-6") != news2 || (c.SNOMED() == "1104051000000101") != news2 {
			t.Errorf("%v: LOINC %q, SNOMED %q", c, c.LOINC(), c.SNOMED())
		}
	}
}

var update = flag.Bool("update", false, "write testdata/charts.txt")

// The charts as people read them: whoever changes a table sees here what became
// of it.
func TestTables(t *testing.T) {
	var got []byte
	for c := range score.Charts() {
		got = append(append(got, c.Table()...), '\n')
	}
	const name = "testdata/charts.txt"
	if *update {
		if err := os.WriteFile(name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	have, line := strings.Split(string(want), "\n"), 0
	for text := range strings.SplitSeq(string(got), "\n") {
		if line >= len(have) || have[line] != text {
			t.Fatalf("%s line %d differs; review with -update: %q", name, line+1, text)
		}
		line++
	}
	if line != len(have) {
		t.Errorf("%s has %d lines too many", name, len(have)-line)
	}
}

package alert

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

var t0 = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func at(seconds float64) int64 { return t0.UnixNano() + int64(seconds*1e9) }

// value reads "88 %", "~88 %" (questionable), "HI" and "LO".
func value(t testing.TB, k vitals.Kind, seconds float64, s string) vitals.Reading {
	t.Helper()
	r := vitals.Reading{Device: "device", Kind: k, At: time.Unix(0, at(seconds)).UTC()}
	if n, ok := strings.CutPrefix(s, "code "); ok {
		code, err := strconv.ParseUint(n, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		r.Code = uint32(code)
		return r
	}
	switch s {
	case "HI":
		r.Quality = vitals.AboveRange
		return r
	case "LO":
		r.Quality = vitals.BelowRange
		return r
	}
	if rest, ok := strings.CutPrefix(s, "~"); ok {
		s, r.Quality = rest, vitals.Questionable
	}
	q, err := vitals.ParseQuantity(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	r.Quantity = q
	return r
}

// same is a verdict in words.
func same(v verdict) string {
	var s []string
	if v.hit {
		s = append(s, fmt.Sprintf("hit since %v", float64(v.since-t0.UnixNano())/1e9))
	}
	if v.contrary {
		s = append(s, "contrary")
	}
	if v.clear {
		s = append(s, "clear")
	}
	if s == nil {
		return "unknown"
	}
	return strings.Join(s, " ")
}

// driver tells a detector readings and times as an engine does. A second
// detector is saved and loaded before every call and must agree.
type driver struct {
	t     testing.TB
	rule  Rule
	d     detector
	saved []byte
}

func drive(t testing.TB, r Rule) *driver {
	t.Helper()
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	d := &driver{t: t, rule: r, d: r.newDetector()}
	if d.d == nil {
		d.d = r.ungated()
	}
	d.saved = d.d.appendState(nil)
	return d
}

func (d *driver) twice(what string, call func(detector) verdict) verdict {
	d.t.Helper()
	fresh := d.rule.newDetector()
	if fresh == nil {
		fresh = d.rule.ungated()
	}
	rest, err := fresh.loadState(append(bytes.Clone(d.saved), "rest"...))
	if err != nil || string(rest) != "rest" {
		d.t.Fatalf("%s: state does not load: %q left, %v", what, rest, err)
	}
	if got, want := fresh.due(), d.d.due(); got != want {
		d.t.Fatalf("%s: after a restart due is %d, want %d", what, got, want)
	}
	v, w := call(d.d), call(fresh)
	if same(v) != same(w) {
		d.t.Fatalf("%s: after a restart %q, want %q", what, same(w), same(v))
	}
	if v.hit || v.contrary {
		if got, want := fresh.explain(v.hit), d.d.explain(v.hit); got != want {
			d.t.Fatalf("%s: after a restart the explanation is %q, want %q", what, got, want)
		}
	}
	d.saved = d.d.appendState(nil)
	if again := fresh.appendState(nil); !bytes.Equal(again, d.saved) {
		d.t.Fatalf("%s: after a restart another state follows", what)
	}
	return v
}

// until passes every due time before the given one; it returns the verdicts
// that are not unknown, "@10 hit since 10".
func (d *driver) until(limit int64) (said []string) {
	d.t.Helper()
	last := int64(math.MinInt64)
	for due := d.d.due(); due < limit; due = d.d.due() {
		if due <= last {
			d.t.Fatalf("due %d again after %d", due, last)
		}
		last = due
		v := d.twice("pass", func(x detector) verdict { return x.pass(due) })
		if v.hit && v.since > due {
			d.t.Fatalf("a condition since %d at %d", v.since, due)
		}
		said = append(said, fmt.Sprintf("@%v %s", float64(due-t0.UnixNano())/1e9, same(v)))
	}
	return said
}

func (d *driver) put(r vitals.Reading) (said []string) {
	d.t.Helper()
	when := r.At.UnixNano()
	said = d.until(when)
	v := d.twice("put", func(x detector) verdict { return x.put(&r, when) })
	if v.hit && v.since > when {
		d.t.Fatalf("a condition since %d at %d", v.since, when)
	}
	return append(said, same(v))
}

// step is a reading, a note ("!meal") or, without text, the end of time.
type step struct {
	at   float64
	kind vitals.Kind // 0: that of the rule
	text string
	want string // verdicts joined by "; "
}

func (d *driver) run(steps []step) {
	d.t.Helper()
	for i, s := range steps {
		k := s.kind
		if k == 0 {
			k = d.rule.kind
		}
		var said []string
		label, isNote := strings.CutPrefix(s.text, "!")
		switch {
		case isNote:
			said = d.until(at(s.at))
			v := d.twice("note", func(x detector) verdict {
				x.note(label, at(s.at))
				return x.pass(at(s.at))
			})
			said = append(said, same(v))
		case s.text == "":
			said = d.until(at(s.at) + 1)
		default:
			said = d.put(value(d.t, k, s.at, s.text))
		}
		if got := strings.Join(said, "; "); got != s.want {
			d.t.Errorf("step %d, %v s, %q: %q, want %q", i, s.at, s.text, got, s.want)
		}
	}
}

const (
	no_     = "contrary clear"
	between = "contrary"
)

func mgdl(n int64) vitals.Quantity { return vitals.MgPerDL(n) }

func dec(coef int64, exp int8) vitals.Decimal { return vitals.Decimal{Coef: coef, Exp: exp} }

func TestConditions(t *testing.T) {
	const min = 60
	kg := func(n int64) vitals.Quantity { return vitals.UnitKg.Of(vitals.Decimal{Coef: n}) }
	for _, c := range []struct {
		name  string
		rule  Rule
		steps []step
	}{
		{"band", Outside(vitals.HeartRate, vitals.PerMinute(50), vitals.PerMinute(120)), []step{
			{0, 0, "50 /min", no_},
			{1, 0, "49 /min", "hit since 1"},
			{2, 0, "120 /min", no_},
			{3, 0, "121 /min", "hit since 3"},
			{4, 0, "~100 /min", "unknown"},
			{5, 0, "LO", "hit since 5"},
			{6, 0, "HI", "hit since 6"},
			{7, 0, "2 Hz", no_},
		}},
		{"3 of 5", Below(vitals.SpO2, vitals.Percent(90)).ClearAt(vitals.Percent(92)).Of(3, 5), []step{
			{0, 0, "85 %", between},
			{1, 0, "95 %", no_},
			{2, 0, "85 %", between},
			{3, 0, "~95 %", "unknown"}, // says nothing
			{4, 0, "~85 %", "hit since 4"},
			{5, 0, "91 %", "hit since 5"},
			{6, 0, "91 %", between}, // not back at 92
			{7, 0, "93 %", no_},
		}},
		{"64 of 64", Below(vitals.SpO2, vitals.Percent(90)).Of(2, 64), []step{
			{0, 0, "85 %", between}, {1, 0, "LO", "hit since 1"}, {2, 0, "99 %", "hit since 2"},
		}},
		{"rise", RisesBy(vitals.BodyWeight, kg(2), 72*time.Hour), []step{
			{0, 0, "80.0 kg", "unknown"}, // nothing to compare with
			{86400, 0, "79.5 kg", no_},
			{2 * 86400, 0, "81.4 kg", no_},
			{2.5 * 86400, 0, "~82.0 kg", "hit since 216000"}, // doubtful: raises
			{3 * 86400, 0, "81.5 kg", "hit since 259200"},    // 79.5 is still in the window
			{3.5 * 86400, 0, "179.8 [lb_av]", "hit since 302400"},
			{5 * 86400, 0, "82.0 kg", no_}, // 79.5 has left it
			{20 * 86400, 0, "90.0 kg", "unknown"},
			{20.1 * 86400, 0, "HI", "unknown"},
		}},
		{"fall, doubtful is no reference", FallsBy(vitals.Systolic, vitals.MmHg(30), 10*time.Minute), []step{
			{0, 0, "140 mm[Hg]", "unknown"},
			{60, 0, "~200 mm[Hg]", "unknown"}, // no relief
			{120, 0, "111 mm[Hg]", no_},
			{180, 0, "110 mm[Hg]", "hit since 180"},
			{1000, 0, "110 mm[Hg]", "unknown"},
		}},
		{"difference of temperatures", RisesBy(vitals.TempCore, vitals.UnitFahrenheit.Of(dec(9, -1)), time.Hour), []step{
			{0, 0, "36.5 Cel", "unknown"}, {60, 0, "37.0 Cel", "hit since 60"}, {120, 0, "36.9 Cel", no_},
		}},
		{"slope", FallsFaster(vitals.GlucoseISF, mgdl(2), time.Minute, 20*time.Minute), []step{
			{0, 0, "150 mg/dL", "unknown"},
			{5 * min, 0, "140 mg/dL", "unknown"},
			{10 * min, 0, "130 mg/dL", "unknown"}, // three readings
			{15 * min, 0, "120 mg/dL", "hit since 900"},
			{20 * min, 0, "~300 mg/dL", "hit since 1200"}, // one wild value changes no median
			{25 * min, 0, "119 mg/dL", no_},               // median of -2.0 -2.1 -1.1 -2.2 -0.9 ... from 5 min on
			{90 * min, 0, "60 mg/dL", "unknown"},
		}},
		{"dose", DoseBelow(vitals.SpO2, vitals.Percent(90), vitals.Percent(50), time.Second).ClearAt(vitals.Percent(92)), []step{
			{0, 0, "95 %", no_},
			{1, 0, "88 %", "unknown"},   // 2 % below
			{11, 0, "91 %", between},    // 20 %·s, stands still
			{100, 0, "80 %", "unknown"}, // 10 % below: 3 s to go
			{104, 0, "80 %", "@103 hit since 103; hit since 103"},
			{105, 0, "91 %", "hit since 103"},  // not back
			{106, 0, "~99 %", "hit since 103"}, // doubtful
			{107, 0, "92 %", no_},
			{108, 0, "LO", "hit since 108"}, // unknown depth
			{109, 0, "93 %", no_},
			{110, 0, "89 %", "unknown"},
			{150, 0, "~95 %", "unknown"}, // is no relief: 1 % goes on
			{200, 0, "", "@160 hit since 160"},
		}},
		{"dose above, in another unit", DoseAbove(vitals.TempCore, vitals.CelsiusTenths(380), vitals.CelsiusTenths(10), time.Hour), []step{
			{0, 0, "102.2 [degF]", "unknown"}, // 39.0 °C
			{7200, 0, "", "@3600 hit since 3600"},
			{7201, 0, "38.0 Cel", no_},
		}},
		{"missing within a composite", Any(Missing(vitals.SpO2, time.Minute), Missing(vitals.HeartRate, time.Minute)), []step{
			{0, vitals.SpO2, "97 %", "unknown"}, // nothing known of the other
			{10, vitals.HeartRate, "70 /min", no_},
			{100, 0, "", "@60 hit since 60; @70 hit since 60"},
			{101, vitals.SpO2, "97 %", "hit since 60"},
			{102, vitals.HeartRate, "97 /min", no_},
		}},
		{"all", All(Above(vitals.HeartRate, vitals.PerMinute(120)).For(10*time.Second), Below(vitals.Systolic, vitals.MmHg(90))), []step{
			{0, vitals.HeartRate, "130 /min", "unknown"},
			{1, vitals.Systolic, "80 mm[Hg]", "unknown"}, // the other is pending
			{12, vitals.HeartRate, "131 /min", "@10 hit since 10; hit since 10"},
			{13, vitals.HeartRate, "~80 /min", "hit since 10"},
			{14, vitals.Systolic, "95 mm[Hg]", no_},
			{15, vitals.Systolic, "85 mm[Hg]", "hit since 15"},
			{4000, vitals.HeartRate, "131 /min", "unknown"}, // the pressure is older than an hour
			{4001, vitals.HeartRate, "80 /min", no_},
		}},
		{"not", Not(Below(vitals.SpO2, vitals.Percent(90)).ClearAfter(10 * time.Second)), []step{
			{0, 0, "85 %", no_},
			{5, 0, "95 %", no_}, // not clear for long enough
			{16, 0, "95 %", "hit since 16"},
			{17, 0, "~95 %", "hit since 16"},
			{18, 0, "85 %", no_},
		}},
		// That data are missing must not end an alarm about the patient.
		{"silence is no relief", All(Above(vitals.HeartRate, vitals.PerMinute(120)), Not(Missing(vitals.SpO2, time.Minute))), []step{
			{0, vitals.HeartRate, "130 /min", "unknown"},
			{1, vitals.SpO2, "97 %", "hit since 1"},
			{100, 0, "", "@61 contrary"}, // not clear
			{101, vitals.HeartRate, "100 /min", no_},
		}},
		{"then", Then(Above(vitals.HeartRate, vitals.PerMinute(120)), Below(vitals.Systolic, vitals.MmHg(90)), time.Minute), []step{
			{0, vitals.Systolic, "85 mm[Hg]", no_}, // the second, but not after the first
			{1, vitals.HeartRate, "130 /min", no_},
			{2, vitals.Systolic, "95 mm[Hg]", no_},
			{3, vitals.Systolic, "85 mm[Hg]", "hit since 3"},
			{4, vitals.HeartRate, "80 /min", "hit since 3"}, // that the first is over ends nothing
			{5, vitals.Systolic, "95 mm[Hg]", no_},
			{60, vitals.Systolic, "85 mm[Hg]", "hit since 60"},
			{61, vitals.Systolic, "95 mm[Hg]", no_},
			{65, vitals.Systolic, "85 mm[Hg]", no_}, // more than a minute after
		}},
		{"after a meal", Above(vitals.GlucoseISF, mgdl(180)).After("meal", 2*time.Hour), []step{
			{0, 0, "190 mg/dL", "hit since 0"},
			{60, 0, "!meal", between}, // a pending alarm lapses, one that stands does not
			{300, 0, "200 mg/dL", between},
			{600, 0, "170 mg/dL", no_},
			{900, 0, "!snack", between}, // another label
			{1200, 0, "210 mg/dL", between},
			{7300, 0, "", "@7260 hit since 7260"}, // armed again
			{7400, 0, "150 mg/dL", no_},
		}},
		{"meals one after another", Above(vitals.GlucoseISF, mgdl(180)).After("meal", time.Hour), []step{
			{0, 0, "!meal", "contrary"},
			{10, 0, "190 mg/dL", between},
			{3000, 0, "!meal", between},
			{9000, 0, "", "@6600 hit since 6600"},
		}},
		{"score", NEWS2AtLeast(5).CompleteOnly().MaxAge(time.Minute).MaxAge(time.Hour, score.Consciousness), []step{
			{0, vitals.Consciousness, "code 1", no_},
			{1, vitals.RespiratoryRate, "30 /min", no_},
			{2, vitals.SpO2, "90 %", "unknown"}, // 6 points, but not complete
			{3, vitals.SupplementalOxygen, "code 1", "unknown"},
			{4, vitals.Systolic, "120 mm[Hg]", "unknown"},
			{5, vitals.HeartRate, "70 /min", "unknown"},
			{6, vitals.TempEar, "37.0 Cel", "hit since 6"},
			{50, vitals.RespiratoryRate, "15 /min", no_},
		}},
	} {
		t.Run(c.name, func(t *testing.T) { drive(t, c.rule).run(c.steps) })
	}
}

// The code of alert is 1 in vitals: the tests above rely on it.
func TestCodesOfTheTests(t *testing.T) {
	if vitals.ACVPUAlert != 1 || vitals.BreathesAir != 1 {
		t.Fatalf("alert is %d, air %d", vitals.ACVPUAlert, vitals.BreathesAir)
	}
}

// randomRules are one of each condition, over three kinds.
func randomRules() []Rule {
	hr, sys, spo2 := vitals.HeartRate, vitals.Systolic, vitals.SpO2
	high, low := Above(hr, vitals.PerMinute(120)), Below(sys, vitals.MmHg(90))
	night := week.Schedule{Zone: "Europe/Berlin", Windows: []week.Window{{From: 22 * 60, To: 6 * 60}}}
	return []Rule{
		Outside(hr, vitals.PerMinute(50), vitals.PerMinute(120)),
		high.Of(3, 7),
		RisesBy(hr, vitals.PerMinute(30), 10*time.Minute),
		FallsBy(sys, vitals.MmHg(30), time.Hour),
		RisesFaster(hr, vitals.PerMinute(2), time.Minute, 10*time.Minute),
		DoseBelow(spo2, vitals.Percent(90), vitals.Percent(5), time.Minute).ClearAt(vitals.Percent(92)),
		Drifts(hr, Up, EWMA{Warmup: 5}),
		Drifts(sys, Either, CUSUM{Warmup: 5}),
		Drifts(spo2, Down, MACD{By: vitals.Percent(2)}),
		ForecastBelow(sys, vitals.MmHg(80), 10*time.Minute, lineModel{}, 0.5).ClearAt(vitals.MmHg(85)),
		All(high, low.For(30*time.Second)).MaxAge(10 * time.Minute),
		Any(high, Not(low), Missing(spo2, 5*time.Minute)),
		Then(high, All(low, Below(spo2, vitals.Percent(90)).ClearAfter(time.Minute)), 5*time.Minute),
		Not(Any(high, low.Of(2, 3))),
		low.During(night),
		Missing(hr, 3*time.Minute).During(night),
		high.After("meal", time.Hour).During(night),
		NEWS2AtLeast(5),
		ScoreReaches(score.ShockIndex, dec(10, -1)),
	}
}

// randomSteps are readings of the three kinds with doubts and gaps.
func randomSteps(rng *rand.Rand, n int) (all []vitals.Reading) {
	seconds := 0.0
	for range n {
		seconds += rng.ExpFloat64() * 40
		if rng.IntN(50) == 0 {
			seconds += rng.Float64() * 40000
		}
		r := vitals.Reading{Device: "d", At: time.Unix(0, at(math.Floor(seconds*1000)/1000)).UTC()}
		seconds += 0.001
		switch rng.IntN(3) {
		case 0:
			r.Kind, r.Quantity = vitals.HeartRate, vitals.PerMinute(60+rng.Int64N(90))
		case 1:
			r.Kind, r.Quantity = vitals.Systolic, vitals.MmHg(70+rng.Int64N(80))
		default:
			r.Kind, r.Quantity = vitals.SpO2, vitals.Percent(84+rng.Int64N(16))
		}
		switch rng.IntN(12) {
		case 0:
			r.Quality = vitals.Motion
		case 1:
			r.Quality, r.Quantity = vitals.BelowRange, vitals.Quantity{}
		case 2:
			r.Quality, r.Quantity = vitals.AboveRange, vitals.Quantity{}
		}
		all = append(all, r)
	}
	return all
}

// Every detector, saved and loaded before every call, goes on as if it had not
// been (the driver checks it), keeps a bounded state and says each due time once.
func TestRandomReadings(t *testing.T) {
	for _, rule := range randomRules() {
		t.Run(rule.Name(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			d := drive(t, rule)
			hits, noes, largest := 0, 0, 0
			for i, r := range randomSteps(rng, 3000) {
				if i%100 == 50 {
					d.d.note("meal", r.At.UnixNano())
					d.saved = d.d.appendState(nil)
				}
				if !rule.watches(r.Kind) {
					continue
				}
				said := d.put(r)
				all := strings.Join(said, " ")
				hits += strings.Count(all, "hit")
				noes += strings.Count(all, "contrary")
				largest = max(largest, len(d.saved))
			}
			if hits == 0 || noes == 0 {
				t.Errorf("%d times hit and %d times contrary: the readings do not exercise the rule", hits, noes)
			}
			if largest > 2048 {
				t.Errorf("the state grew to %d bytes", largest)
			}
		})
	}
}

// Nothing is allocated by a reading in the long run.
func TestDetectorsAllocateNothing(t *testing.T) {
	for _, rule := range randomRules() {
		steps := randomSteps(rand.New(rand.NewPCG(3, 4)), 4000)
		d, i := rule.newDetector(), 0
		var later vitals.Reading
		next := func() {
			for ; ; i++ {
				r := &steps[i%len(steps)]
				if !rule.watches(r.Kind) {
					continue
				}
				when := r.At.UnixNano()
				if i >= len(steps) { // go on in time
					when += int64(i/len(steps)) * (steps[len(steps)-1].At.UnixNano() - at(0))
					later = *r
					later.At = time.Unix(0, when)
					r = &later
				}
				if d.due() < when {
					d.pass(when - 1)
				}
				d.put(r, when)
				i++
				return
			}
		}
		for range 3000 {
			next()
		}
		if allocs := testing.AllocsPerRun(300, next); allocs != 0 {
			t.Errorf("%s: %v allocations for a reading", rule.Name(), allocs)
		}
	}
}

// What is not the state of a rule is refused, and nothing panics afterwards.
func FuzzDetectorState(f *testing.F) {
	rules := randomRules()
	for i, rule := range rules {
		d := rule.newDetector()
		for _, r := range randomSteps(rand.New(rand.NewPCG(uint64(i), 6)), 60) {
			if rule.watches(r.Kind) {
				d.put(&r, r.At.UnixNano())
			}
		}
		f.Add(uint8(i), d.appendState(nil))
	}
	f.Fuzz(func(t *testing.T, which uint8, state []byte) {
		rule := &rules[int(which)%len(rules)]
		d := rule.newDetector()
		rest, err := d.loadState(state)
		if err != nil {
			return
		}
		if len(rest) > len(state) {
			t.Fatalf("%d bytes left of %d", len(rest), len(state))
		}
		once := d.appendState(nil)
		again := rule.newDetector()
		if left, err := again.loadState(once); err != nil || len(left) != 0 {
			t.Fatalf("what was loaded does not load again: %d left, %v", len(left), err)
		}
		for _, r := range randomSteps(rand.New(rand.NewPCG(5, 6)), 20) {
			if rule.watches(r.Kind) {
				d.pass(r.At.UnixNano())
				d.put(&r, r.At.UnixNano())
				d.due()
				d.explain(true)
				d.inputs(nil)
			}
		}
	})
}

// Every truncation of a state is refused.
func TestTruncatedStates(t *testing.T) {
	for i, rule := range randomRules() {
		d := rule.newDetector()
		for _, r := range randomSteps(rand.New(rand.NewPCG(uint64(i), 8)), 80) {
			if rule.watches(r.Kind) {
				d.put(&r, r.At.UnixNano())
			}
		}
		state := d.appendState(nil)
		for n := range state {
			if _, err := rule.newDetector().loadState(state[:n:n]); err == nil {
				t.Errorf("%s: %d of %d bytes were taken for a state", rule.Name(), n, len(state))
			}
		}
	}
}

// lineModel forecasts along the line through the last two values.
type lineModel struct{}

func (lineModel) Name() string    { return "line" }
func (lineModel) New() Forecaster { return &line{} }

type line struct {
	n  int64
	at [2]int64
	v  [2]float64
}

func (l *line) Put(v float64, t time.Time) {
	l.at[0], l.v[0] = l.at[1], l.v[1]
	l.at[1], l.v[1] = t.UnixNano(), v
	l.n = min(l.n+1, 2)
}

func (l *line) Predict(t time.Time) (mean, sd float64, ok bool) {
	d := l.at[1] - l.at[0]
	if l.n < 2 || d <= 0 {
		return 0, 0, false
	}
	ahead := float64(t.UnixNano()-l.at[1]) / float64(d)
	return l.v[1] + float64(min(ahead, 3)*(l.v[1]-l.v[0])), 2, true
}

func (l *line) AppendState(b []byte) []byte {
	b = appendInt(appendInt(appendInt(b, l.n), l.at[0]), l.at[1])
	return appendFloat(appendFloat(b, l.v[0]), l.v[1])
}

func (l *line) LoadState(b []byte) error {
	s := stateReader{b: b}
	l.n, l.at[0], l.at[1] = s.upTo(2), s.int(), s.int()
	l.v[0], l.v[1] = s.float(), s.float()
	if rest, err := s.done(); err != nil || len(rest) != 0 {
		return errState
	}
	return nil
}

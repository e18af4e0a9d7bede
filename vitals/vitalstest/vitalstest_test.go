package vitalstest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

var (
	start     = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	scenarios = []vitalstest.Scenario{
		vitalstest.Rest, vitalstest.Sepsis, vitalstest.Hypoglycaemia, vitalstest.AF, vitalstest.Artefact, vitalstest.Disconnected,
	}
)

const seeds = 40

// each runs a test for every seed of some scenarios.
func each(t *testing.T, of []vitalstest.Scenario, opts []vitalstest.Option, test func(t *testing.T, name string, p *vitalstest.Patient)) {
	t.Helper()
	for _, s := range of {
		for seed := range uint64(seeds) {
			test(t, fmt.Sprintf("%v, seed %d", s, seed), vitalstest.NewPatient(s, seed, start, opts...))
		}
	}
}

func only(s ...vitalstest.Scenario) []vitalstest.Scenario { return s }

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

func sd(xs []float64) float64 {
	m, sum := mean(xs), 0.0
	for _, x := range xs {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(len(xs)))
}

// correlation of two series of one length.
func correlation(xs, ys []float64) float64 {
	mx, my, sum := mean(xs), mean(ys), 0.0
	for i := range xs {
		sum += (xs[i] - mx) * (ys[i] - my)
	}
	return sum / float64(len(xs)) / sd(xs) / sd(ys)
}

// series is one number of a patient over time.
func series(p *vitalstest.Patient, from, to time.Duration, every time.Duration, of func(vitalstest.State) float64) (xs []float64) {
	for _, s := range p.Samples(start.Add(from), start.Add(to), every) {
		xs = append(xs, of(s))
	}
	return xs
}

func heartRate(s vitalstest.State) float64 { return float64(s.HeartRate) }

func intervals(p *vitalstest.Patient, from, to time.Duration) (seconds []float64) {
	for _, rr := range p.RR(start.Add(from), start.Add(to)) {
		seconds = append(seconds, rr.Seconds())
	}
	return seconds
}

func TestScenarioNames(t *testing.T) {
	for _, s := range scenarios {
		if got, err := vitalstest.ParseScenario(s.String()); err != nil || got != s {
			t.Errorf("ParseScenario(%q) = %v, %v", s, got, err)
		}
	}
	if s, err := vitalstest.ParseScenario("Sepsis"); err == nil {
		t.Errorf("ParseScenario of an unknown name = %v", s)
	}
	if s := vitalstest.Scenario(200).String(); s != "Scenario(200)" {
		t.Errorf("an unknown scenario prints %q", s)
	}
	if s := vitalstest.NewPatient(200, 1, start).At(start); s != vitalstest.NewPatient(vitalstest.Rest, 1, start).At(start) {
		t.Errorf("an unknown scenario is not Rest: %+v", s)
	}
}

// TestAnyOrder asks two equal patients the same questions in different orders.
func TestAnyOrder(t *testing.T) {
	type answer struct {
		state    vitalstest.State
		readings []vitals.Reading
		beats    []time.Time
	}
	ask := func(p *vitalstest.Patient, at time.Time) (a answer) {
		a.state = p.At(at)
		a.readings = p.AppendReadings(nil, at)
		for beat := range p.RR(at, at.Add(5*time.Second)) {
			a.beats = append(a.beats, beat)
		}
		return a
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range scenarios {
		p := vitalstest.NewPatient(s, 7, start)
		first := map[time.Time]answer{}
		var times []time.Time
		for range 200 {
			at := start.Add(time.Duration(r.Int64N(int64(12*time.Hour))) - 2*time.Hour).Truncate(time.Millisecond)
			times, first[at] = append(times, at), ask(p, at)
		}
		q := vitalstest.NewPatient(s, 7, start)
		r.Shuffle(len(times), func(i, j int) { times[i], times[j] = times[j], times[i] })
		for _, at := range times {
			got, want := ask(q, at), first[at]
			if got.state != want.state || !slices.Equal(got.readings, want.readings) || !slices.Equal(got.beats, want.beats) {
				t.Fatalf("%v at %v: %+v, asked in another order %+v", s, at.Sub(start), got, want)
			}
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	seen := map[vitalstest.State]uint64{}
	ids := map[vitals.PatientID]bool{}
	var rates []float64
	for seed := range uint64(200) {
		p := vitalstest.NewPatient(vitalstest.Rest, seed, start)
		s := p.At(start)
		if other, dup := seen[s]; dup {
			t.Errorf("seeds %d and %d are the same patient: %+v", other, seed, s)
		}
		seen[s], ids[p.ID()] = seed, true
		rates = append(rates, float64(s.HeartRate))
		if p.Age() < 25 || p.Age() > 84 {
			t.Errorf("seed %d is %d years old, want 25 to 84", seed, p.Age())
		}
	}
	if len(ids) != 200 || sd(rates) < 3 {
		t.Errorf("200 seeds: %d names, heart rates with a deviation of %.1f; want 200 and at least 3", len(ids), sd(rates))
	}
}

// TestSamePerson: before the onset, a patient of any scenario is the Rest
// patient of that seed, and apart from its sensors so is the artefact patient.
func TestSamePerson(t *testing.T) {
	for _, s := range scenarios {
		for seed := range uint64(seeds) {
			rest := vitalstest.NewPatient(vitalstest.Rest, seed, start)
			p := vitalstest.NewPatient(s, seed, start, vitalstest.Onset(2*time.Hour))
			for at := start; at.Before(start.Add(2 * time.Hour)); at = at.Add(7 * time.Minute) {
				got, want := p.At(at), rest.At(at)
				if s == vitalstest.Hypoglycaemia { // without breakfast
					got.Glucose, want.Glucose = 0, 0
				}
				if got != want {
					t.Fatalf("%v, seed %d, %v before the onset: %+v, at rest %+v", s, seed, p.OnsetAt().Sub(at), got, want)
				}
			}
		}
	}
	each(t, only(vitalstest.Artefact), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		rest := vitalstest.NewPatient(vitalstest.Rest, seedOf(p), start)
		for at, s := range p.Samples(start, start.Add(time.Hour), 11*time.Second) {
			truth := rest.At(at)
			if s.Systolic != truth.Systolic || s.Temperature != truth.Temperature || s.Quality == 0 && s != truth {
				t.Fatalf("%s: %+v, of which the truth is %+v", name, s, truth)
			}
		}
	})
}

// seedOf reads the seed from the patient's name.
func seedOf(p *vitalstest.Patient) (seed uint64) {
	_, _ = fmt.Sscanf(p.ID().Reveal(), "synthetic-%d", &seed)
	return seed
}

func TestRanges(t *testing.T) {
	each(t, scenarios, nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		for at, s := range p.Samples(start.Add(-time.Hour), start.Add(30*time.Hour), 97*time.Second) {
			if !s.Connected {
				if s != (vitalstest.State{}) {
					t.Fatalf("%s: disconnected, yet %+v", name, s)
				}
				continue
			}
			if s.Systolic <= s.Mean || s.Mean <= s.Diastolic || s.Diastolic < 28 || s.Systolic > 200 {
				t.Fatalf("%s at %v: pressure %d/%d, mean %d", name, at.Sub(start), s.Systolic, s.Diastolic, s.Mean)
			}
			if s.Glucose < 25 || s.Glucose > 260 || s.Consciousness < vitals.ACVPUAlert || s.Consciousness > vitals.ACVPUUnresponsive {
				t.Fatalf("%s at %v: glucose %d, consciousness %v", name, at.Sub(start), s.Glucose, s.Consciousness)
			}
			if c := s.Temperature.Coef; c < 335 || c > 405 || s.Temperature.Exp != -1 {
				t.Fatalf("%s at %v: temperature %v", name, at.Sub(start), s.Temperature)
			}
			if s.Quality.Has(vitals.Absent) {
				if s.HeartRate != 0 || s.SpO2 != 0 || s.RespiratoryRate != 0 || s.PerfusionIndex != (vitals.Decimal{}) {
					t.Fatalf("%s at %v: values although %v: %+v", name, at.Sub(start), s.Quality, s)
				}
				continue
			}
			if !s.Contact || s.HeartRate < 35 || s.HeartRate > 190 || s.RespiratoryRate < 6 || s.RespiratoryRate > 45 || s.SpO2 < 60 || s.SpO2 > 100 ||
				s.PerfusionIndex.Coef < 1 || s.PerfusionIndex.Exp != -1 {
				t.Fatalf("%s at %v: %+v", name, at.Sub(start), s)
			}
		}
	})
}

// TestRestIsNormal: rest raises nobody's alarm.
func TestRestIsNormal(t *testing.T) {
	dips, samples := 0, 0
	each(t, only(vitalstest.Rest), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		for at, s := range p.Samples(start, start.Add(24*time.Hour), 67*time.Second) {
			if samples++; s.SpO2 < 94 {
				dips++
			}
			if s.HeartRate < 41 || s.HeartRate > 100 || s.RespiratoryRate < 9 || s.RespiratoryRate > 20 || s.SpO2 < 85 || s.Systolic < 91 || s.Systolic > 165 ||
				s.Temperature.Coef < 358 || s.Temperature.Coef > 376 || s.Glucose < 70 || s.Glucose > 180 || s.Quality != 0 || s.Consciousness != vitals.ACVPUAlert || s.OnOxygen {
				t.Fatalf("%s at %v: %+v is not rest", name, at.Sub(start), s)
			}
		}
	})
	if share := float64(dips) / float64(samples); share == 0 || share > 0.01 {
		t.Errorf("SpO2 is below 94 %% in a share of %.5f, want rare dips", share)
	}
}

func TestHeartRateDrifts(t *testing.T) {
	each(t, only(vitalstest.Rest, vitalstest.Sepsis, vitalstest.AF), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		xs := series(p, 0, 30*time.Minute, time.Second, heartRate)
		if r := correlation(xs[1:], xs[:len(xs)-1]); !(r > 0.9) {
			t.Errorf("%s: heart rate correlates by %.3f with that of a second ago, want more than 0.9", name, r)
		}
		if d := sd(xs); d < 1 || d > 8 {
			t.Errorf("%s: heart rate deviates by %.2f in half an hour, want 1 to 8", name, d)
		}
	})
}

func TestVitalsMoveTogether(t *testing.T) {
	var pressure, breath []float64
	each(t, only(vitalstest.Rest), nil, func(_ *testing.T, _ string, p *vitalstest.Patient) {
		hr := series(p, 0, 12*time.Hour, time.Minute, heartRate)
		pressure = append(pressure, correlation(hr, series(p, 0, 12*time.Hour, time.Minute, func(s vitalstest.State) float64 { return float64(s.Systolic) })))
		breath = append(breath, correlation(hr, series(p, 0, 12*time.Hour, time.Minute, func(s vitalstest.State) float64 { return float64(s.RespiratoryRate) })))
	})
	if p, b := mean(pressure), mean(breath); p < 0.3 || b < 0.15 || p > 0.95 || b > 0.95 {
		t.Errorf("heart rate correlates with pressure by %.2f and breathing by %.2f on average, want at least 0.3 and 0.15, and no copies", p, b)
	}
}

func TestTemperatureFollowsTheClock(t *testing.T) {
	each(t, only(vitalstest.Rest), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		warm := series(p, 8*time.Hour, 11*time.Hour, 10*time.Minute, func(s vitalstest.State) float64 { return s.Temperature.Float64() })
		cool := series(p, 20*time.Hour, 23*time.Hour, 10*time.Minute, func(s vitalstest.State) float64 { return s.Temperature.Float64() })
		if d := mean(warm) - mean(cool); d < 0.2 || d > 1.1 {
			t.Errorf("%s: evening minus early morning is %.2f °C, want 0.2 to 1.1", name, d)
		}
	})
}

func TestIntervals(t *testing.T) {
	each(t, only(vitalstest.Rest), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		rr := intervals(p, 0, 5*time.Minute)
		if cv := sd(rr) / mean(rr); cv < 0.01 || cv > 0.08 {
			t.Errorf("%s: RR varies by %.3f, want 0.01 to 0.08", name, cv)
		}
		shown := mean(series(p, 0, 5*time.Minute, time.Second, heartRate))
		if rate := 60 / mean(rr); math.Abs(rate-shown) > 1.5 {
			t.Errorf("%s: the beats make %.1f a minute, the rate shown is %.1f", name, rate, shown)
		}
	})
	each(t, only(vitalstest.AF), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		rr := intervals(p, 0, 5*time.Minute)
		if cv := sd(rr) / mean(rr); cv < 0.15 || cv > 0.35 {
			t.Errorf("%s: RR varies by %.3f, want 0.15 to 0.35", name, cv)
		}
		if r := correlation(rr[1:], rr[:len(rr)-1]); math.Abs(r) > 0.2 {
			t.Errorf("%s: RR correlates by %.2f with the one before, want no more than 0.2 in fibrillation", name, r)
		}
		if rate := 60 / mean(rr); rate < 90 || rate > 150 {
			t.Errorf("%s: %.0f beats a minute, want 90 to 150", name, rate)
		}
		if least := slices.Min(rr); least < 0.2 {
			t.Errorf("%s: RR of %.3f s, shorter than a heart can", name, least)
		}
		for _, s := range p.Samples(start, start.Add(time.Hour), 13*time.Second) {
			if s.HeartRate < 90 || s.HeartRate > 150 || s.Quality != vitals.IrregularPulse {
				t.Fatalf("%s: %+v", name, s)
			}
		}
	})
}

// TestBreathMovesTheHeart looks for sinus arrhythmia: RR swings at the
// frequency of breathing.
func TestBreathMovesTheHeart(t *testing.T) {
	each(t, only(vitalstest.Rest), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		var times, rr []float64
		for at, d := range p.RR(start, start.Add(3*time.Minute)) {
			times, rr = append(times, at.Sub(start).Seconds()), append(rr, d.Seconds())
		}
		m := mean(rr)
		power := func(hz float64) float64 {
			re, im := 0.0, 0.0
			for i, x := range rr {
				sin, cos := math.Sincos(2 * math.Pi * hz * times[i])
				re, im = re+(x-m)*cos, im+(x-m)*sin
			}
			return (re*re + im*im) / float64(len(rr))
		}
		breath := mean(series(p, 0, 3*time.Minute, time.Second, func(s vitalstest.State) float64 { return float64(s.RespiratoryRate) })) / 60
		inBand, beside := 0.0, 0.0
		for hz := breath - 0.03; hz <= breath+0.03; hz += 0.002 {
			inBand = max(inBand, power(hz))
		}
		for hz := breath + 0.06; hz <= breath+0.12; hz += 0.002 {
			beside = max(beside, power(hz))
		}
		if inBand < 3*beside {
			t.Errorf("%s: RR has a power of %.2g around the breath and %.2g beside it, want three times as much", name, inBand, beside)
		}
	})
}

// TestBeatsJoin cuts a span into pieces and gets the same beats.
func TestBeatsJoin(t *testing.T) {
	for _, s := range scenarios {
		p := vitalstest.NewPatient(s, 3, start, vitalstest.Onset(time.Minute))
		type beat struct {
			at time.Time
			rr time.Duration
		}
		var whole, pieces []beat
		for at, rr := range p.RR(start, start.Add(4*time.Minute)) {
			whole = append(whole, beat{at, rr})
		}
		for from := time.Duration(0); from < 4*time.Minute; from += 800 * time.Millisecond {
			for at, rr := range p.RR(start.Add(from), start.Add(from+800*time.Millisecond)) {
				pieces = append(pieces, beat{at, rr})
			}
		}
		if len(whole) < 30 || !slices.Equal(whole, pieces) {
			t.Errorf("%v: %d beats in one piece, %d in many", s, len(whole), len(pieces))
		}
		for i, b := range whole {
			if b.rr <= 0 || b.rr%time.Millisecond != 0 || i > 0 && s != vitalstest.Artefact && b.at.Sub(whole[i-1].at) != b.rr {
				t.Errorf("%v: beat %d at %v after %v", s, i, b.at.Sub(start), b.rr)
			}
		}
		for range p.RR(start, start.Add(time.Hour)) {
			break // stopping early must be possible
		}
		for at := range p.RR(start, start) {
			t.Errorf("%v: a beat at %v in no time at all", s, at)
		}
	}
}

func TestSepsisEvolves(t *testing.T) {
	cold, voice := 0, 0
	each(t, only(vitalstest.Sepsis), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		// Means of twenty minutes, before the onset and at quarters of the course.
		type vector struct{ hr, rr, sys, spo2, temp float64 }
		var at [5]vector
		for i, when := range []time.Duration{30 * time.Minute, 150 * time.Minute, 4 * time.Hour, 5*time.Hour + 30*time.Minute, 7 * time.Hour} {
			n := 0.0
			for _, s := range p.Samples(start.Add(when), start.Add(when+20*time.Minute), 10*time.Second) {
				v := &at[i]
				v.hr, v.rr, v.sys = v.hr+float64(s.HeartRate), v.rr+float64(s.RespiratoryRate), v.sys+float64(s.Systolic)
				v.spo2, v.temp = v.spo2+float64(s.SpO2), v.temp+s.Temperature.Float64()
				n++
			}
			at[i] = vector{at[i].hr / n, at[i].rr / n, at[i].sys / n, at[i].spo2 / n, at[i].temp / n}
		}
		for i := 1; i < len(at); i++ {
			a, b := at[i-1], at[i]
			if b.hr < a.hr-6 || b.rr < a.rr-2 || b.sys > a.sys+8 || b.spo2 > a.spo2+3.2 {
				t.Errorf("%s: gets better from step %d to %d: %.1f to %.1f", name, i-1, i, a, b)
			}
		}
		before, after := at[0], at[4]
		if after.hr-before.hr < 30 || after.rr-before.rr < 9 || before.sys-after.sys < 15 || before.spo2-after.spo2 < 3 || at[2].temp-before.temp < 1.4 {
			t.Errorf("%s: before %.1f, in between %.1f, after %.1f: that is no sepsis", name, before, at[2], after)
		}
		if after.sys > 95 || after.rr < 22 {
			t.Errorf("%s: after the course %.1f, want a pressure of no more than 95 and a breath of at least 22", name, after)
		}
		// Steps that are taken once.
		last := p.At(start)
		for when, s := range p.Samples(start, start.Add(9*time.Hour), time.Minute) {
			if s.Consciousness < last.Consciousness || last.OnOxygen && !s.OnOxygen {
				t.Errorf("%s: %v, oxygen %v at %v after %v, %v", name, s.Consciousness, s.OnOxygen, when.Sub(start), last.Consciousness, last.OnOxygen)
			}
			last = s
		}
		if last.Consciousness < vitals.ACVPUConfused || !last.OnOxygen {
			t.Errorf("%s: in the end %v, oxygen %v; want confusion and oxygen", name, last.Consciousness, last.OnOxygen)
		}
		if last.Temperature.Coef < 361 {
			cold++
		}
		if last.Consciousness == vitals.ACVPUVoice {
			voice++
		}
	})
	if cold == 0 || cold > seeds*2/3 || voice != cold {
		t.Errorf("of %d patients %d are cold and %d answer only to voice, want about one in three, the same ones", seeds, cold, voice)
	}
}

func TestOnsetAndCourse(t *testing.T) {
	// A demonstration: everything within five minutes.
	opts := []vitalstest.Option{vitalstest.Onset(time.Minute), vitalstest.Over(3 * time.Minute)}
	each(t, only(vitalstest.Sepsis), opts, func(t *testing.T, name string, p *vitalstest.Patient) {
		if want := start.Add(time.Minute); !p.OnsetAt().Equal(want) || p.Scenario() != vitalstest.Sepsis {
			t.Errorf("%s: onset at %v, want %v", name, p.OnsetAt(), want)
		}
		before, after := p.At(start.Add(50*time.Second)), p.At(start.Add(4*time.Minute))
		if after.HeartRate-before.HeartRate < 25 || before.Systolic-after.Systolic < 15 || after.Consciousness != vitals.ACVPUConfused {
			t.Errorf("%s: %+v, three minutes later %+v", name, before, after)
		}
	})
	each(t, only(vitalstest.AF), opts, func(t *testing.T, name string, p *vitalstest.Patient) {
		before, after := intervals(p, 0, time.Minute), intervals(p, 2*time.Minute, 4*time.Minute)
		if a, b := sd(before)/mean(before), sd(after)/mean(after); a > 0.08 || b < 0.13 {
			t.Errorf("%s: RR varies by %.3f before the onset and %.3f after it", name, a, b)
		}
	})
}

func TestHypoglycaemia(t *testing.T) {
	lost, samples := 0, 0
	each(t, only(vitalstest.Hypoglycaemia), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		glucose := func(s vitalstest.State) float64 { return float64(s.Glucose) }
		xs := series(p, 0, 4*time.Hour, time.Minute, glucose)
		if xs[0] < 75 || slices.Min(xs) >= 54 || slices.Min(xs) < 28 || xs[len(xs)-1] < 75 {
			t.Errorf("%s: glucose from %v over %v to %v, want from 75 to a nadir of 28 to 53 and back to 75", name, xs[0], slices.Min(xs), xs[len(xs)-1])
		}
		calm, stressed := mean(series(p, 0, 20*time.Minute, 10*time.Second, heartRate)), 0.0
		n := 0
		for _, s := range p.Samples(start.Add(105*time.Minute), start.Add(120*time.Minute), 10*time.Second) {
			if samples++; s.Contact {
				stressed += float64(s.HeartRate)
				n++
			} else {
				lost++
			}
		}
		if stressed /= float64(n); stressed-calm < 12 {
			t.Errorf("%s: heart rate %.0f at the nadir, %.0f before: no tachycardia", name, stressed, calm)
		}
		if s := p.At(start.Add(105 * time.Minute)); s.Consciousness != vitals.ACVPUConfused {
			t.Errorf("%s: %v at the nadir, want confusion", name, s.Consciousness)
		}
	})
	if share := float64(lost) / float64(samples); share < 0.02 || share > 0.25 {
		t.Errorf("sweat loosens the sensors in a share of %.3f, want 0.02 to 0.25", share)
	}
}

// TestGlucoseRate looks at five minutes, as a continuous monitor does.
func TestGlucoseRate(t *testing.T) {
	highest := 0.0
	each(t, only(vitalstest.Rest, vitalstest.Sepsis, vitalstest.Hypoglycaemia), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		xs := series(p, 0, 48*time.Hour, 5*time.Minute, func(s vitalstest.State) float64 { return float64(s.Glucose) })
		for i := 1; i < len(xs); i++ {
			rate := math.Abs(xs[i]-xs[i-1]) / 5
			if highest = max(highest, rate); rate > 3.2 { // 3, and the rounding of both values
				t.Errorf("%s: glucose from %v to %v in five minutes", name, xs[i-1], xs[i])
			}
		}
		if name == "rest" && slices.Max(xs)-slices.Min(xs) < 30 {
			t.Errorf("%s: glucose from %v to %v, want meals", name, slices.Min(xs), slices.Max(xs))
		}
	})
	if highest < 1 {
		t.Errorf("glucose never changes by more than %.2f mg/dL a minute, want meals", highest)
	}
}

func TestArtefactShare(t *testing.T) {
	count := map[string]int{}
	samples := 0
	each(t, only(vitalstest.Artefact), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		for _, s := range p.Samples(start, start.Add(2*time.Hour), 3*time.Second) {
			samples++
			switch {
			case s.Quality == 0:
				count["good"]++
			case s.Quality.Has(vitals.NoContact) && s.Quality.Has(vitals.Absent) && !s.Contact:
				count["no contact"]++
			case s.Quality.Has(vitals.Absent) && s.Contact:
				count["failed"]++
			case s.Quality == vitals.Motion|vitals.PoorSignal:
				count["motion"]++
			default:
				t.Fatalf("%s: quality %v, contact %v", name, s.Quality, s.Contact)
			}
		}
	})
	for what, limits := range map[string][2]float64{"good": {0.6, 0.9}, "no contact": {0.02, 0.15}, "failed": {0.01, 0.1}, "motion": {0.05, 0.25}} {
		if share := float64(count[what]) / float64(samples); share < limits[0] || share > limits[1] {
			t.Errorf("share of %s is %.3f, want %v", what, share, limits)
		}
	}
}

func TestArtefactSpikes(t *testing.T) {
	each(t, only(vitalstest.Artefact), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		rest := vitalstest.NewPatient(vitalstest.Rest, seedOf(p), start)
		highest := 0
		for at, s := range p.Samples(start, start.Add(time.Hour), time.Second) {
			if s.Quality.Has(vitals.Motion) {
				highest = max(highest, s.HeartRate-rest.At(at).HeartRate)
			}
		}
		if highest < 40 {
			t.Errorf("%s: motion adds no more than %d to the heart rate in an hour, want spikes", name, highest)
		}
	})
}

func TestDisconnectedEnds(t *testing.T) {
	each(t, only(vitalstest.Disconnected), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		if n := len(p.AppendReadings(nil, p.OnsetAt().Add(-time.Millisecond))); n != 14 {
			t.Errorf("%s: %d readings before the end, want 14", name, n)
		}
		for at, s := range p.Samples(p.OnsetAt(), p.OnsetAt().Add(24*time.Hour), time.Minute) {
			if n := len(p.AppendReadings(nil, at)); s != (vitalstest.State{}) || n != 0 {
				t.Fatalf("%s: %+v and %d readings after the end", name, s, n)
			}
		}
		for at := range p.RR(p.OnsetAt(), p.OnsetAt().Add(5*time.Minute)) {
			t.Fatalf("%s: a beat at %v after the end", name, at.Sub(start))
		}
		if n := len(intervals(p, 9*time.Minute, 20*time.Minute)); n < 40 || n > 100 {
			t.Errorf("%s: %d beats in the last minute", name, n)
		}
	})
}

func TestAppendReadings(t *testing.T) {
	p := vitalstest.NewPatient(vitalstest.Rest, 1, start)
	rs := p.AppendReadings([]vitals.Reading{{Code: 1}}, start)
	if len(rs) != 15 || rs[0] != (vitals.Reading{Code: 1}) {
		t.Fatalf("%d readings, want 14 behind the one that was there: %+v", len(rs), rs)
	}
	ids := map[vitals.ReadingID]bool{}
	for _, r := range rs[1:] {
		if r.Patient != p.ID() || !r.At.Equal(start) || !r.Stamped || r.Device == "" || r.Kind == vitals.KindNone {
			t.Errorf("%v: %+v", r.Kind, r)
		}
		coded := r.Kind.Shape() == vitals.ShapeCoded
		if coded != (r.Code != 0) || coded == r.HasValue() || !coded && r.Quality != 0 || !r.Kind.Plausible(r.Quantity) {
			t.Errorf("%v: code %d, quantity %v, quality %v", r.Kind, r.Code, r.Quantity, r.Quality)
		}
		if !coded && r.Quantity.Unit() != r.Kind.Unit() {
			t.Errorf("%v in %v, want %v", r.Kind, r.Quantity.Unit(), r.Kind.Unit())
		}
		if ids[r.ID()] {
			t.Errorf("%v has the ID of another reading", r.Kind)
		}
		ids[r.ID()] = true
	}
	n := 0
	for run := range vitals.Panels(rs[1:]) {
		if n = max(n, len(run)); len(run) > 1 && run[0].Kind.Panel() != vitals.BloodPressure {
			t.Errorf("a run of %v", run[0].Kind)
		}
	}
	if n != 3 {
		t.Errorf("the longest run is of %d, want the 3 pressures", n)
	}
	if rs := p.AppendReadings(nil, start, vitals.SpO2, vitals.ECG, vitals.HeartRate); len(rs) != 2 || rs[0].Kind != vitals.SpO2 || rs[1].Kind != vitals.HeartRate {
		t.Errorf("asked for SpO2, ECG and HeartRate: %+v", rs)
	}
	id := vitals.NewPatientID("bed-4")
	for _, r := range vitalstest.NewPatient(vitalstest.AF, 1, start, vitalstest.As(id), vitalstest.Marked()).AppendReadings(nil, start) {
		if r.Patient != id || !r.Quality.Has(vitals.TestData) {
			t.Errorf("%v of %v is %v, want the patient of As, and test-data", r.Kind, r.Patient, r.Quality)
		}
		if irregular := r.Kind.Panel() == vitals.BloodPressure || r.Kind == vitals.HeartRate; irregular && !r.Quality.Has(vitals.IrregularPulse) {
			t.Errorf("%v in fibrillation is %v", r.Kind, r.Quality)
		}
	}
}

func TestAbsentReadings(t *testing.T) {
	seen := 0
	each(t, only(vitalstest.Artefact), nil, func(t *testing.T, name string, p *vitalstest.Patient) {
		for at, s := range p.Samples(start, start.Add(10*time.Minute), 5*time.Second) {
			for _, r := range p.AppendReadings(nil, at, vitals.HeartRate, vitals.SpO2, vitals.BodyTemperature) {
				continuous := r.Kind != vitals.BodyTemperature
				if want := !continuous || !s.Quality.Has(vitals.Absent); r.HasValue() != want || continuous && r.Quality != s.Quality {
					t.Fatalf("%s: %v is %v (%v) while the sensors are %v", name, r.Kind, r.Quantity, r.Quality, s.Quality)
				}
				if !r.HasValue() {
					seen++
				}
			}
		}
	})
	if seen == 0 {
		t.Error("no reading was without a value")
	}
}

// TestInterstitialGlucose: the sensor under the skin is late.
func TestInterstitialGlucose(t *testing.T) {
	p := vitalstest.NewPatient(vitalstest.Hypoglycaemia, 1, start)
	falling := start.Add(65 * time.Minute)
	rs := p.AppendReadings(nil, falling, vitals.GlucoseISF, vitals.GlucoseCapillaryPlasma)
	if c, err := rs[0].Quantity.Cmp(rs[1].Quantity); err != nil || c <= 0 {
		t.Errorf("while glucose falls the sensor shows %v and blood has %v, want it to trail", rs[0].Quantity, rs[1].Quantity)
	}
}

func TestHourOfDayIsLocal(t *testing.T) {
	east := time.FixedZone("", 12*3600)
	a := vitalstest.NewPatient(vitalstest.Rest, 1, start)
	b := vitalstest.NewPatient(vitalstest.Rest, 1, start.In(east)) // it is 20:00 there
	if a.At(start) == b.At(start) {
		t.Error("a patient at eight in the evening is as at eight in the morning")
	}
}

func BenchmarkAt(b *testing.B) {
	p := vitalstest.NewPatient(vitalstest.Sepsis, 1, start)
	for b.Loop() {
		_ = p.At(start.Add(4 * time.Hour))
	}
}

func BenchmarkRR(b *testing.B) {
	p := vitalstest.NewPatient(vitalstest.AF, 1, start)
	beats := 0
	for b.Loop() {
		for range p.RR(start, start.Add(time.Minute)) {
			beats++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(beats), "ns/beat")
}

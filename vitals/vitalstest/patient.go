package vitalstest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Patient is a synthetic patient: a pure function of time. It is immutable
// and safe for concurrent use.
//
// The same program gives the same values on one architecture. Between
// architectures the last bit of a floating-point product may differ and, very
// rarely, move a value by one step.
type Patient struct {
	scenario      Scenario
	seed          uint64
	start         time.Time
	secondOfDay   float64 // of start, on its own clock
	onset, course float64 // seconds
	id            vitals.PatientID
	suffix        string
	mark          vitals.Quality
	age           int
	frail         bool // one in three

	heart, breath, systolic, pulsePressure, temperature, saturation, perfusion, glucose curve

	respiratorySwing float64 // of the heart rate, per minute
	jitter           curve   // of the rate shown in atrial fibrillation
	meals            bool
}

// NewPatient makes a patient. The start is only the origin of time: the patient
// has a past as well. The hour of its clock, in its location, is the patient's
// hour of day. An unknown scenario is Rest.
func NewPatient(s Scenario, seed uint64, start time.Time, opts ...Option) *Patient {
	number := strconv.FormatUint(seed, 10)
	p := &Patient{
		scenario: s, seed: seed, start: start,
		id: vitals.NewPatientID("synthetic-" + number), suffix: "-" + number,
	}
	h, m, sec := start.Clock()
	p.secondOfDay = float64(h*3600 + m*60 + sec)
	onset, course := s.timing()
	p.onset, p.course = onset.Seconds(), course.Seconds()
	for _, o := range opts {
		o.set(p)
	}
	p.person(p.draw(drawPerson, 0))
	p.illness(p.draw(drawScenario, int64(s)))
	return p
}

// Scenario is what happens to the patient.
func (p *Patient) Scenario() Scenario { return p.scenario }

// ID is the patient's identifier in readings.
func (p *Patient) ID() vitals.PatientID { return p.id }

// Age in years, 25 to 84. It moves the patient's usual values.
func (p *Patient) Age() int { return p.age }

// OnsetAt is when the scenario begins.
func (p *Patient) OnsetAt() time.Time {
	return p.start.Add(time.Duration(p.onset * float64(time.Second)))
}

// person draws what a patient is like at rest. Every scenario draws the same.
func (p *Patient) person(r *rand.Rand) {
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	p.age = 25 + r.IntN(60)
	p.frail = r.IntN(3) == 0
	p.meals = true
	old := float64(p.age-25) / 60

	// Arousal moves heart, breath and pressure together; Mayer waves, of ten
	// seconds, heart and pressure.
	arousal := noise(r, 1, 120, 4*3600)
	mayer := noise(r, 1, 9, 12)
	p.respiratorySwing = between(2, 3.5) * (1 - 0.6*old)

	p.heart = curve{base: between(60, 76)}
	p.heart.waves = slices.Concat(scale(2.2, arousal), scale(1.1, mayer), noise(r, 1.0, 25, 600), []wave{daily(2.5, 15, p.secondOfDay)})
	p.breath = curve{base: between(13, 16.5)}
	p.breath.waves = slices.Concat(scale(0.5, arousal), noise(r, 0.7, 30, 900))
	p.systolic = curve{base: between(108, 122) + 18*old}
	p.systolic.waves = slices.Concat(scale(2.5, arousal), scale(1.3, mayer), noise(r, 1.8, 60, 3600), []wave{daily(4, 14, p.secondOfDay)})
	p.pulsePressure = curve{base: between(40, 46) + 10*old, waves: noise(r, 1.2, 60, 1800)}
	p.temperature = curve{base: between(36.5, 36.9), waves: slices.Concat(noise(r, 0.06, 1800, 6*3600), []wave{daily(0.3, 17.5, p.secondOfDay)})}
	p.saturation = curve{base: between(97.2, 98.6) - 0.8*old, waves: noise(r, 0.45, 40, 3600)}
	p.perfusion = curve{base: between(1.8, 4.5), waves: slices.Concat(noise(r, 0.3, 20, 1800), scale(-0.15, arousal))}
	p.glucose = curve{base: between(92, 110), waves: noise(r, 3, 2400, 6*3600)}
	p.jitter = curve{waves: noise(r, 4, 9, 80)}
}

// illness adds what the scenario does, as ramps between fractions of the course.
func (p *Patient) illness(r *rand.Rand) {
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	add := func(c *curve, height, from, to float64) {
		c.ramps = append(c.ramps, ramp{height, p.onset + from*p.course, p.onset + to*p.course})
	}
	switch p.scenario {
	case Sepsis:
		add(&p.breath, between(11, 14), 0, 0.9)
		add(&p.heart, between(40, 52), 0, 0.8)
		add(&p.temperature, between(1.9, 2.5), 0, 0.5)
		if p.frail {
			add(&p.temperature, -between(3.4, 3.9), 0.7, 1.3)
		}
		add(&p.systolic, min(88-p.systolic.base, -25)-between(0, 8), 0.3, 1)
		add(&p.pulsePressure, 30-p.pulsePressure.base, 0.3, 1)
		add(&p.saturation, -between(8, 10), 0.2, 1)
		add(&p.saturation, 3, oxygenAt, oxygenAt+0.1)
		add(&p.perfusion, 0.6-p.perfusion.base, 0.2, 1)
		add(&p.glucose, between(30, 60), 0, 1)
	case Hypoglycaemia:
		p.meals = false // insulin without the meal
		nadir := between(38, 43)
		add(&p.glucose, nadir-p.glucose.base, 0, 1)
		add(&p.glucose, between(60, 75), treatedAt, treatedAt+0.7)
		for _, c := range []struct {
			*curve
			height float64
		}{{&p.heart, between(20, 28)}, {&p.breath, 3}, {&p.systolic, 10}, {&p.temperature, -0.2}, {&p.perfusion, -p.perfusion.base * 0.5}} {
			add(c.curve, c.height, sweatAt, 1)
			add(c.curve, -c.height, treatedAt+0.1, treatedAt+0.7)
		}
	case AF:
		p.heart.ramps = append(p.heart.ramps, ramp{between(108, 128) - p.heart.base, p.onset, p.onset + 30})
		add(&p.systolic, -6, 0, 1)
	}
}

// Fractions of the course at which something is done.
const (
	confusedAt = 0.6
	oxygenAt   = 0.7
	voiceAt    = 1.1
	sweatAt    = 0.55
	treatedAt  = 1.5
)

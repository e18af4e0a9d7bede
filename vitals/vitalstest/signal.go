package vitalstest

import (
	"math"
	"math/rand/v2"
)

// A curve is a smooth function of the seconds since the start whose integral is
// known in closed form. That is what makes a beat at any time a function of
// that time alone: the beats are where the integral of the rate passes whole
// numbers.
type curve struct {
	base  float64
	waves []wave
	ramps []ramp
}

// A wave is one sinusoid; a sum of them with equal power per octave is 1/f noise.
type wave struct{ amp, omega, phase float64 }

// A ramp is a smooth step of this height from one time to another.
type ramp struct{ height, from, to float64 }

func (c *curve) at(t float64) float64 {
	v := c.base
	for _, w := range c.waves {
		v += w.amp * math.Sin(w.omega*t+w.phase)
	}
	for _, r := range c.ramps {
		v += r.height * step(t, r.from, r.to)
	}
	return v
}

// integral of the curve, up to a constant.
func (c *curve) integral(t float64) float64 {
	v := c.base * t
	for _, w := range c.waves {
		v -= w.amp / w.omega * math.Cos(w.omega*t+w.phase)
	}
	for _, r := range c.ramps {
		switch u := (t - r.from) / (r.to - r.from); {
		case u >= 1:
			v += r.height * ((r.to-r.from)/2 + t - r.to)
		case u > 0:
			v += r.height * (r.to - r.from) * (u*u*u - u*u*u*u/2)
		}
	}
	return v
}

// step rises smoothly from 0 to 1 between two times.
func step(t, from, to float64) float64 {
	switch u := (t - from) / (to - from); {
	case u <= 0:
		return 0
	case u >= 1:
		return 1
	default:
		return u * u * (3 - 2*u)
	}
}

// noise draws one wave per octave between two periods in seconds. Its standard
// deviation over a long time is sd.
func noise(r *rand.Rand, sd, shortest, longest float64) []wave {
	var waves []wave
	for period := shortest; period <= longest; period *= 2 {
		waves = append(waves, wave{
			omega: 2 * math.Pi / (period * (1 + 0.4*r.Float64())), // no two octaves in step
			phase: 2 * math.Pi * r.Float64(),
		})
	}
	for i := range waves {
		waves[i].amp = sd * math.Sqrt(2/float64(len(waves)))
	}
	return waves
}

// daily is a wave of 24 hours that peaks at this hour of the local day.
func daily(amp, peakHour, secondOfDay float64) wave {
	const omega = 2 * math.Pi / 86400
	return wave{amp, omega, omega*(secondOfDay-peakHour*3600) + math.Pi/2}
}

func scale(factor float64, waves []wave) []wave {
	scaled := make([]wave, len(waves))
	for i, w := range waves {
		scaled[i] = wave{w.amp * factor, w.omega, w.phase}
	}
	return scaled
}

// draw is the random generator of one thing that happens, number i of its
// sort. It costs no state, so anything can be asked about first.
func (p *Patient) draw(sort uint64, i int64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(p.seed^mix(sort)), mix(uint64(i))))
}

// mix is the finalizer of SplitMix64: neighbours become strangers.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// The sorts of things that are drawn.
const (
	drawPerson uint64 = iota
	drawScenario
	drawMeal
	drawDip
	drawEpisode
	drawSpike
	drawSweat
	drawRhythm
)

// An episode is a short disturbance.
type episode struct {
	from, to float64
	dice     float64 // uniform in [0, 1): what sort it is
	size     float64 // uniform in [0, 1)
}

// inside returns the episode of the slot of this many seconds around t, whose
// shape there is a half wave: 0 at its ends and outside, 1 in the middle.
func (p *Patient) inside(sort uint64, slot, t float64) (e episode, shape float64) {
	i := math.Floor(t / slot)
	r := p.draw(sort, int64(i))
	e.dice, e.size = r.Float64(), r.Float64()
	e.from = (i + 0.3*r.Float64()) * slot
	e.to = e.from + (0.3+0.4*r.Float64())*slot
	if t < e.from || t >= e.to {
		return e, 0
	}
	return e, math.Sin(math.Pi * (t - e.from) / (e.to - e.from))
}

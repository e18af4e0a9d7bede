package vitalstest

import (
	"iter"
	"math"
	"time"
)

// RR yields the heart beats from one instant up to but without another, as
// electrodes see them: each beat with the time since the beat before it, in
// whole milliseconds. Beats without contact are missing, so the intervals of
// what is yielded add up to the time between beats only while contact lasts.
// Adjoining spans give the beats of the whole span.
func (p *Patient) RR(from, to time.Time) iter.Seq2[time.Time, time.Duration] {
	return func(yield func(time.Time, time.Duration) bool) {
		first, last := from.Sub(p.start), to.Sub(p.start)
		h := heart{p: p, second: math.Floor(first.Seconds())}
		// A fibrillating beat is displaced by a block at most.
		n := int64(math.Floor(p.phase(first.Seconds()))) - blockBeats - 1
		before := h.beat(n)
		for n++; ; n++ {
			t := h.beat(n)
			interval := t - before
			before = t
			if t >= last {
				return
			}
			if t < first || !p.sensors(t.Seconds()).contact {
				continue
			}
			if !yield(p.start.Add(t), interval) {
				return
			}
		}
	}
}

// phase counts heart beats: it passes a whole number at every beat of a steady
// rhythm. It rises strictly.
func (p *Patient) phase(t float64) float64 { return p.heart.integral(t)/60 + p.respiration(t) }

// respiration is what the breath does to the phase (respiratory sinus
// arrhythmia). It fades as the rate rises, and fibrillation drowns it.
func (p *Patient) respiration(t float64) float64 {
	swing := p.respiratorySwing
	for _, r := range p.heart.ramps {
		if r.height > 0 {
			swing *= 1 - 0.8*step(t, r.from, r.to)
		}
	}
	// A shift of swing/ω×sin ωt is a swing of the rate by swing×cos ωt.
	turn := 2 * math.Pi * p.breath.at(t) // radians per minute
	return swing / turn * math.Sin(2*math.Pi/60*p.breath.integral(t))
}

// blockBeats is the length of the blocks in which fibrillation scatters beats.
const blockBeats = 32

// heart finds beats one after the other. What it remembers makes it faster and
// changes no answer.
type heart struct {
	p      *Patient
	second float64   // of the last beat, a whole number
	block  int64     // of fibrillation
	ends   []float64 // of the beats of that block, from 0 to blockBeats
}

// beat is the time of beat n in whole milliseconds.
func (h *heart) beat(n int64) time.Duration {
	phase := h.position(n)
	// The second in which the phase is passed, then the instant: the result
	// does not depend on where the search begins.
	second := h.second
	for width := 4.0; width >= 1; width /= 2 {
		for h.p.phase(second) > phase {
			second -= width
		}
		for h.p.phase(second+width) <= phase {
			second += width
		}
	}
	h.second = second
	low, high := second, second+1
	for range 14 {
		if middle := (low + high) / 2; h.p.phase(middle) <= phase {
			low = middle
		} else {
			high = middle
		}
	}
	return time.Duration(math.Round(low*1000)) * time.Millisecond
}

// position is the phase of beat n: n itself, except in fibrillation, where the
// beats of a block share its length by chance. Each ventricular interval is a
// refractory part and a wait that remembers nothing of the one before.
func (h *heart) position(n int64) float64 {
	p := h.p
	block := int64(math.Floor(float64(n) / blockBeats))
	if p.scenario != AF || float64(block*blockBeats) < p.phase(p.onset) {
		return float64(n)
	}
	if h.ends == nil || h.block != block {
		r := p.draw(drawRhythm, block)
		h.block, h.ends = block, append(h.ends[:0], 0)
		sum := 0.0
		for range blockBeats {
			wait := -math.Log((1-r.Float64())*(1-r.Float64())*(1-r.Float64())) / 3
			sum += 0.62 + 0.38*wait
			h.ends = append(h.ends, sum)
		}
		for i := range h.ends {
			h.ends[i] *= blockBeats / sum
		}
	}
	return float64(block*blockBeats) + h.ends[n-block*blockBeats]
}

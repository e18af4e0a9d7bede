package vitalstest

import (
	"iter"
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A State is what a patient's sensors show at one instant.
type State struct {
	HeartRate       int            // per minute, averaged over eight seconds
	RespiratoryRate int            // per minute
	SpO2            int            // percent
	PerfusionIndex  vitals.Decimal // percent, tenths
	Systolic        int            // mmHg, if a cuff was inflated now
	Diastolic       int            // mmHg
	Mean            int            // mmHg
	Temperature     vitals.Decimal // degrees Celsius, tenths
	Glucose         int            // mg/dL, of blood; interstitial fluid is some minutes late
	Consciousness   vitals.ACVPU
	OnOxygen        bool
	// Connected says that the devices send at all. Without it everything else
	// is zero.
	Connected bool
	// Contact says that electrodes and finger clip touch the body. Without it
	// there are no heart rate, breathing, saturation and perfusion.
	Contact bool
	// Quality holds the doubts of those sensors, with [vitals.Absent] when they
	// show no values. Cuff, thermometer and glucose sensor have no doubts, save
	// an irregular pulse for the cuff.
	Quality vitals.Quality
}

// Samples yields the states from one instant up to but without another, at a
// steady interval. A tenth of a second is the least.
func (p *Patient) Samples(from, to time.Time, every time.Duration) iter.Seq2[time.Time, State] {
	every = max(every, 100*time.Millisecond)
	return func(yield func(time.Time, State) bool) {
		for t := from; t.Before(to); t = t.Add(every) {
			if !yield(t, p.At(t)) {
				return
			}
		}
	}
}

// At is the state at an instant.
func (p *Patient) At(at time.Time) State {
	t := at.Sub(p.start).Seconds()
	sensors := p.sensors(t)
	if !sensors.connected {
		return State{}
	}
	s := State{
		Connected:     true,
		Contact:       sensors.contact,
		Quality:       sensors.quality,
		Temperature:   tenths(p.temperature.at(t), 33.5, 41.5),
		Glucose:       whole(p.bloodGlucose(t), 25, 400),
		Consciousness: p.consciousness(t),
		OnOxygen:      p.scenario == Sepsis && p.progress(t) >= oxygenAt,
	}
	s.Systolic = whole(p.systolic.at(t), 60, 230)
	pulse := whole(p.pulsePressure.at(t), 18, 90)
	s.Diastolic = s.Systolic - pulse
	s.Mean = s.Diastolic + (pulse+1)/3
	if p.fibrillates(t) {
		s.Quality |= vitals.IrregularPulse
	}
	if s.Quality.Has(vitals.Absent) {
		return s
	}

	rate := (p.phase(t) - p.phase(t-averaging)) * 60 / averaging
	if p.fibrillates(t) {
		rate = min(max(rate+p.jitter.at(t), 90), 150)
	}
	saturation := p.saturation.at(t)
	if dip, shape := p.inside(drawDip, 60, t); dip.dice < 0.004 {
		saturation -= (4 + 3*dip.size) * shape
	}
	breath, perfusion := p.breath.at(t), p.perfusion.at(t)
	if k := sensors.motion; k > 0 {
		spike := p.draw(drawSpike, int64(math.Floor(t)))
		rate += k * (30 + 60*spike.Float64())
		saturation -= k * (6 + 14*spike.Float64())
		breath += k * 12 * spike.Float64()
		perfusion *= 1 + k*3*spike.Float64()
	}
	s.HeartRate = whole(rate, 35, 220)
	s.RespiratoryRate = whole(breath, 6, 45)
	s.SpO2 = whole(saturation, 60, 100)
	s.PerfusionIndex = tenths(perfusion, 0.1, 20)
	return s
}

// averaging is how many seconds of beats a monitor takes into the rate it shows.
const averaging = 8

// progress is the share of the course that has passed: 0 at the onset.
func (p *Patient) progress(t float64) float64 { return (t - p.onset) / p.course }

func (p *Patient) fibrillates(t float64) bool { return p.scenario == AF && t >= p.onset }

func (p *Patient) consciousness(t float64) vitals.ACVPU {
	switch x := p.progress(t); {
	case p.scenario == Sepsis && p.frail && x >= voiceAt:
		return vitals.ACVPUVoice
	case p.scenario == Sepsis && x >= confusedAt, p.scenario == Hypoglycaemia && x >= 0.85 && x < treatedAt+0.3:
		return vitals.ACVPUConfused
	}
	return vitals.ACVPUAlert
}

// sensorState is what the continuous sensors suffer.
type sensorState struct {
	connected, contact bool
	motion             float64 // 0 to 1
	quality            vitals.Quality
}

func (p *Patient) sensors(t float64) sensorState {
	good := sensorState{connected: true, contact: true}
	lost := sensorState{connected: true, quality: vitals.NoContact | vitals.NotANumber}
	switch {
	case p.scenario == Disconnected && t >= p.onset:
		return sensorState{}
	case p.scenario == Hypoglycaemia && p.progress(t) >= sweatAt && p.progress(t) < treatedAt:
		if e, shape := p.inside(drawSweat, 60, t); shape > 0 && e.dice < 0.2 {
			return lost
		}
	case p.scenario == Artefact && t >= p.onset:
		e, shape := p.inside(drawEpisode, 30, t)
		switch {
		case shape == 0 || e.dice < 0.5: // in half of the slots nothing happens
		case e.dice < 0.8:
			good.motion, good.quality = shape, vitals.Motion|vitals.PoorSignal
		case e.dice < 0.92:
			return lost
		default:
			good.quality = vitals.NotANumber | vitals.PoorSignal
		}
	}
	return good
}

// bloodGlucose is basal glucose and what the last meals added.
func (p *Patient) bloodGlucose(t float64) float64 {
	g := p.glucose.at(t)
	if !p.meals {
		return g
	}
	clock := t + p.secondOfDay
	today := int64(math.Floor(clock / 86400))
	for day := today - 1; day <= today; day++ {
		r := p.draw(drawMeal, day)
		for _, hour := range [...]float64{7.5, 12.5, 19} {
			eaten := (float64(day)*24 + hour + 0.8*(r.Float64()-0.5)) * 3600
			size := 30 + 22*r.Float64() // mg/dL at the peak
			// A gamma curve that peaks after 2×22 minutes, and never rises by
			// more than 0.039×size mg/dL a minute.
			if x := (clock - eaten) / (22 * 60); x > 0 {
				g += size * x * x / 4 * math.Exp(2-x)
			}
		}
	}
	return g
}

func whole(x, low, high float64) int { return int(math.Round(min(max(x, low), high))) }

func tenths(x, low, high float64) vitals.Decimal {
	return vitals.Decimal{Coef: int64(math.Round(min(max(x, low), high) * 10)), Exp: -1}
}

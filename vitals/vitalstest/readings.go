package vitalstest

import (
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// everyKind is what AppendReadings gives when nothing is asked for.
var everyKind = [...]vitals.Kind{
	vitals.HeartRate, vitals.RespiratoryRate, vitals.SpO2, vitals.PulseRateOximeter, vitals.PerfusionIndex, vitals.BloodPressure, vitals.PulseRateCuff,
	vitals.BodyTemperature, vitals.GlucoseISF, vitals.GlucoseCapillaryPlasma, vitals.Consciousness, vitals.SupplementalOxygen,
}

// interstitialLag is how far glucose under the skin trails behind that of blood.
const interstitialLag = 8 * time.Minute

// AppendReadings appends what the devices of the patient send at an instant, of
// the kinds asked for, in that order; of every kind it knows if none is given.
// Those are HeartRate, RespiratoryRate, SpO2, PulseRateOximeter,
// PerfusionIndex, BloodPressure (the panel: its three parts), PulseRateCuff,
// BodyTemperature, GlucoseISF, GlucoseCapillaryPlasma, Consciousness and
// SupplementalOxygen. Kinds it does not know give nothing, nor does a patient
// that is disconnected. The readings carry the device's own time.
func (p *Patient) AppendReadings(dst []vitals.Reading, at time.Time, kinds ...vitals.Kind) []vitals.Reading {
	s := p.At(at)
	if !s.Connected {
		return dst
	}
	if len(kinds) == 0 {
		kinds = everyKind[:]
	}
	for _, k := range kinds {
		dst = p.appendKind(dst, s, at, k)
	}
	return dst
}

func (p *Patient) appendKind(dst []vitals.Reading, s State, at time.Time, k vitals.Kind) []vitals.Reading {
	r := vitals.Reading{Patient: p.id, Kind: k, At: at, Stamped: true, Quality: p.mark}
	continuous := func(device vitals.DeviceID, q vitals.Quantity) {
		r.Device, r.Quality = device+vitals.DeviceID(p.suffix), r.Quality|s.Quality
		if !s.Quality.Has(vitals.Absent) {
			r.Quantity = q
		}
		dst = append(dst, r)
	}
	spot := func(device vitals.DeviceID, k vitals.Kind, q vitals.Quantity) {
		r.Device, r.Kind, r.Quantity = device+vitals.DeviceID(p.suffix), k, q
		dst = append(dst, r)
	}
	switch k {
	case vitals.HeartRate:
		continuous("ecg", vitals.PerMinute(int64(s.HeartRate)))
	case vitals.RespiratoryRate:
		continuous("ecg", vitals.PerMinute(int64(s.RespiratoryRate)))
	case vitals.SpO2:
		continuous("oximeter", vitals.Percent(int64(s.SpO2)))
	case vitals.PulseRateOximeter:
		continuous("oximeter", vitals.PerMinute(int64(s.HeartRate)))
	case vitals.PerfusionIndex:
		continuous("oximeter", vitals.UnitPercent.Of(s.PerfusionIndex))
	case vitals.BloodPressure:
		r.Quality |= s.Quality & vitals.IrregularPulse
		spot("cuff", vitals.Systolic, vitals.MmHg(int64(s.Systolic)))
		spot("cuff", vitals.Diastolic, vitals.MmHg(int64(s.Diastolic)))
		spot("cuff", vitals.MeanPressure, vitals.MmHg(int64(s.Mean)))
	case vitals.PulseRateCuff:
		r.Quality |= s.Quality & vitals.IrregularPulse
		spot("cuff", k, vitals.PerMinute(int64(whole(p.heart.at(at.Sub(p.start).Seconds()), 35, 220))))
	case vitals.BodyTemperature:
		spot("thermometer", k, vitals.UnitCelsius.Of(s.Temperature))
	case vitals.GlucoseISF:
		late := at.Add(-interstitialLag).Sub(p.start).Seconds()
		spot("cgm", k, vitals.MgPerDL(int64(whole(p.bloodGlucose(late), 25, 400))))
	case vitals.GlucoseCapillaryPlasma:
		spot("meter", k, vitals.MgPerDL(int64(s.Glucose)))
	case vitals.Consciousness:
		r.Code, r.Quality = uint32(s.Consciousness), r.Quality|vitals.Manual
		spot("nurse", k, vitals.Quantity{})
	case vitals.SupplementalOxygen:
		r.Code, r.Quality = uint32(vitals.BreathesAir), r.Quality|vitals.Manual
		if s.OnOxygen {
			r.Code = uint32(vitals.BreathesOxygen)
		}
		spot("nurse", k, vitals.Quantity{})
	}
	return dst
}

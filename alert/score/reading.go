package score

import "github.com/telemed-go/sdk/vitals"

// ParametersOf are the parameters that readings of kind k are an input of. Not
// every rate and temperature is one: skin and finger temperature, a resting
// heart rate over hours and averaged pressures are not what the charts mean.
// Laboratory values, grades and the age have no kind.
func ParametersOf(k vitals.Kind) Parameters {
	switch k {
	case vitals.RespiratoryRate, vitals.RespiratoryRateCO2, vitals.RespiratoryRateTotal:
		return 1 << RespiratoryRate
	case vitals.SpO2:
		return 1 << SpO2
	case vitals.SupplementalOxygen:
		return 1<<Breathing | 1<<OxygenFlow | 1<<InspiredOxygen // air is 21 % and no flow
	case vitals.O2Flow:
		return 1<<Breathing | 1<<OxygenFlow
	case vitals.InspiredO2:
		return 1<<Breathing | 1<<InspiredOxygen
	case vitals.Systolic, vitals.ArterialSystolic, vitals.ABPSystolic:
		return 1 << SystolicPressure
	case vitals.Diastolic, vitals.ArterialDiastolic, vitals.ABPDiastolic:
		return 1 << DiastolicPressure
	case vitals.MeanPressure, vitals.ArterialMean, vitals.ABPMean:
		return 1 << MeanPressure
	case vitals.HeartRate, vitals.PulseRate, vitals.PulseRateOximeter, vitals.PulseRatePleth, vitals.PulseRateCuff:
		return 1 << Pulse
	case vitals.Consciousness:
		return 1 << Consciousness
	case vitals.GCS:
		return 1 << GlasgowComa
	case vitals.BodyTemperature, vitals.Temperature, vitals.TempOral, vitals.TempAxillary, vitals.TempRectal,
		vitals.TempTympanic, vitals.TempEar, vitals.TempCore, vitals.TempEsophageal, vitals.TempNasopharyngeal:
		return 1 << Temperature
	}
	return 0
}

// Set enters what r measured and returns the inputs that this changed or
// confirmed. A flow of oxygen above 0, or a share of it above 21 %, is
// supplemental oxygen. A value that the device reports only as above or below
// what it can measure counts as far beyond, and gets the points of the
// outermost band.
//
// It returns no parameters, and leaves in unchanged, when r is no input, has no
// value, has an impossible unit, code or number, or is older than what is
// known. Set does not judge doubts ([vitals.Quality]) other than these.
func (in *Inputs) Set(r vitals.Reading) Parameters {
	set := ParametersOf(r.Kind)
	if set == 0 {
		return 0
	}
	absent, at := r.Quality&vitals.Absent, nanos(r.At)
	if r.Kind.Shape() == vitals.ShapeCoded {
		p := set.first()
		if absent != 0 || in.late(p, at) || !codable(p, r.Code) {
			return 0
		}
		return in.enter(p, r.Code, at)
	}
	oxygen := set.Has(Breathing)
	p := set.last()
	if in.late(p, at) || oxygen && in.late(Breathing, at) {
		return 0
	}
	var v int32
	switch {
	case absent == 0 && !r.Quantity.IsZero():
		var err error
		if v, err = steps(p, r.Quantity); err != nil {
			return 0
		}
	case absent == vitals.AboveRange && p != GlasgowComa:
		v = extreme
	case absent == vitals.BelowRange && p != GlasgowComa && !oxygen: // a low flow is not air
		v = -extreme
	default:
		return 0
	}
	if oxygen {
		in.breathe(supplemental(r, absent), at)
	}
	in.put(p, v, at)
	return set
}

// supplemental judges a flow or share of oxygen whose unit is known to be right.
func supplemental(r vitals.Reading, absent vitals.Quality) uint32 {
	air := vitals.UnitLPerMin.Of(vitals.Decimal{})
	if r.Kind == vitals.InspiredO2 {
		air = vitals.Percent(airPercent)
	}
	if absent == 0 {
		if c, err := air.Cmp(r.Quantity); err == nil && c >= 0 {
			return uint32(vitals.BreathesAir)
		}
	}
	return uint32(vitals.BreathesOxygen)
}

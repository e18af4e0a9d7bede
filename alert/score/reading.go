package score

import "github.com/telemed-go/sdk/vitals"

// NEWS2Parameter is the parameter that readings of kind k are an input of. Not
// every rate and temperature is one: skin and finger temperature, a resting
// heart rate over hours and averaged pressures are not what the chart means.
func NEWS2Parameter(k vitals.Kind) (p Parameter, ok bool) {
	switch k {
	case vitals.RespiratoryRate, vitals.RespiratoryRateCO2, vitals.RespiratoryRateTotal:
		return RespiratoryRate, true
	case vitals.SpO2:
		return SpO2, true
	case vitals.SupplementalOxygen, vitals.O2Flow, vitals.InspiredO2:
		return Breathing, true
	case vitals.Systolic, vitals.ArterialSystolic, vitals.ABPSystolic:
		return SystolicPressure, true
	case vitals.HeartRate, vitals.PulseRate, vitals.PulseRateOximeter, vitals.PulseRatePleth, vitals.PulseRateCuff:
		return Pulse, true
	case vitals.Consciousness:
		return Consciousness, true
	case vitals.BodyTemperature, vitals.Temperature, vitals.TempOral, vitals.TempAxillary, vitals.TempRectal,
		vitals.TempTympanic, vitals.TempEar, vitals.TempCore, vitals.TempEsophageal, vitals.TempNasopharyngeal:
		return Temperature, true
	}
	return 0, false
}

// roomAir is the share of oxygen in air as monitors show it; what lies above
// is supplemental.
var roomAir = vitals.Percent(21)

// beyond stands for a value outside what the device can measure. It lies
// beyond every band of every chart.
const beyond = 1e6

// Set enters what r measured and reports which input that was. A flow of
// oxygen above 0, or a share of it above 21 %, is supplemental oxygen. A value
// that the device reports only as above or below what it can measure gets the
// points of the outermost band.
//
// ok is false, and n unchanged, when r is no input of NEWS2, has no value or
// has an impossible unit or code. Set does not judge doubts ([vitals.Quality])
// other than these, nor age.
func (n *NEWS2) Set(r vitals.Reading) (p Parameter, ok bool) {
	p, ok = NEWS2Parameter(r.Kind)
	if !ok {
		return p, false
	}
	q := r.Quantity
	switch absent := r.Quality & vitals.Absent; {
	case r.Kind.Shape() == vitals.ShapeCoded && absent == 0:
		return p, n.setCode(p, r.Code)
	case absent == 0 && !q.IsZero():
		if _, err := q.In(r.Kind.Unit()); err != nil {
			return p, false
		}
	case absent == vitals.AboveRange && r.Kind.Shape() == vitals.ShapeNumeric:
		q = r.Kind.Unit().Of(vitals.Decimal{Coef: beyond})
	case absent == vitals.BelowRange && r.Kind.Shape() == vitals.ShapeNumeric && p != Breathing: // a low flow is not air
		q = r.Kind.Unit().Of(vitals.Decimal{Coef: -beyond})
	default:
		return p, false
	}
	switch p {
	case RespiratoryRate:
		n.RespiratoryRate = q
	case SpO2:
		n.SpO2 = q
	case SystolicPressure:
		n.SystolicPressure = q
	case Pulse:
		n.Pulse = q
	case Temperature:
		n.Temperature = q
	case Breathing:
		air := vitals.UnitLPerMin.Of(vitals.Decimal{})
		if r.Kind == vitals.InspiredO2 {
			air = roomAir
		}
		c, err := air.Cmp(q)
		if err != nil {
			return p, false
		}
		if n.Oxygen = vitals.BreathesAir; c < 0 {
			n.Oxygen = vitals.BreathesOxygen
		}
	}
	return p, true
}

func (n *NEWS2) setCode(p Parameter, code uint32) bool {
	switch p {
	case Breathing:
		if code != vitals.BreathesAir && code != vitals.BreathesOxygen {
			return false
		}
		n.Oxygen = code
	case Consciousness:
		if code == 0 || code > uint32(vitals.ACVPUUnresponsive) {
			return false
		}
		n.Consciousness = vitals.ACVPU(code)
	}
	return true
}

// Clear removes the input, as when it has become too old.
func (n *NEWS2) Clear(p Parameter) {
	switch p {
	case RespiratoryRate:
		n.RespiratoryRate = vitals.Quantity{}
	case SpO2:
		n.SpO2 = vitals.Quantity{}
	case Breathing:
		n.Oxygen = 0
	case SystolicPressure:
		n.SystolicPressure = vitals.Quantity{}
	case Pulse:
		n.Pulse = vitals.Quantity{}
	case Consciousness:
		n.Consciousness = 0
	case Temperature:
		n.Temperature = vitals.Quantity{}
	}
}

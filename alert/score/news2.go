package score

import (
	"fmt"

	"github.com/telemed-go/sdk/vitals"
)

// A Parameter is one of the seven inputs of NEWS2.
type Parameter uint8

// The parameters in the order of the chart.
const (
	RespiratoryRate Parameter = iota
	SpO2                      // on the scale that the patient was assigned
	Breathing                 // air or supplemental oxygen
	SystolicPressure
	Pulse
	Consciousness
	Temperature

	// ParameterCount is the number of parameters.
	ParameterCount = iota
)

var parameterNames = [ParameterCount]string{
	"respiratory rate", "SpO2", "air or oxygen", "systolic pressure", "pulse", "consciousness", "temperature",
}

// String is a short English name: "systolic pressure".
func (p Parameter) String() string {
	if int(p) < len(parameterNames) {
		return parameterNames[p]
	}
	return fmt.Sprintf("Parameter(%d)", uint8(p))
}

// MarshalText implements [encoding.TextMarshaler] with the name.
func (p Parameter) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// NEWS2 holds the inputs of the National Early Warning Score 2 for an adult.
// A zero field is an input that is missing. Quantities may come in any unit
// that converts.
type NEWS2 struct {
	RespiratoryRate  vitals.Quantity // converted to /min, scored in whole breaths
	SpO2             vitals.Quantity // %, whole percent
	SystolicPressure vitals.Quantity // mmHg, whole
	Pulse            vitals.Quantity // /min, whole beats
	Temperature      vitals.Quantity // °C, tenths

	// Oxygen is [vitals.BreathesAir] or [vitals.BreathesOxygen].
	Oxygen uint32
	// Consciousness is the level; new confusion counts like V, P and U.
	Consciousness vitals.ACVPU

	// Scale2 selects the second SpO2 scale, for a patient in whom a clinician
	// has confirmed hypercapnic respiratory failure and prescribed 88-92 %.
	Scale2 bool
}

// Score adds up the points.
//
// A value between two printed steps of the chart is first rounded to the
// precision in which the chart tells the parameter, whole numbers and tenths
// of a degree, half away from zero: 38.05 °C is 38.1 °C and SpO2 95.5 % is
// 96 %. So every value has points, and a value further from normal never has
// fewer.
//
// A missing input gets no points and is named in [Result.Missing]; it is not
// taken for normal, and the total is then the least that the score can be. On
// scale 2 the points of an SpO2 of 93 % or more depend on oxygen: while that
// is missing they count as 0, their least.
//
// An input that is no such measurement (a pulse in mmHg, an unknown code) is
// missing as well, and the error names it; it wraps [vitals.ErrUnit] or
// [ErrCode]. The result is valid also then.
func (n NEWS2) Score() (Result, error) {
	var (
		r   Result
		err error
	)
	measured := func(p Parameter, q vitals.Quantity, unit vitals.Unit, exp int8, t []band) {
		if q.IsZero() {
			r.Missing |= 1 << p
			return
		}
		if q.Unit() != unit {
			q = fine(q)
		}
		q, unitErr := q.In(unit)
		if unitErr != nil {
			r.Missing |= 1 << p
			if err == nil {
				err = fmt.Errorf("score: NEWS2 %v: %w", p, unitErr)
			}
			return
		}
		r.Points[p] = points(t, steps(q.Value(), exp))
	}
	coded := func(p Parameter, code, last uint32, least uint32, pts uint8) {
		switch {
		case code == 0:
			r.Missing |= 1 << p
		case code > last:
			r.Missing |= 1 << p
			if err == nil {
				err = fmt.Errorf("score: NEWS2 %v: %w", p, ErrCode)
			}
		case code >= least:
			r.Points[p] = pts
		}
	}
	saturation := saturation1
	if n.Scale2 {
		saturation = saturation2Air
		if n.Oxygen == vitals.BreathesOxygen {
			saturation = saturation2Oxygen
		}
	}
	measured(RespiratoryRate, n.RespiratoryRate, vitals.UnitPerMinute, 0, respiratoryRate)
	measured(SpO2, n.SpO2, vitals.UnitPercent, 0, saturation)
	coded(Breathing, n.Oxygen, vitals.BreathesOxygen, vitals.BreathesOxygen, 2)
	measured(SystolicPressure, n.SystolicPressure, vitals.UnitMmHg, 0, systolic)
	measured(Pulse, n.Pulse, vitals.UnitPerMinute, 0, pulse)
	coded(Consciousness, uint32(n.Consciousness), uint32(vitals.ACVPUUnresponsive), uint32(vitals.ACVPUConfused), 3)
	measured(Temperature, n.Temperature, vitals.UnitCelsius, -1, temperature)
	r.sum()
	return r, err
}

// A band gives its points to every value up to and including upTo, counted in
// steps of the precision in which the chart tells the parameter.
type band struct {
	upTo   int32
	points uint8
}

const noLimit = 1<<31 - 1

// The chart of NEWS2 (Royal College of Physicians, 2017).
var (
	respiratoryRate   = []band{{8, 3}, {11, 1}, {20, 0}, {24, 2}, {noLimit, 3}}
	saturation1       = []band{{91, 3}, {93, 2}, {95, 1}, {noLimit, 0}}
	saturation2Air    = []band{{83, 3}, {85, 2}, {87, 1}, {noLimit, 0}}
	saturation2Oxygen = []band{{83, 3}, {85, 2}, {87, 1}, {92, 0}, {94, 1}, {96, 2}, {noLimit, 3}}
	systolic          = []band{{90, 3}, {100, 2}, {110, 1}, {219, 0}, {noLimit, 3}}
	pulse             = []band{{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {noLimit, 3}}
	temperature       = []band{{350, 3}, {360, 1}, {380, 0}, {390, 1}, {noLimit, 2}}
)

func points(t []band, v int32) uint8 {
	for _, b := range t {
		if v <= b.upTo {
			return b.points
		}
	}
	return t[len(t)-1].points // not reached: the last band has no limit
}

// fine adds digits to q. Conversion rounds to the resolution of q, and to round
// twice could cross a step of the chart.
func fine(q vitals.Quantity) vitals.Quantity {
	d := q.Value()
	for d.Exp > -6 && -1e11 < d.Coef && d.Coef < 1e11 {
		d.Coef *= 10
		d.Exp--
	}
	return q.Unit().Of(d)
}

// steps rounds d to the precision 10^exp and counts it in that. Numbers beyond
// every chart are cut to ±1e9, which changes no points.
func steps(d vitals.Decimal, exp int8) int32 {
	const limit = 1e9
	d = d.Round(exp)
	n := d.Coef
	for e := d.Exp; e > exp && n != 0 && -limit < n && n < limit; e-- {
		n *= 10
	}
	return int32(max(-limit, min(n, limit)))
}

package score

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// ErrCode reports a coded input outside its table, or a number that is not
// possible: a Glasgow coma score of 16, an age below 0.
var ErrCode = errors.New("score: unknown code or impossible number")

// ErrForm reports an input of the wrong form, as a quantity for a coded one.
var ErrForm = errors.New("score: the input takes another form")

// Inputs are the newest known values of one patient and when they were
// measured. The zero Inputs know nothing. They are a plain value of fixed size
// without pointers, which may be copied and compared; they are not safe for
// concurrent use.
//
// An input older than the known one is refused, so late data change nothing.
// The zero time stands for "not known when": such an input is always taken, has
// no age and does not become too old.
type Inputs struct {
	known Parameters
	value [ParameterCount]int32 // in 10^exp of the unit
	at    [ParameterCount]int64 // Unix nanoseconds or noTime
}

const (
	noTime = math.MinInt64

	// extreme bounds values. It lies beyond every band of every chart and also
	// stands for a value outside what the device can measure.
	extreme = 1e9
)

// Measure enters a quantity of p in any unit that converts. Bilirubin and
// creatinine may be mass or molar concentrations, urea also mg/dL of urea
// nitrogen, the urine output any flow of volume. The error wraps [vitals.ErrUnit],
// [ErrCode] or [ErrForm] and leaves in unchanged; a late input is no error.
func (in *Inputs) Measure(p Parameter, q vitals.Quantity, at time.Time) error {
	if int(p) >= len(parameters) || parameters[p].form != measured {
		return fmt.Errorf("score: %v: %w", p, ErrForm)
	}
	v, err := steps(p, q)
	if err != nil {
		return fmt.Errorf("score: %v: %w", p, err)
	}
	in.put(p, v, nanos(at))
	return nil
}

// SetCode enters a finding: [Breathing], [Consciousness], a grade of [PEWS] or
// one of the codes of this package. The error wraps [ErrCode] or [ErrForm] and
// leaves in unchanged.
//
// Who breathes air has 21 % of oxygen and no flow of it; both are entered as
// well. Who breathes oxygen no longer has these.
func (in *Inputs) SetCode(p Parameter, code uint32, at time.Time) error {
	if int(p) >= len(parameters) || parameters[p].form != coded {
		return fmt.Errorf("score: %v: %w", p, ErrForm)
	}
	if !codable(p, code) {
		return fmt.Errorf("score: %v: %w", p, ErrCode)
	}
	in.enter(p, code, nanos(at))
	return nil
}

// SetCells enters the number of [WhiteCells] or [Platelets] in 10⁹ per litre,
// which is thousands per microlitre.
func (in *Inputs) SetCells(p Parameter, perLitre9 vitals.Decimal, at time.Time) error {
	if int(p) >= len(parameters) || parameters[p].form != counted {
		return fmt.Errorf("score: %v: %w", p, ErrForm)
	}
	if perLitre9.Coef < 0 {
		return fmt.Errorf("score: %v: %w", p, ErrCode)
	}
	in.put(p, whole(perLitre9, parameters[p].exp), nanos(at))
	return nil
}

// SetAge enters the age of the patient in completed years, 0 to 130. It does
// not become too old.
func (in *Inputs) SetAge(years int) error {
	if years < 0 || years > int(parameters[AgeYears].hi) {
		return fmt.Errorf("score: %v: %w", AgeYears, ErrCode)
	}
	in.put(AgeYears, int32(years), noTime)
	return nil
}

// Clear removes an input.
func (in *Inputs) Clear(p Parameter) {
	if int(p) < len(parameters) {
		in.known &^= 1 << p
		in.value[p], in.at[p] = 0, 0
	}
}

// Known are the parameters that have a value.
func (in *Inputs) Known() Parameters { return in.known }

// Value is the value of p as charts see it: rounded, in the unit that
// [Chart.Table] prints; for a coded parameter the code.
func (in *Inputs) Value(p Parameter) (_ vitals.Decimal, ok bool) {
	if !in.known.Has(p) {
		return vitals.Decimal{}, false
	}
	return vitals.Decimal{Coef: int64(in.value[p]), Exp: parameters[p].exp}, true
}

// At is when p was measured; ok is false when that is not known.
func (in *Inputs) At(p Parameter) (_ time.Time, ok bool) {
	if !in.known.Has(p) || in.at[p] == noTime {
		return time.Time{}, false
	}
	return time.Unix(0, in.at[p]), true
}

func (in *Inputs) put(p Parameter, v int32, at int64) bool {
	if in.late(p, at) {
		return false
	}
	in.known |= 1 << p
	in.value[p], in.at[p] = v, at
	return true
}

// enter enters a code that is known to be in the table and returns what it set.
func (in *Inputs) enter(p Parameter, code uint32, at int64) (set Parameters) {
	if p != Breathing {
		in.put(p, int32(code), at)
		return 1 << p
	}
	if !in.breathe(code, at) {
		return 0
	}
	if set = 1 << Breathing; code == uint32(vitals.BreathesAir) {
		if in.put(OxygenFlow, 0, at) {
			set |= 1 << OxygenFlow
		}
		if in.put(InspiredOxygen, airPercent, at) {
			set |= 1 << InspiredOxygen
		}
	}
	return set
}

// codable reports whether code is in the table of p.
func codable(p Parameter, code uint32) bool {
	info := &parameters[p]
	return int64(code) >= int64(info.lo) && int64(code) <= int64(info.hi)
}

func (in *Inputs) late(p Parameter, at int64) bool {
	return in.known.Has(p) && at != noTime && at < in.at[p]
}

// airPercent is the share of oxygen in air as monitors show it; what lies above
// is supplemental.
const airPercent = 21

// breathe enters whether oxygen is given; with oxygen, what was true of air no
// longer holds.
func (in *Inputs) breathe(code uint32, at int64) bool {
	if !in.put(Breathing, int32(code), at) {
		return false
	}
	if code == uint32(vitals.BreathesOxygen) {
		if in.value[OxygenFlow] <= 0 {
			in.Clear(OxygenFlow)
		}
		if in.value[InspiredOxygen] <= airPercent {
			in.Clear(InspiredOxygen)
		}
	}
	return true
}

// nanos is t in Unix nanoseconds, cut to what int64 can hold.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return noTime
	}
	const most = math.MaxInt64 / int64(time.Second)
	switch s := t.Unix(); {
	case s >= most:
		return math.MaxInt64
	case s <= -most:
		return math.MinInt64 + 1
	}
	return t.UnixNano()
}

// steps is q in whole steps of the precision of p.
func steps(p Parameter, q vitals.Quantity) (int32, error) {
	info := &parameters[p]
	d, err := inUnit(info, q)
	if err != nil {
		return 0, err
	}
	v := whole(d, info.exp)
	if info.hi != 0 && (v < info.lo || v > info.hi) {
		return 0, ErrCode
	}
	return v, nil
}

func inUnit(info *parameterInfo, q vitals.Quantity) (vitals.Decimal, error) {
	if q.IsZero() {
		return vitals.Decimal{}, vitals.ErrUnit
	}
	if q.Unit() == info.unit {
		return q.Value(), nil
	}
	q = fine(q)
	if to, err := q.In(info.unit); err == nil || info.other == 0 {
		return to.Value(), err
	}
	q, err := q.In(info.other)
	if err != nil {
		return vitals.Decimal{}, err
	}
	d := q.Value()
	for ; d.Coef > 1e12 || d.Coef < -1e12; d.Coef /= 10 { // far more digits than any chart prints
		d.Exp++
	}
	return vitals.Decimal{Coef: d.Coef * info.factor.Coef, Exp: d.Exp + info.factor.Exp}, nil
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

// whole rounds d to the precision 10^exp and counts it in that. Numbers beyond
// every chart are cut to ±extreme, which changes no points.
func whole(d vitals.Decimal, exp int8) int32 {
	d = d.Round(exp)
	n := d.Coef
	for e := int(d.Exp); e > int(exp) && n != 0 && -extreme < n && n < extreme; e-- {
		n *= 10
	}
	return int32(max(-extreme, min(n, extreme)))
}

package alert

import (
	"fmt"
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Model makes forecasts of one kind of value. It is stateless and safe for
// concurrent use; what it learns of a patient is in the [Forecaster].
type Model interface {
	// Name is the name of the model in documents and explanations, with its
	// version: a rule with another name is another rule.
	Name() string
	// New makes the forecaster of one patient.
	New() Forecaster
}

// A Forecaster knows the past of one patient and tells the future. It must be a
// function of what it was given, without clock or randomness. It is used by
// one goroutine at a time.
type Forecaster interface {
	// Put enters a value without doubt, in the usual unit of its kind, later
	// than those before.
	Put(value float64, at time.Time)
	// Predict tells mean and standard deviation of the value at a later time.
	// ok is false while too little is known.
	Predict(at time.Time) (mean, sd float64, ok bool)
	// AppendState and LoadState carry the forecaster over a restart. LoadState
	// gets exactly what AppendState wrote and refuses everything else.
	AppendState(dst []byte) []byte
	LoadState(b []byte) error
}

// ForecastBelow is the rule that the values of kind k must not be forecast
// below the limit within the time ahead: at the mean of the forecast less the
// given number of its standard deviations, -5 to 5. 0 warns at the mean; more
// warns earlier and more often. The forecast is made at each reading without
// doubt, for the end of that time. A doubtful reading changes nothing. The
// alarm ends when the forecast made from a later reading is back at the limit
// or at [Rule.ClearAt]. While the model cannot tell, nothing begins or ends.
// The priority is [Medium].
func ForecastBelow(k vitals.Kind, limit vitals.Quantity, ahead time.Duration, m Model, sigmas float64) Rule {
	return forecastRule(below, k, limit, ahead, m, sigmas)
}

// ForecastAbove is [ForecastBelow] for values above the limit, at the mean of
// the forecast plus the standard deviations.
func ForecastAbove(k vitals.Kind, limit vitals.Quantity, ahead time.Duration, m Model, sigmas float64) Rule {
	return forecastRule(above, k, limit, ahead, m, sigmas)
}

func forecastRule(side condition, k vitals.Kind, limit vitals.Quantity, ahead time.Duration, m Model, sigmas float64) Rule {
	f := forecast{side: side, ahead: ahead, model: m, sigmas: sigmas}
	r := Rule{cond: special, side: side, kind: k, limit: limit, spec: f, priority: Medium}
	r.name = fmt.Sprintf("%v forecast %s %v in %v", k, r.word(), limit, ahead)
	r = r.checkKind().checkUnit("limit", limit).checkSpan("ahead", ahead, 1)
	switch {
	case r.err != nil:
		return r
	case m == nil || m.Name() == "" || len(m.Name()) > 128:
		return r.failAt("model", "no model, or one without a name of 1 to 128 bytes")
	case !(sigmas >= -5 && sigmas <= 5):
		return r.failAt("sigmas", "the number of standard deviations is not -5 to 5")
	case !reachable(k, limit, side):
		return r.failAt("limit", "no value of the kind can be "+r.word()+" the limit")
	}
	return r
}

// forecast is the crossing of a limit in the future.
type forecast struct {
	side   condition
	ahead  time.Duration
	model  Model
	sigmas float64
}

func (f forecast) describe(doc *ruleDoc) {
	doc.When, doc.Ahead, doc.Model, doc.Sigmas = "forecast-"+f.side.String(), span(f.ahead), f.model.Name(), f.sigmas
}

func (f forecast) detector(r *Rule) detector {
	limit, _ := convert(r.kind, r.limit, r.kind.Unit())
	d := &forecasting{rule: r, forecast: f, limit: limit.Float64(), back: limit.Float64(), model: f.model.New()}
	if !r.clear.IsZero() {
		back, _ := convert(r.kind, r.clear, r.kind.Unit())
		d.back = back.Float64()
	}
	return d
}

// forecasting is the detector of forecast: a reading and what the model keeps.
type forecasting struct {
	forecast
	rule        *Rule
	limit, back float64
	model       Forecaster
	last        Input
	value       float64 // forecast with its margin, at the last reading
	known       bool
}

func (f *forecasting) put(r *vitals.Reading, at int64) verdict {
	n, ok := number(r, f.rule.kind.Unit())
	if !ok || !certain(r) {
		return verdict{ev: evidenceOf(&f.last)}
	}
	f.last = inputOf(r)
	v := verdict{since: at, ev: evidenceOf(&f.last)}
	f.model.Put(float64(n)/1e6, f.last.At)
	mean, sd, ok := f.model.Predict(f.last.At.Add(f.ahead))
	sign := 1.0
	if f.side == below {
		sign = -1
	}
	value := mean + float64(sign*f.sigmas*sd)
	if f.known = ok && !math.IsNaN(value) && !math.IsInf(value, 0); !f.known {
		return v
	}
	f.value = value
	v.hit = sign*(value-f.limit) > 0
	v.contrary = !v.hit
	v.clear = !v.hit && sign*(value-f.back) <= 0
	return v
}

func (f *forecasting) pass(int64) verdict         { return verdict{ev: evidenceOf(&f.last)} }
func (f *forecasting) due() int64                 { return never }
func (f *forecasting) note(string, int64)         {}
func (f *forecasting) inputs(dst []Input) []Input { return append(dst, f.last) }

func (f *forecasting) explain(holds bool) string {
	s := fmt.Sprintf("%v %s", f.rule.kind, f.last.valueText())
	if f.known {
		s += fmt.Sprintf(", forecast %s %v in %v by %s,", rounded(f.value), f.rule.kind.Unit(), f.ahead, f.forecast.model.Name())
	}
	if !holds {
		s += " no longer"
	}
	return s + " " + f.rule.word() + " " + f.rule.limit.String()
}

// maxModelState bounds what a model may keep for a patient.
const maxModelState = 1 << 16

func (f *forecasting) appendState(dst []byte) []byte {
	dst = appendBool(appendFloat(appendInput(dst, &f.last), f.value), f.known)
	own := f.model.AppendState(nil)
	return append(appendInt(dst, int64(len(own))), own...)
}

func (f *forecasting) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	f.last, f.value, f.known = s.input(), s.float(), s.bool()
	own := s.bytes(maxModelState)
	if s.bad {
		return nil, errState
	}
	if err := f.model.LoadState(own); err != nil {
		return nil, fmt.Errorf("%w: the model: %w", errState, err)
	}
	return s.done()
}

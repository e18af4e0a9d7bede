package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// ErrChart reports a name that is no chart.
var ErrChart = errors.New("score: unknown chart")

// A Result is a score with its explanation. It is a plain, comparable value.
type Result struct {
	// Chart is what was evaluated.
	Chart Chart
	// Total is the sum of the points; with missing inputs it is the least that
	// the score can be. It is 0 for a quotient such as the shock index.
	Total int
	// Value is the number that the chart tells: the total, the weighted sum of
	// [RTS], the quotient in the precision of its chart.
	Value vitals.Decimal
	// Points of each parameter; 0 for a missing one. Where several parameters
	// are one part of the score, the one that decided has the points of all.
	Points [ParameterCount]uint8
	// Missing are the parameters without a usable value that could change the
	// result, and Stale those of them whose value is too old.
	Missing, Stale Parameters
	// Band is the risk of Value and Points, so with missing inputs the least
	// that it can be.
	Band Band

	level uint8 // index in the levels of the chart, noLevel or singleLevel
	age   [ParameterCount]uint32
}

const (
	noLevel     = 255
	singleLevel = 254 // chart.single
)

// Complete reports whether no input was missing, so that Value is the score
// and not only its lower bound.
func (r Result) Complete() bool { return r.Missing == 0 }

// Defined reports whether there is a result at all. With missing inputs there is
// none where a low value is bad or where the value is a quotient, and none where
// the chart is not meant for the age of the patient. Total and Value mean
// nothing then.
func (r Result) Defined() bool { return r.Chart != 0 && r.Band != Undefined }

// Level is the chart's own name of the result: "urgent response threshold",
// "stage 2 hypertension". It is empty for a result that is not defined.
func (r Result) Level() string { return r.meaning().name }

// Monitoring is what the chart recommends: "at least hourly". It is empty where
// the chart says nothing.
func (r Result) Monitoring() string { return r.meaning().advice }

func (r Result) meaning() level {
	d := r.Chart.def()
	switch {
	case r.level == singleLevel && d.single != nil:
		return *d.single
	case int(r.level) < len(d.levels):
		return d.levels[r.level]
	}
	return level{}
}

// Age is how old the value of p was, in milliseconds up to 49 days. ok is false
// when p did not count or its time is not known.
func (r Result) Age(p Parameter) (_ time.Duration, ok bool) {
	if int(p) >= ParameterCount || r.age[p] == 0 {
		return 0, false
	}
	return time.Duration(r.age[p]-1) * time.Millisecond, true
}

// String is the result in a sentence: "NEWS2 at least 8, high: respiratory rate
// 2, pulse 2; missing consciousness; continuous monitoring of vital signs".
func (r Result) String() string {
	return string(r.appendText(nil, nil))
}

// appendText appends the sentence. Without part, it names what has points.
func (r Result) appendText(b []byte, part func([]byte, Parameter) []byte) []byte {
	b = append(b, r.Chart.String()...)
	switch {
	case !r.Defined():
		b = append(b, " not defined"...)
	case r.Complete():
		b = fmt.Appendf(b, " %v", r.Value)
	default:
		b = fmt.Appendf(b, " at least %v", r.Value)
	}
	if name := r.Level(); name != "" {
		b = append(append(b, ", "...), name...)
	}
	sep := ": "
	for p := range r.Chart.Inputs().All() {
		switch {
		case part != nil:
			if text := part(nil, p); len(text) > 0 {
				b = append(append(b, sep...), text...)
				sep = ", "
			}
		case r.Points[p] != 0:
			b = fmt.Appendf(b, "%s%v %d", sep, p, r.Points[p])
			sep = ", "
		}
	}
	if old := r.Missing & r.Stale; old != 0 {
		b = fmt.Appendf(b, "; too old %v", old)
	}
	if missing := r.Missing &^ r.Stale; missing != 0 {
		b = fmt.Appendf(b, "; missing %v", missing)
	}
	if m := r.Monitoring(); m != "" {
		b = append(append(b, "; "...), m...)
	}
	return b
}

// MarshalJSON writes score, total, value where it is not the total, complete,
// band, level, monitoring, the points of every parameter that was scored, the
// names of the missing and the stale ones, and the ages in seconds.
func (r Result) MarshalJSON() ([]byte, error) {
	used := r.Chart.Inputs() &^ r.Missing
	points, ages := map[string]uint8{}, map[string]float64{}
	for p := range used.All() {
		if r.Chart.def().scores(p) {
			points[p.String()] = r.Points[p]
		}
		if age, ok := r.Age(p); ok {
			ages[p.String()] = age.Seconds()
		}
	}
	v := struct {
		Score      Chart              `json:"score"`
		Total      int                `json:"total"`
		Value      *vitals.Decimal    `json:"value,omitempty"`
		Complete   bool               `json:"complete"`
		Band       Band               `json:"band"`
		Level      string             `json:"level,omitempty"`
		Monitoring string             `json:"monitoring,omitempty"`
		Points     map[string]uint8   `json:"points,omitempty"`
		Missing    []Parameter        `json:"missing,omitempty"`
		Stale      []Parameter        `json:"stale,omitempty"`
		Ages       map[string]float64 `json:"age_s,omitempty"`
	}{
		Score: r.Chart, Total: r.Total, Complete: r.Complete(), Band: r.Band, Level: r.Level(), Monitoring: r.Monitoring(),
		Points: points, Ages: ages,
	}
	if r.Value.Cmp(vitals.Decimal{Coef: int64(r.Total)}) != 0 {
		v.Value = &r.Value
	}
	for p := range r.Missing.All() {
		v.Missing = append(v.Missing, p)
	}
	for p := range r.Stale.All() {
		v.Stale = append(v.Stale, p)
	}
	return json.Marshal(v)
}

// scores reports whether a row of the chart gives points for p.
func (d *chart) scores(p Parameter) bool {
	for i := range d.rows {
		if d.rows[i].p == p {
			return true
		}
	}
	return false
}

// A Band is a risk. The bands of different charts are alike in order, not in
// probability.
type Band int8

// The bands from best to worst. The two that are no risk are less than all of
// them, so that a comparison with a limit never takes them for one.
const (
	Unrated   Band = iota - 2 // the publication has no bands: judge by Value
	Undefined                 // there is no result: see [Result.Defined]
	Low                       // NEWS2: 0 to 4, no parameter alone scores 3
	LowMedium                 // NEWS2: 0 to 4, but one parameter scores 3
	Medium                    // NEWS2: 5 or 6, the threshold for an urgent review
	High                      // NEWS2: 7 or more, the threshold for an emergency response
	Critical                  // worse than High, where a chart has that: hypertensive crisis
)

// String is "low", "low-medium", "medium", "high", "critical", "unrated" or
// "undefined".
func (b Band) String() string {
	switch b {
	case Unrated:
		return "unrated"
	case Undefined:
		return "undefined"
	case Low:
		return "low"
	case LowMedium:
		return "low-medium"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Critical:
		return "critical"
	}
	return fmt.Sprintf("Band(%d)", int8(b))
}

// MarshalText implements [encoding.TextMarshaler] with the name.
func (b Band) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// ErrCode reports a coded input outside its table.
var ErrCode = errors.New("score: unknown code")

// A Result is a score with its explanation. It is a plain, comparable value.
type Result struct {
	// Total is the sum of the points, 0 to 20; with missing inputs it is the
	// least that the score can be.
	Total int
	// Points of each parameter, 0 to 3; 0 for a missing one.
	Points [ParameterCount]uint8
	// Missing are the parameters without a value.
	Missing Parameters
	// Band is the clinical risk of Total and Points, so with missing inputs the
	// least that it can be.
	Band Band
}

// Complete reports whether no input was missing, so that Total is the score
// and not only its lower bound.
func (r Result) Complete() bool { return r.Missing == 0 }

// sum completes a result whose points are known.
func (r *Result) sum() {
	extreme := false
	for _, p := range r.Points {
		r.Total += int(p)
		extreme = extreme || p == 3
	}
	switch {
	case r.Total >= 7:
		r.Band = High
	case r.Total >= 5:
		r.Band = Medium
	case extreme:
		r.Band = LowMedium
	}
}

// MarshalJSON writes total, complete, band, the points of every parameter that
// was scored, in the order of the chart, and the names of the missing ones.
func (r Result) MarshalJSON() ([]byte, error) {
	b := fmt.Appendf(nil, `{"total":%d,"complete":%t,"band":%q,"points":{`, r.Total, r.Complete(), r.Band)
	comma := ""
	for p := range Parameter(ParameterCount) {
		if !r.Missing.Has(p) {
			b = fmt.Appendf(b, `%s%q:%d`, comma, p, r.Points[p])
			comma = ","
		}
	}
	b = append(b, '}')
	if !r.Complete() {
		b = append(b, `,"missing":[`...)
		comma = ""
		for p := range r.Missing.All() {
			b = fmt.Appendf(b, `%s%q`, comma, p)
			comma = ","
		}
		b = append(b, ']')
	}
	return append(b, '}'), nil
}

var _ json.Marshaler = Result{}

// Parameters is a set of parameters.
type Parameters uint8

// Has reports whether p is in the set.
func (s Parameters) Has(p Parameter) bool { return s>>p&1 != 0 }

// All yields the parameters of the set in the order of the chart.
func (s Parameters) All() iter.Seq[Parameter] {
	return func(yield func(Parameter) bool) {
		for p := range Parameter(ParameterCount) {
			if s.Has(p) && !yield(p) {
				return
			}
		}
	}
}

// String joins the names with ", ".
func (s Parameters) String() string {
	var b []byte
	for p := range s.All() {
		if len(b) > 0 {
			b = append(b, ", "...)
		}
		b = append(b, p.String()...)
	}
	return string(b)
}

// A Band is the clinical risk that the chart derives from a total.
type Band uint8

// The bands.
const (
	Low       Band = iota // 0 to 4, no parameter alone scores 3
	LowMedium             // 0 to 4, but one parameter scores 3
	Medium                // 5 or 6: the threshold for an urgent review
	High                  // 7 or more: the threshold for an emergency response
)

// String is "low", "low-medium", "medium" or "high".
func (b Band) String() string {
	switch b {
	case Low:
		return "low"
	case LowMedium:
		return "low-medium"
	case Medium:
		return "medium"
	case High:
		return "high"
	}
	return fmt.Sprintf("Band(%d)", uint8(b))
}

// MarshalText implements [encoding.TextMarshaler] with the name.
func (b Band) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

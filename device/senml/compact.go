package senml

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// Compact makes the pack from which [Pack.Resolve] gives the same measurements,
// if they ascend by time, and moves into base fields what they have in common:
//
//   - bn: the longest beginning of all names;
//   - bu: the unit that most have, and the first of these, if all have one;
//   - bt: the time of the first, if all have one.
//
// So equal measurements make equal packs. A measurement with the zero time has
// none: its receiver takes the time of reception. One with a time before 1978 is
// refused: it would be taken for one relative to the time of reception.
func Compact(measurements []Measurement) (Pack, error) {
	if len(measurements) == 0 || len(measurements) > MaxRecords {
		return nil, refusal(-1, 0, 0, device.ErrOutOfRange)
	}
	p := make(Pack, len(measurements))
	name, unit, start := commonName(measurements), commonUnit(measurements), commonTime(measurements)
	for i := range measurements {
		m, r := &measurements[i], &p[i]
		what := m.Has & values
		if !validName("", m.Name) || what&(what-1) != 0 || what == 0 && !m.Has.Has(HasSum) {
			return nil, refusal(i, 0, 0, device.ErrSyntax)
		}
		*r = Record{
			Has: m.Has & (values | HasSum | HasUpdateTime), Value: m.Value, Text: m.Text, Bool: m.Bool, Data: m.Data,
			Sum: m.Sum, UpdateTime: m.UpdateTime,
		}
		if r.Name = m.Name[len(name):]; r.Name != "" {
			r.Has |= HasName
		}
		if m.Unit != unit {
			r.Has, r.Unit = r.Has|HasUnit, m.Unit
		}
		if !m.At.IsZero() {
			var ok bool
			if r.Time, ok = since(start, m.At); !ok {
				return nil, refusal(i, HasTime, 0, device.ErrOutOfRange)
			}
			if r.Time.Coef != 0 {
				r.Has |= HasTime
			}
		}
	}
	first := &p[0]
	if name != "" {
		first.Has, first.BaseName = first.Has|HasBaseName, name
	}
	if unit != "" {
		first.Has, first.BaseUnit = first.Has|HasBaseUnit, unit
	}
	if !start.IsZero() {
		first.Has |= HasBaseTime
		first.BaseTime, _ = since(time.Time{}, start)
	}
	return p, nil
}

func commonName(measurements []Measurement) string {
	name := measurements[0].Name
	for i := range measurements {
		other := measurements[i].Name
		n := 0
		for n < min(len(name), len(other)) && name[n] == other[n] {
			n++
		}
		name = name[:n]
	}
	if len(measurements) == 1 {
		return "" // it saves nothing
	}
	return name
}

func commonUnit(measurements []Measurement) string {
	counts := make(map[string]int)
	for i := range measurements {
		counts[measurements[i].Unit]++
	}
	if counts[""] > 0 || len(measurements) == 1 {
		return ""
	}
	best := ""
	for i := range measurements {
		if u := measurements[i].Unit; counts[u] > counts[best] {
			best = u
		}
	}
	return best
}

func commonTime(measurements []Measurement) time.Time {
	for i := range measurements {
		if measurements[i].At.IsZero() {
			return time.Time{}
		}
	}
	if len(measurements) == 1 || measurements[0].At.Unix() < relativeLimit {
		return time.Time{}
	}
	return measurements[0].At
}

// since is the time from start, or from 1970, in seconds, without zeros at its
// end.
func since(start, at time.Time) (d vitals.Decimal, ok bool) {
	if at.Unix() < relativeLimit || at.Unix() > maxSeconds {
		return d, false
	}
	sec, nsec := at.Unix(), int64(at.Nanosecond())
	if !start.IsZero() {
		sec, nsec = sec-start.Unix(), nsec-int64(start.Nanosecond())
	}
	d = vitals.Decimal{Coef: nsec, Exp: -9}
	for d.Exp < 0 && d.Coef%10 == 0 {
		d.Coef /= 10
		d.Exp++
	}
	return plus(vitals.Decimal{Coef: sec}, d)
}

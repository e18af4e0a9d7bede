package score

import (
	"fmt"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// Table is the chart as text for people, a line for each part and each level,
// from the same table that is evaluated.
func (c Chart) Table() string {
	d := c.def()
	b := fmt.Appendf(nil, "%s: %s (%s)\n", d.name, d.title, d.source)
	for i := range d.rows {
		w := &d.rows[i]
		lead := "  "
		if w.or {
			lead = "  or "
		}
		if w.alt == nil {
			b = w.append(append(b, lead...), w.bands, "")
			continue
		}
		when := fmt.Sprintf("%v is %s", w.when, code(w.when, w.is))
		b = w.append(append(b, lead...), w.bands, ", unless "+when)
		b = w.append(append(b, lead...), w.alt, ", if "+when)
	}
	if d.index != nil {
		b = fmt.Appendf(b, "  %s\n", d.index.text)
	}
	for i := range d.levels {
		b = d.appendLevel(b, i)
	}
	if d.single != nil {
		b = appendMeaning(append(b, "  any part with 3: at least "...), d.single)
	}
	return string(b)
}

// append writes one line: "respiratory rate /min: to 8 = 3, 9 to 11 = 1".
func (w *row) append(b []byte, bands []band, condition string) []byte {
	name, unit := w.p.String(), parameters[w.p].ucum
	if w.of != nil {
		name, unit = w.of.text, ""
	}
	if b = append(b, name...); unit != "" {
		b = append(append(b, ' '), unit...)
	}
	b = append(append(b, condition...), ':')
	for i := range bands {
		sep := ", "
		if i == 0 {
			sep = " "
		}
		b = fmt.Appendf(b, "%s%s = %d", sep, w.span(bands, i), bands[i].points)
	}
	return append(b, '\n')
}

// span is the range of a band in words: "to 8", "9 to 11", "from 25", "voice".
func (w *row) span(bands []band, i int) string {
	info := &parameters[w.p]
	first, last := bands[i].upTo == bands[0].upTo, bands[i].upTo == noLimit
	from := int32(0)
	if !first {
		from = bands[i-1].upTo + 1
	}
	to := bands[i].upTo
	if info.codes != nil {
		if first {
			from = info.lo
		}
		if last {
			to = info.hi
		}
		if from == to {
			return code(w.p, from)
		}
		return code(w.p, from) + " to " + code(w.p, to)
	}
	exp := info.exp
	if w.of != nil {
		exp = -w.of.digits
	}
	switch text := func(v int32) string { return vitals.Decimal{Coef: int64(v), Exp: exp}.String() }; {
	case first && last:
		return "any"
	case first:
		return "to " + text(to)
	case last:
		return "from " + text(from)
	case from == to:
		return text(from)
	default:
		return text(from) + " to " + text(to)
	}
}

// code is the name of a code.
func code(p Parameter, v int32) string {
	info := &parameters[p]
	if i := int(v - info.lo); i >= 0 && i < len(info.codes) {
		return info.codes[i]
	}
	return strconv.Itoa(int(v))
}

func (d *chart) appendLevel(b []byte, i int) []byte {
	l, digits := &d.levels[i], int8(0)
	if d.index != nil {
		digits = d.index.digits
	}
	b = fmt.Appendf(b, "  from %v", vitals.Decimal{Coef: int64(l.from), Exp: -digits})
	if l.ages[1] != 0 {
		b = fmt.Appendf(b, " at %d to %d years", l.ages[0], l.ages[1])
	}
	return appendMeaning(append(b, ": "...), l)
}

func appendMeaning(b []byte, l *level) []byte {
	b = fmt.Appendf(b, "%s (%v)", l.name, l.band)
	if l.advice != "" {
		b = append(append(b, "; "...), l.advice...)
	}
	return append(b, '\n')
}

// Explain evaluates like [Chart.Evaluate] and says how the result came about:
// every input with its value, its age and its points. It shows values of a
// patient and belongs into the record, not into a log.
func (c Chart) Explain(in *Inputs, now time.Time, maxAge time.Duration) string {
	if in == nil {
		in = &Inputs{}
	}
	r := c.Evaluate(in, now, maxAge)
	return string(r.appendText(nil, func(b []byte, p Parameter) []byte {
		if r.Missing.Has(p) || !in.known.Has(p) {
			return nil
		}
		b = append(append(b, p.String()...), ' ')
		if info := &parameters[p]; info.codes != nil {
			b = append(b, code(p, in.value[p])...)
		} else {
			b = append(b, amount(in.value[p], info)...)
		}
		if age, ok := r.Age(p); ok && age > 0 {
			b = fmt.Appendf(b, " %v ago", age.Round(time.Second))
		}
		if c.def().scores(p) {
			b = fmt.Appendf(b, " = %d", r.Points[p])
		}
		return b
	}))
}

// amount is a value with its unit: "38.5 °C".
func amount(v int32, info *parameterInfo) string {
	switch {
	case v >= extreme:
		return "above what can be measured"
	case v <= -extreme:
		return "below what can be measured"
	}
	text := vitals.Decimal{Coef: int64(v), Exp: info.exp}.String()
	if info.ucum == "" {
		return text
	}
	return text + " " + info.ucum
}

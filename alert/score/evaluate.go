package score

import (
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// Evaluate scores the inputs as they are known at now. Those that are older
// than maxAge count as missing and are named in [Result.Stale] as well; a
// maxAge of 0 lets every age pass. With the zero time as now, ages are neither
// judged nor told.
//
// A missing input gets no points and is named in [Result.Missing], unless it
// could not change the result. If a row depends on a further input, as SpO2
// scale 2 does on oxygen, and that is missing, the lower points count. No
// inputs, nil, know nothing. It allocates nothing.
func (c Chart) Evaluate(in *Inputs, now time.Time, maxAge time.Duration) (r Result) {
	if in == nil {
		in = &Inputs{}
	}
	d := c.def()
	r.Chart, r.level, r.Band = c, noLevel, Undefined
	e := evaluation{in: in, r: &r, now: nanos(now), oldest: noTime}
	if e.now != noTime && maxAge > 0 && e.now > noTime+int64(maxAge) {
		e.oldest = e.now - int64(maxAge)
	}
	switch {
	case d.index != nil:
		e.quotient(d)
	case d.rows != nil:
		e.points(d)
	}
	r.Stale &= r.Missing
	return r
}

// An evaluation is one call of Evaluate.
type evaluation struct {
	in     *Inputs
	r      *Result
	now    int64
	oldest int64 // older inputs are missing
	most   uint8 // the points of the worst part
}

// value is the usable value of p; it notes its age.
func (e *evaluation) value(p Parameter) (v int32, ok bool) {
	if !e.in.known.Has(p) {
		return 0, false
	}
	if at := e.in.at[p]; at != noTime && e.now != noTime {
		if at < e.oldest {
			e.r.Stale |= 1 << p
			return 0, false
		}
		e.r.age[p] = ageOf(e.now, at)
	}
	return e.in.value[p], true
}

// points adds up the parts.
func (e *evaluation) points(d *chart) {
	r, weighted := e.r, int64(0)
	for i := 0; i < len(d.rows); {
		first, p, points, n := &d.rows[i], d.rows[i].p, uint8(0), 1
		if first.alt != nil || first.of != nil || i+1 < len(d.rows) && d.rows[i+1].or {
			p, points, n = e.part(d.rows[i:])
		} else if v, ok := e.value(p); ok {
			points = lookup(first.bands, v)
		} else {
			r.Missing |= 1 << p
		}
		i += n
		r.Points[p] = points
		e.most = max(e.most, points)
		weighted += int64(points) * first.weight
		if d.highest {
			r.Total = max(r.Total, int(points))
		} else {
			r.Total += int(points)
		}
	}
	r.Value = vitals.Decimal{Coef: int64(r.Total)}
	if d.rows[0].weight != 0 {
		r.Value = vitals.Decimal{Coef: weighted, Exp: -4}
	}
	if d.lowIsWorse && r.Missing != 0 {
		return // the rest could mean anything
	}
	e.judge(d, int32(r.Total))
}

// part scores the first row and the rows that are one part with it. The highest
// points count, and p is the parameter that has them.
func (e *evaluation) part(rows []row) (p Parameter, points uint8, n int) {
	p, known := rows[0].p, false
	var unknown Parameters
	for n == 0 || n < len(rows) && rows[n].or {
		pts, missing := e.row(&rows[n])
		known = known || missing == 0
		unknown |= missing
		if pts > points {
			p, points = rows[n].p, pts
		}
		n++
	}
	if unknown != 0 {
		e.r.Missing |= missing(rows[:n], unknown, known, points)
	}
	return p, points, n
}

// missing decides which unknown inputs of the rows of a part could change its
// points.
func missing(rows []row, unknown Parameters, known bool, points uint8) Parameters {
	if len(rows) == 1 {
		return unknown
	}
	if rows[1].either {
		if known {
			return 0
		}
		return 1 << rows[0].p
	}
	most := uint8(0)
	for i := range rows {
		if _, m := rows[i].bounds(); unknown.Has(rows[i].p) {
			most = max(most, uint8(m))
		}
	}
	if points >= most {
		return 0
	}
	return unknown
}

// row looks one row up. missing are its inputs that are not known.
func (e *evaluation) row(w *row) (points uint8, missing Parameters) {
	var v int32
	if w.of != nil {
		v, missing = e.ratio(w.of)
	} else if known, ok := e.value(w.p); ok {
		v = known
	} else {
		missing = 1 << w.p
	}
	if missing == 0 {
		points = lookup(w.bands, v)
	}
	if w.alt == nil {
		return points, missing
	}
	when, ok := e.value(w.when)
	switch {
	case missing != 0 && !ok:
		missing |= 1 << w.when
	case missing != 0:
	case ok && when == w.is:
		points = lookup(w.alt, v)
	case !ok:
		if alt := lookup(w.alt, v); alt != points {
			points, missing = min(points, alt), 1<<w.when
		}
	}
	return points, missing
}

func lookup(bands []band, v int32) uint8 {
	for i := range bands {
		if v <= bands[i].upTo {
			return bands[i].points
		}
	}
	return 0 // not reached: the last band has no limit
}

// ratio computes a quotient. An input that is 0 or less, or outside what its
// device can measure, gives none and is missing: nothing divides by a pressure
// that is not there.
func (e *evaluation) ratio(q *ratio) (_ int32, missing Parameters) {
	const most = 1e6
	part := func(p Parameter) int64 {
		v, ok := e.value(p)
		if !ok || v <= 0 || v > most {
			missing |= 1 << p
			return 1
		}
		return int64(v)
	}
	num, den := part(q.num)*q.times, int64(1)
	for _, p := range q.den {
		den *= part(p)
	}
	if missing != 0 {
		return 0, missing
	}
	return int32(min((2*num+den)/(2*den), extreme)), 0
}

func (e *evaluation) quotient(d *chart) {
	v, missing := e.ratio(d.index)
	if e.r.Missing |= missing; missing != 0 {
		if _, ok := e.value(AgeYears); !ok && d.byAge() {
			e.r.Missing |= 1 << AgeYears
		}
		return
	}
	e.r.Value = vitals.Decimal{Coef: int64(v), Exp: -d.index.digits}
	e.judge(d, v)
}

// judge finds the level.
func (e *evaluation) judge(d *chart, v int32) {
	r := e.r
	if d.levels == nil {
		r.Band = Unrated
	}
	for i := range d.levels {
		l := &d.levels[i]
		if l.from > v {
			break
		}
		if l.ages[1] != 0 {
			years, ok := e.value(AgeYears)
			if !ok {
				r.Missing |= 1 << AgeYears
			}
			if !ok || years < l.ages[0] || years > l.ages[1] {
				continue
			}
		}
		r.level, r.Band = uint8(i), l.band
	}
	if d.single != nil && e.most >= 3 && r.Band < d.single.band {
		r.level, r.Band = singleLevel, d.single.band
	}
}

// ageOf is an age in milliseconds + 1, cut to what fits; 0 is no age.
func ageOf(now, at int64) uint32 {
	if at >= now {
		return 1
	}
	return uint32(min(uint64(now-at)/uint64(time.Millisecond), math.MaxUint32-1)) + 1
}

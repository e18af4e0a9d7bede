package alert

import (
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// Conditions that add, subtract or multiply do so in whole millionths of the
// unit of their limit: exact for every device that exists, and the same on
// every machine.
const perMillion = -6

// most bounds a number of millionths, so that a difference of two fits.
const most = math.MaxInt64 / 4

// millionths is d in whole millionths, rounded half away from zero.
func millionths(d vitals.Decimal) (int64, bool) {
	if d.Coef == 0 {
		return 0, true
	}
	for d.Exp > perMillion && -most/10 < d.Coef && d.Coef < most/10 {
		d.Coef *= 10
		d.Exp--
	}
	if d.Exp < perMillion {
		d = d.Round(perMillion)
	}
	return d.Coef, d.Exp == perMillion && -most <= d.Coef && d.Coef <= most
}

// quantity is the number of millionths of a unit without needless zeros.
func quantity(v int64, u vitals.Unit) vitals.Quantity {
	d := vitals.Decimal{Coef: v, Exp: perMillion}
	for d.Exp < 0 && d.Coef%10 == 0 {
		d.Coef /= 10
		d.Exp++
	}
	return u.Of(d)
}

// convert is q in unit u, for kind k. Conversion keeps the resolution of the
// quantity, and 38 °C would become 100 °F; so digits are added first, until
// what is rounded away is far below any device's resolution.
func convert(k vitals.Kind, q vitals.Quantity, u vitals.Unit) (vitals.Decimal, bool) {
	if q.Unit() == u {
		return q.Value(), true
	}
	d := q.Value()
	for d.Exp > perMillion && -1e11 < d.Coef && d.Coef < 1e11 {
		d.Coef *= 10
		d.Exp--
	}
	q, err := k.Convert(q.Unit().Of(d), u)
	return q.Value(), err == nil
}

// number is the value of a reading in millionths of unit u.
func number(r *vitals.Reading, u vitals.Unit) (int64, bool) {
	if r.Quality.Has(vitals.Absent) {
		return 0, false
	}
	d, ok := convert(r.Kind, r.Quantity, u)
	if !ok {
		return 0, false
	}
	return millionths(d)
}

// certain reports whether a reading is relief: a number without doubt.
func certain(r *vitals.Reading) bool { return !r.Quality.Has(noRelief) }

// noRelief are the doubts with which a reading raises an alarm and does not end
// it. A value beyond what the device can measure has no number to rely on.
const noRelief = doubtful | vitals.Absent

// A point is a value in millionths at a time in ns since 1970.
type point struct{ at, v int64 }

// slots is how finely windows of time are kept: of each part of this many only
// one value is remembered.
const slots = 64

// slot is the part of a window in which at lies. Parts are counted from 1970.
func slot(at int64, window time.Duration, n int64) int64 {
	part := int64(window) / n
	q := at / part
	if at%part < 0 {
		q--
	}
	return q
}

func appendPoints(b []byte, p []point) []byte {
	b = appendInt(b, int64(len(p)))
	for _, p := range p {
		b = appendInt(appendInt(b, p.at), p.v)
	}
	return b
}

// points reads at most n points in ascending order of time into dst.
func (s *stateReader) points(dst []point, n int) []point {
	dst = dst[:0]
	for range s.upTo(int64(n)) {
		p := point{at: s.int(), v: s.int()}
		if p.v < -most || p.v > most || len(dst) > 0 && p.at <= dst[len(dst)-1].at {
			s.fail()
		}
		if s.bad {
			return dst[:0]
		}
		dst = append(dst, p)
	}
	return dst
}

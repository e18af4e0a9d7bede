package fhir

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A sampled is a SampledData with text of the resource.
type sampled struct {
	origin         heardQuantity
	period, factor number
	dimensions     number
	lower, upper   number
	data           []byte
}

func (d *decoder) sampledData(s *sampled) error {
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "origin":
			return d.quantity(&s.origin)
		case "period":
			return d.decimal(&s.period)
		case "factor":
			return d.decimal(&s.factor)
		case "dimensions":
			return d.decimal(&s.dimensions)
		case "lowerLimit":
			return d.decimal(&s.lower)
		case "upperLimit":
			return d.decimal(&s.upper)
		case "data":
			s.data, err = d.text()
			return err
		}
		return d.skip()
	})
}

// expand appends SampledData: each sample a reading if the device measures less
// often than once in a second, and otherwise a waveform. r is what they share.
func (d *decoder) expand(s *sampled, r vitals.Reading) error {
	switch {
	case !s.period.given:
		return &Error{"period", ErrMissing}
	case s.period.Coef <= 0:
		return &Error{"period", ErrValue}
	case !s.dimensions.given:
		return &Error{"dimensions", ErrMissing}
	case s.dimensions.Cmp(vitals.Decimal{Coef: 1}) != 0:
		return &Error{"dimensions", ErrUnsupported}
	case !s.origin.value.given:
		return &Error{"origin.value", ErrMissing}
	case s.data == nil:
		return &Error{"data", ErrMissing} // there is no reason either
	case s.factor.given && s.factor.Coef == 0:
		return &Error{"factor", ErrValue}
	}
	u, err := s.origin.unit(r.Kind)
	if err != nil {
		return within("origin", err)
	}
	if !s.factor.given {
		s.factor.Decimal = vitals.Decimal{Coef: 1}
	}
	w := vitals.Waveform{
		Patient: r.Patient, Device: r.Device, Kind: r.Kind, Quality: r.Quality, Start: r.At, Sequence: r.Sequence,
		Period: s.period.Decimal, Unit: u, Scale: s.factor.Decimal, Origin: s.origin.value.Decimal,
	}
	slow := s.period.Cmp(vitals.Decimal{Coef: 1000}) >= 0 && r.Kind.Shape() == vitals.ShapeNumeric
	if !slow && !d.waveforms {
		return &Error{"", ErrUnsupported}
	}
	if err := s.samples(&w); err != nil {
		return within("data", err)
	}
	if !slow {
		d.out.Waveforms = append(d.out.Waveforms, w)
		return nil
	}
	return d.spread(&w, r)
}

// samples cuts the data into raw samples. Digits behind the point go into the scale:
// the most that any sample has.
func (s *sampled) samples(w *vitals.Waveform) error {
	n, decimals := 1, 0
	for rest := s.data; ; n++ {
		token, more, ok := bytes.Cut(rest, []byte(" "))
		if point := bytes.IndexByte(token, '.'); point >= 0 {
			decimals = max(decimals, len(token)-point-1)
		}
		if rest = more; !ok {
			break
		}
	}
	if decimals > 18 || int(w.Scale.Exp)-decimals < math.MinInt8 {
		return &Error{"", ErrValue}
	}
	w.Scale.Exp -= int8(decimals)
	if low, ok := steps(s.lower, decimals); ok {
		if high, ok := steps(s.upper, decimals); ok {
			w.Lowest, w.Highest = low, high
		}
	}
	w.Samples = make([]int32, 0, n)
	for rest, ok := s.data, true; ok; {
		var token []byte
		token, rest, ok = bytes.Cut(rest, []byte(" "))
		sample, err := parseSample(token, decimals)
		if err != nil {
			return &Error{fmt.Sprintf("[%d]", len(w.Samples)), err}
		}
		w.Samples = append(w.Samples, sample)
	}
	return nil
}

// steps is a limit as a raw sample, if it is one.
func steps(n number, decimals int) (int32, bool) {
	if !n.given {
		return 0, false
	}
	exact := n.Round(int8(-decimals))
	for i := int(exact.Exp); i > -decimals && exact.Coef < maxSample && exact.Coef > -maxSample; i-- {
		exact.Coef *= 10
		exact.Exp--
	}
	return int32(exact.Coef), n.Cmp(exact) == 0 && exact.Coef <= maxSample && exact.Coef >= -maxSample
}

// maxSample keeps clear of the raw samples that are no numbers.
const maxSample = math.MaxInt32 - 2

// parseSample reads a number as a whole number of steps with so many decimals, or E, L, U.
func parseSample(token []byte, decimals int) (int32, error) {
	if len(token) == 1 {
		switch token[0] {
		case 'E':
			return vitals.SampleError, nil
		case 'L':
			return vitals.SampleBelow, nil
		case 'U':
			return vitals.SampleAbove, nil
		}
	}
	digits, negative := token, false
	if len(digits) > 0 && digits[0] == '-' {
		digits, negative = digits[1:], true
	}
	var v int64
	seen, behind, point := false, 0, false
	for _, c := range digits {
		switch {
		case c == '.' && !point:
			point = true
			continue
		case !isDigit(c):
			return 0, ErrValue
		}
		if v = v*10 + int64(c-'0'); v > maxSample {
			return 0, ErrLimit
		}
		if seen = true; point {
			behind++
		}
	}
	if !seen || point && behind == 0 {
		return 0, ErrValue
	}
	for ; behind < decimals; behind++ {
		if v *= 10; v > maxSample {
			return 0, ErrLimit
		}
	}
	if negative {
		v = -v
	}
	return int32(v), nil
}

// spread appends a reading for each sample. An error (E) is a time without a
// measurement and no reading.
func (d *decoder) spread(w *vitals.Waveform, r vitals.Reading) error {
	period, ok := inDuration(w.Period)
	if !ok {
		return &Error{"period", ErrValue}
	}
	for i, raw := range w.Samples {
		r.At = w.Start.Add(period * time.Duration(i))
		r.Quantity = vitals.Quantity{}
		q := w.Quality
		switch raw {
		case vitals.SampleError:
			continue
		case vitals.SampleBelow:
			q |= vitals.BelowRange
		case vitals.SampleAbove:
			q |= vitals.AboveRange
		default:
			if r.Quantity, ok = w.At(i); !ok {
				return &Error{fmt.Sprintf("data[%d]", i), vitals.ErrDecimal}
			}
		}
		r.Quality = q
		if err := d.add(r); err != nil {
			return err
		}
	}
	return nil
}

// inDuration is a period of milliseconds, if it is a whole number of
// nanoseconds and the samples of a resource stay within some centuries.
func inDuration(ms vitals.Decimal) (time.Duration, bool) {
	const limit = 24 * time.Hour
	v, exp := ms.Coef, int(ms.Exp)+6
	for ; exp < 0; exp++ {
		if v%10 != 0 {
			return 0, false
		}
		v /= 10
	}
	for ; exp > 0; exp-- {
		if v > int64(limit) {
			return 0, false
		}
		v *= 10
	}
	return time.Duration(v), v > 0 && v <= int64(limit)
}

package sparkplug

import (
	"errors"
	"slices"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// Measures is what a metric measures, and in which unit.
type Measures struct {
	Kind vitals.Kind
	Unit vitals.Unit // UnitNone is the unit of the kind
}

const (
	// firstSecond is the start of 2000: clocks that were never set are before it.
	firstSecond = 946684800
	// clockTolerance is how far the clock of a device may run ahead.
	clockTolerance = 5 * time.Minute
)

// AppendReadings implements [device.Decoder] with the memory that Sparkplug needs.
// A message may be given once only, so a gateway must not hold frames and decode
// them again: they come back as [ErrStale].
//
// Historical metrics are [vitals.Stored]. They stand behind the live ones of their
// message, so that whoever goes by order takes them for late. One whose time cannot
// be believed is left out: the time of arrival would make it live. A live metric
// with such a time (before 2000, or five minutes ahead) has that of arrival and
// [vitals.ClockUnset]. A null is [vitals.NotAvailable], a NaN [vitals.NotANumber].
func (s *Session) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	samples, err := s.Take(f)
	if e, ok := errors.AsType[*RebirthError](err); ok && s.Rebirth != nil {
		s.Rebirth(e)
	}
	if err != nil && !errors.Is(err, device.ErrSequence) {
		return dst, err
	}
	from := len(dst)
	for i := range samples {
		if r, ok := s.reading(&samples[i], f); ok {
			dst = append(dst, r)
		}
	}
	order(dst[from:])
	return dst, nil
}

// order puts live readings first, each part by time, and numbers those of one kind
// at one time.
func order(readings []vitals.Reading) {
	slices.SortStableFunc(readings, func(a, b vitals.Reading) int {
		if sa, sb := a.Quality.Has(vitals.Stored), b.Quality.Has(vitals.Stored); sa != sb {
			if sb {
				return -1
			}
			return 1
		}
		return a.At.Compare(b.At)
	})
	for i := range readings {
		r := &readings[i]
		for j := i - 1; j >= 0 && readings[j].At.Equal(r.At); j-- {
			if before := &readings[j]; before.Kind == r.Kind {
				r.Sequence = before.Sequence + 1
				break
			}
		}
	}
}

func (s *Session) reading(x *Sample, f device.Frame) (r vitals.Reading, ok bool) {
	what, known := s.Metrics[x.Name]
	if !known || what.Kind == vitals.KindNone || what.Kind.Shape() != vitals.ShapeNumeric {
		return r, false
	}
	r = vitals.Reading{Patient: f.Patient, Device: f.Device, Kind: what.Kind, At: x.At, Stamped: x.Stamped}
	believed := x.Stamped && x.At.Unix() >= firstSecond && (f.At.IsZero() || x.At.Sub(f.At) <= clockTolerance)
	switch {
	case x.Historical && !believed:
		return r, false
	case x.Historical:
		r.Quality |= vitals.Stored
	case x.Stamped && !believed:
		r.Quality |= vitals.ClockUnset
		r.At, r.Stamped = f.At, false
	}
	if !r.Stamped {
		r.Sequence = f.Sequence
	}
	u := what.Unit
	if u == vitals.UnitNone {
		u = what.Kind.Unit()
	}
	switch d, err := x.Value.Number(x.Type); {
	case x.Null:
		r.Quality |= vitals.NotAvailable
	case err == nil:
		r.Quantity = u.Of(d)
	case errors.Is(err, device.ErrOutOfRange):
		r.Quality |= vitals.NotANumber
	default: // no value, or one of another type than that of the birth
		r.Quality |= vitals.ReservedNumber
	}
	return r, true
}

package senml

import (
	"slices"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Decoder makes readings of frames of [device.SenML]. The zero Decoder knows
// what [KindOf] knows. It keeps no state and is safe for concurrent use if its
// functions are.
//
// Measurements of unknown names are no readings, nor are texts, booleans, data
// and sums.
type Decoder struct {
	// Names says what measurements are, by their whole name or, failing that, by
	// what follows the last colon or slash. It goes before [KindOf]; KindNone
	// says that a name is no reading.
	Names map[string]vitals.Kind
	// Device returns whose measurement a name is, and false for a device that
	// must not send through this frame. A pack can claim any name, so this must
	// come from what the receiver knows of the frame's sender. Nil takes all for
	// those of f.Device, and refuses packs in which two names mean the same kind:
	// the values of two devices would pass for those of one patient.
	Device func(f device.Frame, name string) (vitals.DeviceID, bool)
	// Refused is told of the records that were refused while others became
	// readings. If none did, AppendReadings returns the error instead. It must
	// not keep the frame.
	Refused func(f device.Frame, err error)
}

// ErrForeignDevice refuses a pack with measurements of another device than that of
// the frame, or of more than one.
const ErrForeignDevice device.Fault = "foreign_device"

const (
	// firstSecond is the start of 2000: clocks that were never set are before it.
	firstSecond = 946684800
	// clockTolerance is how far the clock of a device may run ahead.
	clockTolerance = 5 * time.Minute
)

// AppendReadings implements [device.Decoder]. The readings ascend by time.
//
// Absolute times are the device's own. If one cannot be believed (before 2000, or
// more than five minutes ahead of f.At), its reading has the time of the frame
// and [vitals.ClockUnset]. Values of one kind at one time are numbered by Sequence.
// A value without a unit, or in one that does not fit its kind, is kept back with
// [vitals.ReservedNumber].
func (d Decoder) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	if f.Format != device.SenML {
		return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	p, err := Parse(f.Bytes)
	if err != nil {
		return dst, err
	}
	measurements, refused := p.Resolve(f.At)
	out, err := d.append(dst, f, measurements)
	switch {
	case err != nil:
		return dst, err
	case refused != nil && len(out) == len(dst):
		return dst, refused
	case refused != nil && d.Refused != nil:
		d.Refused(f, refused)
	}
	order(out[len(dst):])
	return out, nil
}

func (d Decoder) append(dst []vitals.Reading, f device.Frame, measurements []Measurement) ([]vitals.Reading, error) {
	names := make(map[vitals.Kind]string)
	for i := range measurements {
		m := &measurements[i]
		k := d.kind(m)
		if k == vitals.KindNone || !m.Has.Has(HasValue) {
			continue
		}
		r := m.reading(k, f)
		allowed := true
		if d.Device != nil {
			r.Device, allowed = d.Device(f, m.Name)
		} else if other, twice := names[k]; twice {
			allowed = other == m.Name
		}
		if !allowed {
			return dst, &device.DecodeError{Type: "senml.Pack", Field: "n", Ref: "RFC 8428, 4.5.1", Err: ErrForeignDevice}
		}
		names[k] = m.Name
		dst = append(dst, r)
	}
	return dst, nil
}

// kind is that of a measurement, KindNone if it is no reading.
func (d Decoder) kind(m *Measurement) vitals.Kind {
	k, ok := d.Names[m.Name]
	if !ok {
		if k, ok = d.Names[lastPart(m.Name)]; !ok {
			k = KindOf(m.Name, m.Unit)
		}
	}
	if k.Shape() != vitals.ShapeNumeric {
		return vitals.KindNone
	}
	return k
}

func (m *Measurement) reading(k vitals.Kind, f device.Frame) vitals.Reading {
	r := vitals.Reading{Patient: f.Patient, Device: f.Device, Kind: k, At: m.At, Stamped: !m.Relative}
	if m.Relative {
		r.Sequence = f.Sequence
	} else if m.At.Unix() < firstSecond || !f.At.IsZero() && m.At.Sub(f.At) > clockTolerance {
		r.Quality |= vitals.ClockUnset
		r.At, r.Sequence, r.Stamped = f.At, f.Sequence, false
	}
	u, ok := parseUnit(m.Unit)
	if ok && u != k.Unit() {
		_, err := k.Convert(u.Of(vitals.Decimal{Coef: 1}), k.Unit())
		ok = err == nil
	}
	if ok {
		r.Quantity = u.Of(m.Value)
	} else {
		r.Quality |= vitals.ReservedNumber
	}
	return r
}

// order sorts by time, since clocks that cannot be believed may have changed it,
// and numbers what one device measured of one kind at one time.
func order(readings []vitals.Reading) {
	slices.SortStableFunc(readings, func(a, b vitals.Reading) int { return a.At.Compare(b.At) })
	for i := range readings {
		r := &readings[i]
		for j := i - 1; j >= 0 && readings[j].At.Equal(r.At); j-- {
			if before := &readings[j]; before.Kind == r.Kind && before.Device == r.Device {
				r.Sequence = before.Sequence + 1
				break
			}
		}
	}
}

package vitals

import "iter"

// PanelID is the ID of the measurement that r is a part of, which is that of the
// Observation as well: the ID of r as a reading of its panel, or its own ID if
// its kind has none.
func (r Reading) PanelID() ReadingID {
	if p := r.Kind.Panel(); p != KindNone {
		r.Kind = p
	}
	return r.ID()
}

// SamePanel reports whether r and o are parts of one measurement, as the
// systolic and diastolic pressure of one inflation.
func (r Reading) SamePanel(o Reading) bool {
	p := r.Kind.Panel()
	return p != KindNone && p == o.Kind.Panel() && r.Patient == o.Patient && r.Device == o.Device &&
		r.Sequence == o.Sequence && r.At.Equal(o.At)
}

// Panels cuts readings into runs that belong together: the parts of one
// measurement, or a single reading. Parts are expected side by side, as
// decoders append them. The runs borrow readings.
func Panels(readings []Reading) iter.Seq[[]Reading] {
	return func(yield func([]Reading) bool) {
		for len(readings) > 0 {
			n := 1
			for n < len(readings) && readings[0].SamePanel(readings[n]) {
				n++
			}
			if !yield(readings[:n:n]) {
				return
			}
			readings = readings[n:]
		}
	}
}

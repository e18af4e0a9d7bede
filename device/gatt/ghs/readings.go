package ghs

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// AppendReadings appends a reading for every number, alone, in a compound or in
// a bundle, whose code is that of a [vitals.Kind] and whose unit fits it. What
// else there is, codes, texts and curves among them, becomes no reading: who
// wants it has the wire type. An observation in a bundle inherits type and time
// stamp where it has none of its own. The components of one compound are one
// panel.
func (o Observation) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	if o.Value.Class == BundleClass {
		f.Sequence <<= 8 // as of the RR intervals of a frame
	}
	dst, _ = o.appendReadings(dst, f, Observation{}, ghsDepth)
	return dst
}

// appendReadings appends the readings of o, of which parent is the bundle, and
// returns f with the sequence number for what comes next.
func (o Observation) appendReadings(
	dst []vitals.Reading, f device.Frame, parent Observation, depth int,
) ([]vitals.Reading, device.Frame) {
	o = o.within(parent)
	if o.Value.Class == BundleClass {
		r := att.NewReader(o.Value.raw)
		for range r.Uint8("ObservationCount") {
			if depth <= 0 {
				break
			}
			member := readObservation(&r, o.Value.raw, depth-1)
			if _, _, short := r.Short(); short {
				break
			}
			dst, f = member.appendReadings(dst, f, o, depth-1)
		}
		return dst, f
	}
	reading := o.Timestamp.reading(f, o.Flags.Has(HasTimestamp))
	if o.Flags.Has(HasStatus) {
		reading.Quality |= o.Status.quality()
	}
	switch o.Value.Class {
	case NumericClass:
		dst = o.Value.appendReading(dst, reading, o.Type)
	case CompoundClass:
		r := att.NewReader(o.Value.raw)
		for range r.Uint8("ComponentCount") {
			c := readComponent(&r, o.Value.raw)
			if _, _, short := r.Short(); short {
				break
			}
			dst = c.Value.appendReading(dst, reading, c.Type)
		}
	}
	f.Sequence++
	return dst, f
}

// within is o with what its bundle says for all members.
func (o Observation) within(bundle Observation) Observation {
	if !o.Flags.Has(HasType) && bundle.Flags.Has(HasType) {
		o.Flags, o.Type = o.Flags|HasType, bundle.Type
	}
	if !o.Flags.Has(HasTimestamp) && bundle.Flags.Has(HasTimestamp) {
		o.Flags, o.Timestamp = o.Flags|HasTimestamp, bundle.Timestamp
	}
	if bundle.Flags.Has(HasStatus) { // a doubt about the bundle is one about its members
		o.Flags, o.Status = o.Flags|HasStatus, o.Status|bundle.Status
	}
	return o
}

// appendReading completes r, if v is a number of a kind that is known.
func (v Value) appendReading(dst []vitals.Reading, r vitals.Reading, code uint32) []vitals.Reading {
	n, ok := v.Numeric()
	if !ok {
		return dst
	}
	k, ok := vitals.KindByMDC(code)
	if !ok || k.Shape() != vitals.ShapeNumeric {
		return dst
	}
	u, ok := unitFor(k, n.Unit)
	if !ok {
		return dst
	}
	value, absent := n.Value.Decimal()
	return att.AppendValue(dst, &r, k, value, absent, u)
}

// unitFor finds the unit with a code within partition 4, if it fits a kind.
func unitFor(k vitals.Kind, term uint16) (vitals.Unit, bool) {
	if k.Unit().MDC() == mdcUnits|uint32(term) {
		return k.Unit(), true
	}
	u, ok := unitByTerm(term)
	if !ok || u == k.Unit() {
		return u, ok
	}
	_, err := k.Convert(u.Of(vitals.Decimal{Coef: 1}), k.Unit())
	return u, err == nil
}

// mdcUnits is partition 4.
const mdcUnits = 4 << 16

// unitByTerm finds a unit by its code within partition 4.
func unitByTerm(term uint16) (vitals.Unit, bool) {
	switch term {
	case 2720, 2784: // beats and breaths per minute
		return vitals.UnitPerMinute, true
	}
	for u := vitals.Unit(1); u.UCUM() != ""; u++ {
		if u.MDC() == mdcUnits|uint32(term) {
			return u, true
		}
	}
	return 0, false
}

// quality translates the status bits. Thresholds are the business of alarms.
func (s Status) quality() (q vitals.Quality) {
	for _, row := range [...]struct {
		bit Status
		q   vitals.Quality
	}{
		{Invalid, vitals.Invalid},
		{Questionable, vitals.Questionable},
		{NotAvailable, vitals.NotAvailable},
		{Calibrating, vitals.Calibrating},
		{TestData, vitals.TestData},
		{EarlyEstimate, vitals.EarlyEstimate},
	} {
		if s&row.bit != 0 {
			q |= row.q
		}
	}
	return q
}

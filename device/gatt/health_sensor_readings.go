package gatt

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
func (o GHSObservation) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	if o.Value.Class == GHSBundleClass {
		f.Sequence <<= 8 // as of the RR intervals of a frame
	}
	dst, _ = o.appendReadings(dst, f, GHSObservation{}, ghsDepth)
	return dst
}

// appendReadings appends the readings of o, of which parent is the bundle, and
// returns f with the sequence number for what comes next.
func (o GHSObservation) appendReadings(
	dst []vitals.Reading, f device.Frame, parent GHSObservation, depth int,
) ([]vitals.Reading, device.Frame) {
	o = o.within(parent)
	if o.Value.Class == GHSBundleClass {
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
	reading := o.Timestamp.reading(f, o.Flags.Has(GHSHasTimestamp))
	if o.Flags.Has(GHSHasStatus) {
		reading.Quality |= o.Status.quality()
	}
	switch o.Value.Class {
	case GHSNumericClass:
		dst = o.Value.appendReading(dst, reading, o.Type)
	case GHSCompoundClass:
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
func (o GHSObservation) within(bundle GHSObservation) GHSObservation {
	if !o.Flags.Has(GHSHasType) && bundle.Flags.Has(GHSHasType) {
		o.Flags, o.Type = o.Flags|GHSHasType, bundle.Type
	}
	if !o.Flags.Has(GHSHasTimestamp) && bundle.Flags.Has(GHSHasTimestamp) {
		o.Flags, o.Timestamp = o.Flags|GHSHasTimestamp, bundle.Timestamp
	}
	if bundle.Flags.Has(GHSHasStatus) { // a doubt about the bundle is one about its members
		o.Flags, o.Status = o.Flags|GHSHasStatus, o.Status|bundle.Status
	}
	return o
}

// appendReading completes r, if v is a number of a kind that is known.
func (v GHSValue) appendReading(dst []vitals.Reading, r vitals.Reading, code uint32) []vitals.Reading {
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
func (s GHSStatus) quality() (q vitals.Quality) {
	for _, row := range [...]struct {
		bit GHSStatus
		q   vitals.Quality
	}{
		{GHSInvalid, vitals.Invalid},
		{GHSQuestionable, vitals.Questionable},
		{GHSNotAvailable, vitals.NotAvailable},
		{GHSCalibrating, vitals.Calibrating},
		{GHSTestData, vitals.TestData},
		{GHSEarlyEstimate, vitals.EarlyEstimate},
	} {
		if s&row.bit != 0 {
			q |= row.q
		}
	}
	return q
}

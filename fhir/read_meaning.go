package fhir

import (
	"bytes"
	"errors"

	"github.com/telemed-go/sdk/vitals"
)

// conclude appends what an Observation means.
func (d *decoder) conclude(o *observed) error {
	base, err := d.base(o)
	if err != nil {
		return err
	}
	start := d.mark()
	if err := d.whole(o, base); err != nil {
		return err
	}
	for i := range o.parts {
		if err := d.judge(o, i, base); err != nil {
			return err
		}
	}
	d.leaveOutUnknown(start.readings)
	d.share(o, start)
	return nil
}

// base is what all readings of an Observation share.
func (d *decoder) base(o *observed) (base vitals.Reading, err error) {
	switch {
	case o.status == statusMissing:
		return base, &Error{"status", ErrMissing}
	case !o.code.given:
		return base, &Error{"code", ErrMissing}
	case o.code.kind() == vitals.KindNone:
		return base, &Error{"code", ErrUnsupported}
	case !o.timed:
		return base, &Error{"effective", ErrMissing}
	}
	if o.labels&testData != 0 {
		o.quality |= vitals.TestData
	}
	base = vitals.Reading{At: o.at, Quality: o.quality, Stamped: o.stamped, Sequence: o.sequence}
	if base.Patient, err = d.patientOf(&o.subject, &o.device); err != nil {
		return base, within("subject", err)
	}
	base.Device = d.deviceOf(&o.device)
	return base, nil
}

// whole appends the value of an Observation that has one. A panel that failed as a
// whole is each of its parts that failed.
func (d *decoder) whole(o *observed, base vitals.Reading) error {
	kind := o.code.kind()
	switch {
	case o.value != nil && o.status == statusRegistered:
		return &Error{"status", ErrStatus}
	case o.value == nil && !o.absent:
		if len(o.parts) == 0 && !o.members {
			return &Error{"value[x]", ErrMissing}
		}
		return nil
	case kind.Shape() != vitals.ShapePanel || o.value != nil:
		return d.append(&o.part, kind, base)
	case len(o.parts) > 0:
		return nil
	}
	parts := prepared().kinds[kind].parts
	if len(parts) == 0 {
		return &Error{"code", ErrUnsupported}
	}
	for _, k := range parts {
		if err := d.append(&o.part, k, base); err != nil {
			return err
		}
	}
	return nil
}

// judge appends the value of a component.
func (d *decoder) judge(o *observed, i int, base vitals.Reading) error {
	p, whole := &o.parts[i], o.code.kind()
	kind := p.code.kind()
	var err error
	switch {
	case p.code.supplemental:
		return nil
	case !p.code.given:
		return &Error{componentPath(i) + ".code", ErrMissing}
	case kind == vitals.KindNone:
		err = &Error{"code", ErrUnsupported}
	case p.value == nil && !p.absent:
		return &Error{componentPath(i) + ".value[x]", ErrMissing}
	case p.value != nil && o.status == statusRegistered:
		return &Error{"status", ErrStatus}
	case kind.Panel() != vitals.KindNone && kind.Panel() != whole && whole != vitals.VitalSignsPanel:
		// The systolic pressure of another panel is another sort of pressure.
		return &Error{componentPath(i) + ".code", ErrPanel}
	default:
		err = d.append(p, kind, base)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrUnsupported):
		return d.leaveOut(componentPath(i), err)
	}
	return within(componentPath(i), err)
}

// append appends the value of a part, or why there is none.
func (d *decoder) append(p *part, kind vitals.Kind, r vitals.Reading) error {
	r.Kind = kind
	if p.absent {
		if p.value != nil {
			return &Error{"dataAbsentReason", ErrReason}
		}
		r.Quality |= p.reason
		return d.add(r)
	}
	r.Quality |= p.doubts
	shape := kind.Shape()
	switch string(p.value) {
	case "valueSampledData":
		if shape != vitals.ShapeWaveform && shape != vitals.ShapeNumeric {
			return &Error{"valueSampledData", ErrUnsupported}
		}
		if err := d.expand(p.samples, r); err != nil {
			return within("valueSampledData", err)
		}
		return nil
	case "valueQuantity":
		if shape != vitals.ShapeNumeric {
			return &Error{"valueQuantity", ErrUnsupported}
		}
		if err := p.number.into(&r); err != nil {
			return within("valueQuantity", err)
		}
	case "valueInteger":
		if u := kind.Unit(); shape != vitals.ShapeNumeric || u != vitals.UnitOne && !isAnnotation(u) {
			return &Error{"valueInteger", ErrUnsupported} // it has a unit, and this does not
		}
		r.Quantity = kind.Unit().Of(p.number.value.Decimal)
	case "valueCodeableConcept":
		if !codedKind(kind) || p.concept == 0 {
			return &Error{"valueCodeableConcept", ErrUnsupported}
		}
		if _, err := fitCode(p.concept); err != nil {
			return &Error{"valueCodeableConcept.coding.code", err}
		}
		r.Code = p.concept
	default:
		return &Error{printable(p.value), ErrUnsupported}
	}
	return d.add(r)
}

// into sets the value of r, which has its kind.
func (q *heardQuantity) into(r *vitals.Reading) error {
	if !q.value.given {
		return &Error{"value", ErrMissing}
	}
	u, err := q.unit(r.Kind)
	if err != nil {
		return err
	}
	switch q.comparator {
	case '<':
		r.Quality |= vitals.BelowRange
	case '>':
		r.Quality |= vitals.AboveRange
	default:
		r.Quantity = u.Of(q.value.Decimal)
	}
	return nil
}

func (d *decoder) add(r vitals.Reading) error {
	if len(d.out.Readings) >= d.limit {
		return &Error{"", ErrLimit}
	}
	d.out.Readings = append(d.out.Readings, r)
	return nil
}

// leaveOutUnknown takes back systolic and diastolic pressures without any reason beside
// parts of the panel that are known. See [Reader].
func (d *decoder) leaveOutUnknown(start int) {
	readings := d.out.Readings[start:]
	isUnknown := func(r *vitals.Reading) bool {
		return requires(r.Kind) && !r.HasValue() && !r.Quality.Has(vitals.Absent|vitals.Ongoing)
	}
	known := false
	for i := range readings {
		known = known || !isUnknown(&readings[i])
	}
	if !known {
		return
	}
	n := start
	for i := range readings {
		if !isUnknown(&readings[i]) {
			d.out.Readings[n] = readings[i]
			n++
		}
	}
	d.out.Readings = d.out.Readings[:n]
}

type outMark struct{ readings, waveforms int }

func (d *decoder) mark() outMark { return outMark{len(d.out.Readings), len(d.out.Waveforms)} }

// share says of all values what is said of the Observation as a whole, by its
// status and its labels, unless some of them say it for themselves.
func (d *decoder) share(o *observed, start outMark) {
	readings, waveforms := d.out.Readings[start.readings:], d.out.Waveforms[start.waveforms:]
	var said vitals.Quality
	each := func(f func(q *vitals.Quality, valued bool)) {
		for i := range readings {
			r := &readings[i]
			f(&r.Quality, r.HasValue() || r.Code != 0)
		}
		for i := range waveforms {
			f(&waveforms[i].Quality, true)
		}
	}
	each(func(q *vitals.Quality, _ bool) { said |= *q })
	all := func(add, unless vitals.Quality) {
		if !said.Has(unless) {
			each(func(q *vitals.Quality, _ bool) { *q |= add })
		}
	}
	invalid := func(q *vitals.Quality, _ bool) {
		*q = *q&^vitals.NotAtResolution | vitals.Invalid // "error" is all that there is to say
	}
	switch o.status {
	case statusPreliminary:
		all(vitals.EarlyEstimate, vitals.EarlyEstimate|vitals.Ongoing)
	case statusEnteredInError:
		each(invalid)
	case statusCancelled:
		each(func(q *vitals.Quality, valued bool) {
			if valued {
				*q |= vitals.Invalid
			} else if !q.Has(vitals.Absent) {
				*q |= vitals.NotAvailable
			}
		})
	case statusUnknown:
		all(vitals.Questionable, 0)
	}
	if o.labels&unreliable != 0 && !said.Has(vitals.NotAtResolution) {
		each(invalid)
	} else if o.labels&unreliable != 0 {
		each(func(q *vitals.Quality, valued bool) {
			if q.Has(vitals.NotAtResolution) {
				invalid(q, valued)
			}
		})
	}
	if o.labels&uncertain != 0 {
		all(vitals.Questionable, vitals.Questionable|vitals.Calibrating)
	}
	if o.labels&reliable != 0 {
		all(vitals.Validated, vitals.Validated)
	}
}

// patientOf is the person that an Observation is about, unless it is about the
// device itself.
func (d *decoder) patientOf(subject, device *refersTo) (id vitals.PatientID, err error) {
	if subject.isZero() || subject.reference != nil && bytes.Equal(subject.reference, device.reference) {
		return id, nil
	}
	target, key := subject.split("Patient")
	switch target {
	case "Patient":
	case "Device", "DeviceMetric":
		return id, nil
	default:
		return id, &Error{"reference", ErrUnsupported}
	}
	if d.Patient != nil {
		return d.Patient(subject.text()), nil
	}
	if !d.patient.known || d.patient.text != string(key) {
		d.patient = last{string(key), true}
		d.patientID = vitals.NewPatientID(d.patient.text)
	}
	return d.patientID, nil
}

func (d *decoder) deviceOf(device *refersTo) vitals.DeviceID {
	if device.isZero() || len(device.reference) > 0 && device.reference[0] == '#' {
		return ""
	}
	if d.Device != nil {
		return d.Device(device.text())
	}
	_, key := device.split("Device")
	if !d.device.known || d.device.text != string(key) {
		d.device = last{string(key), true}
		d.deviceID = vitals.DeviceID(d.device.text)
	}
	return d.deviceID
}

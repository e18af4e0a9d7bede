package fhir

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// An observed is what an Observation says, member by member; meaning comes
// when all of it is there.
type observed struct {
	part
	parts   []part
	status  obsStatus
	at      time.Time
	timed   bool // has effective[x]
	subject refersTo
	device  refersTo

	quality  vitals.Quality // of all that is in it
	labels   label
	stamped  bool // and identified as the PHD guide says
	sequence uint32
	members  bool
}

// A part is what an Observation or one of its components says.
type part struct {
	code    heardCode
	value   []byte // name of the member that is the value, or nil
	number  heardQuantity
	samples *sampled
	concept uint32 // the MDC code of a valueCodeableConcept
	absent  bool
	reason  vitals.Quality // with absent
	failed  bool           // the reason is "error"
	doubts  vitals.Quality
}

// An obsStatus is Observation.status. The zero obsStatus is none.
type obsStatus uint8

const (
	statusMissing obsStatus = iota
	statusDone              // final, amended, corrected
	statusRegistered
	statusPreliminary
	statusCancelled
	statusEnteredInError
	statusUnknown
)

// A refersTo is a Reference, with text of the resource.
type refersTo struct{ reference, target, system, value []byte }

func (r *refersTo) isZero() bool { return r.reference == nil && r.value == nil }

// observation reads an Observation and appends its meaning.
func (d *decoder) observation() error {
	o := observed{parts: d.room.parts[:0]}
	if err := d.object(func(name []byte) error { return d.observationMember(&o, name) }); err != nil {
		return err
	}
	return d.conclude(&o)
}

func (d *decoder) observationMember(o *observed, name []byte) (err error) {
	switch string(name) {
	case "meta":
		return d.meta(o)
	case "identifier":
		return d.array(func(int) error { return d.identifier(o) })
	case "status":
		o.status, err = d.status()
		return err
	case "subject":
		return d.reference(&o.subject)
	case "device":
		return d.reference(&o.device)
	case "effectiveDateTime", "effectiveInstant", "effectivePeriod":
		if o.timed {
			return &Error{"", ErrChoice}
		}
		o.timed = true
		if string(name) == "effectivePeriod" {
			o.at, err = d.period()
		} else {
			o.at, err = d.time()
		}
		return err
	case "component":
		return d.array(func(int) error { return d.component(o) })
	case "note":
		return d.array(func(int) error { return d.note(o) })
	case "hasMember":
		o.members = true
		return d.skip()
	case "derivedFrom":
		o.quality |= vitals.Derived
		return d.skip()
	case "effectiveTiming", "focus", "implicitRules", "modifierExtension":
		return &Error{"", ErrUnsupported}
	}
	return d.partMember(&o.part, name)
}

func (d *decoder) component(o *observed) error {
	if len(o.parts) == maxComponents {
		return &Error{"", fmt.Errorf("%w: more than %d components", ErrLimit, maxComponents)}
	}
	o.parts = append(o.parts, part{})
	p := &o.parts[len(o.parts)-1]
	return d.object(func(name []byte) error {
		if string(name) == "modifierExtension" {
			return &Error{"", ErrUnsupported}
		}
		return d.partMember(p, name)
	})
}

// partMember reads a member that Observation and component share.
func (d *decoder) partMember(p *part, name []byte) error {
	switch string(name) {
	case "code":
		p.code.given = true
		return d.concept(p.code.add)
	case "dataAbsentReason":
		return d.dataAbsentReason(p)
	case "interpretation":
		return d.array(func(int) error {
			return d.concept(func(s codeSystem, code []byte) {
				if s == isStatus {
					p.doubts |= doubtOf(code)
				}
			})
		})
	}
	if len(name) <= len("value") || !bytes.HasPrefix(name, []byte("value")) {
		return d.skip()
	}
	if p.value != nil {
		return &Error{"", ErrChoice}
	}
	p.value = name
	switch string(name) {
	case "valueQuantity":
		return d.quantity(&p.number)
	case "valueInteger":
		return d.decimal(&p.number.value)
	case "valueCodeableConcept":
		return d.concept(func(s codeSystem, code []byte) {
			if s == isMDC && p.concept == 0 {
				p.concept = parseMDC(code)
			}
		})
	case "valueSampledData":
		p.samples = new(sampled)
		return d.sampledData(p.samples)
	}
	return d.skip()
}

func (d *decoder) status() (obsStatus, error) {
	s, err := d.text()
	if err != nil {
		return 0, err
	}
	switch string(s) {
	case "final", "amended", "corrected":
		return statusDone, nil
	case "registered":
		return statusRegistered, nil
	case "preliminary":
		return statusPreliminary, nil
	case "cancelled":
		return statusCancelled, nil
	case "entered-in-error":
		return statusEnteredInError, nil
	case "unknown":
		return statusUnknown, nil
	}
	return 0, &Error{"", ErrValue}
}

// meta reads the security labels, of which some are about the data.
func (d *decoder) meta(o *observed) error {
	return d.object(func(name []byte) error {
		if string(name) != "security" {
			return d.skip()
		}
		return d.array(func(int) error {
			return d.coding(func(s codeSystem, code []byte) { o.labels |= labelOf(s, code) })
		})
	})
}

// identifier looks for the identifier of the PHD guide, which only a
// measurement with a time stamp has, and for our sequence at its end.
func (d *decoder) identifier(o *observed) error {
	var phd bool
	var value []byte
	err := d.object(func(name []byte) (err error) {
		switch string(name) {
		case "system":
			system, err := d.text()
			phd = string(system) == phdBase
			return err
		case "value":
			value, err = d.text()
			return err
		}
		return d.skip()
	})
	if err != nil || !phd {
		return err
	}
	o.stamped = true
	if i := bytes.LastIndex(value, []byte("-s")); i >= 0 {
		if n, err := strconv.ParseUint(string(value[i+2:]), 10, 32); err == nil {
			o.sequence = uint32(n)
		}
	}
	return nil
}

func (d *decoder) note(o *observed) error {
	return d.object(func(name []byte) error {
		if string(name) != "text" {
			return d.skip()
		}
		text, err := d.text()
		o.quality |= remarkOf(text)
		return err
	})
}

func (d *decoder) reference(r *refersTo) error {
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "reference":
			r.reference, err = d.text()
			return err
		case "type":
			r.target, err = d.text()
			return err
		case "identifier":
			return d.object(func(name []byte) (err error) {
				switch string(name) {
				case "system":
					r.system, err = d.text()
					return err
				case "value":
					r.value, err = d.text()
					return err
				}
				return d.skip()
			})
		}
		return d.skip()
	})
}

// concept reads a CodeableConcept and calls add with each of its codings.
func (d *decoder) concept(add func(codeSystem, []byte)) error {
	return d.object(func(name []byte) error {
		if string(name) != "coding" {
			return d.skip()
		}
		return d.array(func(int) error { return d.coding(add) })
	})
}

func (d *decoder) coding(add func(codeSystem, []byte)) error {
	var system codeSystem
	var code []byte
	err := d.object(func(name []byte) (err error) {
		switch string(name) {
		case "system":
			s, err := d.text()
			system = systemOf(s)
			return err
		case "code":
			code, err = d.text()
			return err
		}
		return d.skip()
	})
	if err == nil && system != otherSystem && code != nil {
		add(system, code)
	}
	return err
}

func (d *decoder) dataAbsentReason(p *part) error {
	p.absent = true
	given := false
	err := d.concept(func(s codeSystem, code []byte) {
		if s == isReason {
			p.reason, p.failed = absenceOf(code)
			given = true
		}
	})
	if !given {
		p.reason = vitals.NotAvailable // for a reason of somebody's own
	}
	return err
}

// A heardQuantity is a Quantity with text of the resource. With neither system nor code it
// is a bare number.
type heardQuantity struct {
	value      number
	comparator byte // < or >, or 0
	system     codeSystem
	given      bool // the system
	code       []byte
}

// A number is a Decimal that may be missing.
type number struct {
	vitals.Decimal
	given bool
}

func (d *decoder) quantity(q *heardQuantity) error {
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "value":
			return d.decimal(&q.value)
		case "comparator":
			c, err := d.text()
			if err != nil {
				return err
			}
			switch string(c) {
			case "<", "<=", ">", ">=":
				q.comparator = c[0]
				return nil
			}
			return &Error{"", ErrValue}
		case "system":
			s, err := d.text()
			q.system, q.given = systemOf(s), true
			return err
		case "code":
			q.code, err = d.text()
			return err
		}
		return d.skip()
	})
}

func (d *decoder) decimal(n *number) error {
	text, err := d.number()
	if err != nil {
		return err
	}
	if n.Decimal, err = vitals.ParseDecimal(string(text)); err != nil {
		return &Error{"", err}
	}
	n.given = true
	return nil
}

func (d *decoder) period() (time.Time, error) {
	var start, end time.Time
	err := d.object(func(name []byte) (err error) {
		switch string(name) {
		case "start":
			start, err = d.time()
			return err
		case "end":
			end, err = d.time()
			return err
		}
		return d.skip()
	})
	switch {
	case err != nil:
		return start, err
	case start.IsZero() && end.IsZero():
		return start, &Error{"", ErrMissing}
	case start.IsZero():
		return end, nil
	case !end.IsZero() && end.Before(start):
		return start, &Error{"end", ErrValue}
	}
	return start, nil
}

func (d *decoder) time() (time.Time, error) {
	text, err := d.text()
	if err != nil {
		return time.Time{}, err
	}
	t, err := parseInstant(text, d.Location)
	if err != nil {
		return t, &Error{"", err}
	}
	return t, nil
}

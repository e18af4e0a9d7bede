package fhir

import (
	"strconv"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

const systemBits = "http://terminology.hl7.org/CodeSystem/ASN1ToHL7"

// A Finding is a measurement that no [vitals.Reading] can hold: a code that is
// no [vitals.Kind], a text, an enumeration, a string of bits, or parts of
// different sorts that belong together. Its code is that of the device,
// usually one of [MDC].
//
// The embedded Part has the code and the value. A Finding with Bits or Parts
// has no value of its own.
type Finding struct {
	Part
	Patient  vitals.PatientID
	Device   vitals.DeviceID
	At       time.Time
	Stamped  bool   // as [vitals.Reading] has it
	Sequence uint32 // likewise
	// Category is a code of observation-category, if one fits.
	Category string
	Bits     *Bits
	Parts    []Part
}

// Bits is a string of bits in which each has a meaning of its own, such as the
// status of a device (BITS-16 of 11073). Bit 0 is the most significant one, as
// ASN.1 counts. A bit that is in none of the three masks is not written.
type Bits struct {
	Size uint   // 8, 16, 24 or 32
	Set  uint32 // the word as the device sent it
	// Events are written if they are set, States in any case, and Unsupported
	// with that as the reason why there is no value.
	Events, States, Unsupported uint32
	// Name gives a readable name to a bit, or "". It may be nil.
	Name func(bit int) string
}

// Finding maps a finding to an Observation. The zero Details add nothing.
func (m Mapper) Finding(f Finding, d Details) (models.Observation, error) {
	p := plan{details: &d}
	p.whole = vitals.Reading{
		Patient: f.Patient, Device: f.Device, Quality: f.Quality, At: f.At, Stamped: f.Stamped, Sequence: f.Sequence,
	}
	code := f.Code.Code
	if code == nil || *code == "" {
		return models.Observation{}, &Error{"Observation.code", ErrMissing}
	}
	p.foreign, p.elsewhere = *code, true
	if err := m.frame(&p, p.whole.Quality, p.whole.Quality); err != nil {
		return models.Observation{}, err
	}
	whole, err := f.answer()
	if err != nil {
		return models.Observation{}, within("Observation", err)
	}
	if m.Profile == PHD {
		if err := p.requirePHD(); err != nil {
			return models.Observation{}, err
		}
		p.claim.guide = f.guide()
	}
	m.identify(&p)
	if p.known.by <= byIDOnly {
		p.known.id = f.id(p.whole)
	}

	o := p.observation()
	o.Code = whole.Code
	o.ValueQuantity, o.ValueCodeableConcept = whole.ValueQuantity, whole.ValueCodeableConcept
	o.ValueString, o.ValueBoolean = whole.ValueString, whole.ValueBoolean
	o.DataAbsentReason, o.Interpretation = whole.DataAbsentReason, whole.Interpretation
	o.Category = f.categories(p.claim.guide.isPHD())
	if o.DataAbsentReason == nil {
		if o.Component, err = f.components(); err != nil {
			return models.Observation{}, err
		}
	}
	p.count, p.single.reason = 0, f.reason()
	if err := d.add(&o, &p); err != nil {
		return models.Observation{}, err
	}
	return o, nil
}

// compound reports whether f consists of components.
func (f *Finding) compound() bool { return f.Bits != nil || len(f.Parts) > 0 }

// answer is the code and the value of the whole.
func (f *Finding) answer() (models.ObservationComponent, error) {
	if !f.compound() {
		return f.component()
	}
	c := models.ObservationComponent{Code: concept(f.Code)}
	if f.answers() > 0 {
		return c, &Error{"value[x]", ErrChoice}
	}
	if len(f.Parts) > maxDetails {
		return c, &Error{"component", ErrLimit}
	}
	if r := reasonOfQuality(f.Quality, true); r != present {
		c.DataAbsentReason = reasonOf(r)
	}
	return c, nil
}

func (f *Finding) components() (components []models.ObservationComponent, err error) {
	if f.Bits != nil {
		if components, err = f.Bits.components(*f.Code.Code); err != nil {
			return nil, err
		}
	}
	for i := range f.Parts {
		c, err := f.Parts[i].component()
		if err != nil {
			return nil, within("Observation.component["+strconv.Itoa(i)+"]", err)
		}
		components = append(components, c)
	}
	return components, nil
}

// guide is the profile of PHD for a finding of this shape.
func (f *Finding) guide() guide {
	switch {
	case f.Bits != nil && len(f.Parts) == 0:
		return phdBits
	case f.compound():
		g := phdCompound
		for i := range f.Parts {
			switch part := &f.Parts[i]; {
			case f.Bits != nil, part.Boolean != nil:
				return phdAny // compounds have no truth values
			case part.Quantity.IsZero() && part.answers() > 0:
				g = phdMixed
			}
		}
		return g
	case f.Coding != nil:
		return phdCoded
	case f.Text != "":
		return phdString
	case f.Boolean != nil:
		return phdAny
	}
	return phdNumeric
}

func (f *Finding) categories(phd bool) (categories []models.CodeableConcept) {
	if f.Category != "" {
		categories = append(categories, concept(coding(systemCategory, f.Category, "")))
	}
	return append(categories, categoriesOf(vitals.KindNone, phd)...)
}

// id is a function of patient, device, code, time and sequence.
func (f *Finding) id(whole vitals.Reading) vitals.ReadingID {
	name := "finding|" + whole.ID().String() + "|" + *f.Code.Code
	if f.Code.System != nil {
		name += "|" + *f.Code.System
	}
	return vitals.ReadingID(idSpace.name(name))
}

func (s *Bits) components(code string) (components []models.ObservationComponent, err error) {
	if s.Size == 0 || s.Size > 32 || s.Size%8 != 0 {
		return nil, &Error{"Observation.component", ErrValue}
	}
	for i := range int(s.Size) {
		mask := uint32(1) << (int(s.Size) - 1 - i)
		set := s.Set&mask != 0
		if s.Unsupported&mask == 0 && s.States&mask == 0 && (s.Events&mask == 0 || !set) {
			continue
		}
		name := ""
		if s.Name != nil {
			name = s.Name(i)
		}
		c := models.ObservationComponent{Code: concept(coding(systemBits, code+"."+strconv.Itoa(i), name))}
		if s.Unsupported&mask != 0 {
			c.DataAbsentReason = reasonOf(absentUnsupported)
		} else {
			c.ValueBoolean = &set
		}
		components = append(components, c)
	}
	return components, nil
}

package fhir

import (
	"encoding/json"
	"strconv"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

const (
	structureDefinition = "http://hl7.org/fhir/StructureDefinition/"
	phdDefinition       = "http://hl7.org/fhir/uv/phd/StructureDefinition/"
	coreDefinition      = "http://hl7.org/fhir/us/core/StructureDefinition/"
	gatewayExtension    = structureDefinition + "observation-gatewayDevice"

	systemLOINC    = "http://loinc.org"
	systemMDC      = "urn:iso:std:iso:11073:10101"
	systemUCUM     = "http://unitsofmeasure.org"
	systemCategory = "http://terminology.hl7.org/CodeSystem/observation-category"
	systemPHD      = "http://hl7.org/fhir/uv/phd/CodeSystem/PhdObservationCategories"
	systemReason   = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
	systemStatus   = "http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status"
	systemPurpose  = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	systemTrust    = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
)

// Observation maps one measurement: a single reading, or the readings of a
// panel as [vitals.Panels] yields them, which become components. It returns an
// [*Error], and no Observation, if they do not belong together, have no patient
// or no time, or if health records have no code for their kind
// ([ErrUnsupported]).
//
// A blood pressure without a systolic or diastolic value still has both
// components, one of them with the reason "unknown". A value that the device
// declared invalid is not written; the status is then "entered-in-error".
func (m Mapper) Observation(panel []vitals.Reading) (models.Observation, error) {
	var p plan
	if err := m.plan(&p, panel); err != nil {
		return models.Observation{}, err
	}
	return p.observation(), nil
}

func (p *plan) observation() models.Observation {
	o := models.Observation{
		Meta:              metaOf(p.claim, p.labels),
		Identifier:        p.identifier(),
		Status:            p.status,
		Category:          categoriesOf(p.whole.Kind, p.claim.guide.isPHD()),
		Code:              codeOf(p.whole.Kind, p.single.codes),
		Subject:           p.subject.model(),
		EffectiveDateTime: ptr(string(p.at.append(nil))),
		Note:              notesOf(p.remarks),
	}
	if p.known.hasID() {
		o.Id = ptr(p.known.id.String())
	}
	if p.end.set {
		o.EffectivePeriod = &models.Period{Start: o.EffectiveDateTime, End: ptr(string(p.end.append(nil)))}
		o.EffectiveDateTime = nil
	}
	if p.gateway != "" {
		o.Extension = []models.Extension{{Url: gatewayExtension, ValueReference: &models.Reference{Reference: &p.gateway}}}
	}
	if !p.device.isZero() {
		o.Device = p.device.model()
	}
	if (p.count == 0 || p.valued) && !p.elsewhere {
		o.ValueQuantity, o.ValueCodeableConcept, o.DataAbsentReason, o.Interpretation = p.single.models()
	}
	for i := range p.components() {
		part := &p.parts[i]
		c := models.ObservationComponent{Code: codeOf(part.kind, part.codes)}
		c.ValueQuantity, c.ValueCodeableConcept, c.DataAbsentReason, c.Interpretation = part.models()
		o.Component = append(o.Component, c)
	}
	return o
}

func (p *plan) identifier() []models.Identifier {
	system, ok := p.identifierSystem()
	if !ok {
		return nil
	}
	identifier := models.Identifier{Value: ptr(string(p.appendIdentifier(nil)))}
	if system != "" {
		identifier.System = &system
	}
	return []models.Identifier{identifier}
}

func (r reference) model() *models.Reference { return &models.Reference{Reference: ptr(r.String())} }

func (a *answer) models() (q *models.Quantity, code, reason *models.CodeableConcept, interpretations []models.CodeableConcept) {
	if a.reason != present {
		return nil, nil, reasonOf(a.reason), nil
	}
	interpretations = interpretationsOf(a.doubts)
	if a.code != 0 {
		return nil, ptr(concept(codingOf(a.code))), nil, interpretations
	}
	q = ptr(quantityOf(a.unit))
	q.Value = ptr(json.Number(a.value.String()))
	return q, nil, nil, interpretations
}

// The functions below are the constant pieces of an Observation. The text
// writer encodes each of them once (prepare).

func metaOf(c claim, l label) *models.Meta {
	m := models.Meta{Profile: profilesOf(c), Security: securityOf(l)}
	if m.Profile == nil && m.Security == nil {
		return nil
	}
	return &m
}

func profilesOf(c claim) (profiles []string) {
	if c.guide != noGuide {
		profiles = append(profiles, c.guide.url())
	}
	if c.vital != vitals.ProfileNone {
		profiles = append(profiles, structureDefinition+c.vital.String())
	}
	return profiles
}

func securityOf(l label) (labels []models.Coding) {
	for i, code := range [labelCount]string{"HTEST", "UNRELIABLE", "UNCERTREL", "HRELIABLE"} {
		if l>>i&1 == 0 {
			continue
		}
		system := systemTrust
		if i == 0 {
			system = systemPurpose
		}
		labels = append(labels, coding(system, code, ""))
	}
	return labels
}

func categoriesOf(k vitals.Kind, phd bool) (categories []models.CodeableConcept) {
	switch code := categoryFor(k); code {
	case "":
	case "vital-signs":
		categories = append(categories, concept(coding(systemCategory, code, "Vital Signs")))
	default:
		categories = append(categories, concept(coding(systemCategory, code, "")))
	}
	if phd {
		categories = append(categories, concept(coding(systemPHD, "phd", "")))
	}
	return categories
}

func codeOf(k vitals.Kind, set codeSet) (code models.CodeableConcept) {
	loinc := []vitals.Coding{k.LOINC(), k.ProfileLOINC()}
	switch set {
	case molarCodes:
		loinc = []vitals.Coding{k.MolarLOINC()}
	case deviceCodes:
		loinc = nil
	}
	for _, c := range loinc {
		if c.Code != "" {
			code.Coding = append(code.Coding, coding(systemLOINC, c.Code, c.Display))
		}
	}
	if mdc, refID := k.MDC(); mdc != 0 {
		code.Coding = append(code.Coding, coding(systemMDC, strconv.FormatUint(uint64(mdc), 10), refID))
	}
	return code
}

// quantityOf is a quantity that has no number yet.
func quantityOf(u vitals.Unit) models.Quantity {
	return models.Quantity{Unit: ptr(u.String()), System: ptr(systemUCUM), Code: ptr(u.UCUM())}
}

func reasonOf(r reason) *models.CodeableConcept {
	return ptr(concept(coding(systemReason, r.code(), "")))
}

func interpretationsOf(d doubt) (interpretations []models.CodeableConcept) {
	for _, code := range d.codes() {
		interpretations = append(interpretations, concept(coding(systemStatus, code, "")))
	}
	return interpretations
}

func notesOf(r remark) (notes []models.Annotation) {
	for _, text := range r.texts() {
		notes = append(notes, models.Annotation{Text: text})
	}
	return notes
}

func concept(c models.Coding) models.CodeableConcept {
	return models.CodeableConcept{Coding: []models.Coding{c}}
}

func coding(system, code, display string) models.Coding {
	c := models.Coding{System: &system, Code: &code}
	if display != "" {
		c.Display = &display
	}
	return c
}

func ptr[T any](v T) *T { return &v }

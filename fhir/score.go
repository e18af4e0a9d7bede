package fhir

import (
	"encoding/json"
	"strconv"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

const systemSNOMED = "http://snomed.info/sct"

// A Score is a number computed from several measurements by the table of a
// publication, such as NEWS2: [Mapper.Score].
type Score struct {
	// ID is the id of the Observation; "" gives one made from patient, name and
	// time: another score of the same name and time is an update.
	ID      string
	Patient vitals.PatientID
	At      time.Time
	// Name is what people call it, such as "NEWS2". LOINC and SNOMED are its
	// codes, "" where there is none.
	Name, LOINC, SNOMED string
	// Value is in units of the score.
	Value vitals.Decimal
	// AtLeast says that Value is a lower bound, for inputs are missing.
	AtLeast bool
	// Undefined says that there is no Value.
	Undefined bool
	// Level is what the publication calls such a value: "urgent response".
	Level string
	// Note explains the value to people. It must not name anybody.
	Note  string
	Parts []ScorePart
	// DerivedFrom are references to the Observations it was computed from.
	DerivedFrom []string
	TestData    bool
}

// A ScorePart is what one input contributes to a [Score]. It becomes a
// component.
type ScorePart struct {
	Name   string // of the input: "respiratory rate"
	SNOMED string // of the points for it, "" if there is none
	Points int
	// Missing and TooOld say why there are no points.
	Missing, TooOld bool
}

// Score maps a score to an Observation of the category survey. Its value is in
// {score}, with the comparator >= if it is a lower bound. Without a value, and
// for parts without one, there is a dataAbsentReason.
func (m Mapper) Score(s Score) (models.Observation, error) {
	mk := making{kind: "Observation"}
	mk.need("code", s.Name != "")
	mk.need("effectiveDateTime", !s.At.IsZero())
	o := models.Observation{
		Id: mk.id(s.ID), Meta: mk.security(s.TestData), Status: models.ObservationStatusFinal,
		Category: []models.CodeableConcept{concept(coding(systemCategory, "survey", ""))},
		Code:     scoreConcept(s.Name, s.LOINC, s.SNOMED), Subject: ptr(mk.patient("subject", &m, s.Patient)),
		EffectiveDateTime: mk.time("effectiveDateTime", s.At), DerivedFrom: mk.references("derivedFrom", s.DerivedFrom),
	}
	if o.Id == nil && mk.err == nil {
		o.Id = ptr(string(idSpace.name(*o.Subject.Reference + "|" + s.Name + "|" + s.At.UTC().Format(time.RFC3339Nano)).append(nil)))
	}
	o.Identifier = mk.identifier(o.Id)
	switch {
	case s.Undefined:
		o.DataAbsentReason = ptr(concept(coding(systemReason, "unknown", "")))
	default:
		o.ValueQuantity = points(s.Value)
		if s.AtLeast {
			o.ValueQuantity.Comparator = ptr(models.QuantityComparatorGreaterOrEquals)
		}
	}
	if level := textConcept(s.Level); level != nil {
		o.Interpretation = []models.CodeableConcept{*level}
	}
	if s.Note != "" {
		o.Note = []models.Annotation{{Text: s.Note}}
	}
	if len(s.Parts) > maxDetails || len(s.DerivedFrom) > maxDetails {
		mk.fail("component", ErrLimit)
	}
	for i, part := range s.Parts {
		mk.need("component["+strconv.Itoa(i)+"].code", part.Name != "")
		o.Component = append(o.Component, part.component())
	}
	if mk.err != nil {
		return models.Observation{}, mk.err
	}
	return o, nil
}

func (p *ScorePart) component() models.ObservationComponent {
	c := models.ObservationComponent{Code: scoreConcept(p.Name, "", p.SNOMED)}
	switch {
	case p.TooOld:
		c.DataAbsentReason = ptr(concept(coding(systemReason, "temp-unknown", "")))
	case p.Missing:
		c.DataAbsentReason = ptr(concept(coding(systemReason, "unknown", "")))
	default:
		c.ValueQuantity = points(vitals.Decimal{Coef: int64(p.Points)})
	}
	return c
}

func scoreConcept(name, loinc, snomed string) models.CodeableConcept {
	c := models.CodeableConcept{Text: &name}
	if loinc != "" {
		c.Coding = append(c.Coding, coding(systemLOINC, loinc, ""))
	}
	if snomed != "" {
		c.Coding = append(c.Coding, coding(systemSNOMED, snomed, ""))
	}
	return c
}

func points(d vitals.Decimal) *models.Quantity {
	q := quantityOf(vitals.UnitScore)
	q.Value = ptr(json.Number(d.String()))
	return &q
}

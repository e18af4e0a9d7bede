package fhir

import (
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A Dose is one dose of a medicine and what became of it. What a sensor saw is
// a [Mapper.MedicationAdministration], what somebody said is a
// [Mapper.MedicationStatement]. That a box was opened is neither: opening is not taking, and
// belongs into an Observation.
type Dose struct {
	ID      string
	Patient vitals.PatientID
	// Device that saw it: the patch, the pen, the inhaler.
	Device vitals.DeviceID
	// Medication by its code or text, or by MedicationRef, a reference.
	Medication    models.CodeableConcept
	MedicationRef string
	Outcome       DoseOutcome
	// At is when it was taken, or should have been. Sensors notice with a delay:
	// with Uncertainty the time is the period of twice that length around At. With
	// Until it is a period from At, as of an infusion.
	At          time.Time
	Uncertainty time.Duration
	Until       time.Time
	// Amount is exact, in its unit; zero if unknown. Text says it in other words:
	// "2 puffs". MedicationAdministration needs an amount beside a text.
	Amount vitals.Quantity
	Text   string
	Route  models.CodeableConcept
	// Why it was not taken, or why that is unknown.
	Why models.CodeableConcept
	// Request is the reference to the MedicationRequest.
	Request string
	// Source is the reference to who says so, and Asserted when, in a statement.
	Source   string
	Asserted time.Time
	// From are references to what it is derived from.
	From      []string
	Encounter string
	TestData  bool
}

// A DoseOutcome says what became of a dose. The zero DoseOutcome is unknown, so
// that nothing is taken by accident.
type DoseOutcome uint8

// The outcomes.
const (
	DoseUnknown DoseOutcome = iota
	DoseTaken
	DoseNotTaken
)

// MedicationAdministration makes the event that a device saw: completed for a
// dose that was taken, not-done or unknown.
func (m Mapper) MedicationAdministration(d Dose) (models.MedicationAdministration, error) {
	mk := making{kind: "MedicationAdministration"}
	status := d.status(&mk, "unknown", "completed", "not-done")
	r := models.MedicationAdministration{
		Id: mk.id(d.ID), Meta: mk.security(d.TestData), Status: status, MedicationCodeableConcept: d.Medication,
		Subject: mk.patient("subject", &m, d.Patient), Context: mk.reference("context", d.Encounter, "Encounter", "EpisodeOfCare"),
		SupportingInformation: mk.references("supportingInformation", d.From),
		Request:               mk.reference("request", d.Request, "MedicationRequest"),
	}
	r.Identifier = mk.identifier(r.Id)
	if ref := d.medication(&mk); ref != nil {
		r.MedicationReference = *ref
	}
	mk.need("effective[x]", !d.At.IsZero())
	if at, period := d.when(&mk); period != nil {
		r.EffectivePeriod = *period
	} else if at != nil {
		r.EffectiveDateTime = *at
	}
	if given(d.Why) {
		r.StatusReason = []models.CodeableConcept{d.Why}
	}
	if device := mk.device(&m, d.Device); device != nil {
		r.Device = []models.Reference{*device}
	}
	if dose := amount(d.Amount); dose != nil {
		r.Dosage = &models.MedicationAdministrationDosage{Text: text(d.Text), Route: conceptOrNil(d.Route), Dose: dose}
	} else if d.Text != "" || given(d.Route) {
		mk.fail("dosage.dose", ErrMissing) // mad-1
	}
	if mk.err != nil {
		return models.MedicationAdministration{}, mk.err
	}
	return r, nil
}

// MedicationStatement makes the statement of somebody, usually the patient:
// completed for a dose that was taken, not-taken or unknown.
func (m Mapper) MedicationStatement(d Dose) (models.MedicationStatement, error) {
	mk := making{kind: "MedicationStatement"}
	status := d.status(&mk, "unknown", "completed", "not-taken")
	r := models.MedicationStatement{
		Id: mk.id(d.ID), Meta: mk.security(d.TestData), Status: status, MedicationCodeableConcept: d.Medication,
		Subject: mk.patient("subject", &m, d.Patient), Context: mk.reference("context", d.Encounter, "Encounter", "EpisodeOfCare"),
		DateAsserted:      mk.time("dateAsserted", d.Asserted),
		InformationSource: mk.reference("informationSource", d.Source, "Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Organization"),
		DerivedFrom:       mk.references("derivedFrom", d.From),
	}
	r.Identifier = mk.identifier(r.Id)
	if ref := d.medication(&mk); ref != nil {
		r.MedicationReference = *ref
	}
	r.EffectiveDateTime, r.EffectivePeriod = d.when(&mk)
	if d.Request != "" {
		r.BasedOn = []models.Reference{*mk.reference("basedOn[0]", d.Request, "MedicationRequest", "CarePlan", "ServiceRequest")}
	}
	if given(d.Why) {
		r.StatusReason = []models.CodeableConcept{d.Why}
	}
	if device := mk.device(&m, d.Device); device != nil {
		r.DerivedFrom = append(r.DerivedFrom, *device)
	}
	dosage := models.Dosage{Text: text(d.Text), Route: conceptOrNil(d.Route)}
	if dose := amount(d.Amount); dose != nil {
		dosage.DoseAndRate = []models.DosageDoseAndRate{{DoseQuantity: dose}}
	}
	if dosage.Text != nil || dosage.Route != nil || dosage.DoseAndRate != nil {
		r.Dosage = []models.Dosage{dosage}
	}
	if mk.err != nil {
		return models.MedicationStatement{}, mk.err
	}
	return r, nil
}

func (d *Dose) status(mk *making, unknown, taken, not string) string {
	switch d.Outcome {
	case DoseUnknown:
		return unknown
	case DoseTaken:
		return taken
	case DoseNotTaken:
		return not
	}
	mk.fail("status", ErrValue)
	return ""
}

// medication checks the choice and returns the reference, if it is one.
func (d *Dose) medication(mk *making) *models.Reference {
	switch {
	case given(d.Medication) && d.MedicationRef != "":
		mk.fail("medication[x]", ErrChoice)
	case !given(d.Medication) && d.MedicationRef == "":
		mk.fail("medication[x]", ErrMissing)
	}
	return mk.reference("medicationReference", d.MedicationRef, "Medication")
}

// when is the time, or the period.
func (d *Dose) when(mk *making) (*string, *models.Period) {
	switch {
	case d.Uncertainty < 0, d.Uncertainty > 0 && (d.At.IsZero() || !d.Until.IsZero()):
		mk.fail("effectivePeriod", ErrValue)
	case d.Uncertainty > 0:
		return nil, mk.period("effectivePeriod", d.At.Add(-d.Uncertainty), d.At.Add(d.Uncertainty))
	case !d.Until.IsZero():
		return nil, mk.period("effectivePeriod", d.At, d.Until)
	}
	return mk.time("effectiveDateTime", d.At), nil
}

package fhir

import (
	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// Flag makes the Flag of an alarm: what whoever opens the record of the
// patient should see. It is active until the alarm has ended. An alarm about
// the measurement has the category safety, any other is clinical. The priority
// is the extension flag-priority, and the state one of ours ([AlarmState]).
func (m Mapper) Flag(a Alarm) (models.Flag, error) {
	mk := making{kind: "Flag"}
	a.check(&mk)
	mk.need("period.start", !a.Onset.IsZero())
	f := models.Flag{
		Id: mk.id(a.ID), Meta: mk.security(a.TestData), Status: models.FlagStatusActive,
		Category: []models.CodeableConcept{concept(coding(terminology+"flag-category", "clinical", "Clinical"))},
		Subject:  mk.patient("subject", &m, a.Patient), Period: mk.period("period", a.Onset, a.End),
		Encounter: mk.reference("encounter", a.Encounter, "Encounter"), Author: mk.reference("author", m.Gateway, "Device"),
	}
	f.Identifier = mk.identifier(f.Id)
	f.Extension = []models.Extension{{Url: structureDefinition + "flag-priority", ValueCodeableConcept: ptr(a.Priority.concept())}}
	f.Extension = append(f.Extension, a.State.extensions(&mk)...)
	if f.Code.Text = text(a.Reason); a.Reason == "" {
		f.Code.Text = text(a.Rule)
	}
	if !a.End.IsZero() {
		f.Status = models.FlagStatusInactive
	}
	if a.Technical {
		f.Category[0] = concept(coding(terminology+"flag-category", "safety", "Safety"))
	}
	if mk.err != nil {
		return models.Flag{}, mk.err
	}
	return f, nil
}

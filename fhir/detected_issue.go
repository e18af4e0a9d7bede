package fhir

import (
	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// DetectedIssue makes the DetectedIssue of an alarm, which implicates the
// device and the Observations. That is how a silent or a faulty device gets
// into the record; a patient is not required. Information has no severity.
func (m Mapper) DetectedIssue(a Alarm) (models.DetectedIssue, error) {
	mk := making{kind: "DetectedIssue"}
	a.check(&mk)
	mk.need("identifiedPeriod.start", !a.Onset.IsZero())
	i := models.DetectedIssue{
		Id: mk.id(a.ID), Meta: mk.security(a.TestData), Status: a.status(), Code: textConcept(a.Rule),
		IdentifiedPeriod: mk.period("identifiedPeriod", a.Onset, a.End), Detail: text(a.Reason),
		Author: mk.reference("author", m.Gateway, "Device"),
	}
	i.Identifier, i.Extension = mk.identifier(i.Id), a.State.extensions(&mk)
	if !a.Patient.IsZero() {
		i.Patient = ptr(mk.patient("patient", &m, a.Patient))
	}
	if device := mk.device(&m, a.Device); device != nil {
		i.Implicated = append(i.Implicated, *device)
	}
	mk.need("implicated", i.Patient != nil || len(i.Implicated) > 0)
	if values := mk.references("evidence.detail", a.Values); values != nil {
		i.Evidence = []models.DetectedIssueEvidence{{Detail: values}}
	}
	switch a.Priority {
	case PriorityLow:
		i.Severity = ptr(models.DetectedIssueSeverityLow)
	case PriorityMedium:
		i.Severity = ptr(models.DetectedIssueSeverityModerate)
	case PriorityHigh:
		i.Severity = ptr(models.DetectedIssueSeverityHigh)
	}
	if mk.err != nil {
		return models.DetectedIssue{}, mk.err
	}
	return i, nil
}

package fhir

import (
	"encoding/json"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// An Alarm is an alarm as health records get to know it. One about the patient
// becomes a [Mapper.RiskAssessment], and a [Mapper.Flag] as long as it matters; one about the
// measurement becomes a [Mapper.DetectedIssue]. A [Message] about it becomes a
// [Mapper.Communication].
type Alarm struct {
	// ID is the same through the life of the alarm, and so is that of each
	// resource: to send it again is to update it.
	ID        string
	Patient   vitals.PatientID
	Device    vitals.DeviceID // that measured, if known
	Rule      string          // the name of the rule: "SpO2 low"
	Reason    string          // in words: "SpO2 86 % below 90 % for 10s"
	Priority  Priority
	Technical bool      // about the measurement and not about the patient
	Onset     time.Time // when the condition began
	End       time.Time // zero while it lasts
	State     AlarmState
	// Values are references to the Observations behind it.
	Values []string
	// Encounter is the reference to the visit that it belongs to, if any.
	Encounter string
	// Probability, in percent, and Horizon are those of a forecast; zero for an
	// alarm about what is.
	Probability vitals.Decimal
	Horizon     time.Duration
	TestData    bool
}

// A Priority says how urgent an alarm is, in the words and in the order of IEC
// 60601-1-8.
type Priority uint8

// The priorities in ascending order.
const (
	PriorityInformation Priority = iota
	PriorityLow
	PriorityMedium
	PriorityHigh
)

// String is "information", "low", "medium" or "high".
func (p Priority) String() string {
	if p > PriorityHigh {
		return "unknown"
	}
	return [...]string{"information", "low", "medium", "high"}[p]
}

// concept is the priority in the words of FHIR (flag-priority-code), which has
// "no alarm" for information.
func (p Priority) concept() models.CodeableConcept {
	code := [...]string{"PN", "PL", "PM", "PH"}[min(p, PriorityHigh)]
	c := concept(coding("http://hl7.org/fhir/flag-priority-code", code, ""))
	c.Text = ptr(p.String() + " priority")
	return c
}

// check demands what all resources of an alarm need.
func (a *Alarm) check(mk *making) {
	if a.Priority > PriorityHigh {
		mk.fail("priority", ErrValue)
	}
	mk.need("code", a.Rule != "")
}

// status is final when the alarm has ended.
func (a *Alarm) status() models.ObservationStatus {
	if a.End.IsZero() {
		return models.ObservationStatusPreliminary
	}
	return models.ObservationStatusFinal
}

// RiskAssessment makes the RiskAssessment of an alarm: the rule as code, the
// time of the condition, the Observations as basis. What has been measured is
// no prediction: priority and reason are a note then. A forecast is one, with
// its probability, and the priority as qualitativeRisk. While the alarm lasts
// the status is preliminary.
func (m Mapper) RiskAssessment(a Alarm) (models.RiskAssessment, error) {
	mk := making{kind: "RiskAssessment"}
	a.check(&mk)
	mk.need("prediction", a.Reason != "")
	mk.need("occurrencePeriod.start", !a.Onset.IsZero())
	r := models.RiskAssessment{
		Id: mk.id(a.ID), Meta: mk.security(a.TestData), Status: a.status(), Code: textConcept(a.Rule),
		Method:  &models.CodeableConcept{Text: ptr("alarm rule")},
		Subject: mk.patient("subject", &m, a.Patient), Encounter: mk.reference("encounter", a.Encounter, "Encounter"),
		OccurrencePeriod: mk.period("occurrencePeriod", a.Onset, a.End),
		Performer:        mk.reference("performer", m.Gateway, "Device"), Basis: mk.references("basis", a.Values),
	}
	r.Identifier = mk.identifier(r.Id)
	if a.Probability == (vitals.Decimal{}) {
		mk.need("prediction[0].probabilityDecimal", a.Horizon == 0)
		r.Note = []models.Annotation{{Text: a.Priority.String() + " priority: " + a.Reason}}
	} else {
		r.Prediction = []models.RiskAssessmentPrediction{a.prediction(&mk)}
	}
	if mk.err != nil {
		return models.RiskAssessment{}, mk.err
	}
	return r, nil
}

// prediction is what a forecast says.
func (a *Alarm) prediction(mk *making) models.RiskAssessmentPrediction {
	if a.Probability.Cmp(vitals.Decimal{}) < 0 || a.Probability.Cmp(vitals.Decimal{Coef: 100}) > 0 {
		mk.fail("prediction[0].probabilityDecimal", ErrValue)
	}
	p := models.RiskAssessmentPrediction{
		Outcome: textConcept(a.Reason), ProbabilityDecimal: ptr(json.Number(a.Probability.String())),
		QualitativeRisk: ptr(a.Priority.concept()),
	}
	if a.Horizon != 0 {
		p.WhenPeriod = mk.period("prediction[0].whenPeriod", a.Onset, a.Onset.Add(a.Horizon))
	}
	return p
}

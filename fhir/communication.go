package fhir

import (
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A Message is something that somebody was told about a patient, such as an
// alarm: [Mapper.Communication].
type Message struct {
	ID      string
	Patient vitals.PatientID
	// About are references to what it is about: the Flag, the RiskAssessment.
	About []string
	// Sender is a reference; "" is the gateway of the Mapper.
	Sender     string
	Recipients []string // references
	Text       string
	Priority   Priority
	// Medium is how it went, if known: models.CodeableConcept of v3-ParticipationMode.
	Medium models.CodeableConcept
	// Sent and Received are known as far as things have got.
	Sent, Received time.Time
	// Failure says why it did not arrive and will not; "" if it did or may. It is
	// text for people and must not name anybody.
	Failure   string
	Encounter string
	TestData  bool
}

// Communication makes a Communication: in preparation until it is sent, in
// progress until it is received, then completed; or not done. The priority
// of an alarm becomes routine, asap or stat.
func (m Mapper) Communication(c Message) (models.Communication, error) {
	mk := making{kind: "Communication"}
	if c.Priority > PriorityHigh {
		mk.fail("priority", ErrValue)
	}
	if !c.Sent.IsZero() && !c.Received.IsZero() && c.Received.Before(c.Sent) {
		mk.fail("received", ErrValue)
	}
	priority := [...]models.RequestPriority{
		models.RequestPriorityRoutine, models.RequestPriorityRoutine, models.RequestPriorityAsap, models.RequestPriorityStat,
	}[min(c.Priority, PriorityHigh)]
	mk.need("recipient", len(c.Recipients) > 0)
	mk.need("payload", c.Text != "")
	r := models.Communication{
		Id: mk.id(c.ID), Meta: mk.security(c.TestData), Status: models.EventStatusPreparation, StatusReason: textConcept(c.Failure),
		Category: []models.CodeableConcept{concept(coding(terminology+"communication-category", "alert", "Alert"))},
		Priority: &priority, Subject: ptr(mk.patient("subject", &m, c.Patient)), About: mk.references("about", c.About),
		Encounter: mk.reference("encounter", c.Encounter, "Encounter"), Sent: mk.time("sent", c.Sent), Received: mk.time("received", c.Received),
		Recipient: mk.references(
			"recipient", c.Recipients, "Device", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Group", "CareTeam", "HealthcareService"),
		Payload: []models.CommunicationPayload{{ContentString: c.Text}},
	}
	r.Identifier = mk.identifier(r.Id)
	switch {
	case c.Failure != "":
		r.Status = models.EventStatusNotDone
	case !c.Received.IsZero():
		r.Status = models.EventStatusCompleted
	case !c.Sent.IsZero():
		r.Status = models.EventStatusInProgress
	}
	sender := c.Sender
	if sender == "" {
		sender = m.Gateway
	}
	r.Sender = mk.reference("sender", sender, "Device", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "HealthcareService")
	if given(c.Medium) {
		r.Medium = []models.CodeableConcept{c.Medium}
	}
	if mk.err != nil {
		return models.Communication{}, mk.err
	}
	return r, nil
}

package fhir

import (
	"strconv"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// Appointment makes the Appointment of a visit: its window, the patient and
// the participants. From the moment it is in progress an appointment is fulfilled.
func (m Mapper) Appointment(v Visit) (models.Appointment, error) {
	mk := making{kind: "Appointment"}
	a := models.Appointment{
		Id: mk.id(v.ID), Meta: mk.security(v.TestData), CancelationReason: conceptOrNil(v.Cancelled),
		Start: mk.time("start", v.Start), End: mk.time("end", v.End),
	}
	a.Identifier = mk.identifier(a.Id)
	switch v.State {
	case VisitPlanned:
		a.Status = models.AppointmentStatusBooked
	case VisitLobby:
		a.Status = models.AppointmentStatusArrived
	case VisitInProgress, VisitFinished:
		a.Status = models.AppointmentStatusFulfilled
	case VisitCancelled:
		a.Status = models.AppointmentStatusCancelled
	case VisitMissed:
		a.Status = models.AppointmentStatusNoshow
	default:
		mk.fail("status", ErrValue)
	}
	if given(v.Cancelled) && v.State != VisitCancelled && v.State != VisitMissed {
		mk.fail("cancelationReason", ErrValue) // app-4
	}
	if v.State != VisitCancelled || a.Start != nil || a.End != nil { // app-2, app-3
		mk.need("start", a.Start != nil)
		mk.need("end", a.End != nil)
	}
	if !v.Start.IsZero() && v.End.Before(v.Start) {
		mk.fail("end", ErrValue)
	}
	if given(v.Reason) {
		a.ReasonCode = []models.CodeableConcept{v.Reason}
	}
	required := models.ParticipantRequiredRequired
	a.Participant = []models.AppointmentParticipant{{
		Actor: ptr(mk.patient("participant[0].actor", &m, v.Patient)), Required: &required, Status: models.ParticipationStatusAccepted,
	}}
	for i, p := range v.Participants {
		path := "participant[" + strconv.Itoa(i+1) + "]"
		role, ok := p.Role.concept()
		if !ok {
			mk.fail(path+".type", ErrValue)
		}
		mk.need(path+".actor", p.Who != "")
		participant := models.AppointmentParticipant{
			Type: []models.CodeableConcept{role}, Required: ptr(models.ParticipantRequiredRequired), Status: models.ParticipationStatusAccepted,
			Actor: mk.reference(path+".actor", p.Who, "Practitioner", "PractitionerRole", "RelatedPerson"),
		}
		if p.Optional {
			participant.Required = ptr(models.ParticipantRequiredOptional)
		}
		switch {
		case p.Declined:
			participant.Status = models.ParticipationStatusDeclined
		case p.Pending:
			participant.Status = models.ParticipationStatusNeedsAction
		}
		a.Participant = append(a.Participant, participant)
	}
	if mk.err != nil {
		return models.Appointment{}, mk.err
	}
	return a, nil
}

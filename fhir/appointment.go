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
	var ok bool
	if a.Status, ok = v.State.appointment(); !ok {
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
		a.Participant = append(a.Participant, mk.participant("participant["+strconv.Itoa(i+1)+"]", p))
	}
	if mk.err != nil {
		return models.Appointment{}, mk.err
	}
	return a, nil
}

// appointment is the status of the Appointment of a visit in this state.
func (s VisitState) appointment() (status models.AppointmentStatus, ok bool) {
	switch s {
	case VisitPlanned:
		return models.AppointmentStatusBooked, true
	case VisitLobby:
		return models.AppointmentStatusArrived, true
	case VisitInProgress, VisitFinished:
		return models.AppointmentStatusFulfilled, true
	case VisitCancelled:
		return models.AppointmentStatusCancelled, true
	case VisitMissed:
		return models.AppointmentStatusNoshow, true
	}
	return 0, false
}

func (mk *making) participant(path string, p Participant) models.AppointmentParticipant {
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
	return participant
}

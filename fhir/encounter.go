package fhir

import (
	"encoding/json"
	"strconv"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A Visit is a consultation by video: [Mapper.Encounter] and
// [Mapper.Appointment].
type Visit struct {
	ID      string
	Patient vitals.PatientID
	State   VisitState
	// Start and End are the window in which it was planned; Began and Ended are
	// when it took place.
	Start, End   time.Time
	Began, Ended time.Time
	// Participants besides the patient.
	Participants []Participant
	Reason       models.CodeableConcept
	// Appointment is the reference from the Encounter to the Appointment.
	Appointment string
	// Provider is the reference to the Organization.
	Provider string
	// Cancelled says why, if it was, or if the patient did not come.
	Cancelled models.CodeableConcept
	TestData  bool
}

// A VisitState is how far a visit is.
type VisitState uint8

// The states.
const (
	VisitPlanned VisitState = iota
	VisitLobby              // the patient waits
	VisitInProgress
	VisitFinished
	VisitCancelled
	VisitMissed // the patient did not come
)

// A Participant takes part in a visit.
type Participant struct {
	Who  string // reference to a Practitioner, PractitionerRole or RelatedPerson
	Role VisitRole
	// Optional says that the visit can do without.
	Optional bool
	// Declined and Pending say that the participant will not come, or has not
	// said.
	Declined, Pending bool
	// Joined and Left are when; zero if unknown.
	Joined, Left time.Time
}

// A VisitRole is what somebody does in a visit.
type VisitRole uint8

// The roles.
const (
	RoleClinician   VisitRole = iota // leads the visit
	RoleConsultant                   // gives advice
	RoleInterpreter                  // translates
	RoleCompanion                    // a relative, a friend
	RoleObserver                     // sees and hears
)

// concept is the role in the value set encounter-participant-type.
func (r VisitRole) concept() (models.CodeableConcept, bool) {
	const system = terminology + "v3-ParticipationType"
	switch r {
	case RoleClinician:
		return concept(coding(system, "PPRF", "primary performer")), true
	case RoleConsultant:
		return concept(coding(system, "CON", "consultant")), true
	case RoleInterpreter:
		return concept(coding(terminology+"participant-type", "translator", "Translator")), true
	case RoleCompanion, RoleObserver:
		c := concept(coding(system, "PART", "Participation"))
		if c.Text = ptr("observer"); r == RoleCompanion {
			c.Text = ptr("companion")
		}
		return c, true
	}
	return models.CodeableConcept{}, false
}

// Encounter makes the Encounter of a visit, with the class VR (virtual). Its
// period is when the visit took place. A missed visit is cancelled: R4 has no
// other word in an Encounter, the [Mapper.Appointment] has.
func (m Mapper) Encounter(v Visit) (models.Encounter, error) {
	mk := making{kind: "Encounter"}
	e := models.Encounter{
		Id: mk.id(v.ID), Meta: mk.security(v.TestData), Class: coding(terminology+"v3-ActCode", "VR", "virtual"),
		Subject: ptr(mk.patient("subject", &m, v.Patient)), Period: mk.period("period", v.Began, v.Ended),
		ServiceProvider: mk.reference("serviceProvider", v.Provider, "Organization"),
	}
	e.Identifier = mk.identifier(e.Id)
	switch v.State {
	case VisitPlanned:
		e.Status = models.EncounterStatusPlanned
	case VisitLobby:
		e.Status = models.EncounterStatusArrived
	case VisitInProgress:
		e.Status = models.EncounterStatusInProgress
		mk.need("period.start", !v.Began.IsZero())
	case VisitFinished:
		e.Status = models.EncounterStatusFinished
		mk.need("period.start", !v.Began.IsZero())
		mk.need("period.end", !v.Ended.IsZero())
		e.Length = lengthOf(v.Ended.Sub(v.Began))
	case VisitCancelled, VisitMissed:
		e.Status = models.EncounterStatusCancelled
	default:
		mk.fail("status", ErrValue)
	}
	if v.Appointment != "" {
		e.Appointment = []models.Reference{*mk.reference("appointment[0]", v.Appointment, "Appointment")}
	}
	if given(v.Reason) {
		e.ReasonCode = []models.CodeableConcept{v.Reason}
	}
	for i, p := range v.Participants {
		path := "participant[" + strconv.Itoa(i) + "]"
		role, ok := p.Role.concept()
		if !ok {
			mk.fail(path+".type", ErrValue)
		}
		mk.need(path+".individual", p.Who != "")
		if p.Declined {
			continue
		}
		e.Participant = append(e.Participant, models.EncounterParticipant{
			Type: []models.CodeableConcept{role}, Period: mk.period(path+".period", p.Joined, p.Left),
			Individual: mk.reference(path+".individual", p.Who, "Practitioner", "PractitionerRole", "RelatedPerson"),
		})
	}
	if mk.err != nil {
		return models.Encounter{}, mk.err
	}
	return e, nil
}

// lengthOf is a duration in whole seconds.
func lengthOf(d time.Duration) *models.Duration {
	if d < time.Second {
		return nil
	}
	return &models.Duration{
		Value: ptr(json.Number(strconv.FormatInt(int64(d/time.Second), 10))), Unit: ptr("s"), System: ptr(systemUCUM), Code: ptr("s"),
	}
}

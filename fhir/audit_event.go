package fhir

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

const (
	balp      = "https://profiles.ihe.net/ITI/BALP/"
	systemDCM = "http://dicom.nema.org/resources/ontology/DCM"
)

// An Interaction is what was done to data about a patient, as a RESTful
// operation.
type Interaction uint8

// The interactions. The zero Interaction is none.
const (
	_ Interaction = iota
	InteractionRead
	InteractionVRead
	InteractionSearch
	InteractionCreate
	InteractionUpdate
	InteractionPatch
	InteractionDelete
)

// An interaction in the words of BALP 1.1: who sends to whom depends on it.
type balpRow struct {
	code, profile  string
	action         models.AuditEventAction
	client, server models.Coding
	user           string // of v3-ParticipationType
}

func (i Interaction) row() (balpRow, bool) {
	source, destination := coding(systemDCM, "110153", "Source Role ID"), coding(systemDCM, "110152", "Destination Role ID")
	switch i {
	case InteractionRead:
		return balpRow{"read", "PatientRead", models.AuditEventActionR, destination, source, "IRCP"}, true
	case InteractionVRead:
		return balpRow{"vread", "PatientRead", models.AuditEventActionR, destination, source, "IRCP"}, true
	case InteractionSearch:
		return balpRow{"search-type", "PatientQuery", models.AuditEventActionE, source, destination, "IRCP"}, true
	case InteractionCreate:
		return balpRow{"create", "PatientCreate", models.AuditEventActionC, source, destination, "AUT"}, true
	case InteractionUpdate:
		return balpRow{"update", "PatientUpdate", models.AuditEventActionU, source, destination, "AUT"}, true
	case InteractionPatch:
		return balpRow{"patch", "PatientUpdate", models.AuditEventActionU, source, destination, "AUT"}, true
	case InteractionDelete:
		return balpRow{
			"delete", "PatientDelete", models.AuditEventActionD, coding(systemDCM, "110150", "Application"),
			coding(terminology+"provenance-participant-type", "custodian", "Custodian"), "AUT",
		}, true
	}
	return balpRow{}, false
}

// An Access is one use of data about a patient: [Mapper.AuditEvent].
type Access struct {
	ID          string
	Interaction Interaction
	// Patient whose data it was. A use that concerns several patients is
	// several events.
	Patient vitals.PatientID
	// Data is the reference to what was used, with its version if it has one.
	Data string
	// Query is the request of a search as it came, instead of Data.
	Query          string
	Client, Server Agent
	User           Agent  // the person, if one is known
	Purpose        string // code of v3-PurposeOfUse: "TREAT"
	RequestID      string // X-Request-Id
	Recorded       time.Time
	// Outcome is success unless it is set. A failure has a text, which must not
	// name a patient.
	Outcome     models.AuditEventOutcome
	OutcomeText string
	// Observer is the reference to who says this; "" is the server.
	Observer string
	// Claim names the BALP profile in meta.profile, when the access succeeded.
	Claim    bool
	TestData bool
}

// An Agent takes part in an access. Who is the reference to a resource, or
// System and Value are an identifier, such as the client id of OAuth.
type Agent struct {
	Who           string
	System, Value string
	// Address is an IP address, a host name or a URL. Client and server have one.
	Address string
}

// AuditEvent records an access in the shape of IHE Basic Audit Log Patterns
// (BALP 1.1.4): PatientRead, PatientQuery, PatientCreate, PatientUpdate and
// PatientDelete. The patient, client, server and their addresses are required.
func (m Mapper) AuditEvent(a Access) (models.AuditEvent, error) {
	mk := making{kind: "AuditEvent"}
	row, ok := a.Interaction.row()
	if !ok {
		mk.fail("subtype", ErrMissing)
	}
	e := models.AuditEvent{
		Id: mk.id(a.ID), Meta: mk.security(a.TestData),
		Type:    coding(terminology+"audit-event-type", "rest", ""),
		Subtype: []models.Coding{coding("http://hl7.org/fhir/restful-interaction", row.code, row.code)},
		Action:  &row.action, Recorded: mk.instant("recorded", a.Recorded), Outcome: &a.Outcome, OutcomeDesc: text(a.OutcomeText),
	}
	if a.Claim && a.Outcome == models.AuditEventOutcome0 {
		if e.Meta == nil {
			e.Meta = &models.Meta{}
		}
		e.Meta.Profile = []string{balp + "StructureDefinition/IHE.BasicAudit." + row.profile}
	}
	person := a.User != Agent{}
	e.Agent = []models.AuditEventAgent{
		a.Client.model(&mk, "agent[0]", concept(row.client), !person),
		a.Server.model(&mk, "agent[1]", concept(row.server), false),
	}
	if person {
		user := a.User.model(&mk, "agent[2]", concept(coding(terminology+"v3-ParticipationType", row.user, "")), true)
		if user.Network = nil; a.Purpose != "" {
			user.PurposeOfUse = []models.CodeableConcept{concept(coding(systemPurpose, a.Purpose, ""))}
		}
		e.Agent = append(e.Agent, user)
	} else if a.Purpose != "" {
		e.PurposeOfEvent = []models.CodeableConcept{concept(coding(systemPurpose, a.Purpose, ""))}
	}
	e.Source.Type = []models.Coding{coding(terminology+"security-source-type", "4", "Application Server")}
	if observer := mk.reference("source.observer", a.Observer, "PractitionerRole", "Practitioner", "Organization", "Device", "Patient", "RelatedPerson"); observer != nil {
		e.Source.Observer = *observer
	} else if e.Agent[1].Who != nil {
		e.Source.Observer = *e.Agent[1].Who
	}
	e.Entity = a.entities(&mk, &m)
	if mk.err != nil {
		return models.AuditEvent{}, mk.err
	}
	return e, nil
}

// entities are the request, the data or the query, and the patient.
func (a *Access) entities(mk *making, m *Mapper) (list []models.AuditEventEntity) {
	if a.RequestID != "" {
		list = append(list, models.AuditEventEntity{
			Type: ptr(coding(balp+"CodeSystem/BasicAuditEntityType", "XrequestId", "")),
			What: &models.Reference{Identifier: &models.Identifier{Value: &a.RequestID}},
		})
	}
	object := ptr(coding(terminology+"audit-entity-type", "2", "System Object"))
	if a.Interaction == InteractionSearch {
		mk.need("entity.query", a.Query != "")
		list = append(list, models.AuditEventEntity{
			Type: object, Role: ptr(coding(terminology+"object-role", "24", "Query")),
			Query: ptr(base64.StdEncoding.EncodeToString([]byte(a.Query))),
		})
	} else {
		mk.need("entity.what", a.Data != "")
		list = append(list, models.AuditEventEntity{
			Type: object, Role: ptr(coding(terminology+"object-role", "4", "Domain Resource")), What: mk.reference("entity.what", a.Data),
		})
	}
	return append(list, models.AuditEventEntity{
		Type: ptr(coding(terminology+"audit-entity-type", "1", "Person")), Role: ptr(coding(terminology+"object-role", "1", "Patient")),
		What: ptr(mk.patient("entity.what", m, a.Patient)),
	})
}

func (p Agent) model(mk *making, path string, role models.CodeableConcept, requestor bool) models.AuditEventAgent {
	a := models.AuditEventAgent{
		Type: &role, Requestor: requestor,
		Who: mk.reference(path+".who", p.Who, "PractitionerRole", "Practitioner", "Organization", "Device", "Patient", "RelatedPerson"),
	}
	if p.Value != "" {
		if a.Who == nil {
			a.Who = &models.Reference{}
		}
		a.Who.Identifier = &models.Identifier{System: text(p.System), Value: &p.Value}
	}
	mk.need(path+".who", a.Who != nil)
	if path != "agent[2]" {
		mk.need(path+".network", p.Address != "")
		a.Network = &models.AuditEventAgentNetwork{Address: &p.Address, Type: ptr(networkType(p.Address))}
	}
	return a
}

// networkType tells IP addresses (2), URLs (5) and host names (1) apart.
func networkType(address string) models.AuditEventAgentNetworkType {
	if _, err := netip.ParseAddr(address); err == nil {
		return models.AuditEventAgentNetworkType2
	}
	if strings.Contains(address, "://") {
		return models.AuditEventAgentNetworkType5
	}
	return models.AuditEventAgentNetworkType1
}

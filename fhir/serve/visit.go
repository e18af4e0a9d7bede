package serve

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// A visit is one request of one principal.
type visit struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	who    Principal
	kind   string
	strict bool
}

func (v *visit) reader(names []string) reader {
	return reader{zone: v.s.Zone, base: v.s.base(), strict: v.strict, names: names}
}

func (v *visit) consents(b *bed) bool { return v.s.consents(v.r.Context(), v.who, b.patient) }

// refuse records that nothing is given out, and says why. A record that fails
// changes nothing, so that it cannot tell one refusal from another.
func (v *visit) refuse(f *fault) *fault {
	v.refused(vitals.PatientID{}, "Refused")
	return f
}

// hide records that a resource was refused or does not exist, which look alike.
func (v *visit) hide(b *bed) *fault {
	var patient vitals.PatientID
	if b != nil {
		patient = b.patient
	}
	v.refused(patient, "Not found or not permitted")
	return faultNotFound
}

func (v *visit) refused(patient vitals.PatientID, why string) {
	a := v.access(patient)
	a.Interaction, a.Query = fhir.InteractionSearch, v.r.URL.RequestURI()
	a.Outcome, a.OutcomeText = models.AuditEventOutcome4, why
	v.s.counts.refusals.Add(1)
	if v.s.audit(v.r.Context(), a) != nil {
		v.s.counts.unaudited.Add(1)
	}
}

// used records that data of a patient is given out now.
func (v *visit) used(b *bed, i fhir.Interaction, data string) *fault {
	a := v.access(b.patient)
	a.Interaction, a.Data = i, data
	return v.recorded(a)
}

// searched records a search for each patient whom it concerns.
func (v *visit) searched(found results, q *search) *fault {
	for _, b := range found.refused {
		v.refused(b.patient, "Not permitted")
	}
	if len(found.patients)+len(found.refused) == 0 {
		v.refused(vitals.PatientID{}, "Not found")
	}
	for _, b := range found.patients {
		a := v.access(b.patient)
		a.Interaction, a.Query = fhir.InteractionSearch, v.kind+"?"+q.self()
		if f := v.recorded(a); f != nil {
			return f
		}
	}
	return nil
}

func (v *visit) recorded(a fhir.Access) *fault {
	if err := v.s.audit(v.r.Context(), a); err != nil {
		v.s.counts.unaudited.Add(1)
		return faultAudit
	}
	return nil
}

func (v *visit) access(patient vitals.PatientID) fhir.Access {
	a := v.s.accessOf(&v.who, patient, v.address())
	if id := v.r.Header.Get("X-Request-Id"); len(id) <= 64 {
		a.RequestID = id
	}
	if a.Server.Address == "" {
		a.Server.Address = v.r.Host
	}
	return a
}

// address is the client's, without the port.
func (v *visit) address() string {
	host, _, err := net.SplitHostPort(v.r.RemoteAddr)
	if err != nil {
		return v.r.RemoteAddr
	}
	return host
}

// accessOf is what all accesses say.
func (s *Server) accessOf(who *Principal, patient vitals.PatientID, address string) fhir.Access {
	a := fhir.Access{
		ID: newID(), Patient: patient, Client: fhir.Agent{Value: who.ID, Address: address}, Server: s.Self,
		User: fhir.Agent{Who: who.User}, Purpose: who.Purpose, Recorded: time.Now(),
	}
	if a.Server.Who == "" && a.Server.Value == "" {
		a.Server.Value = s.Name()
	}
	return a
}

// noticed records that a subscriber is sent data of a patient without having
// asked now. What is not recorded is not sent.
func (s *Server) noticed(ctx context.Context, who *Principal, b *bed, query, address string) bool {
	a := s.accessOf(who, b.patient, address)
	a.Interaction, a.Query = fhir.InteractionSearch, query
	if a.Server.Address == "" {
		a.Server.Address = "localhost"
	}
	if err := s.audit(ctx, a); err != nil {
		s.counts.unaudited.Add(1)
		return false
	}
	return true
}

// newID is a UUID of version 4 (RFC 9562, 5.4).
func newID() string {
	var id vitals.ReadingID
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

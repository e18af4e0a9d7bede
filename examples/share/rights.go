package main

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/vitals"
)

// names are those of the patients.
var names = []string{"p1", "p2", "p3", "p4"}

// parties are who asks, by token.
var parties = map[string]serve.Principal{
	"desk":   {ID: "ward-desk", Scopes: serve.ParseScopes("system/Observation.rs"), Purpose: "TREAT"},
	"doctor": {ID: "family-doctor", User: "Practitioner/7", Scopes: serve.ParseScopes("user/Observation.rs"), Purpose: "TREAT"},
	"app":    {ID: "patients-app", Scopes: serve.ParseScopes("patient/Observation.rs"), Patient: "p3", Purpose: "PATRQT"},
}

// rights are who may see whom, and what was seen.
type rights struct {
	mu       sync.Mutex
	consents map[string][]string // patients by party
	uses     map[string]int      // by client
	refusals int
}

func newRights() *rights {
	return &rights{
		consents: map[string][]string{"ward-desk": names, "family-doctor": {"p1", "p2"}, "patients-app": {"p3"}},
		uses:     map[string]int{},
	}
}

func (r *rights) access() serve.Access {
	return serve.Access{Authorize: r.authorize, Consent: r.consent, Audit: r.audit}
}

func (r *rights) authorize(_ context.Context, req *http.Request) (serve.Principal, error) {
	token, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	who, ok := parties[token]
	if !ok {
		return serve.Principal{}, serve.ErrUnauthorized
	}
	return who, nil
}

func (r *rights) consent(_ context.Context, who serve.Principal, patient vitals.PatientID, _ string) serve.Decision {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range r.consents[who.ID] {
		if vitals.NewPatientID(name) == patient {
			return serve.Permit
		}
	}
	return serve.Deny
}

// withdraw takes a patient's consent back.
func (r *rights) withdraw(party, patient string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var left []string
	for _, name := range r.consents[party] {
		if name != patient {
			left = append(left, name)
		}
	}
	r.consents[party] = left
}

// audit counts. A product writes fhir.Mapper.AuditEvent to where it must last.
func (r *rights) audit(_ context.Context, a fhir.Access) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.Outcome != 0 {
		r.refusals++
		return nil
	}
	r.uses[a.Client.Value]++
	return nil
}

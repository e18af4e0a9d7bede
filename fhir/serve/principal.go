package serve

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// A Principal is who asks: the result of [Server].Authorize. Subscriptions and
// links to next pages belong to the principal who asked for them: the same ID,
// User and Patient.
type Principal struct {
	// ID names the client, such as the client_id of OAuth 2.0.
	ID string
	// User is the reference to the person behind the client, such as
	// "Practitioner/7", or "".
	User string
	// Scopes are what the token allows.
	Scopes Scopes
	// Patient is the patient in context of scopes that begin with "patient/": the
	// id, or the whole reference, that SMART's token response has as "patient".
	Patient string
	// Purpose is the code of v3-PurposeOfUse, such as "TREAT" or "BTG".
	Purpose string
	// Expires ends streams; zero is never.
	Expires time.Time
}

func (p *Principal) same(o *Principal) bool {
	return p.ID == o.ID && p.User == o.User && p.Patient == o.Patient
}

// A Decision is whether a patient's data may be shown.
type Decision uint8

// The decisions. The zero Decision denies.
const (
	Deny Decision = iota
	Permit
)

// ErrUnauthorized is what Authorize returns for a request without a valid token.
// Any error of Authorize has the same answer, 401.
var ErrUnauthorized = errors.New("serve: no valid token")

// Access is how a Server decides who sees what. See the package comment.
type Access struct {
	// Authorize tells who sends a request, from its bearer token or certificate.
	// nil refuses everybody with 401. An error is not repeated to the client.
	Authorize func(context.Context, *http.Request) (Principal, error)
	// Consent is asked for each patient before anything is shown, for a purpose
	// that is the principal's. It is called often and concurrently, also while
	// streams run. nil denies.
	Consent func(ctx context.Context, who Principal, patient vitals.PatientID, purpose string) Decision
	// Audit records each use of a patient's data before it is answered, and each
	// refusal. An error, or nil, refuses the access with 503; a refusal remains
	// what it was. A request for a patient who is not known here has no Patient
	// in it, and [fhir.Mapper.AuditEvent] no form for that.
	Audit func(context.Context, fhir.Access) error
	// Self is this server in audit events; its address is that of the request
	// if it has none.
	Self fhir.Agent
	// InsecureShowEverythingToEverybody is for tests and for the desk of a
	// developer: no token, no consent and no audit are needed. Functions that are
	// set are called nevertheless.
	InsecureShowEverythingToEverybody bool
}

func (a *Access) authorize(ctx context.Context, r *http.Request) (Principal, error) {
	switch {
	case a.Authorize != nil:
		return a.Authorize(ctx, r)
	case a.InsecureShowEverythingToEverybody:
		return Principal{ID: "everybody", Scopes: ParseScopes("system/*.cruds")}, nil
	}
	return Principal{}, ErrUnauthorized
}

func (a *Access) consents(ctx context.Context, who Principal, patient vitals.PatientID) bool {
	switch {
	case patient.IsZero():
		return false // who it is has not been told yet, so that nobody can be asked
	case a.Consent != nil:
		return a.Consent(ctx, who, patient, who.Purpose) == Permit
	}
	return a.InsecureShowEverythingToEverybody
}

// errNoAudit reports that Audit is nil.
var errNoAudit = errors.New("serve: no audit")

func (a *Access) audit(ctx context.Context, e fhir.Access) error {
	switch {
	case a.Audit != nil:
		return a.Audit(ctx, e)
	case a.InsecureShowEverythingToEverybody:
		return nil
	}
	return errNoAudit
}

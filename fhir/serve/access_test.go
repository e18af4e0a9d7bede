package serve_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/vitals"
)

func TestZeroServerRefuses(t *testing.T) {
	w := &ward{t: t, Server: &serve.Server{Base: base}}
	w.put(heartRate("p1", 72, t0))
	for _, target := range []string{"Observation?patient=p1", "Observation/" + heartRate("p1", 72, t0).ID().String(), "Flag/x", "$stream", "Subscription/x", "Observation/$lastn?patient=p1"} {
		require.Equal(t, 401, w.get("all", target).status, target)
	}
	require.Equal(t, 200, w.get("", "metadata").status)
	w.InsecureShowEverythingToEverybody = true
	require.Equal(t, 1, w.get("", "Observation?patient=p1").bundle(t).Total)
}

// Without any one of the three functions nobody sees anything.
func TestAllThreeAreNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		without func(*serve.Access)
		status  int
		total   int
	}{
		"none":      {func(*serve.Access) {}, 200, 1},
		"authorize": {func(a *serve.Access) { a.Authorize = nil }, 401, 0},
		"consent":   {func(a *serve.Access) { a.Consent = nil }, 200, 0},
		"audit":     {func(a *serve.Access) { a.Audit = nil }, 503, 0},
	} {
		w := newWard(t)
		w.put(heartRate("p1", 72, t0))
		c.without(&w.Access)
		a := w.get("all", "Observation?patient=p1")
		require.Equal(t, c.status, a.status, name)
		if a.status == 200 {
			require.Equal(t, c.total, a.bundle(t).Total, name)
		}
	}
}

func TestScopesOfRequests(t *testing.T) {
	w := newWard(t)
	w.fill()
	for _, c := range []struct {
		who, target string
		status      int
		total       int
	}{
		{"", "Observation?patient=p1", 401, 0},
		{"stranger", "Observation?patient=p1", 401, 0},
		{"nothing", "Observation?patient=p1", 403, 0},
		{"writer", "Observation?patient=p1", 403, 0},
		{"doctor", "Observation?patient=p1", 200, 121},
		{"mine", "Observation?patient=p1", 200, 121},
		{"mine", "Observation", 200, 121}, // of whom else
		{"mine", "Observation?patient=p2", 200, 0},
		{"lab", "Observation?patient=p1", 200, 0},
		{"lab", "Flag?patient=p1", 403, 0},
	} {
		a := w.get(c.who, c.target)
		require.Equal(t, c.status, a.status, "%s %s", c.who, c.target)
		if a.status == 200 {
			require.Equal(t, c.total, a.bundle(t).Total, "%s %s", c.who, c.target)
		}
	}
	require.Equal(t, "Bearer", w.get("", "Observation?patient=p1").header.Get("WWW-Authenticate"))
}

func TestAudit(t *testing.T) {
	w := newWard(t)
	w.fill()
	p1 := vitals.NewPatientID("p1")
	id := heartRate("p1", 60, t0).ID().String()
	for _, c := range []struct {
		who, target string
		interaction fhir.Interaction
		patient     vitals.PatientID
		outcome     models.AuditEventOutcome
	}{
		{"all", "Observation?patient=p1", fhir.InteractionSearch, p1, models.AuditEventOutcome0},
		{"all", "Observation/" + id, fhir.InteractionRead, p1, models.AuditEventOutcome0},
		{"all", "Observation/$lastn?patient=p1", fhir.InteractionSearch, p1, models.AuditEventOutcome0},
		{"all", "Observation/nonsense", fhir.InteractionSearch, vitals.PatientID{}, models.AuditEventOutcome4},
		{"all", "Observation?patient=nobody", fhir.InteractionSearch, vitals.PatientID{}, models.AuditEventOutcome4},
		{"mine", "Observation?patient=p2", fhir.InteractionSearch, vitals.NewPatientID("p2"), models.AuditEventOutcome4},
		{"nothing", "Observation?patient=p1", fhir.InteractionSearch, vitals.PatientID{}, models.AuditEventOutcome4},
		{"", "Observation?patient=p1", fhir.InteractionSearch, vitals.PatientID{}, models.AuditEventOutcome4},
	} {
		w.do(c.who, http.MethodGet, c.target, "", "X-Request-Id", "r-1")
		list := w.audited()
		require.Len(t, list, 1, c.target)
		a := list[0]
		require.Equal(t, c.interaction, a.Interaction, c.target)
		require.Equal(t, c.patient, a.Patient, c.target)
		require.Equal(t, c.outcome, a.Outcome, c.target)
		require.Equal(t, c.who, a.Client.Value)
		require.Equal(t, "r-1", a.RequestID)
		if !a.Patient.IsZero() {
			e, err := fhir.Mapper{}.AuditEvent(a)
			require.NoError(t, err)
			b, err := fhir.Marshal(e)
			require.NoError(t, err)
			valid(t, b)
		}
	}
	w.deaf = true
	for _, target := range []string{"Observation?patient=p1", "Observation/" + id, "Observation/$lastn?patient=p1"} {
		require.Equal(t, 503, w.get("all", target).status, "what cannot be recorded is not given")
	}
	require.Equal(t, uint64(3), w.Stats().Unaudited)
}

func TestRoutes(t *testing.T) {
	w := newWard(t)
	w.fill()
	for _, c := range []struct {
		method, target string
		status         int
		allow          string
	}{
		{"GET", "", 404, ""},
		{"GET", "Encounter?patient=p1", 404, ""},
		{"GET", "Observation/x/y", 404, ""},
		{"GET", "Observation/DOE^JANE", 404, ""},
		{"GET", "../etc/passwd", 404, ""},
		{"POST", "Observation", 405, "GET, HEAD"},
		{"PUT", "Observation/x", 405, "GET, HEAD"},
		{"DELETE", "Flag/x", 405, "GET, HEAD"},
		{"GET", "Observation/_search", 405, "POST"},
		{"PATCH", "metadata", 405, "GET, HEAD"},
		{"GET", "Subscription", 405, "POST"},
		{"PUT", "Subscription/x", 405, "GET, HEAD, DELETE"},
		{"HEAD", "$stream", 405, "GET, POST"},
		{"HEAD", "Observation?patient=p1", 200, ""},
	} {
		a := w.do("all", c.method, c.target, "")
		require.Equal(t, c.status, a.status, "%s %s", c.method, c.target)
		require.Equal(t, c.allow, a.header.Get("Allow"))
	}
}

func TestFormats(t *testing.T) {
	w := newWard(t)
	w.fill()
	for accept, status := range map[string]int{
		"": 200, "*/*": 200, "application/fhir+json": 200, "application/fhir+json; fhirVersion=4.0": 200, "application/json": 200,
		"text/html, application/xml;q=0.9, */*;q=0.8": 200, "application/fhir+xml": 406, "text/event-stream": 406, "text/html": 406, ";": 406, "application/json;q=0": 406,
	} {
		require.Equal(t, status, w.do("all", http.MethodGet, "Observation?patient=p1", "", "Accept", accept).status, accept)
	}
	for format, status := range map[string]int{"json": 200, "application/fhir+json": 200, "application/fhir%2Bjson": 200, "xml": 406, "application/fhir+xml": 406, "ttl": 406} {
		require.Equal(t, status, w.do("all", http.MethodGet, "Observation?patient=p1&_format="+format, "", "Accept", "text/html").status, format)
	}
}

// The window keeps what is newest, and the shares of patients are equal.
func TestWindow(t *testing.T) {
	w := newWard(t)
	w.Window = serve.Window{PerPatient: 50, Total: 80, Age: time.Hour}
	for i := range 100 {
		w.put(heartRate("p1", 60, t0.Add(time.Duration(i)*time.Second)))
	}
	require.Equal(t, 50, w.get("all", "Observation?patient=p1").bundle(t).Total)
	w.put(heartRate("p2", 60, t0))
	require.Equal(t, 40, w.get("all", "Observation?patient=p1").bundle(t).Total, "half of all")
	w.put(heartRate("p1", 60, t0.Add(time.Hour+90*time.Second)))
	require.Equal(t, 11, w.get("all", "Observation?patient=p1").bundle(t).Total, "too old")
	w.put(heartRate("p1", 60, t0)) // too late
	require.Equal(t, 11, w.get("all", "Observation?patient=p1").bundle(t).Total)
	require.Equal(t, 404, w.get("all", "Observation/"+heartRate("p1", 60, t0).ID().String()).status)
	w.Forget(vitals.NewPatientID("p1"))
	w.Forget(vitals.NewPatientID("never"))
	require.Equal(t, 0, w.get("all", "Observation?patient=p1").bundle(t).Total)
	require.Equal(t, serve.Stats{Patients: 1, Resources: 1}, onlyHeld(w.Stats()))
}

func onlyHeld(s serve.Stats) serve.Stats {
	return serve.Stats{Patients: s.Patients, Resources: s.Resources}
}

// What cannot be an Observation of a patient is counted and never shown.
func TestUnfit(t *testing.T) {
	w := newWard(t)
	battery := heartRate("p1", 0, t0)
	battery.Kind, battery.Quantity = vitals.BatteryLevel, vitals.Percent(50)
	stranger, timeless, coded := heartRate("", 60, t0), heartRate("p1", 60, time.Time{}), heartRate("p1", 60, t0)
	coded.Kind = vitals.Consciousness
	w.put(battery, stranger, timeless, coded)
	require.Equal(t, uint64(4), w.Stats().Refused)
	require.Equal(t, serve.Stats{}, onlyHeld(w.Stats()))
}

// An alarm that comes before the first measurement waits for somebody to be
// asked for consent.
func TestAlarmBeforePatient(t *testing.T) {
	w := newWard(t)
	require.NoError(t, w.Update(t.Context(), flag(t, "a-1", "p1", "low")))
	require.Equal(t, 404, w.get("all", "Flag/a-1").status)
	require.NoError(t, w.Restore([]vitals.Reading{heartRate("p1", 60, t0)}))
	require.Equal(t, 200, w.get("all", "Flag/a-1").status)
	for i := range 2000 {
		require.NoError(t, w.Update(t.Context(), flag(t, "x", "q"+time.Duration(i).String(), "low")))
	}
	require.LessOrEqual(t, w.Stats().Resources, 1002)
}

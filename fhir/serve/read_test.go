package serve_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

func TestRead(t *testing.T) {
	w := newWard(t)
	w.put(heartRate("p1", 72, t0))
	id := heartRate("p1", 72, t0).ID().String()
	a := w.get("all", "Observation/"+id)
	require.Equal(t, 200, a.status)
	h := headerOf(t, a.body)
	require.Equal(t, id, h.ID)
	require.Equal(t, `W/"`+h.Meta.VersionID+`"`, a.header.Get("ETag"))
	updated, err := time.Parse(time.RFC3339Nano, h.Meta.LastUpdated)
	require.NoError(t, err)
	require.Equal(t, updated.UTC().Format(http.TimeFormat), a.header.Get("Last-Modified"))
	require.Equal(t, "application/fhir+json; charset=utf-8", a.header.Get("Content-Type"))

	for tag, status := range map[string]int{
		a.header.Get("ETag"): 304, `"` + h.Meta.VersionID + `"`: 304, "*": 304, `"x", ` + a.header.Get("ETag"): 304, `W/"1"`: 200, "": 200, h.Meta.VersionID: 200,
	} {
		require.Equal(t, status, w.do("all", http.MethodGet, "Observation/"+id, "", "If-None-Match", tag).status, tag)
	}
	require.Equal(t, 200, w.get("all", "Observation/"+id+"/_history/"+h.Meta.VersionID).status)

	w.put(heartRate("p1", 72, t0)) // a repeat is no change
	require.Equal(t, a.body, w.get("all", "Observation/"+id).body)

	w.put(heartRate("p1", 73, t0)) // a correction
	now := w.get("all", "Observation/"+id)
	require.Contains(t, string(now.body), `"value":73`)
	require.NotEqual(t, a.header.Get("ETag"), now.header.Get("ETag"))
	require.Equal(t, 404, w.get("all", "Observation/"+id+"/_history/"+h.Meta.VersionID).status)

	head := w.do("all", http.MethodHead, "Observation/"+id, "")
	require.Equal(t, 200, head.status)
	require.Equal(t, now.header.Get("ETag"), head.header.Get("ETag"))
	require.Equal(t, now.header.Get("Content-Length"), head.header.Get("Content-Length"))
}

func TestReadOther(t *testing.T) {
	w := newWard(t)
	w.put(heartRate("p1", 72, t0))
	resource := strings.Replace(string(flag(t, "a-1", "p1", "low\nand <lower>")), `"id":"a-1"`, `"id":"a-1","meta":{"versionId":"7","tag":[{"code":"x"}]}`, 1)
	require.NoError(t, w.Update(t.Context(), []byte(resource)))
	a := w.get("all", "Flag/a-1")
	require.Equal(t, 200, a.status)
	require.Contains(t, string(a.body), `"tag":[{"code":"x"}]`)
	require.NotContains(t, string(a.body), "\n")
	require.NoError(t, w.Update(t.Context(), []byte(" "+resource)))
	require.Equal(t, a.body, w.get("all", "Flag/a-1").body, "the same again is no change")
	require.NoError(t, w.Update(t.Context(), flag(t, "a-1", "p1", "lower")))
	require.NotEqual(t, a.header.Get("ETag"), w.get("all", "Flag/a-1").header.Get("ETag"))
	require.Equal(t, 1, w.get("all", "Flag?patient=p1").bundle(t).Total)
}

func TestUpdateRefuses(t *testing.T) {
	w := newWard(t)
	for body, want := range map[string]error{
		``: fhir.ErrSyntax, `{`: fhir.ErrSyntax, `[]`: fhir.ErrSyntax, `null`: fhir.ErrUnsupported,
		`{"resourceType":"Patient","id":"x"}`:                                                                                          fhir.ErrUnsupported,
		`{"resourceType":"Flag","subject":{"reference":"Patient/p1"}}`:                                                                 fhir.ErrMissing,
		`{"resourceType":"Flag","id":"x y","subject":{"reference":"Patient/p1"}}`:                                                      fhir.ErrMissing,
		`{"resourceType":"Flag","id":"x"}`:                                                                                             fhir.ErrMissing,
		`{"resourceType":"Flag","id":"x","subject":{"reference":"Patient/p1"},"period":{"start":"DOE^JANE"}}`:                          fhir.ErrValue,
		`{"resourceType":"Flag","id":"x","a":1,"a":2,"subject":{"reference":"Patient/p1"}}`:                                            fhir.ErrDuplicate,
		`{"resourceType":"Observation","id":"x","subject":{"reference":"Patient/p1"}}`:                                                 fhir.ErrMissing,
		`{"resourceType":"Flag","id":"x","subject":{"reference":"Patient/p1"},"code":{"text":"` + strings.Repeat("x", 256<<10) + `"}}`: fhir.ErrLimit,
	} {
		err := w.Update(t.Context(), []byte(body))
		require.ErrorIs(t, err, want, "%.80s", body)
		require.NotContains(t, err.Error(), "DOE")
	}
	require.Zero(t, w.Stats().Resources)
}

// Whoever may not see a patient gets the answers of a server that knows none.
func TestNoConsentIsNoPatient(t *testing.T) {
	full, empty := newWard(t), newWard(t)
	full.Patient = patientStub
	empty.Patient = patientStub
	full.fill()
	require.NoError(t, full.Update(t.Context(), flag(t, "a-1", "p1", "low")))
	full.deny(vitals.NewPatientID("p1"), true)
	id := heartRate("p1", 60, t0).ID().String()
	for _, deaf := range []bool{false, true} { // whether or not the refusal can be recorded
		full.deaf, empty.deaf = deaf, deaf
		for _, target := range []string{
			"Observation?patient=p1", "Observation?_id=" + id, "Observation/" + id, "Observation/" + id + "/_history/1", "Flag/a-1",
			"Flag?patient=p1", "Observation/$lastn?patient=p1", "Patient/p1", "Observation?patient=p1&_count=1",
		} {
			a, b := full.get("all", target), empty.get("all", target)
			require.Equal(t, b.status, a.status, target)
			require.Equal(t, string(withoutMoment(b.body)), string(withoutMoment(a.body)), target)
			require.Equal(t, b.header.Get("ETag"), a.header.Get("ETag"))
		}
	}
}

// withoutMoment leaves out how far the store has come.
func withoutMoment(b []byte) []byte {
	before, after, ok := strings.Cut(string(b), `"meta":{"lastUpdated":"`)
	if !ok {
		return b
	}
	_, after, _ = strings.Cut(after, `"`)
	return []byte(before + after)
}

func patientStub(_ context.Context, p vitals.PatientID) ([]byte, error) {
	r, err := fhir.Mapper{}.PatientResource(fhir.PatientStub{ID: p})
	if err != nil {
		return nil, err
	}
	return fhir.Marshal(r)
}

func TestReadPatient(t *testing.T) {
	w := newWard(t)
	w.put(heartRate("p1", 72, t0))
	require.Equal(t, 404, w.get("all", "Patient/p1").status, "there are no Patients without a function")
	w.Patient = patientStub
	require.Equal(t, "p1", headerOf(t, w.get("all", "Patient/p1").body).ID)
	require.Equal(t, 404, w.get("all", "Patient/p2").status)
	require.Equal(t, 200, w.get("mine", "Patient/p1").status)
	require.Equal(t, 403, w.get("lab", "Patient/p1").status)
}

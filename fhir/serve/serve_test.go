package serve_test

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/fhir/validate"
	"github.com/telemed-go/sdk/vitals"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var t0 = time.Date(2026, 11, 30, 8, 0, 0, 0, time.FixedZone("", 3600))

// A ward is a server with its gate keepers, for tests.
type ward struct {
	*serve.Server
	t *testing.T

	mu      sync.Mutex
	denied  map[vitals.PatientID]bool
	audit   []fhir.Access
	deaf    bool // the audit takes nothing
	scopes  map[string]string
	patient map[string]string
}

const base = "https://ward.example/fhir"

func newWard(t *testing.T) *ward {
	w := &ward{
		t: t, denied: make(map[vitals.PatientID]bool),
		scopes: map[string]string{
			"all": "system/*.cruds", "doctor": "user/*.read", "nothing": "openid launch",
			"mine": "patient/*.rs patient/Subscription.crd", "writer": "system/*.write", "lab": "system/Observation.rs?category=laboratory",
		},
		patient: map[string]string{"mine": "p1"},
	}
	w.Server = &serve.Server{
		Base: base,
		Access: serve.Access{
			Authorize: func(_ context.Context, r *http.Request) (serve.Principal, error) {
				who, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
				scopes, ok := w.scopes[who]
				if !ok {
					return serve.Principal{}, serve.ErrUnauthorized
				}
				return serve.Principal{ID: who, Scopes: serve.ParseScopes(scopes), Patient: w.patient[who], Purpose: "TREAT"}, nil
			},
			Consent: func(_ context.Context, _ serve.Principal, p vitals.PatientID, _ string) serve.Decision {
				w.mu.Lock()
				defer w.mu.Unlock()
				if w.denied[p] {
					return serve.Deny
				}
				return serve.Permit
			},
			Audit: func(_ context.Context, a fhir.Access) error {
				w.mu.Lock()
				defer w.mu.Unlock()
				if w.deaf {
					return context.DeadlineExceeded
				}
				w.audit = append(w.audit, a)
				return nil
			},
		},
	}
	return w
}

func (w *ward) deny(p vitals.PatientID, denied bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.denied[p] = denied
}

func (w *ward) setDeaf(deaf bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = deaf
}

func (w *ward) audited() []fhir.Access {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.audit
	w.audit = nil
	return list
}

// An answer is that of the server, held against the validator.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request as somebody; extra are headers in pairs.
func (w *ward) do(who, method, target, body string, extra ...string) answer {
	w.t.Helper()
	r := httptest.NewRequest(method, base+"/"+target, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	if method == http.MethodPost && body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(extra); i += 2 {
		r.Header.Set(extra[i], extra[i+1])
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	a := answer{rec.Code, rec.Header(), rec.Body.Bytes()}
	if len(a.body) > 0 && method != http.MethodHead {
		valid(w.t, a.body)
	}
	return a
}

func (w *ward) get(who, target string) answer {
	w.t.Helper()
	return w.do(who, http.MethodGet, target, "")
}

// valid fails the test for a body that is not valid FHIR.
func valid(t testing.TB, body []byte) {
	t.Helper()
	if issues := validate.Resource(body); !issues.Valid() {
		t.Fatalf("not valid FHIR: %v\n%.2000s", issues, body)
	}
}

// bundle is what tests read of a Bundle.
type bundle struct {
	Type  string
	Total int
	Meta  struct{ LastUpdated string }
	Link  []struct{ Relation, URL string }
	Entry []struct {
		FullURL  string `json:"fullUrl"`
		Resource json.RawMessage
		Search   struct{ Mode string }
	}
}

type header struct {
	ResourceType, ID, Status string
	Meta                     struct{ VersionID, LastUpdated string }
	EffectiveDateTime        string
	ValueQuantity            struct{ Value json.Number }
	Code                     struct {
		Coding []struct{ System, Code string }
	}
	Issue []struct {
		Severity, Code, Diagnostics string
		Location                    []string
	}
}

func (a answer) bundle(t testing.TB) (b bundle) {
	t.Helper()
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, &b))
	return b
}

func (b bundle) next() string {
	for _, l := range b.Link {
		if l.Relation == "next" {
			return strings.TrimPrefix(l.URL, base+"/")
		}
	}
	return ""
}

func headerOf(t testing.TB, body []byte) (h header) {
	t.Helper()
	require.NoError(t, json.Unmarshal(body, &h))
	return h
}

// values are those of the Observations, in order.
func (b bundle) values(t testing.TB) (list []string) {
	t.Helper()
	for _, e := range b.Entry {
		if e.Search.Mode == "match" {
			list = append(list, cmp.Or(headerOf(t, e.Resource).ValueQuantity.Value.String(), headerOf(t, e.Resource).ResourceType))
		}
	}
	return list
}

func heartRate(patient string, bpm int64, at time.Time) vitals.Reading {
	return vitals.Reading{
		Patient: vitals.NewPatientID(patient), Device: "strap", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(bpm), At: at,
	}
}

func spo2(patient string, percent int64, at time.Time) vitals.Reading {
	return vitals.Reading{
		Patient: vitals.NewPatientID(patient), Device: "clip", Kind: vitals.SpO2, Quantity: vitals.Percent(percent), At: at,
	}
}

func pressure(patient string, at time.Time) []vitals.Reading {
	r := vitals.Reading{Patient: vitals.NewPatientID(patient), Device: "cuff", Kind: vitals.Systolic, Quantity: vitals.MmHg(120), At: at}
	d := r
	d.Kind, d.Quantity = vitals.Diastolic, vitals.MmHg(80)
	return []vitals.Reading{r, d}
}

func flag(t testing.TB, id, patient, reason string) []byte {
	t.Helper()
	f, err := fhir.Mapper{}.Flag(fhir.Alarm{ID: id, Patient: vitals.NewPatientID(patient), Rule: "SpO2 low", Reason: reason, Priority: fhir.PriorityHigh, Onset: t0})
	require.NoError(t, err)
	b, err := fhir.Marshal(f)
	require.NoError(t, err)
	return b
}

func (w *ward) put(readings ...vitals.Reading) {
	w.t.Helper()
	require.NoError(w.t, w.Put(w.t.Context(), readings))
}

// fill gives p1 and p2 an hour of measurements, one of each a minute.
func (w *ward) fill() {
	w.t.Helper()
	for i := range 60 {
		at := t0.Add(time.Duration(i) * time.Minute)
		for _, p := range []string{"p1", "p2"} {
			w.put(heartRate(p, int64(60+i), at), spo2(p, int64(40+i), at))
		}
	}
	w.put(pressure("p1", t0.Add(time.Hour))...)
}

// listen serves on loopback until the test ends.
func (w *ward) listen() *httptest.Server {
	srv := httptest.NewServer(w.Server)
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		require.ErrorIs(w.t, <-done, context.Canceled)
		srv.Close()
	})
	return srv
}

func readAll(t testing.TB, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return b
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

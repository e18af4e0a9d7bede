package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/vitals"
)

// A handler in a mux that is there already answers a search. The gateway, of
// which the server is a sink, is left out.
func Example() {
	ward := &serve.Server{
		Base: "https://ward.example/fhir",
		Access: serve.Access{
			Authorize: func(_ context.Context, r *http.Request) (serve.Principal, error) {
				if r.Header.Get("Authorization") != "Bearer secret" { // of an OAuth server
					return serve.Principal{}, serve.ErrUnauthorized
				}
				return serve.Principal{ID: "chart", Scopes: serve.ParseScopes("user/Observation.rs"), Purpose: "TREAT"}, nil
			},
			Consent: func(context.Context, serve.Principal, vitals.PatientID, string) serve.Decision { return serve.Permit },
			Audit: func(_ context.Context, a fhir.Access) error {
				fmt.Println("recorded:", a.Client.Value, a.Purpose)
				return nil
			},
		},
	}
	mux := http.NewServeMux()
	mux.Handle("/fhir/", ward)

	pulse := vitals.Reading{
		Patient: vitals.NewPatientID("p1"), Device: "strap", Kind: vitals.HeartRate,
		Quantity: vitals.PerMinute(72), At: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC),
	}
	if err := ward.Put(context.Background(), []vitals.Reading{pulse}); err != nil {
		log.Fatal(err)
	}

	r := httptest.NewRequest(http.MethodGet, "/fhir/Observation?patient=p1&code=8867-4", nil)
	r.Header.Set("Authorization", "Bearer secret")
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, r)
	var bundle struct {
		Total int
		Entry []struct {
			Resource struct {
				EffectiveDateTime string
				ValueQuantity     struct {
					Value json.Number
					Unit  string
				}
			}
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &bundle); err != nil {
		log.Fatal(err)
	}
	for _, e := range bundle.Entry {
		fmt.Println(e.Resource.EffectiveDateTime, e.Resource.ValueQuantity.Value, e.Resource.ValueQuantity.Unit)
	}
	// Output:
	// recorded: chart TREAT
	// 2026-12-01T08:00:00.000Z 72 /min
}

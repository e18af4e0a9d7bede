package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/fhir/smart"
)

// An ehr is the health record: a server in memory that is down for a part of
// every two seconds.
type ehr struct {
	server *fhirtest.Server
	web    *httptest.Server
	access *smart.Backend
	begin  time.Time
	down   time.Duration
}

const period = 2 * time.Second

func openEHR(o options) (*ehr, error) {
	const secret = "only-in-this-process"
	e := &ehr{begin: time.Now(), down: time.Duration(o.down * float64(period))}
	e.server = &fhirtest.Server{
		Lacks: fhirtest.ConditionalCreate, Rates: fhirtest.Rates{LostReply: o.lost}, Seed: o.seed,
		Authorize: func(token string) bool { return token == secret },
	}
	if o.conditional {
		e.server.Lacks = fhirtest.UpdateCreate
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"bearer","expires_in":300,"scope":"system/*.cruds"}`, secret)
	})
	mux.Handle("/fhir/", http.StripPrefix("/fhir", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.state() == "down" {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		e.server.ServeHTTP(w, r)
	})))
	e.web = httptest.NewServer(mux)
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, err
	}
	e.access = &smart.Backend{
		TokenURL: e.web.URL + "/token", ClientID: "ward-9", Keys: smart.Keys{{Signer: key}}, Scopes: []string{"system/*.cruds"},
	}
	return e, nil
}

// state is "up" or "down".
func (e *ehr) state() string {
	if time.Since(e.begin)%period < e.down {
		return "down"
	}
	return "up"
}

package smart_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/telemed-go/sdk/fhir/smart"
)

// A server in this process stands for the health record.
func Example() {
	record := http.NewServeMux()
	server := httptest.NewServer(record)
	defer server.Close()
	record.HandleFunc("/fhir/.well-known/smart-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"token_endpoint":"%s/token"}`, server.URL)
	})
	record.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"secret","token_type":"bearer","expires_in":300,"scope":"system/Observation.cruds"}`)
	})

	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader) // from a key store in real life
	if err != nil {
		log.Fatal(err)
	}
	keys := smart.Keys{{ID: "2026-12", Signer: key}}
	http.NewServeMux().Handle("/jwks", keys) // at the jwks_url of the client

	ctx := context.Background()
	config, err := smart.Discover(ctx, nil, server.URL+"/fhir")
	if err != nil {
		log.Fatal(err)
	}
	backend := &smart.Backend{
		TokenURL: config.TokenEndpoint, ClientID: "ward-9", Keys: keys, Scopes: []string{"system/Observation.cu"},
	}
	token, err := backend.Token(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("a token of", len(token), "characters")
	// Output: a token of 6 characters
}

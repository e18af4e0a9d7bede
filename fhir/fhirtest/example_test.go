package fhirtest_test

import (
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/telemed-go/sdk/fhir/fhirtest"
)

// A reply is lost after the commit. Whoever posts again without a search makes
// a copy, and the ledger tells.
func Example() {
	server := new(fhirtest.Server)
	server.Script(fhirtest.Fault{Commit: true, Reply: fhirtest.Reset})
	web := server.Start()
	defer web.Close()

	const resource = `{"resourceType":"Observation","identifier":[{"system":"urn:example","value":"7"}],"status":"final"}`
	for range 2 {
		resp, err := http.Post(web.URL+"/Observation", "application/fhir+json", strings.NewReader(resource))
		if err != nil {
			fmt.Println("no answer")
			continue
		}
		if err := resp.Body.Close(); err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.StatusCode)
	}
	fmt.Println("copies:", server.Copies("urn:example", "7"))
	// Output:
	// no answer
	// 201
	// copies: 2
}

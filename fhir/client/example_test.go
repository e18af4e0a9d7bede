package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/vitals"
)

// The server loses the first reply after it has stored everything. The client
// puts the same ids again, and nothing is there twice.
func Example() {
	server := new(fhirtest.Server)
	server.Script(fhirtest.Fault{Commit: true, Reply: fhirtest.Reset})
	web := server.Start()
	defer web.Close()

	record, err := client.New(web.URL)
	if err != nil {
		log.Fatal(err)
	}
	readings := []vitals.Reading{
		{Kind: vitals.HeartRate, Quantity: vitals.PerMinute(72)},
		{Kind: vitals.SpO2, Quantity: vitals.Percent(97)},
	}
	for i := range readings {
		readings[i].Patient, readings[i].Device = vitals.NewPatientID("17"), "oximeter-2"
		readings[i].At = time.Date(2026, 3, 1, 10, 11, 12, 0, time.UTC)
	}
	if err := record.Put(context.Background(), readings); err != nil {
		log.Fatal(err)
	}
	stats := record.Stats()
	fmt.Println("delivered:", stats.Delivered, "sent again:", stats.Retries, "at the server:", len(server.Resources("Observation")))
	// Output: delivered: 2 sent again: 2 at the server: 2
}

// What the server will never take is kept apart, with codes and without a value.
func ExampleQuarantine() {
	server := &fhirtest.Server{Check: func([]byte) int { return 422 }}
	record, err := client.New("https://ehr.example/fhir", client.Transport(server),
		client.Quarantine(func(_ context.Context, q client.Quarantined) error {
			fmt.Println(q.ID, q.Err)
			return nil
		}))
	if err != nil {
		log.Fatal(err)
	}
	reading := vitals.Reading{
		Patient: vitals.NewPatientID("17"), Device: "strap", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(72),
		At: time.Date(2026, 3, 1, 10, 11, 12, 0, time.UTC),
	}
	if err := record.Put(context.Background(), []vitals.Reading{reading}); err != nil {
		log.Fatal(err)
	}
	// Output: 2afe3a2a-d39e-5b85-a521-640a8eb3ec5e fhir: update: 422: business-rule at Observation.value.ofType(Quantity)
}

// An alarm does not wait for the backlog.
func ExampleClient_Update() {
	server := new(fhirtest.Server)
	record, err := client.New("https://ehr.example/fhir", client.Transport(server))
	if err != nil {
		log.Fatal(err)
	}
	flag := `{"resourceType":"Flag","id":"a1","status":"active","code":{"text":"SpO2 low"},"subject":{"reference":"Patient/17"}}`
	if err := record.Update(context.Background(), []byte(flag)); err != nil {
		log.Fatal(err)
	}
	resource, err := record.Read(context.Background(), "Flag", "a1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(resource) > 0, server.Order("Patient/17")[0].Version)
	// Output: true 1
}

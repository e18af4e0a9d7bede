package telemed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// record is a sink of an integrator's own: a health record that takes FHIR
// transactions.
type record struct {
	url    string
	client http.Client
	body   []byte
}

func (r *record) Name() string { return "record" }

// Put sends what comes together in one transaction, so that a record that is away
// half of the time has all of it at the second attempt, however much it is. The id
// of a resource is a function of the measurement: to send it again changes nothing.
func (r *record) Put(ctx context.Context, readings []vitals.Reading) error {
	known := slices.DeleteFunc(slices.Clone(readings), func(v vitals.Reading) bool { return !fhir.Supports(v.Kind) })
	if len(known) == 0 {
		return nil
	}
	var err error
	if r.body, err = (fhir.Mapper{}).AppendTransaction(r.body[:0], known); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/fhir+json")
	answer, err := r.client.Do(request)
	if err != nil {
		return err // the gateway puts the same readings again
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) // so that the connection is used again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("record: status %d", answer.StatusCode) // never the body: it may name a patient
	}
	return nil
}

// A health record refuses half of the requests: of some it has done the work
// nevertheless, of some the answer is lost. A sink that reports what failed and
// sends under the same ids has nothing to remember: nothing is lost, nothing is doubled.
func ExampleSink() {
	server := fhirtest.Server{Rates: fhirtest.Rates{Unavailable: 0.25, Broken: 0.15, LostReply: 0.1}, Seed: 7}
	web := server.Start()
	defer web.Close()
	dir, err := os.MkdirTemp("", "sink")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	// Every start of the gateway brings ten new frames, and all of before once more,
	// as a broker does after a lost connection.
	var pulses []device.Frame
	for start := range 10 {
		for second := range 10 {
			pulses = append(pulses, heartRate("bed-1", 10*start+second, byte(60+second)))
		}
		log, err := store.Open(filepath.Join(dir, "log.db"))
		if err != nil {
			panic(err)
		}
		gateway := telemed.Gateway{
			Source: telemedtest.Frames(pulses...), Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{&record{url: web.URL}},
		}
		if err := errors.Join(gateway.Run(context.Background()), log.Close()); err != nil {
			panic(err)
		}
	}

	failed := 0
	for _, request := range server.Requests(fhirtest.Bundle) {
		if request.Status != http.StatusOK {
			failed++
		}
	}
	fmt.Println("frames sent:", 10*(10+100)/2, "requests that failed:", failed)
	fmt.Println("measurements:", len(pulses), "resources:", len(server.Resources("Observation")))
	// Output:
	// frames sent: 550 requests that failed: 10
	// measurements: 100 resources: 100
}

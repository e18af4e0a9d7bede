// Share shows what a ward lets other systems see, in real time: a FHIR server
// over four synthetic patients, and four parties with different rights who ask
// it.
//
//	go run ./examples/share
//	go run ./examples/share -for 1h    # and ask it yourself, with the lines it prints
//
// Each party searches, opens a stream, and is told to whom it was shown. In the
// middle a patient withdraws the consent given to the family doctor, whose
// stream goes on without that patient. At the end stands the audit trail in
// numbers.
//
// The tokens are fixed words and the consents a map: in a product they come from
// an OAuth server (see fhir/smart for the other side) and from FHIR Consents. It
// is a demonstration and not a medical device.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "share:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("share", flag.ContinueOnError)
	long := f.Duration("for", 4*time.Second, "how long; the consent is withdrawn after half of it, two seconds at most")
	listen := f.String("listen", "127.0.0.1:0", "address of the server")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, *long)
	defer stop()

	rights := newRights()
	ward := &serve.Server{Base: "http://" + l.Addr().String() + "/fhir", Access: rights.access()}
	mux := http.NewServeMux()
	mux.Handle("/fhir/", ward)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()

	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	parts.Go(func() { _ = server.Serve(l) }) // until Close
	parts.Go(func() { _ = ward.Run(ctx) })   // until ctx ends
	parts.Go(func() { measure(ctx, ward) })  // the gateway, in a product
	context.AfterFunc(ctx, func() { _ = server.Close() })

	fmt.Fprintf(out, "server: %s\n", ward.Base)
	fmt.Fprintf(out, "ask it: curl -H 'Authorization: Bearer doctor' '%s/Observation?patient=p1&_count=2'\n\n", ward.Base)
	return tell(ctx, out, ward.Base, rights, min(*long/2, 2*time.Second))
}

// measure puts what four patients' devices send into the server, ten times as
// fast as life.
func measure(ctx context.Context, ward *serve.Server) {
	start := time.Now()
	var patients []*vitalstest.Patient
	for i, name := range names {
		patients = append(patients, vitalstest.NewPatient(vitalstest.Rest, uint64(i+1), start, vitalstest.As(vitals.NewPatientID(name))))
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	var readings []vitals.Reading
	for at := start; ; at = at.Add(time.Second) {
		readings = readings[:0]
		for _, p := range patients {
			readings = p.AppendReadings(readings, at, vitals.HeartRate, vitals.SpO2, vitals.RespiratoryRate)
		}
		_ = ward.Put(ctx, readings) // it returns no error
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// Embed is a service that was there before, with its users, server, metrics page
// and pager, into which a gateway has been put. Devices come in over MQTT; out go
// the live state of a patient as JSON and as server-sent events, alarms to the
// pager, and what is done about them comes back over HTTP.
//
//	go run ./examples/embed -broker mqtt://127.0.0.1:1883 -log gateway.db
//	curl -u anna:  http://127.0.0.1:8080/patients/4711/live
//	curl -u anna:  http://127.0.0.1:8080/patients/4711/events          # a line for every change
//	curl -u anna:  -X POST http://127.0.0.1:8080/patients/4711/alarms/{id}/acknowledge
//	curl           http://127.0.0.1:8080/metrics                       # and /readyz
//
// To copy: monitoring.go is what such a service adds, and this file where it is
// called. What to keep in mind:
//
//   - The service runs while the broker is away, and /readyz says so: mqtt.NewSource.
//   - The gateway asks the service's own database who wears a device: telemed.Roster.
//   - The pager is told of every change of an alarm; Event.Announce says which of
//     them somebody should hear. It may be told twice, with the same key. A slow one
//     holds nothing up: alert.Queue.
//   - An acknowledgement is on disk before the answer: alarms.Engine. After a restart
//     it still holds, and nobody is paged for it again.
//   - The end: first HTTP, whose streams would never end by themselves
//     (http.Server.BaseContext), then the gateway, then its log.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

func main() {
	broker := flag.String("broker", "mqtt://127.0.0.1:1883", "address of the broker; to another machine mqtts://")
	file := flag.String("log", "gateway.db", "file of the log")
	listen := flag.String("listen", "127.0.0.1:8080", "address of the service")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	l, err := net.Listen("tcp", *listen)
	if err == nil {
		err = run(ctx, l, *broker, *file, hospital, func(_ context.Context, key string, p vitals.PatientID, text string) error {
			fmt.Fprintln(os.Stderr, "page", key, p, text) // p prints as a pseudonym
			return nil
		})
	}
	if err != nil {
		slog.Error("service failed", "reason", err)
		os.Exit(1)
	}
}

// run is the service: its own mux and server, and the monitoring beside them.
func run(ctx context.Context, l net.Listener, broker, file string, db database, page pager) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	m, err := newMonitoring(ctx, broker, file, db, page, slog.Default())
	if err != nil {
		return errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	m.routes(mux)
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	monitoring, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 2)
	go func() { ended <- m.run(monitoring); stop() }()
	go func() { ended <- server.Serve(l); stop() }()

	<-ctx.Done()
	last, cancel := context.WithTimeout(monitoring, 5*time.Second)
	defer cancel()
	err = server.Shutdown(last)
	end()
	for range cap(ended) {
		if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// database stands for the users of the service: who wears a device, and who may
// see whom. A real one would remember since when, for a late message is of whoever
// wore the device then.
type database struct {
	wearer map[vitals.DeviceID]string // number of the patient
	staff  map[string][]string        // who may see which patients
}

var hospital = database{
	wearer: map[vitals.DeviceID]string{"oximeter-7": "4711", "strap-2": "4712"},
	staff:  map[string][]string{"anna": {"4711", "4712"}, "ben": {"4712"}},
}

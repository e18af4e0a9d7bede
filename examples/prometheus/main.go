// Prometheus shows a gateway to the machines that watch it: its numbers in the
// text format of Prometheus, and two probes.
//
//	go run ./examples/prometheus
//	curl http://127.0.0.1:9464/metrics
//	curl http://127.0.0.1:9464/healthz   # alive: 200 while the gateway runs
//	curl http://127.0.0.1:9464/readyz    # 503 and the problems as JSON when a part fails
//
// The adapter is exporter.go; take it along. It needs the standard library only.
// The devices here are simulated. One of the sinks, a health record, is away half
// of the time, so that there is something to see.
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
	"path/filepath"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "prometheus:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("prometheus", flag.ContinueOnError)
	listen := f.String("listen", "127.0.0.1:9464", "address of the numbers and probes")
	every := f.Duration("every", time.Second, "how often the devices measure")
	away := f.Duration("away", 30*time.Second, "the health record is away for so long, then back for as long")
	long := f.Duration("for", 0, "stop after so long; 0 is never")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if *every <= 0 || *away < 0 {
		return errors.New("-every must be positive and -away must not be negative")
	}
	if *long > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *long)
		defer cancel()
	}
	return operate(ctx, *listen, *every, *away, out)
}

// operate runs the gateway and shows it until the context ends.
func operate(ctx context.Context, listen string, every, away time.Duration, out io.Writer) error {
	dir, err := os.MkdirTemp("", "prometheus")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	log, err := store.Open(filepath.Join(dir, "log.db"))
	if err != nil {
		return err
	}
	defer log.Close()
	beds := new(ward.Ward)
	alarms, err := alert.NewEngine(beds, alert.Above(vitals.HeartRate, vitals.PerMinute(100)).Priority(alert.Medium))
	if err != nil {
		return err
	}
	gateway := &telemed.Gateway{
		Source:  newDevices(every),
		Decoder: compact.Decoder{},
		Log:     log,
		Sinks:   []telemed.Sink{beds, alarms, record{time.Now(), away}},
	}

	mux := http.NewServeMux()
	mux.Handle("GET /metrics", exporter{"gateway": gateway, "log": log, "ward": beds})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.Handle("GET /readyz", ready(gateway))
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(l) }()
	fmt.Fprintf(out, "http://%s/metrics\n", l.Addr())
	err = gateway.Run(ctx)
	_ = server.Close()
	<-served
	return err
}

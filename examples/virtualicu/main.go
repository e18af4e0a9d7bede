// Virtualicu is a virtual intensive-care unit in one program: synthetic
// patients whose devices put real Bluetooth bytes on a broker, the gateway that
// decodes and keeps them, alarms, scores, FHIR, and a wall of beds in the
// browser.
//
//	go run ./examples/virtualicu
//	go run ./examples/virtualicu -beds 16 -speed 10
//	go run ./examples/virtualicu -headless -seed 1 -for 10s
//	go run ./examples/virtualicu -glucose FILE.csv -subject ID -speed 300
//
// On the wall alarms are acknowledged, snoozed and paused by name, and explain
// themselves; nobody answers on his own. Headless, a simulated staff does, and every
// alarm comes with the resources by which a health record is told of it.
//
// It is a demonstration and not a medical device.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "virtualicu:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	beds             int
	seed             uint64
	speed            float64
	long             time.Duration
	outage           time.Duration
	headless         bool
	listen           string
	fhirFile         string
	logFile          string
	glucose, subject string
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("virtualicu", flag.ContinueOnError)
	f.IntVar(&o.beds, "beds", 8, "number of beds, 1 to 500")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the patients: the same seed gives the same patients")
	f.Float64Var(&o.speed, "speed", 1, "patients' seconds in a second; 0 is as fast as possible")
	f.DurationVar(&o.long, "for", 0, "stop after so long (with -speed 0: of the patients' time); 0 is never")
	f.DurationVar(&o.outage, "outage", 5*time.Minute, "cut the last gateway off after so long of the patients' time, for five minutes; 0 is never")
	f.BoolVar(&o.headless, "headless", false, "no page and a simulated staff; print events as JSON lines")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of the page")
	f.StringVar(&o.fhirFile, "fhir", "", "write FHIR Observations to this file (NDJSON)")
	f.StringVar(&o.logFile, "log", "", "keep the log in this file; default is a temporary one")
	f.StringVar(&o.glucose, "glucose", "", "feed the last bed from this recording (CSV with id, time_unix, gl)")
	f.StringVar(&o.subject, "subject", "", "whose rows of the recording")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is not a flag; see -help", f.Arg(0))
	case o.beds < 1 || o.beds > 500:
		return o, errors.New("-beds must be 1 to 500")
	case o.speed < 0 || o.outage < 0:
		return o, errors.New("-speed and -outage must not be negative")
	case (o.glucose == "") != (o.subject == ""):
		return o, errors.New("-glucose and -subject go together")
	}
	return o, nil
}

// patientTime is how much of the patients' time passes in -for. Counting in it
// makes the length of a run, and so its events, independent of the clock.
func (o options) patientTime() time.Duration {
	if o.speed == 0 {
		return o.long
	}
	return time.Duration(float64(o.long) * o.speed)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	// Headless runs are to be the same every time, so their time is fixed.
	start := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	if !o.headless {
		start = time.Now().UTC().Truncate(time.Second)
	}
	beds := newBeds(o.beds, o.seed, start)
	if o.outage > 0 {
		cutOff(beds, start.Add(o.outage))
	}
	if o.glucose != "" {
		last := beds[len(beds)-1]
		if last.recording, err = readRecording(o.glucose, o.subject, start); err != nil {
			return err
		}
	}
	return operate(ctx, o, beds, start, out)
}

// operate puts the parts together and runs them.
func operate(ctx context.Context, o options, beds []*bed, start time.Time, out io.Writer) error {
	address, stopBroker, err := startBroker()
	if err != nil {
		return err
	}
	defer stopBroker()
	log, closeLog, err := openLog(o.logFile)
	if err != nil {
		return err
	}
	defer closeLog()
	source, err := mqtt.Open(ctx, address, mqtt.Subscribe("ward/#"), mqtt.Topics(parseTopic), mqtt.Location(time.UTC))
	if err != nil {
		return err
	}
	publisher, err := mqtt.Dial(ctx, address, mqtt.ClientID("devices"))
	if err != nil {
		return errors.Join(err, source.Close())
	}
	defer publisher.Close()

	began := time.Now()
	now := func() time.Time { return start.Add(time.Duration(float64(time.Since(began)) * o.speed)) }
	var live ward.Ward
	screen := newWall(&live, beds, now)
	sink, err := newBedside(beds, start, &live, screen.scored)
	if err != nil {
		return err
	}
	screen.bedside = sink
	gateway := telemed.Gateway{
		Source:    untilEnd{source},
		Decoder:   device.Decoders{gatt.Health(), chartDecoder{}},
		Log:       log,
		Sinks:     []telemed.Sink{sink},
		EventTime: true,
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Roster:    roster(beds),
	}
	if o.fhirFile != "" {
		file, err := os.Create(o.fhirFile)
		if err != nil {
			return err
		}
		defer file.Close()
		gateway.Sinks = append(gateway.Sinks, &record.Observations{W: file})
	}
	if o.headless {
		sink.printTo(out)
	} else if stop, err := serve(o.listen, screen.handler(), out); err != nil {
		return errors.Join(err, source.Close())
	} else {
		defer stop()
	}
	return runBoth(ctx, &gateway, publisher, simulation{
		beds: beds, start: start, speed: o.speed, long: o.patientTime(),
		waiting: func(sent uint64) uint64 { return sent - min(sent, gateway.Stats().Frames) },
	})
}

// runBoth runs the devices beside the gateway until both have ended.
func runBoth(ctx context.Context, gateway *telemed.Gateway, publisher *mqtt.Publisher, sim simulation) error {
	simulated := make(chan error, 1)
	go func() { simulated <- sim.run(ctx, publisher) }()
	err := gateway.Run(ctx)
	if simErr := <-simulated; ctx.Err() == nil {
		err = errors.Join(err, simErr)
	}
	return err
}

// roster says who wears the devices: each is called after its bed.
func roster(beds []*bed) telemed.Roster {
	wearers := make(map[vitals.DeviceID]vitals.PatientID)
	for _, b := range beds {
		wearers[vitals.DeviceID(b.name)] = b.patient.ID()
	}
	return telemed.RosterFunc(func(d vitals.DeviceID, _ time.Time) (vitals.PatientID, bool) {
		p, ok := wearers[d]
		return p, ok
	})
}

// openLog opens the log, in a folder that goes away unless a file is named.
func openLog(file string) (*store.Log, func(), error) {
	remove := func() {}
	if file == "" {
		dir, err := os.MkdirTemp("", "virtualicu")
		if err != nil {
			return nil, nil, err
		}
		file, remove = filepath.Join(dir, "log.db"), func() { _ = os.RemoveAll(dir) }
	}
	log, err := store.Open(file)
	if err != nil {
		remove()
		return nil, nil, err
	}
	return log, func() { _ = log.Close(); remove() }, nil
}

// serve shows the page until stop is called.
func serve(listen string, h http.Handler, out io.Writer) (stop func(), err error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	fmt.Fprintf(out, "wall: http://%s/\n", l.Addr())
	return func() { _ = server.Close() }, nil
}

// Ruralclinic is a clinic at the end of a bad line, and the hospital at the other
// end, in one program. While the line was down the clinic has kept what its
// monitors measured. Now the line is up: 64 kbit/s, and it breaks now and then. The
// clinic sends what it measures now first, the backlog behind it, and an alarm
// ahead of both; and nothing is lost or doubled.
//
//	go run ./examples/ruralclinic
//	go run ./examples/ruralclinic -backlog 168h -patients 8 -for 3m
//	go run ./examples/ruralclinic -rate 9.6 -resets 20 -plain
//
// The way of a reading: monitor, clinic's log on disk, outbox on disk, line, broker,
// hospital's log on disk, receipt, deletion in the outbox.
//
// It is a demonstration and not a medical device.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	info, err := os.Stdout.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	if err := run(ctx, os.Args[1:], os.Stdout, terminal); err != nil {
		fmt.Fprintln(os.Stderr, "ruralclinic:", err)
		os.Exit(1)
	}
}

// maxOutage bounds the work: a hundred days, of all patients together.
const maxOutage = 2400 * time.Hour

// options are the flags.
type options struct {
	patients int
	outage   time.Duration
	long     time.Duration
	rate     float64 // kbit/s
	resets   float64 // percent
	seed     uint64
	plain    bool
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("ruralclinic", flag.ContinueOnError)
	f.IntVar(&o.patients, "patients", 4, "number of patients, 1 to 100")
	f.DurationVar(&o.outage, "backlog", 24*time.Hour, "how long the line was down: 8 signals of each patient a minute wait")
	f.DurationVar(&o.long, "for", 20*time.Second, "measure for so long, then wait until everything has arrived")
	f.Float64Var(&o.rate, "rate", 64, "speed of the line in kbit/s, each way")
	f.Float64Var(&o.resets, "resets", 5, "percent of the KiB on the line that break the connection")
	f.Uint64Var(&o.seed, "seed", 1, "seed of patients and line")
	f.BoolVar(&o.plain, "plain", false, "a line a second instead of a table that changes; so also without a terminal")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is not a flag; see -help", f.Arg(0))
	case o.patients < 1 || o.patients > 100:
		return o, errors.New("-patients must be 1 to 100")
	case o.outage < 0 || o.outage > maxOutage/time.Duration(o.patients):
		return o, fmt.Errorf("-backlog must be 0 to %v for %d patients", (maxOutage / time.Duration(o.patients)).Truncate(time.Hour), o.patients)
	case o.long < 0:
		return o, errors.New("-for must not be negative")
	case !(o.rate >= 1 && o.rate <= 1e6):
		return o, errors.New("-rate must be 1 to 1000000")
	case !(o.resets >= 0 && o.resets <= 50):
		return o, errors.New("-resets must be 0 to 50")
	}
	return o, nil
}

func run(ctx context.Context, args []string, out io.Writer, terminal bool) error {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ruralclinic")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(out, "%d patients; the line was down for %s; now %g kbit/s, and %g %% of the KiB break the connection\n\n", o.patients, short(o.outage), o.rate, o.resets)
	show := display{out: out, redraw: terminal && !o.plain}
	f, err := operate(ctx, o, dir, show.update)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		fmt.Fprintln(out, "stopped before everything had arrived")
	}
	f.print(out)
	return nil
}

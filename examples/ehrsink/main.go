// Ehrsink is a gateway whose health record is down half of the time, and loses
// answers to what it did. Synthetic patients are measured; what cannot be delivered
// waits in the log; alarms go ahead of what waits. In the end the record is held
// against the log: nothing is missing, nothing is there twice.
//
//	go run ./examples/ehrsink
//	go run ./examples/ehrsink -down 0.8 -lost 0.3 -for 1m -conditional
//
// To copy: gateway.go, which is what a program adds to deliver to a FHIR server. It is
// a demonstration and not a medical device.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

type options struct {
	down, lost  float64
	seed        uint64
	long        time.Duration
	patients    int
	conditional bool
}

func main() {
	var o options
	flag.Float64Var(&o.down, "down", 0.5, "share of the time that the record is down, below 1")
	flag.Float64Var(&o.lost, "lost", 0.1, "share of the answers that are lost, below 1")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of patients and faults")
	flag.DurationVar(&o.long, "for", 20*time.Second, "measure for so long, then wait until all is delivered")
	flag.IntVar(&o.patients, "patients", 10, "number of patients, 1 to 200")
	flag.BoolVar(&o.conditional, "conditional", false, "the record gives ids itself: conditional creates instead of PUT")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ehrsink:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	if o.down < 0 || o.down >= 1 || o.lost < 0 || o.lost >= 1 || o.patients < 1 || o.patients > 200 || o.long <= 0 {
		return errors.New("a flag is out of its range; see -help")
	}
	dir, err := os.MkdirTemp("", "ehrsink")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ehr, err := openEHR(o)
	if err != nil {
		return err
	}
	defer ehr.web.Close()
	var pager pager
	b, err := newBridge(ctx, newMonitors(o), filepath.Join(dir, "log.db"), ehr.web.URL+"/fhir", ehr.access, pager.told)
	if err != nil {
		return err
	}
	defer b.log.Close()
	defer b.record.Close()

	done := make(chan error, 1)
	go func() { done <- b.gateway.Run(ctx) }()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for begin := time.Now(); ; {
		select {
		case <-second.C:
			fmt.Fprintf(out, "%3.0f s  %-4s  %s\n", time.Since(begin).Seconds(), ehr.state(), b.line(&pager))
		case err := <-done:
			if err != nil || ctx.Err() != nil {
				return err
			}
			fmt.Fprintf(out, "at the end   %s\n", b.line(&pager))
			return b.ledger(context.WithoutCancel(ctx), ehr, out)
		}
	}
}

// line is how far everything is.
func (b *bridge) line(p *pager) string {
	waiting := 0.0
	for m := range b.gateway.Metrics {
		if m.Name == "telemed_sink_waiting_records" && m.Part == b.record.Name() {
			waiting = m.Value
		}
	}
	s := b.record.Stats()
	alarms, slowest := p.figures()
	return fmt.Sprintf("waiting %4.0f, delivered %5d, sent again %4d, recovered %4d, quarantined %d, alarm events %d (slowest %v)",
		waiting, s.Delivered, s.Retries, s.Unsure, s.Quarantined, alarms, slowest.Round(time.Millisecond))
}

// ledger holds what the record has against what is in the log.
func (b *bridge) ledger(ctx context.Context, e *ehr, out io.Writer) error {
	last, err := b.log.Last(ctx)
	if err != nil {
		return err
	}
	missing, doubled, records := 0, 0, make([]telemed.Record, 512)
	for at := telemed.Position(0); at < last; {
		n, err := b.log.Read(ctx, at, records)
		if err != nil {
			return err
		}
		for _, r := range records[:n] {
			at = r.Position
			if !fhir.Supports(r.Reading.Kind) {
				continue
			}
			switch copies := e.server.Copies("urn:ietf:rfc:3986", "urn:uuid:"+r.Reading.ID().String()); {
			case copies == 0:
				missing++
			case copies > 1:
				doubled++
			}
		}
	}
	fmt.Fprintf(out, "ledger: %d measured, missing %d, duplicates %d\n", last, missing, doubled)
	if missing+doubled > 0 || b.refused.Load() > 0 {
		return errors.New("the record is not what was measured")
	}
	return nil
}

// A pager notes how long it takes until the record has an alarm.
type pager struct {
	mu      sync.Mutex
	events  int
	slowest time.Duration
}

func (p *pager) told(e alert.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events++
	p.slowest = max(p.slowest, time.Since(e.At))
}

func (p *pager) figures() (events int, slowest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events, p.slowest
}

// signals are what a monitor measures. None is a panel: one reading is one
// Observation.
var signals = []vitals.Kind{vitals.HeartRate, vitals.SpO2, vitals.RespiratoryRate, vitals.BodyTemperature}

// Escalation plays one night of a patient at home and prints it as a timeline:
// a wearable, a daughter, a nurse's station and a physician, an alarm that is
// answered, one that is not, a telephone that is off, a power failure in the
// worst moment, and the hour that summer time takes away.
//
//	go run ./examples/escalation
//
// Time is simulated, so the night takes a moment. The rest is real: the engine
// with its rules, the dispatcher with its journal on disk, and the signed
// requests to the nurse's station, a server on the loopback interface.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"time"
	_ "time/tzdata" // the night must be the same everywhere
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run plays the night.
func run(ctx context.Context, w io.Writer) error {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "escalation")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	h := home{
		timeline: timeline{w: w, zone: zone}, journal: filepath.Join(folder, "journal"),
		now: time.Date(2026, time.March, 28, 21, 30, 0, 0, zone),
	}
	if err := h.open(nil); err != nil {
		return err
	}
	defer h.close()
	h.title("One night at home, from 28 to 29 March 2026 in Berlin. All of it is simulated.")
	return h.play(ctx, night, time.Date(2026, time.March, 29, 7, 0, 0, 0, zone))
}

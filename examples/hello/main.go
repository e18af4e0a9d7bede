// Hello is the shortest complete gateway: Bluetooth devices on a broker, a log
// on disk, FHIR Observations to the standard output, alarms to the standard
// error.
//
//	go run ./examples/hello mqtts://broker.ward:8883 gateway.db
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: hello BROKER LOGFILE")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2], os.Stdout, os.Stderr); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, broker, file string, observations, pager io.Writer) error {
	devices, err := mqtt.Open(ctx, broker, mqtt.Subscribe("ward/+/gatt/#"))
	if err != nil {
		return err
	}
	readings, err := store.Open(file)
	if err != nil {
		return err
	}
	defer readings.Close()
	alarms, err := alert.NewEngine(
		alert.NotifyFunc(func(_ context.Context, e alert.Event) error {
			if !e.Announce { // it has ended, or somebody has acknowledged it
				return nil
			}
			_, err := fmt.Fprintln(pager, e)
			return err
		}),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(30*time.Second).Priority(alert.Medium),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10*time.Second).Priority(alert.High),
		alert.Missing(vitals.HeartRate, time.Minute),
		alert.NEWS2AtLeast(7).Priority(alert.High))
	if err != nil {
		return err
	}
	gateway := telemed.Gateway{
		Source:  devices,
		Decoder: gatt.Health(),
		Log:     readings,
		Sinks:   []telemed.Sink{&record.Observations{W: observations}, alarms},
	}
	return gateway.Run(ctx)
}

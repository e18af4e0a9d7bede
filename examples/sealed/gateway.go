package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/seal"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// grant lets a gateway believe a device, until an instant if that is not zero.
func grant(keys *seal.Keyring, d *strapDevice, until time.Time) error {
	public, err := d.handover()
	if err != nil {
		return err
	}
	key, err := seal.ParseKey(public)
	if err != nil {
		return err
	}
	return keys.Add(seal.Grant{Key: key, Device: d.id, Until: until})
}

// A gateway runs until it is stopped. What becomes of each message is told to
// outcomes.
type gateway struct {
	cancel   context.CancelFunc
	done     chan error
	log      *store.Log
	outcomes chan string
}

func startGateway(ctx context.Context, address, file string, keys *seal.Keyring) (*gateway, error) {
	log, err := store.Open(file)
	if err != nil {
		return nil, err
	}
	opener, err := seal.NewOpener(ctx, keys, log)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	devices, err := mqtt.Open(ctx, address, mqtt.Subscribe("ward/+/gatt/#"), mqtt.ClientID("gateway"))
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	g := &gateway{cancel, make(chan error, 1), log, make(chan string, 1)}
	run := telemed.Gateway{
		Source:   &seal.Source{Source: devices, Opener: opener},
		Decoder:  gatt.Health(),
		Log:      log,
		Sinks:    []telemed.Sink{chart(g.outcomes)},
		Rejected: func(_ device.Frame, why error) { g.outcomes <- "refused: " + why.Error() },
	}
	go func() { g.done <- run.Run(ctx) }()
	return g, nil
}

// outcome waits for what becomes of a message.
func (g *gateway) outcome(ctx context.Context) (string, error) {
	select {
	case s := <-g.outcomes:
		return s, nil
	case err := <-g.done:
		g.done <- err
		return "", fmt.Errorf("the gateway ended: %w", err)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// stop ends the gateway. What is not acknowledged stays with the broker.
func (g *gateway) stop() error {
	g.cancel()
	return errors.Join(<-g.done, g.log.Close())
}

// A chart is told of the readings that are in the log.
type chart chan<- string

// Name implements [telemed.Sink].
func (c chart) Name() string { return "chart" }

// Put implements [telemed.Sink].
func (c chart) Put(ctx context.Context, readings []vitals.Reading) error {
	for _, r := range readings {
		select {
		case c <- fmt.Sprintf("%v %v", r.Kind, r.Quantity):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

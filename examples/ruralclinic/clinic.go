package main

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/ward"
)

// A clinic is the gateway at the near end: monitors, a log, alarms on the spot,
// and an outbox for the hospital. Everything is on disk before it is sent.
type clinic struct {
	log     *store.Log
	outbox  *store.Outbox
	sender  *mqtt.Sender
	gateway *telemed.Gateway
	uplink  *uplink

	dial   chan struct{} // closed when the line is up: the router knows
	over   chan struct{} // closed when all that was measured is in the log, and its alarms in the outbox
	behind atomic.Uint64 // bytes that waited when an alarm came, at most
}

// openClinic opens the files of the clinic in a folder.
func openClinic(dir, hospital string, source telemed.Source) (c *clinic, err error) {
	c = &clinic{dial: make(chan struct{}), over: make(chan struct{})}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.log, err = store.Open(filepath.Join(dir, "clinic.db")); err != nil {
		return nil, err
	}
	if c.outbox, err = store.OpenOutbox(filepath.Join(dir, "outbox.db")); err != nil {
		return nil, err
	}
	c.sender, err = mqtt.NewSender(hospital, c.outbox, mqtt.ClientID("clinic"), mqtt.SenderTopic(prefix))
	if err != nil {
		return nil, err
	}
	beds, err := newBedside(c.alarm)
	if err != nil {
		return nil, err
	}
	c.gateway = &telemed.Gateway{Source: source, Decoder: compact.Decoder{}, Log: c.log, Sinks: []telemed.Sink{beds}}
	c.uplink = &uplink{log: c.log, outbox: c.outbox, connected: func() bool { _, err := c.sender.Probe(); return err == nil }}
	return c, nil
}

// alarm sends what was measured when an alarm was raised, ahead of everything
// else; the hospital's rules raise it again.
func (c *clinic) alarm(ctx context.Context, _ alert.Event, s ward.PatientState) error {
	readings := measured(s)
	if len(readings) == 0 {
		return nil
	}
	m, err := message(telemed.LaneAlarm, readings)
	if err != nil {
		return err
	}
	if w := c.waiting(); w.Bytes > c.behind.Load() {
		c.behind.Store(w.Bytes)
	}
	return c.outbox.Add(ctx, m)
}

// run works until the context ends; the monitors may end before.
func (c *clinic) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	var errs [3]error
	for i, part := range []func(context.Context) error{c.measure, c.uplink.run, c.send} {
		all.Go(func() {
			if errs[i] = part(ctx); errs[i] != nil {
				stop()
			}
		})
	}
	all.Wait()
	return errors.Join(errs[:]...)
}

func (c *clinic) measure(ctx context.Context) error {
	defer close(c.over)
	return c.gateway.Run(ctx)
}

// send waits for the line. A sender that tries in vain waits up to half a minute
// before the next time, which would be a pity when the line is just there.
func (c *clinic) send(ctx context.Context) error {
	select {
	case <-c.dial:
		return c.sender.Run(ctx)
	case <-ctx.Done():
		return nil
	}
}

// waiting counts what the hospital has not receipted, in all lanes.
func (c *clinic) waiting() (all telemed.Waiting) {
	for _, lane := range telemed.Lanes() {
		w := c.outbox.Waiting(lane)
		all.Messages += w.Messages
		all.Bytes += w.Bytes
	}
	return all
}

func (c *clinic) close() {
	if c.outbox != nil {
		_ = c.outbox.Close()
	}
	if c.log != nil {
		_ = c.log.Close()
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/vitals"
)

// startBroker runs a broker in the program, on loopback.
func startBroker() (address string, stop func() error, err error) {
	limits := broker.NewDefaultServerCapabilities()
	limits.MaximumClientWritesPending = 1 << 16 // it drops messages beyond this
	limits.MaximumInflight, limits.ReceiveMaximum = 1<<16-1, 1<<16-1
	server := broker.New(&broker.Options{Capabilities: limits, Logger: slog.New(slog.DiscardHandler)})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		return "", nil, err
	}
	tcp := listeners.NewTCP(listeners.Config{ID: "ward", Address: "127.0.0.1:0"})
	if err := server.AddListener(tcp); err != nil {
		return "", nil, err
	}
	if err := server.Serve(); err != nil {
		return "", nil, err
	}
	return "mqtt://" + tcp.Address(), server.Close, nil
}

// A simulation lets the devices of all beds send, second by second of the
// patients' time.
type simulation struct {
	beds  []*bed
	start time.Time
	speed float64       // patients' seconds in one of the clock; 0 is as fast as possible
	long  time.Duration // of the patients' time; 0 is for ever
	// waiting is how many messages were sent and not yet stored: a fast
	// simulation waits for the gateway.
	waiting func(sent uint64) uint64
}

// run publishes until the simulation is over or the context ends.
func (s *simulation) run(ctx context.Context, p *mqtt.Publisher) error {
	var batch []message
	sent := uint64(0)
	began := time.Now()
	for elapsed := time.Duration(0); s.long == 0 || elapsed < s.long; elapsed += time.Second {
		if err := s.pace(ctx, began, elapsed, sent); err != nil {
			return err
		}
		batch = batch[:0]
		for _, b := range s.beds {
			batch = b.appendMessages(batch, s.start.Add(elapsed))
		}
		for _, m := range batch {
			if err := p.Publish(ctx, m.topic, m.payload); err != nil {
				return err
			}
			sent++
		}
	}
	return p.Publish(ctx, "ward/end", nil)
}

// pace waits until the clock has come as far as the patients' time.
func (s *simulation) pace(ctx context.Context, began time.Time, elapsed time.Duration, sent uint64) error {
	const most = 2000
	for {
		wait := time.Duration(0)
		if s.speed > 0 {
			wait = time.Until(began.Add(time.Duration(float64(elapsed) / s.speed)))
		}
		if wait <= 0 && s.waiting(sent) < most {
			return ctx.Err()
		}
		timer := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// parseTopic knows the topics of the devices, of the chart and of the end.
func parseTopic(topic string, f *device.Frame) error {
	if topic == "ward/end" {
		f.Format = formatEnd
		return nil
	}
	if bed, stamp, ok := strings.Cut(strings.TrimPrefix(topic, "ward/"), "/chart/"); ok {
		at, _, ok := mqtt.ParseStamp(stamp)
		if !ok {
			return mqtt.ErrTopic
		}
		f.Format, f.Device, f.At = formatChart, vitals.DeviceID(bed), at.In(f.At.Location())
		return nil
	}
	return mqtt.ParseTopic(topic, f)
}

// untilEnd is a source that ends with the simulation.
type untilEnd struct{ telemed.Source }

func (s untilEnd) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	n, err := s.Source.Receive(ctx, dst)
	if n > 0 && dst[n-1].Frame.Format == formatEnd {
		dst[n-1].Ack()
		return n - 1, io.EOF
	}
	if err != nil {
		return n, fmt.Errorf("broker: %w", err)
	}
	return n, nil
}

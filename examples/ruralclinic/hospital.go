package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/ward"
)

// A hospital is the far end: a broker, and a gateway that tells the clinic what
// it has on disk.
type hospital struct {
	log        *store.Log
	ward       *ward.Ward
	gateway    *telemed.Gateway
	source     *mqtt.Source
	address    string
	stopBroker func() error

	mu     sync.Mutex
	alarms []arrival
}

// An arrival is an alarm that the hospital has raised.
type arrival struct {
	alarm alert.Event
	after time.Duration // since the measurement
}

// openHospital starts the broker and opens the log in a folder.
func openHospital(ctx context.Context, dir string) (h *hospital, err error) {
	h = new(hospital)
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.address, h.stopBroker, err = startBroker(); err != nil {
		return nil, err
	}
	if h.log, err = store.Open(filepath.Join(dir, "hospital.db")); err != nil {
		return nil, err
	}
	beds, err := newBedside(h.alarm)
	if err != nil {
		return nil, err
	}
	h.ward = beds.ward
	h.source, err = mqtt.Open(ctx, h.address, mqtt.ClientID("hospital"), mqtt.Subscribe(prefix+"/+/compact/#"), mqtt.Receipts(0))
	if err != nil {
		return nil, err
	}
	h.gateway = &telemed.Gateway{Source: h.source, Decoder: compact.Decoder{}, Log: h.log, Sinks: []telemed.Sink{beds}}
	return h, nil
}

func (h *hospital) alarm(_ context.Context, e alert.Event, _ ward.PatientState) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.alarms = append(h.alarms, arrival{e, time.Since(e.At)})
	return nil
}

// arrivals are the alarms raised so far.
func (h *hospital) arrivals() []arrival {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]arrival(nil), h.alarms...)
}

func (h *hospital) close() {
	if h.source != nil {
		_ = h.source.Close()
	}
	if h.log != nil {
		_ = h.log.Close()
	}
	if h.stopBroker != nil {
		_ = h.stopBroker()
	}
}

// startBroker runs a broker in the program, on loopback.
func startBroker() (address string, stop func() error, err error) {
	limits := broker.NewDefaultServerCapabilities()
	limits.MaximumClientWritesPending = 1 << 16 // it drops messages beyond this
	limits.MaximumInflight, limits.ReceiveMaximum = 1<<16-1, 1<<16-1
	server := broker.New(&broker.Options{Capabilities: limits, Logger: slog.New(slog.DiscardHandler)})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		return "", nil, err
	}
	tcp := listeners.NewTCP(listeners.Config{ID: "hospital", Address: "127.0.0.1:0"})
	if err := server.AddListener(tcp); err != nil {
		return "", nil, err
	}
	if err := server.Serve(); err != nil {
		return "", nil, err
	}
	return "mqtt://" + tcp.Address(), server.Close, nil
}

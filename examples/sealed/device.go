package main

import (
	"context"
	"slices"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/seal"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// A strapDevice measures heart rates and seals them.
type strapDevice struct {
	id     vitals.DeviceID
	key    *seal.Key
	sealer *seal.Sealer
	flash  *store.Log // keeps the sequence over a restart
}

func newStrap(ctx context.Context, id vitals.DeviceID, file string) (*strapDevice, error) {
	flash, err := store.Open(file)
	if err != nil {
		return nil, err
	}
	// A real device keeps its key in a secure element: seal.SigningKey.
	key, err := seal.GenerateKey(seal.ES256)
	if err != nil {
		return nil, err
	}
	sealer, err := seal.NewSealer(ctx, key, flash)
	if err != nil {
		return nil, err
	}
	return &strapDevice{id, key, sealer, flash}, nil
}

// Close closes the flash.
func (d *strapDevice) Close() error { return d.flash.Close() }

// handover is what whoever provisions the device carries to the gateway.
func (d *strapDevice) handover() ([]byte, error) { return d.key.AppendPublic(nil) }

// A message is what goes over the broker.
type message struct {
	topic  string
	sealed []byte
}

// changed is the message with another value in it.
func (m message) changed() message {
	b := slices.Clone(m.sealed)
	b[len(b)-67] ^= 64 // the last byte before the signature and its length
	return message{m.topic, b}
}

func (d *strapDevice) measure(at time.Time, perMinute uint16) (message, error) {
	return d.measureAs(d.id, at, perMinute)
}

// measureAs seals for the topic of some device.
func (d *strapDevice) measureAs(id vitals.DeviceID, at time.Time, perMinute uint16) (message, error) {
	payload, err := gatt.HeartRateMeasurement{BPM: perMinute}.AppendBinary(nil)
	if err != nil {
		return message{}, err
	}
	topic, err := mqtt.Topic("ward", device.Frame{Device: id, Format: device.GATT(gatt.UUIDHeartRateMeasurement), At: at})
	if err != nil {
		return message{}, err
	}
	sealed, err := d.sealer.Seal(nil, topic, payload)
	return message{topic, sealed}, err
}

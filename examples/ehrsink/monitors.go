package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

// monitors are bedside monitors, which measure twice a second. The first patient
// deteriorates.
type monitors struct {
	patients  []*vitalstest.Patient
	next, end time.Time
}

func newMonitors(o options) *monitors {
	now := time.Now().UTC().Truncate(time.Millisecond)
	m := &monitors{next: now, end: now.Add(o.long)}
	for i := range o.patients {
		scenario := vitalstest.Rest
		if i == 0 {
			scenario = vitalstest.Sepsis
		}
		m.patients = append(m.patients, vitalstest.NewPatient(scenario, o.seed+uint64(i), now, vitalstest.Onset(time.Second), vitalstest.Over(time.Second)))
	}
	return m
}

// Receive implements [telemed.Source].
func (m *monitors) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	if !m.next.Before(m.end) {
		return 0, io.EOF
	}
	select {
	case <-time.After(time.Until(m.next)):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	n := min(len(dst), len(m.patients))
	for i, p := range m.patients[:n] {
		bed := vitals.DeviceID(fmt.Sprintf("bed-%d", i+1))
		readings := p.AppendReadings(nil, m.next, signals...)
		for j := range readings {
			readings[j].Device = bed // one monitor measures all
		}
		message, err := compact.NewMessage(readings)
		if err != nil {
			return 0, err
		}
		payload, err := message.AppendBinary(nil)
		if err != nil {
			return 0, err
		}
		dst[i] = telemed.Delivery{Frame: device.Frame{Bytes: payload, Format: device.Compact, Device: bed, At: m.next}}
	}
	m.next = m.next.Add(time.Second / 2)
	return n, nil
}

// Close implements [telemed.Source].
func (m *monitors) Close() error { return nil }

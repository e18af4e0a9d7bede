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

const (
	outageEvery = time.Minute     // between measurements while the line was down
	liveEvery   = 2 * time.Second // and while you look on
)

// eight are the signals of a monitor: a pressure is three of them.
var eight = [...]vitals.Kind{
	vitals.HeartRate, vitals.RespiratoryRate, vitals.SpO2, vitals.PerfusionIndex, vitals.BloodPressure, vitals.BodyTemperature,
}

// monitors are the bedside monitors of the clinic, a [telemed.Source]. They
// deliver at once what they measured during the outage, and then measure as the
// clock goes.
type monitors struct {
	seed     uint64
	patients []*vitalstest.Patient
	next     time.Time // the next measurement
	start    time.Time // of the outage
	now      time.Time // when the program began: the outage ends
	long     time.Duration
	readings []vitals.Reading

	live  chan struct{} // closed when the outage is delivered and stored
	begin time.Time     // when that was; to be read after live
}

// newMonitors makes patients at rest.
func newMonitors(n int, seed uint64, now time.Time, outage, long time.Duration) *monitors {
	m := &monitors{seed: seed, start: now.Add(-outage), now: now, long: long, live: make(chan struct{})}
	m.next = m.start
	for i := range n {
		m.patients = append(m.patients, vitalstest.NewPatient(vitalstest.Rest, seed+uint64(i), m.start))
	}
	return m
}

// goLive begins to measure by the clock. Two seconds later the first patient, who
// until then is the same, deteriorates.
func (m *monitors) goLive(now time.Time) {
	m.next, m.begin = now, now
	m.patients[0] = vitalstest.NewPatient(vitalstest.Sepsis, m.seed, m.start, vitalstest.Onset(now.Sub(m.start)+2*time.Second), vitalstest.Over(2*time.Second))
	close(m.live)
}

// bed is the name of the monitor of a patient.
func bed(i int) vitals.DeviceID { return vitals.DeviceID(fmt.Sprintf("bed-%d", i+1)) }

// Receive implements [telemed.Source].
func (m *monitors) Receive(ctx context.Context, dst []telemed.Delivery) (n int, err error) {
	for m.next.Before(m.now) && len(dst)-n >= len(m.patients) {
		if n, err = m.measure(dst, n); err != nil {
			return n, err
		}
		m.next = m.next.Add(outageEvery)
	}
	if n > 0 {
		return n, nil
	}
	if !isClosed(m.live) {
		m.goLive(time.Now().UTC().Truncate(time.Millisecond))
	}
	if !m.next.Before(m.begin.Add(m.long)) {
		return 0, io.EOF
	}
	if err := sleep(ctx, time.Until(m.next)); err != nil {
		return 0, err
	}
	n, err = m.measure(dst, 0)
	m.next = m.next.Add(liveEvery)
	return n, err
}

// measure puts the frames of one instant into dst from n on.
func (m *monitors) measure(dst []telemed.Delivery, n int) (int, error) {
	for i, p := range m.patients {
		m.readings = p.AppendReadings(m.readings[:0], m.next, eight[:]...)
		for j := range m.readings {
			m.readings[j].Device = bed(i) // one monitor shows them all
		}
		payload, err := encode(m.readings)
		if err != nil {
			return n, err
		}
		dst[n] = telemed.Delivery{Frame: device.Frame{Bytes: payload, Format: device.Compact, Device: bed(i), At: m.next}}
		n++
	}
	return n, nil
}

// Close implements [telemed.Source].
func (m *monitors) Close() error { return nil }

// encode is the message of readings of one device at one instant.
func encode(readings []vitals.Reading) ([]byte, error) {
	m, err := compact.NewMessage(readings)
	if err != nil {
		return nil, err
	}
	return m.AppendBinary(nil)
}

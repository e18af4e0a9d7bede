package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

// devices are three monitors, a [telemed.Source]. The third is one whose frames
// nobody can read.
type devices struct {
	ticker   *time.Ticker
	patients [2]*vitalstest.Patient
}

func newDevices(every time.Duration) *devices {
	d := &devices{ticker: time.NewTicker(every)}
	for i, s := range []vitalstest.Scenario{vitalstest.Rest, vitalstest.AF} {
		d.patients[i] = vitalstest.NewPatient(s, uint64(i+1), time.Now())
	}
	return d
}

// Receive implements [telemed.Source].
func (d *devices) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	select {
	case at := <-d.ticker.C:
		n := 0
		for i, p := range d.patients {
			m, err := compact.NewMessage(p.AppendReadings(nil, at, vitals.HeartRate))
			if err != nil {
				return n, err
			}
			b, err := m.AppendBinary(nil)
			if err != nil {
				return n, err
			}
			name := vitals.DeviceID(fmt.Sprintf("bed-%d", i+1))
			dst[n] = telemed.Delivery{Frame: device.Frame{Bytes: b, Format: device.Compact, Device: name, At: at}}
			n++
		}
		dst[n] = telemed.Delivery{Frame: device.Frame{Bytes: []byte{0xff}, Format: device.Compact, Device: "bed-3", At: at}}
		return n + 1, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Close implements [telemed.Source].
func (d *devices) Close() error {
	d.ticker.Stop()
	return nil
}

// record is a health record that is away and back in turns.
type record struct {
	since time.Time
	away  time.Duration
}

var errAway = errors.New("record: 503, try again later")

// Name implements [telemed.Sink].
func (record) Name() string { return "record" }

// Put implements [telemed.Sink].
func (r record) Put(context.Context, []vitals.Reading) error {
	if r.away > 0 && time.Since(r.since)/r.away%2 == 0 {
		return errAway
	}
	return nil
}

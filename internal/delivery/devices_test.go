package delivery

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

const patients = 20 // of each bridge

var morning = time.Date(2025, 5, 1, 8, 0, 0, 0, time.UTC)

// measurement is the n-th of the patients of a bridge: in turn of each patient,
// and of each patient four sorts in turn, of which one is a panel.
func measurement(bridge, n int) []vitals.Reading {
	d := vitals.DeviceID(fmt.Sprintf("%d-%d", bridge, n%patients))
	patient, _ := wearer(d, morning)
	r := vitals.Reading{Patient: patient, Device: d, At: morning.Add(time.Duration(n) * time.Second), Stamped: true}
	of := func(k vitals.Kind, q vitals.Quantity) vitals.Reading {
		r.Kind, r.Quantity = k, q
		return r
	}
	v := int64(n % 20)
	switch n / patients % 4 {
	case 0:
		return []vitals.Reading{of(vitals.HeartRate, vitals.PerMinute(60+v))}
	case 1:
		return []vitals.Reading{of(vitals.SpO2, vitals.Percent(80+v))}
	case 2:
		return []vitals.Reading{of(vitals.RespiratoryRate, vitals.PerMinute(10+v))}
	}
	return []vitals.Reading{
		of(vitals.Systolic, vitals.MmHg(110+v)), of(vitals.Diastolic, vitals.MmHg(70+v)), of(vitals.MeanPressure, vitals.MmHg(85+v)),
	}
}

// stored is how many measurements make so many records in a log, at least.
func stored(records telemed.Position) int { return int(records) * 4 / 6 }

// identifier is that of the Observation of a measurement.
func identifier(m []vitals.Reading) string {
	whole := m[0]
	if p := whole.Kind.Panel(); p != vitals.KindNone {
		whole.Kind = p
	}
	return "urn:uuid:" + whole.ID().String()
}

// devices measure at a rate. A fifth of what they send they send again, some of
// it much later; and after a start all that a gateway may have missed.
type devices struct {
	bridge
	next  int
	first int // after this start
	begin time.Time
	rand  *rand.Rand
}

func newDevices(b bridge, stored int) *devices {
	first := max(0, min(stored, b.Measure)-4*patients)
	return &devices{bridge: b, next: first, first: first, begin: time.Now(), rand: rand.New(rand.NewPCG(b.Seed, uint64(first)))} //nolint:gosec // repeatable
}

// Receive implements [telemed.Source].
func (d *devices) Receive(ctx context.Context, dst []telemed.Delivery) (n int, err error) {
	if d.next >= d.Measure {
		return 0, io.EOF
	}
	select {
	case <-time.After(time.Until(d.due())):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	for ; n+1 < len(dst) && d.next < d.Measure && (n == 0 || time.Now().After(d.due())); d.next++ {
		if dst[n].Frame, err = d.frame(d.next); err != nil {
			return n, err
		}
		if n++; d.rand.IntN(5) == 0 {
			if dst[n].Frame, err = d.frame(max(0, d.next-d.rand.IntN(1000))); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// due is when the next is measured.
func (d *devices) due() time.Time {
	return d.begin.Add(time.Duration(d.next-d.first) * time.Second / time.Duration(d.Rate))
}

func (d *devices) frame(n int) (device.Frame, error) {
	readings := measurement(d.Number, n)
	m, err := compact.NewMessage(readings)
	if err != nil {
		return device.Frame{}, err
	}
	payload, err := m.AppendBinary(nil)
	return device.Frame{Bytes: payload, Format: device.Compact, Device: readings[0].Device, At: readings[0].At}, err
}

// Close implements [telemed.Source].
func (d *devices) Close() error { return nil }

package compact_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

// Whatever is accepted comes back when it is written and read again.
func FuzzParseBatch(f *testing.F) {
	for _, b := range batches() {
		wire, err := b.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Add(packed(0, plain))
	f.Add(deflated(f, make([]byte, 1<<20)))
	f.Fuzz(func(t *testing.T, wire []byte) {
		b, err := compact.ParseBatch(wire)
		if err != nil {
			if len(b.Samples) != 0 {
				t.Errorf("%d samples beside %v", len(b.Samples), err)
			}
			return
		}
		again, err := b.AppendBinary(nil)
		if err != nil {
			t.Fatalf("cannot write what was read: %v", err)
		}
		if back, err := compact.ParseBatch(again); err != nil || !reflect.DeepEqual(back, b) {
			t.Fatalf("%v\n got %+v\nwant %+v", err, back, b)
		}
		b.AppendReadings(nil, frame)
	})
}

// reading makes a reading that a device could send.
func (p *tape) reading(last time.Time) vitals.Reading {
	kinds := [...]vitals.Kind{vitals.HeartRate, vitals.SpO2, vitals.GlucoseISF, vitals.BodyTemperature, vitals.Consciousness, vitals.Systolic}
	choice := p.uint64()
	r := vitals.Reading{
		Patient: frame.Patient, Device: []vitals.DeviceID{"hub", "ecg", "cuff"}[choice>>3%3], Kind: kinds[choice%6],
		Stamped: choice>>8&1 != 0, Sequence: uint32(p.uint64()), Quality: vitals.Quality(p.uint64()) &^ vitals.Absent,
	}
	if r.At = last.Add(time.Duration(p.uint64())); r.At.Unix() < 0 || r.At.Unix() >= 9223372036 {
		r.At = instant
	}
	d := number(int64(p.uint64()), int8(p.uint64()))
	switch {
	case choice>>9&7 == 0:
		r.Quality |= vitals.NotANumber
	case r.Kind == vitals.Consciousness:
		r.Code = uint32(d.Coef)
	case r.Kind == vitals.GlucoseISF && choice&64 != 0:
		r.Quantity = vitals.UnitMmolPerL.Of(d)
	default:
		r.Quantity = r.Kind.Unit().Of(d)
	}
	return r
}

// Readings come back as they were, in their order, and with their identity.
func FuzzReadings(f *testing.F) {
	f.Add([]byte("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var readings []vitals.Reading
		last := instant
		for from := tape(b); len(from) > 0; {
			readings = append(readings, from.reading(last))
			last = readings[len(readings)-1].At
		}
		if len(readings) == 0 || len(readings) > compact.MaxSamples {
			return
		}
		batch, err := compact.NewBatch("hub", readings)
		if err != nil {
			t.Fatal(err)
		}
		wire, err := batch.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		any := compact.Decoder{Behind: func(_, _ vitals.DeviceID) bool { return true }}
		back, err := any.AppendReadings(nil, device.Frame{Bytes: wire, Format: device.Compact, Device: "hub", Patient: frame.Patient, At: instant})
		if err != nil || !slices.Equal(back, readings) {
			t.Fatalf("%v\n got %+v\nwant %+v", err, back, readings)
		}
		for i := range back {
			if back[i].ID() != readings[i].ID() {
				t.Fatalf("reading %d has another identity", i)
			}
		}
	})
}

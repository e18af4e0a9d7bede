package telemed_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// path is the whole way in one goroutine: bytes of a device, readings, alarm
// rules, Observation.
type path struct {
	decoder  gatt.HealthDecoder
	engine   *alert.Engine
	mapper   fhir.Mapper
	frames   []device.Frame
	readings []vitals.Reading
	json     []byte
	now      time.Time
}

func newPath(tb testing.TB) *path {
	tb.Helper()
	engine, err := alert.NewEngine(alert.NotifyFunc(func(context.Context, alert.Event) error { return nil }),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(30*time.Second),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10*time.Second).Priority(alert.High),
		alert.Above(vitals.Systolic, vitals.MmHg(180)),
		alert.Missing(vitals.HeartRate, time.Minute),
		alert.NEWS2AtLeast(7).Priority(alert.High))
	if err != nil {
		tb.Fatal(err)
	}
	p := &path{engine: engine, now: begin}
	for uuid, b := range map[uint16][]byte{
		gatt.UUIDHeartRateMeasurement:     {0x06, 72},
		gatt.UUIDPLXContinuous:            {0x00, 97, 0, 72, 0},
		gatt.UUIDBloodPressureMeasurement: {0x00, 120, 0, 80, 0, 93, 0},
	} {
		p.frames = append(p.frames, device.Frame{
			Bytes: b, Format: device.GATT(uuid), Device: "bed-1", Patient: vitals.NewPatientID("p1"),
		})
	}
	return p
}

// step takes every frame through and returns the size of the JSON.
func (p *path) step(tb testing.TB, encode func(*path, []vitals.Reading) error) int {
	p.now = p.now.Add(time.Second)
	p.json = p.json[:0]
	for _, f := range p.frames {
		f.At = p.now
		var err error
		if p.readings, err = p.decoder.AppendReadings(p.readings[:0], f); err != nil {
			tb.Fatal(err)
		}
		if err := p.engine.Put(tb.Context(), p.readings); err != nil {
			tb.Fatal(err)
		}
		for panel := range vitals.Panels(p.readings) {
			if err := encode(p, panel); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return len(p.json)
}

func encodeAppend(p *path, panel []vitals.Reading) (err error) {
	p.json, err = p.mapper.AppendObservation(p.json, panel)
	return err
}

func encodeSamply(p *path, panel []vitals.Reading) error {
	o, err := p.mapper.Observation(panel)
	if err != nil {
		return err
	}
	b, err := json.Marshal(o)
	p.json = append(p.json, b...)
	return err
}

func TestPathAllocatesNothing(t *testing.T) {
	p := newPath(t)
	p.step(t, encodeAppend)
	if n := testing.AllocsPerRun(200, func() { p.step(t, encodeAppend) }); n != 0 {
		t.Errorf("%v allocations for three frames, want 0", n)
	}
}

// BenchmarkPath takes three frames (heart rate, oximeter, blood pressure) from
// bytes to FHIR JSON, through five alarm rules.
func BenchmarkPath(b *testing.B) {
	for _, way := range []struct {
		name   string
		encode func(*path, []vitals.Reading) error
	}{{"append", encodeAppend}, {"samply", encodeSamply}} {
		b.Run(way.name, func(b *testing.B) {
			p := newPath(b)
			p.step(b, way.encode)
			b.ReportAllocs()
			for b.Loop() {
				p.step(b, way.encode)
			}
		})
	}
}

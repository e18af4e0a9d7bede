package telemed_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// downUntil is a sink that is down until a moment.
type downUntil struct {
	recorder
	open time.Time
}

func (s *downUntil) Put(ctx context.Context, readings []vitals.Reading) error {
	if time.Now().Before(s.open) {
		return errors.New("ehr: 503")
	}
	return s.recorder.Put(ctx, readings)
}

// patient is a sink that tries by itself until it is open, and tells.
type patient struct {
	downUntil
	start time.Time
}

func (s *patient) Put(ctx context.Context, readings []vitals.Reading) error {
	time.Sleep(time.Until(s.open))
	return s.downUntil.Put(ctx, readings)
}

func (s *patient) Probe() (time.Time, error) {
	if time.Now().Before(s.open) {
		return s.start, errors.New("fhir: batch: 503")
	}
	return time.Time{}, nil
}

// A sink whose Put does not return while its receiver is away is asked.
func TestHealthAsksSinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		source := telemedtest.Frames(heartRate("bed 1", 0, 72))
		source.Endless = true
		start := time.Now()
		sink := &patient{downUntil: downUntil{recorder: recorder{name: "fhir"}, open: start.Add(time.Minute)}, start: start.Add(time.Second)}
		gateway := &telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: newMemoryLog(), Sinks: []telemed.Sink{sink}}
		done := make(chan error)
		go func() { done <- gateway.Run(ctx) }()
		time.Sleep(10 * time.Second)
		checkHealth(t, gateway, "fhir")
		if got := gateway.Health()[0]; got != (telemed.Problem{Part: "fhir", Reason: "fhir: batch: 503", Since: start.Add(time.Second)}) {
			t.Errorf("problem %+v", got)
		}
		if got := metrics(gateway, "telemed_gateway_failing"); got["fhir"] != 1 {
			t.Errorf("failing: %v", got)
		}
		time.Sleep(time.Minute)
		checkHealth(t, gateway)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// probed is a source that knows whether it is connected.
type probed struct {
	telemedtest.Source
	since time.Time
	err   error
}

func (s *probed) Probe() (time.Time, error) { return s.since, s.err }

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		source := &probed{Source: *telemedtest.Frames(heartRate("bed 1", 0, 72), heartRate("bed 1", 1, 73))}
		source.Endless = true
		log := newMemoryLog()
		log.fail = 4 // less than a second of attempts
		ehr := &downUntil{recorder: recorder{name: "ehr"}, open: start.Add(time.Minute)}
		gateway := &telemed.Gateway{
			Source: source, Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{ehr, &recorder{name: "ward"}},
		}
		if got := gateway.Health(); len(got) != 0 {
			t.Errorf("before it runs: %v", got)
		}
		done := make(chan error)
		go func() { done <- gateway.Run(ctx) }()

		time.Sleep(60 * time.Millisecond)
		checkHealth(t, gateway, "log")
		time.Sleep(10 * time.Second)
		checkHealth(t, gateway, "ehr")
		if got := metrics(gateway, "telemed_gateway_failing"); fmt.Sprint(got) != "map[ehr:1 log:0 source:0 ward:0]" {
			t.Errorf("failing: %v", got)
		}
		if got := gateway.Health()[0]; got.Reason != "ehr: 503" || got.Since.Sub(start) > 2*time.Second {
			t.Errorf("problem %+v", got)
		}
		if got := waiting(gateway); got["ehr"] != 2 || got["ward"] != 0 {
			t.Errorf("waiting for the sinks: %v", got)
		}
		source.since, source.err = start, errors.New("mqtt: not connected")
		checkHealth(t, gateway, "source", "ehr")
		source.err = nil
		time.Sleep(2 * time.Minute)
		checkHealth(t, gateway)
		if got := waiting(gateway); got["ehr"] != 0 {
			t.Errorf("waiting for the sinks at the end: %v", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func checkHealth(t *testing.T, g *telemed.Gateway, parts ...string) {
	t.Helper()
	synctest.Wait()
	var got []string
	for _, p := range g.Health() {
		got = append(got, p.Part)
	}
	if fmt.Sprint(got) != fmt.Sprint(parts) {
		t.Errorf("problems %v, want %v", got, parts)
	}
}

func waiting(g *telemed.Gateway) map[string]float64 {
	return metrics(g, "telemed_sink_waiting_records")
}

// metrics returns the values of a name by part.
func metrics(m telemed.Measured, name string) map[string]float64 {
	all := make(map[string]float64)
	for m := range m.Metrics {
		if m.Name == name {
			all[m.Part] = m.Value
		}
	}
	return all
}

func ExampleGateway_Metrics() {
	gateway := telemed.Gateway{
		Source: telemedtest.Frames(heartRate("bed 1", 0, 72)), Decoder: gatt.Health(), Log: newMemoryLog(),
		Sinks: []telemed.Sink{new(ward.Ward)}, EventTime: true,
	}
	if err := gateway.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	for m := range gateway.Metrics {
		fmt.Println(m.Name, m.Part, m.Value)
	}
	// Output:
	// telemed_gateway_frames_total  1
	// telemed_gateway_readings_total  1
	// telemed_gateway_rejected_total  0
	// telemed_gateway_unsupported_total  0
	// telemed_gateway_retries_total  0
	// telemed_gateway_held_total  0
	// telemed_gateway_held_dropped_total  0
	// telemed_gateway_released_total  0
	// telemed_gateway_failing source 0
	// telemed_gateway_failing log 0
	// telemed_gateway_failing ward 0
	// telemed_sink_waiting_records ward 0
}

package chaos

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
)

// A gateway and a sender that lose their connections every five seconds do not
// grow: neither goroutines nor memory.
func TestSoak(t *testing.T) {
	d := soakFor(t)
	broker := mosquitto.Start(t)
	net := newProxy(t, strings.TrimPrefix(broker.Address, "mqtt://"))
	log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := mqtt.Open(t.Context(), "mqtt://"+net.address, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(0))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := newEngine(alert.NotifyFunc(func(context.Context, alert.Event) error { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{engine}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	s := newStation(t, "mqtt://"+net.address, 0)

	var goroutines []int
	var heap []float64
	sent, r := 0, rand.New(rand.NewPCG(1, 1))
	measure := func(n int) {
		if err := s.measure(ctx, r, n); err != nil {
			t.Fatal(err)
		}
		sent += n
		s.account, s.first = account{}, uint32(sent) // it would grow
	}
	received := func() {
		for deadline := time.Now().Add(time.Minute); s.unsent() > 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d messages are not receipted: %+v", s.unsent(), s.sender.Progress())
			}
		}
	}
	for range 5 { // buffers grow to what they need
		measure(2000)
		received()
		net.reset()
	}
	const every, perSecond = 5 * time.Second, 50
	for start, round := time.Now(), time.Now(); time.Since(start) < d; round = round.Add(every) {
		net.reset()
		for range 3 * perSecond / 10 {
			measure(10)
			time.Sleep(time.Second * 10 / perSecond)
		}
		time.Sleep(time.Until(round.Add(every - 200*time.Millisecond)))
		n, bytes := footprint()
		goroutines, heap = append(goroutines, n), append(heap, bytes)
	}
	received()
	stats, err := log.Stats()
	if err != nil {
		t.Fatal(err)
	}
	s.stop()
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	slope := 100 * slope(heap) / mean(heap) * float64(10*time.Minute/every)
	t.Logf("%v, %d connections lost: %d to %d goroutines, %.0f KiB of heap at first and %.0f at last, slope %.2f %% in 10 min",
		d, source.Stats().Lost, slices.Min(goroutines), slices.Max(goroutines), heap[0]/1024, heap[len(heap)-1]/1024, slope)
	if stats.Records != uint64(sent) {
		t.Errorf("%d records of %d messages", stats.Records, sent)
	}
	third := len(goroutines) / 3
	if first, last := slices.Max(goroutines[:third]), slices.Min(goroutines[len(goroutines)-third:]); last > first {
		t.Errorf("at least %d goroutines in the end, at most %d in the beginning", last, first)
	}
	// In a minute a few KiB of chance look like a slope.
	if limit := 1.0; d >= 10*time.Minute && slope > limit {
		t.Errorf("the heap grows by %.2f %% in 10 min, want less than %v", slope, limit)
	}
	if first, last := mean(heap[:third]), mean(heap[len(heap)-third:]); last > 1.05*first {
		t.Errorf("%.0f KiB of heap in the last third, %.0f in the first", last/1024, first/1024)
	}
}

// footprint is the least of a few looks: some goroutines only pass.
func footprint() (goroutines int, heap float64) {
	var m runtime.MemStats
	goroutines = 1 << 30
	for range 10 {
		runtime.GC()
		goroutines = min(goroutines, runtime.NumGoroutine())
		time.Sleep(10 * time.Millisecond)
	}
	runtime.ReadMemStats(&m)
	return goroutines, float64(m.HeapAlloc)
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}

// slope is that of the line of least squares, per sample, without the first fifth,
// in which everything warms up.
func slope(v []float64) float64 {
	v = v[len(v)/5:]
	middle, level := float64(len(v)-1)/2, mean(v)
	var xy, xx float64
	for i, y := range v {
		x := float64(i) - middle
		xy, xx = xy+x*(y-level), xx+x*x
	}
	return xy / xx
}

package mqtt_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// BenchmarkGateway compares, through one broker in one run and in turns, a plain
// Paho subscriber that throws every message away with a gateway that decodes it,
// acknowledges it only when it is on disk, and evaluates alarms. Its time ends
// when the alarm engine has seen the last message. "ratio" is the median of the
// rates' ratios, "us/msg" the CPU time of this process, publishers included.
// Run it with -benchtime 5x.
func BenchmarkGateway(b *testing.B) {
	const messages = 40_000
	broker := mosquitto.Start(b)
	var plain, durable, ratios, saved []float64
	for n := 0; b.Loop(); n++ {
		p := measure(b, func(prefix string) { runPlain(b, broker.Address, prefix, messages) })
		d := measure(b, func(prefix string) { runDurable(b, broker.Address, prefix, messages) })
		plain, durable = append(plain, messages/p.took.Seconds()), append(durable, messages/d.took.Seconds())
		ratios = append(ratios, p.took.Seconds()/d.took.Seconds())
		saved = append(saved, (p.cpu-d.cpu).Seconds()*1e6/messages)
	}
	b.ReportMetric(median(plain), "paho-msg/s")
	b.ReportMetric(median(durable), "msg/s")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(slices.Min(ratios), "ratio-min")
	b.ReportMetric(median(saved), "us-saved/msg")
}

type measured struct{ took, cpu time.Duration }

// measure runs one half of a comparison with topics of its own: sessions persist
// at the broker.
func measure(b *testing.B, run func(prefix string)) measured {
	b.Helper()
	cpu, start := cpuTime(b), time.Now()
	run(fmt.Sprint("ward", start.UnixNano()))
	return measured{time.Since(start), cpuTime(b) - cpu}
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func runPlain(b *testing.B, address, prefix string, messages int) {
	b.Helper()
	var received atomic.Int64
	done := make(chan struct{})
	c := paho.NewClient(paho.NewClientOptions().AddBroker(address).SetClientID("plain"))
	wait(b, c.Connect())
	defer c.Disconnect(1)
	wait(b, c.Subscribe(prefix+"/#", 1, func(paho.Client, paho.Message) {
		if received.Add(1) == int64(messages) {
			close(done)
		}
	}))
	flood(b, address, prefix, messages)
	await(b, done)
}

func runDurable(b *testing.B, address, prefix string, messages int) {
	b.Helper()
	source, err := mqtt.Open(b.Context(), address, mqtt.ClientID(prefix), mqtt.Subscribe(prefix+"/+/gatt/#"), mqtt.DeviceRate(1<<30, 1<<30))
	if err != nil {
		b.Fatal(err)
	}
	sink := &evaluated{Engine: newEngine(b), want: messages, done: make(chan struct{})}
	stop := startGateway(b, source, sink)
	flood(b, address, prefix, messages)
	await(b, sink.done)
	stop()
}

// startGateway runs a gateway with a log of its own until stop is called.
func startGateway(b *testing.B, source telemed.Source, sinks ...telemed.Sink) (stop func()) {
	b.Helper()
	log, err := store.Open(filepath.Join(b.TempDir(), "log.db"))
	if err != nil {
		b.Fatal(err)
	}
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log, Sinks: sinks}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	return func() {
		b.Helper()
		cancel()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		if err := log.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func newEngine(b *testing.B) *alert.Engine {
	b.Helper()
	e, err := alert.NewEngine(alert.NotifyFunc(func(context.Context, alert.Event) error { return nil }),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(30*time.Second).Priority(alert.Medium),
		alert.Below(vitals.HeartRate, vitals.PerMinute(40)).For(10*time.Second).Priority(alert.High),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10*time.Second).Priority(alert.High))
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// evaluated is an alarm engine that tells when it has seen all heart rates.
type evaluated struct {
	*alert.Engine
	got, want int
	done      chan struct{}
}

func (e *evaluated) Put(ctx context.Context, readings []vitals.Reading) error {
	if err := e.Engine.Put(ctx, readings); err != nil {
		return err
	}
	for i := range readings {
		if readings[i].Kind == vitals.HeartRate {
			if e.got++; e.got == e.want {
				close(e.done)
			}
		}
	}
	return nil
}

// flood publishes heart rates from two clients with 500 in flight each.
func flood(b *testing.B, address, prefix string, messages int) {
	b.Helper()
	const clients, window = 2, 500
	for i := range clients {
		c := paho.NewClient(paho.NewClientOptions().AddBroker(address).SetClientID(fmt.Sprint("flood", i)))
		wait(b, c.Connect())
		b.Cleanup(func() { c.Disconnect(1) })
		flying := make(chan paho.Token, window)
		go func() {
			for token := range flying {
				token.Wait()
			}
		}()
		go func() {
			defer close(flying)
			for n := i; n < messages; n += clients {
				flying <- c.Publish(benchTopic(prefix, i, n), 1, false, []byte{0x16, 72, 0, 4})
			}
		}()
	}
}

func benchTopic(prefix string, bed, n int) string {
	return fmt.Sprintf("%s/bed-%d/gatt/2A37/%d-%d", prefix, bed, 1770000000000+n, n)
}

// BenchmarkGatewayLatency measures at 1000 messages a second how much later than
// a plain Paho subscriber the gateway has a message on disk and acknowledged. In
// the same seconds and on the same disk it measures a sync of one page, and a
// commit of one reading to another log, which is two syncs and what bbolt does in
// between. The ratios are those of the 99th percentiles.
func BenchmarkGatewayLatency(b *testing.B) {
	broker := mosquitto.Start(b)
	for b.Loop() {
		added, syncs, commits := latency(b, broker.Address, 3000, time.Millisecond)
		p99 := percentile(added, 99).Seconds()
		b.ReportMetric(percentile(added, 50).Seconds()*1e3, "p50-ms")
		b.ReportMetric(p99*1e3, "p99-ms")
		b.ReportMetric(percentile(syncs, 50).Seconds()*1e3, "sync-p50-ms")
		b.ReportMetric(percentile(commits, 50).Seconds()*1e3, "commit-p50-ms")
		b.ReportMetric(p99/percentile(syncs, 99).Seconds(), "of-sync")
		b.ReportMetric(p99/percentile(commits, 99).Seconds(), "of-commit")
	}
}

func latency(b *testing.B, address string, messages int, every time.Duration) (added, syncs, commits []time.Duration) {
	b.Helper()
	prefix := fmt.Sprint("ward", time.Now().UnixNano())
	heard, acked := make([]time.Time, messages), make([]time.Time, messages)
	all := make(chan struct{})
	c := paho.NewClient(paho.NewClientOptions().AddBroker(address).SetClientID("plain"))
	wait(b, c.Connect())
	wait(b, c.Subscribe(prefix+"/#", 1, func(_ paho.Client, m paho.Message) {
		now := time.Now()
		if _, sequence, ok := mqtt.ParseStamp(m.Topic()[strings.LastIndexByte(m.Topic(), '/')+1:]); ok {
			heard[sequence] = now
		}
	}))
	source, err := mqtt.Open(b.Context(), address, mqtt.ClientID(prefix), mqtt.Subscribe(prefix+"/+/gatt/#"), mqtt.DeviceRate(1<<30, 1<<30))
	if err != nil {
		b.Fatal(err)
	}
	stop := startGateway(b, &timedSource{Source: source, at: acked, all: all}, newEngine(b))
	publisher := paho.NewClient(paho.NewClientOptions().AddBroker(address).SetClientID("paced"))
	wait(b, publisher.Connect())
	ctx, cancel := context.WithCancel(b.Context())
	var sampling sync.WaitGroup
	sampling.Go(func() { syncs = sample(ctx, 10*time.Millisecond, syncer(b)) })
	sampling.Go(func() { commits = sample(ctx, 10*time.Millisecond, committer(b)) })
	next := time.Now()
	for n := range messages {
		time.Sleep(time.Until(next))
		publisher.Publish(benchTopic(prefix, 0, n), 1, false, []byte{0x16, 72, 0, 4})
		next = next.Add(every)
	}
	await(b, all)
	cancel()
	sampling.Wait()
	stop()
	c.Disconnect(100) // what it has heard is written then
	publisher.Disconnect(1)
	added = make([]time.Duration, messages)
	for n := range added {
		added[n] = max(0, acked[n].Sub(heard[n]))
	}
	return added, syncs, commits
}

// sample times something again and again.
func sample(ctx context.Context, every time.Duration, do func()) (took []time.Duration) {
	for ctx.Err() == nil {
		start := time.Now()
		do()
		took = append(took, time.Since(start))
		time.Sleep(every)
	}
	return took
}

// syncer writes a page and syncs.
func syncer(b *testing.B) func() {
	f, err := os.Create(filepath.Join(b.TempDir(), "sync"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	page := make([]byte, 4096)
	return func() {
		if _, err := f.WriteAt(page, 0); err != nil {
			b.Error(err)
		}
		if err := f.Sync(); err != nil {
			b.Error(err)
		}
	}
}

// committer appends one reading to a log.
func committer(b *testing.B) func() {
	log, err := store.Open(filepath.Join(b.TempDir(), "other.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { log.Close() })
	n := 0
	return func() {
		n++
		if err := log.Append(b.Context(), []vitals.Reading{telemedtest.Reading("a", n)}); err != nil {
			b.Error(err)
		}
	}
}

// timedSource notes when each message, by its sequence, is acknowledged.
type timedSource struct {
	telemed.Source
	at  []time.Time
	got int
	all chan struct{}
}

func (s *timedSource) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	n, err := s.Source.Receive(ctx, dst)
	for i := range dst[:n] {
		ack, sequence := dst[i].Ack, dst[i].Frame.Sequence
		dst[i].Ack = func() {
			ack()
			s.at[sequence] = time.Now()
			if s.got++; s.got == len(s.at) {
				close(s.all)
			}
		}
	}
	return n, err
}

func percentile(d []time.Duration, p int) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)*p/100]
}

func await(b *testing.B, done <-chan struct{}) {
	b.Helper()
	select {
	case <-done:
	case <-time.After(time.Minute):
		b.Fatal("not everything came within a minute")
	}
}

func wait(b *testing.B, t paho.Token) {
	b.Helper()
	if !t.WaitTimeout(10*time.Second) || t.Error() != nil {
		b.Fatal(t.Error())
	}
}

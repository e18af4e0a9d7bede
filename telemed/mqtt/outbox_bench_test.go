package mqtt_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// runReceiptingGateway runs a gateway until the benchmark ends.
func runReceiptingGateway(b *testing.B, address string, sinks ...telemed.Sink) {
	b.Helper()
	log, err := store.Open(filepath.Join(b.TempDir(), "log.db"))
	if err != nil {
		b.Fatal(err)
	}
	source, err := mqtt.Open(b.Context(), address, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(0))
	if err != nil {
		b.Fatal(err)
	}
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log, Sinks: sinks}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
		log.Close()
	})
}

// BenchmarkOutboxToLog is all of it: outbox on disk, broker, log on disk,
// receipt, deletion. The live figure starts from a full outbox.
func BenchmarkOutboxToLog(b *testing.B) {
	broker := mosquitto.Start(b)
	runReceiptingGateway(b, broker.Address)
	o := openOutbox(b, store.Capacity(1<<40, store.RefuseNew))
	for n := 0; n < b.N; n += 1000 {
		addHeartRates(b, o, telemed.LaneLive, n, min(1000, b.N-n))
	}
	b.ResetTimer()
	s, stop := runSender(b, broker.Address, o, mqtt.ResendAfter(10*time.Second))
	empty(b, o, s, 5*time.Minute)
	b.StopTimer()
	p := s.Progress().Lanes[telemed.LaneLive]
	stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64(p.Resent)/float64(b.N), "resent/msg")
}

// BenchmarkAlarmBehindBacklog measures, over 64 kbit/s each way with 1 MB of
// backlog on its way, how long an alarm takes from the outbox into a sink behind
// the gateway's log.
func BenchmarkAlarmBehindBacklog(b *testing.B) {
	broker := mosquitto.Start(b)
	heard := &alarmSink{heard: make(chan uint32, 100)}
	runReceiptingGateway(b, broker.Address, heard)
	o := openOutbox(b)
	backlog := make([]telemed.Message, 1000)
	for i := range backlog {
		backlog[i] = telemed.Message{Lane: telemed.LaneBacklog, Topic: fmt.Sprint("ward/bed-1/gatt/2A37/1760000000000-", i), Payload: make([]byte, 1000)}
	}
	if err := o.Add(b.Context(), backlog...); err != nil {
		b.Fatal(err)
	}
	s, stop := runSender(b, throttle(b, broker.Address, 8000), o, mqtt.ResendAfter(10*time.Second))
	var worst time.Duration
	for n := 0; b.Loop(); n++ {
		// After this much of the backlog the link is full and the sender knows it.
		for want := uint64(30 + 15*n); s.Progress().Lanes[telemed.LaneBacklog].Sent < want; time.Sleep(10 * time.Millisecond) {
		}
		began := time.Now()
		addHeartRates(b, o, telemed.LaneAlarm, 1_000_000+n, 1)
		for <-heard.heard != uint32(1_000_000+n) {
		}
		worst = max(worst, time.Since(began))
	}
	if p := s.Progress().Lanes[telemed.LaneBacklog]; p.Waiting.Messages == 0 {
		b.Fatal("the backlog was gone before the end: fewer iterations, please")
	}
	stop()
	b.ReportMetric(worst.Seconds(), "worst-s/alarm")
}

// alarmSink tells of every heart rate.
type alarmSink struct{ heard chan uint32 }

func (*alarmSink) Name() string { return "alarms" }

func (s *alarmSink) Put(_ context.Context, readings []vitals.Reading) error {
	for _, r := range readings {
		if r.Kind == vitals.HeartRate {
			s.heard <- r.Sequence
		}
	}
	return nil
}

// throttle passes connections on to an address at so many bytes a second each
// way, and holds back no more than 1 KiB.
func throttle(tb testing.TB, address string, rate int) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	tb.Cleanup(func() { cancel(); l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", strings.TrimPrefix(address, "mqtt://"))
			if err != nil {
				near.Close()
				continue
			}
			hangUp := sync.OnceFunc(func() { near.Close(); far.Close() })
			context.AfterFunc(ctx, hangUp)
			wg.Go(func() { trickle(far, near, rate); hangUp() })
			wg.Go(func() { trickle(near, far, rate); hangUp() })
		}
	})
	return "mqtt://" + l.Addr().String()
}

func trickle(dst io.Writer, src io.Reader, rate int) {
	buf := make([]byte, 1024)
	for {
		n, err := src.Read(buf)
		if err != nil {
			return
		}
		time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
		if _, err := dst.Write(buf[:n]); err != nil {
			return
		}
	}
}

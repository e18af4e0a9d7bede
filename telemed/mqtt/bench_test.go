package mqtt_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// BenchmarkGateway compares, through one broker in one run, a plain Paho
// subscriber that throws every message away with a gateway that decodes it
// and acknowledges it only when it is on disk.
func BenchmarkGateway(b *testing.B) {
	broker := mosquitto.Start(b)
	b.Run("paho", func(b *testing.B) {
		var received atomic.Int64
		done := make(chan struct{})
		options := paho.NewClientOptions().AddBroker(broker.Address).SetClientID("plain").SetCleanSession(true)
		c := paho.NewClient(options)
		wait(b, c.Connect())
		defer c.Disconnect(100)
		wait(b, c.Subscribe("bench/#", 1, func(paho.Client, paho.Message) {
			if received.Add(1) == int64(b.N) {
				close(done)
			}
		}))
		flood(b, broker.Address, "bench", done)
	})
	b.Run("durable", func(b *testing.B) {
		log, err := store.Open(filepath.Join(b.TempDir(), "log.db"))
		if err != nil {
			b.Fatal(err)
		}
		defer log.Close()
		ward := fmt.Sprint("ward", time.Now().UnixNano()) // sessions persist: every run has its own
		source, err := mqtt.Open(b.Context(), broker.Address, mqtt.ClientID(ward), mqtt.Subscribe(ward+"/+/gatt/#"), mqtt.DeviceRate(1<<30, 1<<30))
		if err != nil {
			b.Fatal(err)
		}
		done := make(chan struct{})
		counted := &countingDecoder{want: b.N, done: done}
		g := telemed.Gateway{Source: source, Decoder: counted, Log: log}
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() { ended <- g.Run(ctx) }()
		flood(b, broker.Address, ward, done)
		b.StopTimer()
		stop() // Run returns when the last frame is stored and acknowledged
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		if n := g.Stats().Frames; n != uint64(b.N) {
			b.Fatalf("%d frames of %d", n, b.N)
		}
	})
}

// countingDecoder tells when all frames have come.
type countingDecoder struct {
	gatt.HealthDecoder
	got, want int
	done      chan struct{}
}

func (d *countingDecoder) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	if d.got++; d.got == d.want {
		close(d.done)
	}
	return d.HealthDecoder.AppendReadings(dst, f)
}

// flood publishes b.N heart rates from two clients with 500 in flight each and
// waits for the subscriber.
func flood(b *testing.B, address, prefix string, done <-chan struct{}) {
	b.Helper()
	const clients, window = 2, 500
	publishers := make([]paho.Client, clients)
	for i := range publishers {
		publishers[i] = paho.NewClient(paho.NewClientOptions().AddBroker(address).SetClientID(fmt.Sprint("flood", i)))
		wait(b, publishers[i].Connect())
		defer publishers[i].Disconnect(100)
	}
	payload := []byte{0x16, 72, 0, 4}
	b.ResetTimer()
	for i, c := range publishers {
		go func() {
			flying := make(chan paho.Token, window)
			go func() {
				for token := range flying {
					token.Wait()
				}
			}()
			for n := i; n < b.N; n += clients {
				flying <- c.Publish(fmt.Sprintf("%s/bed-%d/gatt/2A37/%d-%d", prefix, i, 1770000000000+n, n), 1, false, payload)
			}
			close(flying)
		}()
	}
	<-done
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

func wait(b *testing.B, t paho.Token) {
	b.Helper()
	if !t.WaitTimeout(10*time.Second) || t.Error() != nil {
		b.Fatal(t.Error())
	}
}

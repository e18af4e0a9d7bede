package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// TestMain turns the test binary into a gateway that is there to be killed.
func TestMain(m *testing.M) {
	if address := os.Getenv("GATEWAY_BROKER"); address != "" {
		if err := runGateway(context.Background(), address, os.Getenv("GATEWAY_LOG")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func runGateway(ctx context.Context, address, file string, sinks ...telemed.Sink) error {
	log, err := store.Open(file)
	if err != nil {
		return err
	}
	source, err := mqtt.Open(ctx, address, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(0))
	if err != nil {
		return errors.Join(err, log.Close())
	}
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log, Sinks: sinks}
	return errors.Join(g.Run(ctx), log.Close())
}

// publishAll sends n heart rates of one strap and returns when the broker has
// confirmed every one.
func publishAll(t *testing.T, p *mqtt.Publisher, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		f := device.Frame{Device: "bed-1", Format: device.GATT(gatt.UUIDHeartRateMeasurement), At: time.UnixMilli(1770000000000 + int64(i)), Sequence: uint32(i)}
		name, err := mqtt.Topic("ward", f)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Publish(t.Context(), name, []byte{0, byte(i % 200)}); err != nil {
			t.Fatal(err)
		}
	}
}

// ledger counts each heart rate in a log by its sequence number.
func ledger(t *testing.T, file string) map[uint32]int {
	t.Helper()
	log, err := store.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	counts, records := map[uint32]int{}, make([]telemed.Record, 1000)
	for after := telemed.Position(0); ; {
		n, err := log.Read(ended, after, records)
		if n == 0 {
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			return counts
		}
		for _, r := range records[:n] {
			if r.Reading.Kind == vitals.HeartRate {
				counts[r.Reading.Sequence]++
			}
		}
		after = records[n-1].Position
	}
}

func checkLedger(t *testing.T, counts map[uint32]int, sent int) {
	t.Helper()
	missing, doubled := 0, 0
	for i := range uint32(sent) {
		switch n := counts[i]; {
		case n == 0:
			missing++
		case n > 1:
			doubled++
		}
	}
	if missing > 0 || doubled > 0 || len(counts) != sent {
		t.Errorf("of %d sent: %d missing, %d doubled, %d in the log", sent, missing, doubled, len(counts))
	}
}

// A gateway that is killed again and again in the middle loses nothing and
// doubles nothing.
func TestKilledGateway(t *testing.T) {
	broker := mosquitto.Start(t)
	file := filepath.Join(t.TempDir(), "log.db")
	start := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "GATEWAY_BROKER="+broker.Address, "GATEWAY_LOG="+file)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	// The session must exist before the first message, or the broker has
	// nobody to keep it for.
	subscribe(t, broker.Address)
	p, err := mqtt.Dial(within(t), broker.Address, mqtt.ClientID("strap"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	const rounds, each = 6, 1500
	for round := range rounds {
		gateway := start()
		publishAll(t, p, round*each, each) // the gateway works meanwhile
		if err := gateway.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = gateway.Wait()
	}
	catchUp(t, broker.Address, file, rounds*each)
	checkLedger(t, ledger(t, file), rounds*each)
}

// catchUp runs a gateway here until its log has all.
func catchUp(t *testing.T, address, file string, want int) {
	t.Helper()
	seen := &counter{done: make(chan struct{}), want: want}
	ctx, stop := context.WithCancel(within(t))
	defer stop()
	go func() {
		select {
		case <-seen.done:
			stop()
		case <-ctx.Done():
		}
	}()
	if err := runGateway(ctx, address, file, seen); err != nil {
		t.Fatal(err)
	}
}

// subscribe makes the persistent session of the gateway.
func subscribe(t *testing.T, address string) {
	t.Helper()
	s, err := mqtt.Open(within(t), address, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/+/gatt/#"))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// A broker that is stopped and started again, in the middle of sending, costs
// nothing but time.
func TestStoppedBroker(t *testing.T) {
	broker := mosquitto.Start(t)
	file := filepath.Join(t.TempDir(), "log.db")
	subscribe(t, broker.Address)
	seen := &counter{done: make(chan struct{}), want: 600}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- runGateway(ctx, broker.Address, file, seen) }()
	p, err := mqtt.Dial(within(t), broker.Address, mqtt.ClientID("strap"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for round := range 3 {
		publishAll(t, p, round*200, 100)
		broker.Stop()
		sent := make(chan struct{})
		go func() { // waits for the broker
			publishAll(t, p, round*200+100, 100)
			close(sent)
		}()
		broker.Restart()
		<-sent
	}
	select {
	case <-seen.done:
	case <-within(t).Done():
		t.Error("the sink has not got everything")
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	checkLedger(t, ledger(t, file), 600)
}

// counter is a sink that waits for a number of heart rates.
type counter struct {
	got, want int
	done      chan struct{}
}

func (c *counter) Name() string { return "counter" }

func (c *counter) Put(_ context.Context, readings []vitals.Reading) error {
	if c.got += len(readings); c.got >= c.want && c.got-len(readings) < c.want {
		close(c.done)
	}
	return nil
}

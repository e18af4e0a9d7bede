package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"go.uber.org/goleak"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
)

func openOutbox(t testing.TB, opts ...store.OutboxOption) *store.Outbox {
	t.Helper()
	o, err := store.OpenOutbox(filepath.Join(t.TempDir(), "outbox.db"), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

// heartRate is the message of a number; the ledger of the log knows it by that.
func heartRate(t testing.TB, lane telemed.Lane, n int) telemed.Message {
	t.Helper()
	f := device.Frame{Device: "bed-1", Format: device.GATT(gatt.UUIDHeartRateMeasurement), At: time.UnixMilli(1770000000000 + int64(n)), Sequence: uint32(n)}
	name, err := mqtt.Topic("ward", f)
	if err != nil {
		t.Fatal(err)
	}
	return telemed.Message{Lane: lane, Topic: name, Payload: []byte{0, byte(n % 200)}}
}

func addHeartRates(t testing.TB, o *store.Outbox, lane telemed.Lane, from, n int) {
	t.Helper()
	batch := make([]telemed.Message, n)
	for i := range batch {
		batch[i] = heartRate(t, lane, from+i)
	}
	if err := o.Add(t.Context(), batch...); err != nil {
		t.Fatal(err)
	}
}

// runSender runs a sender until the returned function is called.
func runSender(t testing.TB, address string, o mqtt.Outbox, opts ...mqtt.Option) (s *mqtt.Sender, stop func()) {
	t.Helper()
	s, err := mqtt.NewSender(address, o, append([]mqtt.Option{
		mqtt.ClientID("bed-1"), mqtt.SenderTopic("ward/bed-1"), mqtt.ResendAfter(500 * time.Millisecond),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stopped := false
	stop = func() {
		cancel()
		if stopped {
			return
		}
		stopped = true
		if err := <-done; err != nil {
			t.Errorf("sender: %v", err)
		}
	}
	t.Cleanup(stop)
	return s, stop
}

// empty waits until nothing is left in an outbox.
func empty(t testing.TB, o *store.Outbox, s *mqtt.Sender, within time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		left := uint64(0)
		for _, lane := range telemed.Lanes() {
			left += o.Waiting(lane).Messages
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d messages are left in the outbox after %v: %+v", left, within, s.Progress())
		}
	}
}

func child(t *testing.T, address, file string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GATEWAY_BROKER="+address, "GATEWAY_LOG="+file)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// The broker, the gateway and the sender end again and again in mid-stream, the
// first two by force. The broker keeps nothing, so that messages it has confirmed
// vanish with it. Whatever was in the outbox is in the log once.
func TestOutboxSurvivesKilledBrokerAndGateway(t *testing.T) {
	broker := mosquitto.Start(t, "persistence false")
	file := filepath.Join(t.TempDir(), "log.db")
	o := openOutbox(t)
	s, stop := runSender(t, broker.Address, o)
	var resent, receipted uint64
	add := func(p mqtt.Progress) {
		for _, l := range p.Lanes {
			resent, receipted = resent+l.Resent, receipted+l.Receipted
		}
	}
	gateway := child(t, broker.Address, file)
	t.Cleanup(func() { _ = gateway.Process.Kill(); _ = gateway.Wait() })
	const rounds, each = 6, 1000
	for round := range rounds {
		addHeartRates(t, o, telemed.LaneLive, round*each, each/2)
		addHeartRates(t, o, telemed.LaneBacklog, round*each+each/2, each/2-1)
		addHeartRates(t, o, telemed.LaneAlarm, round*each+each-1, 1)
		// In mid-stream: when a part of the round is there.
		target := s.Progress().Lanes[telemed.LaneLive].Receipted + each/4
		for deadline := time.Now().Add(10 * time.Second); s.Progress().Lanes[telemed.LaneLive].Receipted < target; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("round %d: nothing goes on: %+v", round, s.Progress())
			}
		}
		switch round % 3 {
		case 0:
			broker.Kill()
			broker.Restart()
		case 1:
			_ = gateway.Process.Kill()
			_ = gateway.Wait()
			gateway = child(t, broker.Address, file)
		case 2:
			stop()
			add(s.Progress())
			s, stop = runSender(t, broker.Address, o)
		}
	}
	empty(t, o, s, 60*time.Second)
	stop()
	add(s.Progress())
	_ = gateway.Process.Kill()
	_ = gateway.Wait()
	checkLedger(t, ledger(t, file), rounds*each)
	if receipted != rounds*each {
		t.Errorf("%d messages receipted, want %d", receipted, rounds*each)
	}
	if resent == 0 {
		t.Error("nothing was sent again: the test has lost nothing")
	}
}

// The same without an outbox: what the broker has confirmed and not delivered is
// gone with it. It is the reason for the outbox.
func TestPublisherLosesWithBroker(t *testing.T) {
	broker := mosquitto.Start(t, "persistence false")
	subscribe(t, broker.Address) // a session of a gateway that is away
	p, err := mqtt.Dial(within(t), broker.Address, mqtt.ClientID("strap"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	publishAll(t, p, 0, 100) // returns when all are confirmed
	broker.Kill()
	broker.Restart()
	file := filepath.Join(t.TempDir(), "log.db")
	source, err := mqtt.Open(within(t), broker.Address, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/+/gatt/#"))
	if err != nil {
		t.Fatal(err)
	}
	log, err := store.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log}
	if err := errors.Join(g.Run(ctx), log.Close()); err != nil {
		t.Fatal(err)
	}
	if n := len(ledger(t, file)); n == 100 {
		t.Error("nothing was lost: the broker keeps messages, and the tests of the outbox prove little")
	}
}

func TestSenderIsRefused(t *testing.T) {
	o := openOutbox(t)
	for name, opts := range map[string][]mqtt.Option{
		"no client":   {},
		"wildcard":    {mqtt.ClientID("x"), mqtt.SenderTopic("ward/+")},
		"many levels": {mqtt.ClientID("x"), mqtt.SenderTopic("1/2/3/4/5/6/7/8/9/10")},
		"long":        {mqtt.ClientID("x"), mqtt.SenderTopic(strings.Repeat("x", 300))},
	} {
		if _, err := mqtt.NewSender("mqtt://127.0.0.1:1", o, opts...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := mqtt.NewSender("mqtt://broker.ward:1883", o, mqtt.ClientID("x")); !errors.Is(err, mqtt.ErrPlaintext) {
		t.Errorf("plaintext: %v", err)
	}
	if _, err := mqtt.NewSender("mqtt://127.0.0.1:1", nil, mqtt.ClientID("x")); err == nil {
		t.Error("no outbox: accepted")
	}
	b := scriptedBroker(t, func(c client) { c.suback(0x80); c.hold() })
	s, err := mqtt.NewSender(b.address, o, mqtt.ClientID("x"))
	if err != nil {
		t.Fatal(err)
	}
	var refused *mqtt.SubscribeError
	if err := s.Run(within(t)); !errors.As(err, &refused) {
		t.Errorf("receipts refused: %v", err)
	}
	b = scriptedBroker(t, func(c client) { c.suback(0); c.hold() })
	if err := o.Add(t.Context(), telemed.Message{Topic: "ward/DOE/x"}); err != nil {
		t.Fatal(err)
	}
	if s, err = mqtt.NewSender(b.address, o, mqtt.ClientID("x"), mqtt.SenderTopic("ward/bed-1")); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(within(t)); !errors.Is(err, mqtt.ErrTopic) || strings.Contains(err.Error(), "DOE") {
		t.Errorf("a topic of another sender: %v", err)
	}
}

// Nobody listens: Run waits, and ends with its context.
func TestSenderWithoutBroker(t *testing.T) {
	o := openOutbox(t)
	addHeartRates(t, o, telemed.LaneAlarm, 0, 1)
	s, stop := runSender(t, "mqtt://127.0.0.1:1", o)
	if p := s.Progress(); p.Connected || p.Lanes[telemed.LaneAlarm].Waiting.Messages != 1 {
		t.Errorf("%+v", p)
	}
	stop()
	if n := o.Waiting(telemed.LaneAlarm).Messages; n != 1 {
		t.Errorf("%d messages", n)
	}
}

// Over a connection on which the broker confirms nothing, an alarm still goes
// out, past a backlog that waits.
func TestAlarmOvertakes(t *testing.T) {
	order := make(chan string, 1000)
	b := scriptedBroker(t, func(c client) {
		c.suback(0)
		for p := c.read(); p != nil; p = c.read() {
			if p, ok := p.(*packets.PublishPacket); ok {
				order <- p.TopicName
			}
		}
	})
	o := openOutbox(t)
	batch := make([]telemed.Message, 1000)
	for i := range batch {
		batch[i] = telemed.Message{Lane: telemed.LaneBacklog, Topic: fmt.Sprint("ward/bed-1/old/", i), Payload: make([]byte, 1000)}
	}
	if err := o.Add(t.Context(), batch...); err != nil {
		t.Fatal(err)
	}
	runSender(t, b.address, o, mqtt.ResendAfter(time.Hour))
	before := 0
	for first := <-order; strings.Contains(first, "/old/"); first = <-order {
		if before++; before == 1 {
			if err := o.Add(t.Context(), telemed.Message{Lane: telemed.LaneAlarm, Topic: "ward/bed-1/alarm"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if before > 4 {
		t.Errorf("the alarm came after %d KB, want at most 4", before)
	}
}

// Run leaves nothing behind, however the connection fared.
func TestSenderLeavesNoGoroutine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	broker := mosquitto.Start(t)
	o := openOutbox(t)
	for round := range 5 {
		addHeartRates(t, o, telemed.LaneLive, round, 1)
		s, stop := runSender(t, broker.Address, o, mqtt.Hasty(time.Second))
		for s.Progress().Lanes[telemed.LaneLive].Sent == 0 {
			time.Sleep(time.Millisecond)
		}
		if round%2 == 0 {
			broker.Kill()
			for s.Progress().Connected {
				time.Sleep(time.Millisecond)
			}
		}
		if round%4 == 0 {
			broker.Restart()
			for !s.Progress().Connected {
				time.Sleep(time.Millisecond)
			}
		}
		stop()
		if round == 2 {
			broker.Restart()
		}
	}
	broker.Stop()
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}

// A short message of the backlog does not slip past a long live one that has to
// wait for room on the link.
func TestNothingLessUrgentPasses(t *testing.T) {
	order := make(chan string, 3)
	b := scriptedBroker(t, func(c client) {
		c.suback(0)
		for range cap(order) {
			p, ok := c.read().(*packets.PublishPacket)
			if !ok {
				t.Error("the sender went away")
				return
			}
			order <- p.TopicName[:len("ward/bed-1/x")]
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = p.MessageID
			c.write(ack)
		}
		c.hold()
	})
	o := openOutbox(t)
	if err := o.Add(
		t.Context(),
		telemed.Message{Lane: telemed.LaneBacklog, Topic: "ward/bed-1/c"},
		telemed.Message{Topic: "ward/bed-1/a", Payload: make([]byte, 3000)},
		telemed.Message{Topic: "ward/bed-1/b", Payload: make([]byte, 3000)},
	); err != nil {
		t.Fatal(err)
	}
	runSender(t, b.address, o, mqtt.ResendAfter(time.Hour))
	for _, want := range []string{"ward/bed-1/a", "ward/bed-1/b", "ward/bed-1/c"} {
		if got := <-order; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Connections that end in the middle of sending cost no time: Paho, told to send
// at the wrong moment, would wait for as long as a write may take.
func TestLostWhileSending(t *testing.T) {
	b := scriptedBroker(t, func(c client) {
		c.suback(0)
		for range 3 {
			c.read()
		}
	})
	o := openOutbox(t)
	for i := range 10 {
		addHeartRates(t, o, telemed.LaneAlarm, i*100, 100)
	}
	_, stop := runSender(t, b.address, o, mqtt.Hasty(5*time.Second), mqtt.ResendAfter(time.Hour))
	began := time.Now()
	for connections := 0; connections < 40; connections, _ = b.count() {
		if took := time.Since(began); took > 4*time.Second {
			t.Fatalf("%d connections after %v, want 40", connections, took)
		}
		time.Sleep(time.Millisecond)
	}
	began = time.Now()
	stop()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("Run ended after %v", took)
	}
}

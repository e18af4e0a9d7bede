package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

const (
	topic  = "ward/bed-1/gatt/2A37/1770000000000-1"
	topic2 = "ward/bed-1/gatt/2A37/1770000000000-2"
	topic3 = "ward/bed-1/gatt/2A37/1770000000000-3"
)

// within bounds a test, not the thing tested.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func openSource(t *testing.T, address string, opts ...mqtt.Option) *mqtt.Source {
	t.Helper()
	s, err := mqtt.Open(within(t), address, append(opts, mqtt.Subscribe("ward/+/gatt/#"))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func receiveOne(t *testing.T, s *mqtt.Source) telemed.Delivery {
	t.Helper()
	var d [1]telemed.Delivery
	if _, err := s.Receive(within(t), d[:]); err != nil {
		t.Fatal(err)
	}
	return d[0]
}

// No PUBACK before Ack, one right after.
func TestAcknowledgesWhenTold(t *testing.T) {
	told, early, acked := make(chan struct{}), make(chan bool, 1), make(chan uint16, 1)
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		c.publish(7, topic, []byte{0, 72}, false)
		c.write(packets.NewControlPacket(packets.Pingreq)) // nonsense that forces no answer
		got := make(chan packets.ControlPacket, 10)
		go func() {
			for p := c.read(); p != nil; p = c.read() {
				got <- p
			}
			close(got)
		}()
		<-told
		early <- len(got) > 0
		for p := range got {
			if a, ok := p.(*packets.PubackPacket); ok {
				acked <- a.MessageID
			}
		}
	})
	s := openSource(t, b.address)
	d := receiveOne(t, s)
	close(told)
	if <-early {
		t.Error("something was sent before the frame was stored")
	}
	if d.Frame.Device != "bed-1" || d.Frame.Format != device.GATT(0x2A37) || d.Frame.Sequence != 1 ||
		d.Frame.At.UnixMilli() != 1770000000000 || string(d.Frame.Bytes) != "\x00\x48" {
		t.Errorf("frame %+v", d.Frame)
	}
	d.Ack()
	if id := <-acked; id != 7 {
		t.Errorf("acknowledged %d, want 7", id)
	}
}

func TestRefusedSubscription(t *testing.T) {
	for _, code := range []byte{0x80, 0} {
		b := scriptedBroker(t, func(c client) { c.suback(code); c.hold() })
		_, err := mqtt.Open(within(t), b.address, mqtt.Subscribe("ward/#"))
		var refused *mqtt.SubscribeError
		if !errors.As(err, &refused) || refused.Code != code || refused.Filter != "ward/#" {
			t.Errorf("code %#x: %v", code, err)
		}
	}
}

// A refusal on a later connection ends the source: a gateway that hears
// nothing must say so.
func TestRefusedOnReconnect(t *testing.T) {
	b := scriptedBroker(t,
		func(c client) { c.suback(1) }, // and hang up
		func(c client) { c.suback(0x80); c.hold() })
	s := openSource(t, b.address)
	var d [1]telemed.Delivery
	_, err := s.Receive(within(t), d[:])
	var refused *mqtt.SubscribeError
	if !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}

func TestSubscribesOnEveryConnection(t *testing.T) {
	b := scriptedBroker(t,
		func(c client) { c.suback(1) },
		func(c client) { c.suback(1) },
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); c.hold() })
	s := openSource(t, b.address)
	receiveOne(t, s)
	if connections, subscribes := b.count(); connections != 3 || subscribes != 3 {
		t.Errorf("%d connections, %d subscriptions; want 3 and 3", connections, subscribes)
	}
}

// A broker that goes away in the middle of the subscription does not fail Open.
func TestLostWhileSubscribing(t *testing.T) {
	b := scriptedBroker(t,
		func(c client) { c.read() }, // the SUBSCRIBE, and hang up
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); c.hold() })
	s := openSource(t, b.address)
	receiveOne(t, s)
	if connections, _ := b.count(); connections != 2 {
		t.Errorf("%d connections, want 2", connections)
	}
}

// A header that claims 256 MiB ends the connection when nothing follows, and
// memory is taken in neither case.
func TestGiantPacket(t *testing.T) {
	b := scriptedBroker(t,
		func(c client) { c.suback(1); _, _ = c.Write([]byte{0x30, 0xff, 0xff, 0xff, 0x7f}); c.hold() },
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); c.hold() })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := openSource(t, b.address, mqtt.Hasty(50*time.Millisecond))
	receiveOne(t, s) // over the second connection
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("%d MiB were allocated", grown>>20)
	}
}

// A message that is too long becomes a refused delivery and is acknowledged, so
// that the broker does not send it on every connection for ever.
func TestPacketLimit(t *testing.T) {
	acked := make(chan uint16, 10)
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		c.publish(7, topic, make([]byte, 200_000), false)
		c.publish(8, topic, make([]byte, 100), false)
		c.acks(acked)
	})
	s := openSource(t, b.address, mqtt.MaxPacket(150))
	var size *mqtt.PacketSizeError
	long := receiveOne(t, s)
	if !errors.As(long.Refused, &size) || size.Size < 200_000 || size.Limit != 150 || len(long.Frame.Bytes) != 0 || long.Frame.Device != "bed-1" {
		t.Errorf("got %d bytes, refused: %v", len(long.Frame.Bytes), long.Refused)
	}
	long.Ack()
	if id := <-acked; id != 7 {
		t.Errorf("acknowledged %d, want 7", id)
	}
	if d := receiveOne(t, s); len(d.Frame.Bytes) != 100 || d.Refused != nil {
		t.Errorf("then came %d bytes, refused: %v", len(d.Frame.Bytes), d.Refused)
	}
	if n := s.Stats(); n.Oversize != 1 || n.Refused != 1 || n.Connects != 1 {
		t.Errorf("%+v", n)
	}
}

// What comes again after a lost connection is in the log once.
func TestRedelivery(t *testing.T) {
	second := make(chan struct{})
	b := scriptedBroker(t,
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); <-second },
		func(c client) {
			c.suback(1)
			c.publish(1, topic, []byte{0, 70}, true)
			c.publish(2, "ward/bed-1/gatt/2A37/1770000000000-2", []byte{0, 71}, false)
			c.hold()
		})
	s := openSource(t, b.address)
	d := receiveOne(t, s)
	close(second) // the connection is gone before the frame is acknowledged
	log, err := store.Open(t.TempDir() + "/log.db")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	readings, err := gatt.Health().AppendReadings(nil, d.Frame)
	if err != nil {
		t.Fatal(err)
	}
	readings[0].Patient = patientOf(d.Frame)
	if err := log.Append(t.Context(), readings); err != nil {
		t.Fatal(err)
	}
	d.Ack() // into the void
	ctx, stop := context.WithCancel(t.Context())
	g := telemed.Gateway{Source: s, Decoder: gatt.Health(), Log: log}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	for g.Stats().Frames < 2 {
		runtime.Gosched()
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if last, _ := log.Last(t.Context()); last != 2 {
		t.Errorf("%d readings, want 2", last)
	}
}

// Messages that say nothing useful are handed on as refused, so that they become
// dead letters, and are acknowledged like others.
func TestUselessTopics(t *testing.T) {
	names := []string{"x", "ward/bed-1/gatt/", "ward/bed-1/gatt/XYZW", "/gatt/2A37", "w/b/gatt/2A37/now"}
	acked := make(chan uint16, 10)
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		for i, name := range names {
			c.publish(uint16(i+1), name, []byte("payload"), false)
		}
		c.acks(acked)
	})
	s := openSource(t, b.address)
	for i, name := range names {
		d := receiveOne(t, s)
		if !errors.Is(d.Refused, mqtt.ErrTopic) || string(d.Frame.Bytes) != "payload" {
			t.Errorf("%s: refused: %v", name, d.Refused)
		}
		d.Ack()
		if got := <-acked; got != uint16(i+1) {
			t.Errorf("acknowledged %d, want %d", got, i+1)
		}
	}
	if n := s.Stats().Refused; n != 5 {
		t.Errorf("%d refused, want 5", n)
	}
}

// A device that floods loses what is too much, and no other does.
func TestFloodOfOneDevice(t *testing.T) {
	const n, burst = 300, 50
	acked := make(chan uint16, 2*n)
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		for i := range n {
			c.publish(uint16(2*i+1), fmt.Sprintf("ward/bed-1/gatt/2A37/1770000000000-%d", i), []byte{0, 70}, false)
			if i%10 == 0 {
				c.publish(uint16(2*i+2), fmt.Sprintf("ward/bed-2/gatt/2A37/1770000000000-%d", i), []byte{0, 70}, false)
			}
		}
		c.acks(acked)
	})
	told := make(chan error, n)
	s := openSource(t, b.address, mqtt.DeviceRate(1, burst), mqtt.Watch(func(who vitals.DeviceID, why error) {
		if who == "bed-1" {
			told <- why
		}
	}))
	eventually(t, "everything has come", func() bool { return s.Stats().Received == n+n/10 })
	got := map[vitals.DeviceID]int{}
	flooded := int(s.Stats().Flooded)
	for range n + n/10 - flooded {
		d := receiveOne(t, s)
		got[d.Frame.Device]++
		d.Ack()
	}
	// The allowance grows by one a second, while this runs.
	if got["bed-2"] != n/10 || got["bed-1"] < burst || got["bed-1"] > burst+10 {
		t.Errorf("%d messages of bed-1 and %d of bed-2 came, %d were refused", got["bed-1"], got["bed-2"], flooded)
	}
	if why := <-told; !errors.Is(why, mqtt.ErrFlood) {
		t.Errorf("told %v", why)
	}
	for range n + n/10 {
		if _, ok := comes(acked, soon); !ok {
			t.Fatal("a message was not acknowledged: it would take the place of others")
		}
	}
}

func TestPlaintextStaysHere(t *testing.T) {
	for address, want := range map[string]error{
		"mqtt://broker.ward:1883":    mqtt.ErrPlaintext,
		"tcp://192.0.2.1:1883":       mqtt.ErrPlaintext,
		"mqtt://127.0.0.1.evil:1883": mqtt.ErrPlaintext,
	} {
		if _, err := mqtt.Open(within(t), address, mqtt.Subscribe("#")); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	for _, address := range []string{"", "broker", "http://localhost:1", "mqtt://"} {
		if _, err := mqtt.Open(within(t), address, mqtt.Subscribe("#")); err == nil {
			t.Errorf("address %q was accepted", address)
		}
	}
	if _, err := mqtt.Open(within(t), "mqtt://127.0.0.1:1"); err == nil {
		t.Error("no filter was accepted")
	}
}

// A broker that is not there is said so, with the reason.
func TestNobodyListens(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := mqtt.Open(ctx, "mqtt://127.0.0.1:1", mqtt.Subscribe("#"))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

// A program runs while the broker is away, and hears it when it is there.
func TestNewSourceWaitsForTheBroker(t *testing.T) {
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		c.publish(1, topic, []byte{0, 72}, false)
		c.hold()
	})
	b.stop()
	s, err := mqtt.NewSource(b.address, mqtt.Subscribe("ward/+/gatt/#"), mqtt.Hasty(quiet))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Probe(); err == nil {
		t.Error("connected before Receive")
	}
	got := make(chan telemed.Delivery, 1)
	go func() {
		var d [1]telemed.Delivery
		if _, err := s.Receive(within(t), d[:]); err != nil {
			t.Error(err)
		}
		got <- d[0]
	}()
	eventually(t, "an attempt fails", func() bool {
		_, err := s.Probe()
		return err != nil && strings.Contains(err.Error(), "refused")
	})
	b.restart(t)
	if d := <-got; string(d.Frame.Bytes) != "\x00\x48" {
		t.Errorf("received % x", d.Frame.Bytes)
	}
	eventually(t, "all is well", func() bool { _, err := s.Probe(); return err == nil })
}

// After Close nothing is begun.
func TestNewSourceClosed(t *testing.T) {
	b := scriptedBroker(t, func(c client) { c.suback(1); c.hold() })
	s, err := mqtt.NewSource(b.address, mqtt.Subscribe("ward/#"), mqtt.Receipts(0))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	var d [1]telemed.Delivery
	if _, err := s.Receive(within(t), d[:]); !errors.Is(err, mqtt.ErrClosed) {
		t.Errorf("got %v, want %v", err, mqtt.ErrClosed)
	}
	if connections, _ := b.count(); connections != 0 {
		t.Errorf("%d connections", connections)
	}
}

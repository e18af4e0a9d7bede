package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/telemed-go/sdk/telemed/mqtt"
)

// These tests hold the same script against Paho, used as its documentation shows,
// and against ours: the first to show that the script is hard enough.

const (
	soon  = 5 * time.Second        // bounds what should come
	quiet = 150 * time.Millisecond // for what should not come
)

// plain connects Paho. Everything not said is Paho's default.
func plain(t *testing.T, address string, set func(*paho.ClientOptions)) paho.Client {
	t.Helper()
	o := paho.NewClientOptions().AddBroker(address).SetClientID("plain").SetCleanSession(false).SetMaxReconnectInterval(10 * time.Millisecond)
	if set != nil {
		set(o)
	}
	c := paho.NewClient(o)
	if token := c.Connect(); !token.WaitTimeout(soon) || token.Error() != nil {
		t.Fatalf("plain Paho does not connect: %v", token.Error())
	}
	t.Cleanup(func() { c.Disconnect(50) })
	return c
}

// comes waits for a value for a while.
func comes[T any](c <-chan T, d time.Duration) (v T, ok bool) {
	select {
	case v, ok = <-c:
		return v, ok
	case <-time.After(d):
		return v, false
	}
}

// Paho acknowledges when the handler returns, also when nothing was stored.
func TestPitfallAcknowledgesAnything(t *testing.T) {
	script := func(acked chan uint16) func(client) {
		return func(c client) { c.suback(1); c.publish(7, topic, []byte{0, 70}, false); c.acks(acked) }
	}
	acked := make(chan uint16, 1)
	p := plain(t, scriptedBroker(t, script(acked)).address, nil)
	p.Subscribe("ward/#", 1, func(paho.Client, paho.Message) { /* the disk is full */ })
	if _, ok := comes(acked, soon); !ok {
		t.Error("plain Paho has learned not to acknowledge: is this package still needed?")
	}
	acked = make(chan uint16, 1)
	s := openSource(t, scriptedBroker(t, script(acked)).address)
	d := receiveOne(t, s) // and the disk is full
	if id, ok := comes(acked, quiet); ok {
		t.Errorf("%d was acknowledged and is not stored", id)
	}
	d.Ack()
	if _, ok := comes(acked, soon); !ok {
		t.Error("no acknowledgement after Ack")
	}
}

// What was not acknowledged comes again, and Paho hands it out again. That the log
// keeps it once is shown by TestRedelivery.
func TestPitfallRepeats(t *testing.T) {
	script := []func(client){
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false) },
		func(c client) { c.publish(1, topic, []byte{0, 70}, true); c.suback(1); c.hold() },
	}
	got := make(chan bool, 2)
	p := plain(t, scriptedBroker(t, script...).address, nil)
	p.Subscribe("ward/#", 1, func(_ paho.Client, m paho.Message) { got <- m.Duplicate() })
	if first, ok := comes(got, soon); !ok || first {
		t.Error("the first did not come")
	}
	if second, ok := comes(got, soon); !ok || !second {
		t.Error("plain Paho kept the repeat from the handler")
	}
	s := openSource(t, scriptedBroker(t, script...).address, mqtt.Hasty(soon))
	receiveOne(t, s)
	receiveOne(t, s)
	if n := s.Stats().Repeated; n != 1 {
		t.Errorf("%d repeats counted, want 1", n)
	}
}

// Packet identifiers are used again: an acknowledgement of before must not
// acknowledge another message on the new connection. Paho 1.5.1 does not either; it
// drops the acknowledgement without a word, and ours is counted.
func TestPitfallLateAcknowledgement(t *testing.T) {
	reconnected, acked := make(chan struct{}), make(chan uint16, 10)
	b := scriptedBroker(t,
		func(c client) {
			c.suback(1)
			c.publish(1, topic, []byte{0, 70}, false)
			c.publish(2, topic2, []byte{0, 71}, false)
		},
		func(c client) {
			c.suback(1)
			c.publish(1, topic3, []byte{0, 72}, false) // another message under the same number
			close(reconnected)
			c.acks(acked)
		})
	s := openSource(t, b.address, mqtt.Hasty(soon))
	first := receiveOne(t, s)
	<-reconnected
	receiveOne(t, s)
	other := receiveOne(t, s)
	first.Ack()
	if id, ok := comes(acked, quiet); ok {
		t.Errorf("the late acknowledgement went out as %d", id)
	}
	if n := s.Stats().LateAcks; n != 1 {
		t.Errorf("%d late acknowledgements counted, want 1", n)
	}
	other.Ack()
	if id, ok := comes(acked, soon); !ok || id != 1 {
		t.Errorf("acknowledged %d, %v; want 1", id, ok)
	}
}

// With two handlers that match, the first acknowledges for both.
func TestPitfallTwoHandlers(t *testing.T) {
	script := func(acked chan uint16) func(client) {
		return func(c client) { c.suback(1); c.suback(1); c.publish(7, topic, []byte{0, 70}, false); c.acks(acked) }
	}
	acked, release := make(chan uint16, 1), make(chan struct{})
	p := plain(t, scriptedBroker(t, script(acked)).address, nil)
	p.Subscribe("ward/#", 1, func(paho.Client, paho.Message) {})
	p.Subscribe("ward/+/gatt/#", 1, func(paho.Client, paho.Message) { <-release })
	if _, ok := comes(acked, soon); !ok {
		t.Error("plain Paho waited for the second handler")
	}
	close(release)
	acked = make(chan uint16, 1)
	s := openSource(t, scriptedBroker(t, script(acked)).address, mqtt.Subscribe("ward/#"))
	d := receiveOne(t, s)
	if _, ok := comes(acked, quiet); ok {
		t.Error("acknowledged before Ack")
	}
	d.Ack()
	if _, ok := comes(acked, soon); !ok {
		t.Error("no acknowledgement after Ack")
	}
}

// What the session kept comes right after CONNACK, before there is a handler.
func TestPitfallNoHandlerYet(t *testing.T) {
	script := func(acked chan uint16) func(client) {
		return func(c client) { c.publish(7, topic, []byte{0, 70}, false); c.suback(1); c.acks(acked) }
	}
	acked, got := make(chan uint16, 1), make(chan struct{}, 1)
	p := plain(t, scriptedBroker(t, script(acked)).address, nil)
	time.Sleep(quiet) // the program has other things to do first
	p.Subscribe("ward/#", 1, func(paho.Client, paho.Message) { got <- struct{}{} })
	if _, ok := comes(got, quiet); ok {
		t.Error("plain Paho kept the message for the handler")
	}
	if _, ok := comes(acked, quiet); ok {
		t.Error("plain Paho acknowledged what no handler saw")
	}
	acked = make(chan uint16, 1)
	receiveOne(t, openSource(t, scriptedBroker(t, script(acked)).address)).Ack()
	if _, ok := comes(acked, soon); !ok {
		t.Error("not acknowledged")
	}
}

// A broker that has lost the session knows no subscription after a reconnect.
func TestPitfallLostSession(t *testing.T) {
	asked := make(chan bool, 1)
	script := []func(client){
		func(c client) { c.suback(1) },
		func(c client) {
			for p := c.read(); p != nil; p = c.read() {
				if _, ok := p.(*packets.SubscribePacket); ok {
					asked <- true
				}
			}
		},
	}
	p := plain(t, scriptedBroker(t, script...).address, nil)
	p.Subscribe("ward/#", 1, nil)
	if _, ok := comes(asked, quiet); ok {
		t.Error("plain Paho subscribed again")
	}
	openSource(t, scriptedBroker(t, script...).address, mqtt.Hasty(soon))
	if _, ok := comes(asked, soon); !ok {
		t.Error("not subscribed on the new connection")
	}
}

// Paho waits for a broker that does not read, for ever, and holds the sender up.
func TestPitfallBrokerDoesNotRead(t *testing.T) {
	wake := make(chan struct{})
	deaf := func(c client) { <-wake }
	payload := make([]byte, 8<<20)
	p := plain(t, scriptedBroker(t, deaf).address, nil)
	done := make(chan struct{})
	go func() { p.Publish(topic, 1, false, payload).WaitTimeout(soon); close(done) }()
	if _, ok := comes(done, 2*quiet); ok {
		t.Error("plain Paho gave the connection up")
	}
	b := scriptedBroker(t, deaf, func(c client) {
		if m, ok := c.read().(*packets.PublishPacket); ok {
			c.puback(m.MessageID)
		}
		c.hold()
	})
	ours, err := mqtt.Dial(within(t), b.address, mqtt.ClientID("ours"), mqtt.MaxPacket(16<<20), mqtt.Hasty(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	if err := ours.Publish(within(t), topic, payload); err != nil {
		t.Errorf("not sent over the next connection: %v", err)
	}
	close(wake)
	<-done
}

// Paho's own pauses grow to ten minutes and are the same for everybody.
func TestPitfallReconnectInterval(t *testing.T) {
	if d := paho.NewClientOptions().MaxReconnectInterval; d < 10*time.Minute {
		t.Errorf("plain Paho waits %s at most", d)
	}
	for attempts := range 100 {
		waits := map[time.Duration]bool{}
		for range 20 {
			d := mqtt.Backoff(attempts)
			if waits[d] = true; d < 0 || d > 30*time.Second {
				t.Errorf("attempt %d waits %s", attempts, d)
			}
		}
		if len(waits) < 10 {
			t.Errorf("attempt %d: twenty clients wait for %d different times", attempts, len(waits))
		}
	}
}

// A broker that is not there yet is no reason to give up.
func TestPitfallBrokerStartsLater(t *testing.T) {
	b := scriptedBroker(t, func(c client) { c.suback(1); c.hold() })
	address := b.address
	b.stop()
	p := paho.NewClient(paho.NewClientOptions().AddBroker(address))
	if token := p.Connect(); !token.WaitTimeout(soon) || token.Error() == nil {
		t.Error("plain Paho waits for the broker")
	}
	opened := make(chan error, 1)
	go func() {
		s, err := mqtt.Open(within(t), address, mqtt.Subscribe("ward/#"), mqtt.Hasty(soon))
		if err == nil {
			s.Close()
		}
		opened <- err
	}()
	if _, ok := comes(opened, quiet); ok {
		t.Error("Open did not wait")
	}
	b.restart(t)
	if err, ok := comes(opened, soon); !ok || err != nil {
		t.Errorf("not opened: %v", err)
	}
}

// Paho says that a message is sent, and drops it, while it reconnects (QoS 0); it
// says so as well when it sends it again, before anybody has confirmed (QoS 1).
func TestPitfallSentIsNotSent(t *testing.T) {
	script := func(seen chan uint16) []func(client) {
		read := func(c client) {
			if m, ok := c.read().(*packets.PublishPacket); ok {
				seen <- m.MessageID
			}
		}
		return []func(client){read, func(c client) { read(c); c.hold() }}
	}
	seen := make(chan uint16, 2)
	p := plain(t, scriptedBroker(t, script(seen)...).address, nil)
	token := p.Publish(topic, 1, false, []byte{0, 70})
	if !token.WaitTimeout(soon) || token.Error() != nil {
		t.Error("plain Paho waits for the confirmation")
	}
	seen = make(chan uint16, 2)
	ours, err := mqtt.Dial(within(t), scriptedBroker(t, script(seen)...).address, mqtt.ClientID("ours"), mqtt.Hasty(soon))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- ours.Publish(t.Context(), topic, []byte{0, 70}) }()
	<-seen
	<-seen // over the second connection
	if err, ok := comes(done, quiet); ok {
		t.Errorf("nobody has confirmed, and Publish returned %v", err)
	}
	ours.Close()
	if err, ok := comes(done, soon); !ok || !errors.Is(err, mqtt.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := ours.Publish(within(t), topic, nil); err == nil { // Paho's may panic when it is used again
		t.Error("sent after Close")
	}
}

// What is sent again after a reconnect keeps its order. Paho's default memory is
// a map.
func TestPitfallOrderOfRepeats(t *testing.T) {
	const n = 30
	script := func(order chan []byte) []func(client) {
		read := func(c client) (got []byte) {
			for len(got) < n {
				if m, ok := c.read().(*packets.PublishPacket); ok {
					got = append(got, m.Payload[0])
				} else {
					return got
				}
			}
			return got
		}
		return []func(client){func(c client) { read(c) }, func(c client) { order <- read(c); c.hold() }}
	}
	order := make(chan []byte, 1)
	p := plain(t, scriptedBroker(t, script(order)...).address, nil)
	for i := range n {
		p.Publish(topic, 1, false, []byte{byte(i)})
	}
	if got, ok := comes(order, soon); !ok || slices.IsSorted(got) {
		t.Errorf("plain Paho kept the order: %v", got)
	}
	order = make(chan []byte, 1)
	ours, err := mqtt.Dial(within(t), scriptedBroker(t, script(order)...).address, mqtt.ClientID("ours"), mqtt.Hasty(soon))
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for i := range n {
		step, stop := context.WithTimeout(ctx, 3*time.Millisecond) // on to the next, unconfirmed
		_ = ours.Publish(step, topic, []byte{byte(i)})
		stop()
	}
	if got, ok := comes(order, soon); !ok || len(got) != n || !slices.IsSorted(got) {
		t.Errorf("sent again in the order %v", got)
	}
}

// A header of five bytes makes Paho take 256 MiB.
func TestPitfallGiantHeader(t *testing.T) {
	script := []func(client){
		func(c client) { _, _ = c.Write([]byte{0x30, 0xff, 0xff, 0xff, 0x7f, 0}); c.hold() },
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); c.hold() },
	}
	taken := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) >> 20
	}
	if n := taken(func() {
		plain(t, scriptedBroker(t, script...).address, nil)
		time.Sleep(quiet)
	}); n < 200 {
		t.Errorf("plain Paho took %d MiB", n)
	}
	if n := taken(func() {
		receiveOne(t, openSource(t, scriptedBroker(t, script...).address, mqtt.Hasty(50*time.Millisecond)))
	}); n > 32 {
		t.Errorf("%d MiB were taken", n)
	}
}

// Paho tells of a lost connection when its handlers have returned.
func TestPitfallLateNotice(t *testing.T) {
	hangUp := func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false) }
	later := func(c client) { c.suback(1); c.hold() }
	lost, release := make(chan struct{}, 1), make(chan struct{})
	p := plain(t, scriptedBroker(t, hangUp, later).address, func(o *paho.ClientOptions) {
		o.SetConnectionLostHandler(func(paho.Client, error) { lost <- struct{}{} })
	})
	p.Subscribe("ward/#", 1, func(paho.Client, paho.Message) { <-release })
	if _, ok := comes(lost, quiet); ok {
		t.Error("plain Paho told in time")
	}
	close(release)
	s := openSource(t, scriptedBroker(t, hangUp, later).address)
	receiveOne(t, s) // and it is being stored, slowly
	eventually(t, "the loss is counted", func() bool { return s.Stats().Lost == 1 })
}

// A broker that ignores its own window fills Paho's memory. Ours is not read any
// more, and everything comes in the end.
func TestPitfallNoBackPressure(t *testing.T) {
	const n, size, limit = 2000, 10_000, 1 << 20
	sent := make(chan struct{})
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		for i := range n {
			c.publish(uint16(i+1), fmt.Sprintf("ward/bed-1/gatt/2A37/1770000000000-%d", i), make([]byte, size), false)
		}
		close(sent)
		c.hold()
	})
	s := openSource(t, b.address, mqtt.MaxHeld(limit))
	eventually(t, "reading has paused", func() bool { return s.Stats().Paused > 0 })
	if _, ok := comes(sent, quiet); ok {
		t.Error("all was read although nothing was acknowledged")
	}
	if held := s.Stats().Held; held > limit+64<<10 {
		t.Errorf("%d bytes are held, limit %d", held, limit)
	}
	for i := range n {
		d := receiveOne(t, s)
		if d.Frame.Sequence != uint32(i) {
			t.Fatalf("message %d came in place of %d", d.Frame.Sequence, i)
		}
		d.Ack()
	}
	if held := s.Stats().Held; held != 0 {
		t.Errorf("%d bytes are held after everything was acknowledged", held)
	}
}

// A refused subscription looks to Paho like one that was granted.
func TestPitfallRefusedSubscription(t *testing.T) {
	refuse := func(c client) { c.suback(0x80); c.hold() }
	token := plain(t, scriptedBroker(t, refuse).address, nil).Subscribe("ward/#", 1, nil)
	if !token.WaitTimeout(soon) || token.Error() != nil {
		t.Errorf("plain Paho tells of the refusal: %v", token.Error())
	}
	_, err := mqtt.Open(within(t), scriptedBroker(t, refuse).address, mqtt.Subscribe("ward/#"))
	if refused := new(mqtt.SubscribeError); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}

// To a SUBACK with more codes than filters Paho answers with a panic, in a
// goroutine of its own; there is no showing that here. To us it is a connection
// that ends.
func TestPitfallLongSuback(t *testing.T) {
	b := scriptedBroker(t,
		func(c client) {
			if p, ok := c.read().(*packets.SubscribePacket); ok {
				_, _ = c.Write([]byte{0x90, 4, byte(p.MessageID >> 8), byte(p.MessageID), 1, 1})
			}
			c.hold()
		},
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); c.hold() })
	receiveOne(t, openSource(t, b.address, mqtt.Hasty(soon)))
}

// SUBACK may be withheld.
func TestPitfallNoSuback(t *testing.T) {
	b := scriptedBroker(t,
		func(c client) { c.hold() },
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); c.hold() })
	receiveOne(t, openSource(t, b.address, mqtt.Hasty(50*time.Millisecond)))
}

// After Disconnect a goroutine of Paho sleeps on, until its pause between two
// attempts is over.
func TestPitfallSleepsOn(t *testing.T) {
	once := func(t *testing.T) *scripted {
		return scriptedBroker(t, func(c client) { c.suback(1); c.broker.stop() })
	}
	asleep := func() bool {
		stacks := make([]byte, 1<<20)
		return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "backoffController")
	}
	p := plain(t, once(t).address, func(o *paho.ClientOptions) { o.SetMaxReconnectInterval(time.Second) })
	p.Subscribe("ward/#", 1, nil)
	eventually(t, "plain Paho pauses", asleep)
	p.Disconnect(0)
	if !asleep() {
		t.Error("plain Paho's goroutine has ended")
	}
	eventually(t, "plain Paho's pause is over", func() bool { return !asleep() })
	s := openSource(t, once(t).address)
	eventually(t, "the broker is gone", func() bool { _, err := s.Probe(); return err != nil })
	s.Close()
	if asleep() {
		t.Error("a goroutine sleeps on after Close")
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(soon); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", soon, what)
		}
	}
}

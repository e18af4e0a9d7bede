package mqtt_test

import (
	"context"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"go.uber.org/goleak"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
)

// What Open and Dial start ends with Close, whatever happens in between.
func TestNoGoroutineStays(t *testing.T) {
	subscribed := func(c client) { c.suback(1); c.hold() }
	never := func(c client) { c.hold() }
	open := func(t *testing.T, b *scripted) *mqtt.Source { return openSource(t, b.address, mqtt.MaxHeld(2000)) }
	refused := func(t *testing.T, b *scripted, want string, opts ...mqtt.Option) {
		ctx, cancel := context.WithTimeout(t.Context(), quiet)
		defer cancel()
		if _, err := mqtt.Open(ctx, b.address, append(opts, mqtt.Subscribe("ward/#"))...); err == nil {
			t.Errorf("Open succeeded: %s", want)
		}
	}
	for name, tt := range map[string]struct {
		script []func(client)
		do     func(*testing.T, *scripted)
	}{
		"open and close": {[]func(client){subscribed}, func(t *testing.T, b *scripted) { open(t, b).Close() }},
		"never received": {[]func(client){subscribed}, func(t *testing.T, b *scripted) {
			s, err := mqtt.NewSource(b.address, mqtt.Subscribe("ward/#"), mqtt.Receipts(0))
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
		}},
		"close twice":     {[]func(client){subscribed}, func(t *testing.T, b *scripted) { s := open(t, b); s.Close(); s.Close() }},
		"refused":         {[]func(client){func(c client) { c.suback(0x80); c.hold() }}, func(t *testing.T, b *scripted) { refused(t, b, "refused") }},
		"no SUBACK":       {[]func(client){never}, func(t *testing.T, b *scripted) { refused(t, b, "no SUBACK") }},
		"hangs up always": {[]func(client){func(c client) {}}, func(t *testing.T, b *scripted) { refused(t, b, "hangs up", mqtt.Hasty(quiet)) }},
		"nobody listens":  {[]func(client){never}, func(t *testing.T, b *scripted) { b.stop(); refused(t, b, "nobody listens") }},
		"close during reconnect": {[]func(client){func(c client) { c.suback(1); c.broker.stop() }}, func(t *testing.T, b *scripted) {
			s := open(t, b)
			eventually(t, "the connection is lost", func() bool { return s.Stats().Lost == 1 })
			s.Close()
		}},
		"close while paused": {[]func(client){func(c client) {
			c.suback(1)
			for i := range 100 {
				c.publish(uint16(i+1), topic, make([]byte, 2000), false)
			}
			c.hold()
		}}, func(t *testing.T, b *scripted) {
			s := open(t, b)
			eventually(t, "reading has paused", func() bool { return s.Stats().Paused > 0 })
			s.Close()
		}},
		"lost while paused": {[]func(client){func(c client) {
			c.suback(1)
			for i := range 100 {
				c.publish(uint16(i+1), topic, make([]byte, 1000), false)
			}
			c.broker.stop()
		}}, func(t *testing.T, b *scripted) {
			s := open(t, b)
			eventually(t, "reading has paused", func() bool { return s.Stats().Paused > 0 })
			s.Close()
		}},
		"publisher": {[]func(client){never}, func(t *testing.T, b *scripted) {
			p, err := mqtt.Dial(within(t), b.address, mqtt.ClientID("p"))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), quiet)
			defer cancel()
			if p.Publish(ctx, topic, nil) == nil {
				t.Error("nobody has confirmed")
			}
			p.Close()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := scriptedBroker(t, tt.script...)
			before := goleak.IgnoreCurrent()
			tt.do(t, b)
			b.stop()
			goleak.VerifyNone(t, before)
		})
	}
}

// A broker that accepts a connection and says nothing does not hold Open beyond
// its context, nor keep a goroutine.
func TestNoGoroutineStaysWithoutConnack(t *testing.T) {
	b := scriptedBroker(t, func(c client) { c.hold() })
	b.silent = true
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithTimeout(t.Context(), quiet)
	defer cancel()
	if _, err := mqtt.Open(ctx, b.address, mqtt.Subscribe("#")); err == nil {
		t.Error("Open succeeded")
	}
	b.stop()
	goleak.VerifyNone(t, before)
}

// Lost connections leave neither goroutines nor memory: two hundred of them as much
// as none.
func TestReconnectsLeaveNothing(t *testing.T) {
	const cycles = 200
	next := make(chan struct{})
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		c.publish(1, topic, []byte{0, 70}, false)
		<-next
	})
	s := openSource(t, b.address, mqtt.Hasty(soon), mqtt.Receipts(0))
	received := make([]telemed.Delivery, 1)
	ctx := within(t)
	receive := func() {
		if _, err := s.Receive(ctx, received); err != nil {
			t.Fatal(err)
		}
	}
	reconnect := func() {
		for range cycles {
			next <- struct{}{}
			receive() // over the next connection
		}
	}
	receive()
	reconnect() // buffers grow to what they need
	goroutines, objects := runtime.NumGoroutine(), heapObjects()
	reconnect()
	eventually(t, "no more goroutines than before", func() bool { return runtime.NumGoroutine() <= goroutines })
	eventually(t, "no more memory than before", func() bool { return heapObjects() <= objects+cycles/2 })
	if n := s.Stats(); n.Connects != 2*cycles+1 || n.Lost != 2*cycles {
		t.Errorf("%d connections, %d lost; want %d and %d", n.Connects, n.Lost, 2*cycles+1, 2*cycles)
	}
	close(next)
}

func TestSenderReconnectsLeaveNothing(t *testing.T) {
	const cycles = 200
	next := make(chan struct{})
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		<-next
	})
	_, _ = runSender(t, b.address, openOutbox(t), mqtt.Waits(func(int) time.Duration { return time.Millisecond }))
	reconnect := func() {
		for range cycles {
			next <- struct{}{}
		}
	}
	reconnect()
	goroutines, objects := runtime.NumGoroutine(), heapObjects()
	reconnect()
	eventually(t, "no more goroutines than before", func() bool { return runtime.NumGoroutine() <= goroutines })
	eventually(t, "no more memory than before", func() bool { return heapObjects() <= objects+cycles })
	close(next)
}

// heapObjects counts what is reachable. Finalizers want a second collection.
func heapObjects() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapObjects
}

// A gateway that is told to end stores and acknowledges what it has, then says
// goodbye, in this order.
func TestShutdownInOrder(t *testing.T) {
	const n = 50
	acked, rest := make(chan int, 1), make(chan packets.ControlPacket, 1)
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		for i := range n {
			c.publish(uint16(i+1), topic[:len(topic)-1]+string(rune('0'+i%10)), []byte{0, byte(i)}, false)
		}
		count := 0
		for {
			p, err := packets.ReadPacket(c)
			if _, ok := p.(*packets.PubackPacket); ok {
				count++
				continue
			}
			acked <- count
			if err == nil {
				rest <- p
			}
			_, _ = io.Copy(io.Discard, c)
			return
		}
	})
	log, err := store.Open(t.TempDir() + "/log.db")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	g := telemed.Gateway{Source: openSource(t, b.address), Decoder: gatt.Health(), Log: log}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	eventually(t, "something is stored", func() bool { return g.Stats().Frames > 0 })
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, stored := <-acked, int(g.Stats().Frames); got != stored {
		t.Errorf("%d acknowledged before the end, %d stored", got, stored)
	}
	if p, ok := comes(rest, time.Second); ok {
		if _, bye := p.(*packets.DisconnectPacket); !bye {
			t.Errorf("after the acknowledgements came %T, want DISCONNECT", p)
		}
	} else {
		t.Error("no DISCONNECT")
	}
}

package mqtt_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
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
)

const topic = "ward/bed-1/gatt/2A37/1770000000000-1"

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

// A header that claims 256 MiB ends the connection before memory is taken.
func TestGiantPacket(t *testing.T) {
	b := scriptedBroker(t,
		func(c client) { c.suback(1); _, _ = c.Write([]byte{0x30, 0xff, 0xff, 0xff, 0x7f}); c.hold() },
		func(c client) { c.suback(1); c.publish(1, topic, []byte{0, 70}, false); c.hold() })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := openSource(t, b.address)
	receiveOne(t, s) // over the second connection
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("%d MiB were allocated", grown>>20)
	}
	if n := s.Stats().Oversize; n != 1 {
		t.Errorf("%d oversize packets, want 1", n)
	}
}

func TestPacketLimit(t *testing.T) {
	payload := make([]byte, 200)
	b := scriptedBroker(t,
		func(c client) { c.suback(1); c.publish(1, topic, payload, false); c.hold() },
		func(c client) { c.suback(1); c.publish(1, topic, payload[:100], false); c.hold() })
	s := openSource(t, b.address, mqtt.MaxPacket(150))
	if d := receiveOne(t, s); len(d.Frame.Bytes) != 100 {
		t.Errorf("%d bytes came through a limit of 150", len(d.Frame.Bytes))
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

// Messages that say nothing useful are acknowledged and counted, not stuck.
func TestUselessTopics(t *testing.T) {
	acked := make(chan uint16, 10)
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		for i, name := range []string{"x", "ward/bed-1/gatt/", "ward/bed-1/gatt/XYZW", "/gatt/2A37", "w/b/gatt/2A37/now"} {
			c.publish(uint16(i+1), name, nil, false)
		}
		c.publish(9, topic, []byte{0, 1}, false)
		for p := c.read(); p != nil; p = c.read() {
			if a, ok := p.(*packets.PubackPacket); ok {
				acked <- a.MessageID
			}
		}
	})
	s := openSource(t, b.address)
	receiveOne(t, s)
	for want := uint16(1); want <= 5; want++ {
		if got := <-acked; got != want {
			t.Errorf("acknowledged %d, want %d", got, want)
		}
	}
	if n := s.Stats().Refused; n != 5 {
		t.Errorf("%d refused, want 5", n)
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

func TestTLS(t *testing.T) {
	certificate, pool := selfSigned(t)
	serve := func(maxVersion uint16) string {
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, MaxVersion: maxVersion})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer conn.Close()
					c := client{conn, &scripted{}}
					if c.read() != nil {
						c.write(packets.NewControlPacket(packets.Connack))
						c.suback(1)
						c.hold()
					}
				}()
			}
		}()
		return "mqtts://" + l.Addr().String()
	}
	trusted := mqtt.TLS(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10}) //nolint:gosec // raised to 1.3
	for _, tt := range []struct {
		name    string
		version uint16
		opts    []mqtt.Option
		ok      bool
	}{
		{"trusted", tls.VersionTLS13, []mqtt.Option{trusted}, true},
		{"unknown authority", tls.VersionTLS13, nil, false},
		{"TLS 1.2", tls.VersionTLS12, []mqtt.Option{trusted}, false},
		{"wrong name", tls.VersionTLS13, []mqtt.Option{mqtt.TLS(&tls.Config{RootCAs: pool, ServerName: "other"})}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s, err := mqtt.Open(ctx, serve(tt.version), append(tt.opts, mqtt.Subscribe("#"))...)
			if (err == nil) != tt.ok {
				t.Errorf("got %v, want success %v", err, tt.ok)
			}
			if s != nil {
				s.Close()
			}
		})
	}
}

// selfSigned makes a certificate for 127.0.0.1 that lives for the test.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test broker"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

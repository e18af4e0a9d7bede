package mqtt_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
)

// A gateway that restarts after every single message needs no memory: each
// message says where to begin.
func TestReceiptsOverRestartsAtEveryMessage(t *testing.T) {
	broker := mosquitto.Start(t)
	o := openOutbox(t)
	s, _ := runSender(t, broker.Address, o)
	file := filepath.Join(t.TempDir(), "log.db")
	const n = 12
	subscribe(t, broker.Address)
	for i := range n {
		addHeartRates(t, o, telemed.LaneLive, i, 1)
		log, err := store.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		source, err := mqtt.Open(within(t), broker.Address, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(10*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(within(t))
		g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log}
		done := make(chan error, 1)
		go func() { done <- g.Run(ctx) }()
		if i%3 == 2 { // at the other times it ends with the receipt on its way, or not yet sent
			empty(t, o, s, 10*time.Second)
		} else {
			for last := telemed.Position(0); last < telemed.Position(i+1); time.Sleep(time.Millisecond) {
				if last, err = log.Last(ctx); err != nil || ctx.Err() != nil {
					t.Fatal(err, ctx.Err())
				}
			}
		}
		stop()
		if err := errors.Join(<-done, log.Close()); err != nil {
			t.Fatal(err)
		}
	}
	checkLedger(t, ledger(t, file), n)
}

// Frames that can never be read are receipted, once their dead letter is on
// disk: the sender could do nothing but send them for ever.
func TestReceiptForDeadLetter(t *testing.T) {
	broker := mosquitto.Start(t)
	o := openOutbox(t)
	file := filepath.Join(t.TempDir(), "log.db")
	log, err := store.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	source, err := mqtt.Open(within(t), broker.Address, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/#"), mqtt.Receipts(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	poison := heartRate(t, telemed.LaneLive, 1)
	poison.Payload = []byte{0xff}
	for _, m := range []telemed.Message{poison, {Topic: "ward/bed-1/nonsense", Payload: []byte("x")}, heartRate(t, telemed.LaneLive, 2)} {
		if err := o.Add(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := runSender(t, broker.Address, o)
	empty(t, o, s, 10*time.Second)
	letters, err := log.Rejected(10)
	if err != nil || len(letters) != 2 {
		t.Errorf("%d dead letters, %v; want 2", len(letters), err)
	}
	if n := source.Stats().Refused; n != 1 {
		t.Errorf("%d refused, want the nonsense only: the receipts came back through the filter", n)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// Receipts that are malformed, old, or for what was never sent delete nothing.
func TestForgedReceipts(t *testing.T) {
	epoch := make(chan string, 1)
	told := make(chan struct{})
	b := scriptedBroker(t, func(c client) {
		subscription := c.read().(*packets.SubscribePacket)
		name := subscription.Topics[0]
		epoch <- name[strings.LastIndexByte(name, '/')+1:]
		answer := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		answer.MessageID, answer.ReturnCodes = subscription.MessageID, []byte{0}
		c.write(answer)
		for range 3 {
			p := c.read().(*packets.PublishPacket)
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = p.MessageID
			c.write(ack)
		}
		for _, payload := range []string{"", "x", "0.4.0", "1.2.0", "0.0.1", "0.0.0", "0.18446744073709551615.0", "0.03.0"} {
			c.publish(0, name, []byte(payload), false)
		}
		c.publish(0, strings.Replace(name, "/receipt/", "/receipt/x", 1), []byte("0.3.0"), false) // of another epoch
		c.publish(0, name, []byte("0.2.0"), false)
		<-told
	})
	o := openOutbox(t)
	addHeartRates(t, o, telemed.LaneLive, 0, 3)
	s, stop := runSender(t, b.address, o, mqtt.ResendAfter(time.Hour))
	for deadline := time.Now().Add(10 * time.Second); o.Waiting(telemed.LaneLive).Messages != 1 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	if n := o.Waiting(telemed.LaneLive).Messages; n != 1 {
		t.Errorf("%d messages wait, want 1", n)
	}
	if p := s.Progress(); p.Ignored != 8 || p.Lanes[telemed.LaneLive].Receipted != 2 {
		t.Errorf("%d receipts ignored, %d messages receipted; want 8 and 2", p.Ignored, p.Lanes[telemed.LaneLive].Receipted)
	}
	if e := <-epoch; len(e) != 8 {
		t.Errorf("epoch %q", e)
	}
	close(told)
	stop()
}

// What is refused for flooding has no receipt, so it comes again, and in the end
// all of it is there.
func TestNoReceiptForFlood(t *testing.T) {
	broker := mosquitto.Start(t)
	file := filepath.Join(t.TempDir(), "log.db")
	log, err := store.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	source, err := mqtt.Open(within(t), broker.Address, mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(10*time.Millisecond), mqtt.DeviceRate(20, 5))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	o := openOutbox(t)
	addHeartRates(t, o, telemed.LaneLive, 0, 20)
	s, _ := runSender(t, broker.Address, o, mqtt.ResendAfter(100*time.Millisecond))
	empty(t, o, s, 20*time.Second)
	stop()
	if err := errors.Join(<-done, log.Close()); err != nil {
		t.Fatal(err)
	}
	if source.Stats().Flooded == 0 {
		t.Error("nothing was refused: the test shows nothing")
	}
	checkLedger(t, ledger(t, file), 20)
}

// A source takes tags off whether it sends receipts or not.
func TestTagsComeOff(t *testing.T) {
	b := scriptedBroker(t, func(c client) {
		c.suback(1)
		c.publish(1, topic+"/~Xk3J9xQ0.2.a.41.50", []byte{0, 70}, false)
		c.publish(2, topic+"/~Xk3J9xQ0.2.a.51.50", []byte{0, 71}, false)
		for p := c.read(); p != nil; p = c.read() {
			if p, ok := p.(*packets.PublishPacket); ok {
				t.Errorf("the source publishes on %s", p.TopicName)
			}
		}
	})
	s := openSource(t, b.address)
	d := receiveOne(t, s)
	if d.Topic != topic || d.Frame.Device != "bed-1" || d.Frame.Sequence != 1 || d.Refused != nil {
		t.Errorf("%+v", d)
	}
	d.Ack()
	if d := receiveOne(t, s); d.Refused == nil || string(d.Frame.Bytes) != "\x00\x47" {
		t.Errorf("a malformed tag: %v, %d bytes", d.Refused, len(d.Frame.Bytes))
	}
}

// accessList is the one in outbox.md.
const accessList = `user gateway
topic read ward/#
topic write ward/+/receipt/+
pattern read ward/%u/receipt/+
pattern write ward/%u/gatt/#
`

// Under the access list of the documentation receipts arrive, and nobody but the
// gateway can write one.
func TestReceiptsUnderAccessList(t *testing.T) {
	list := filepath.Join(t.TempDir(), "acl")
	if err := os.WriteFile(list, []byte(accessList), 0o600); err != nil {
		t.Fatal(err)
	}
	broker := mosquitto.Start(t, "acl_file "+list)
	as := func(name string) mqtt.Option { return mqtt.Credentials(name, func() string { return "" }) }
	connect := func(name string) paho.Client {
		c := paho.NewClient(paho.NewClientOptions().AddBroker(broker.Address).SetClientID("test " + name).SetUsername(name))
		done(t, c.Connect())
		t.Cleanup(func() { c.Disconnect(0) })
		return c
	}
	// What a device sends to the receipts goes nowhere.
	seen := make(chan string, 100)
	watcher := connect("gateway")
	done(t, watcher.Subscribe("ward/+/receipt/+", 1, func(_ paho.Client, m paho.Message) { seen <- m.Topic() }))
	for _, name := range []string{"bed-1", "bed-2"} {
		done(t, connect(name).Publish("ward/bed-1/receipt/FORGEDxx", 1, false, "0.1.0"))
	}
	done(t, watcher.Publish("ward/bed-1/receipt/genuine0", 1, false, "0.1.0"))
	if first := <-seen; first != "ward/bed-1/receipt/genuine0" {
		t.Errorf("a device could write %s", first)
	}
	// What an outbox sends arrives and is receipted.
	log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := mqtt.Open(within(t), broker.Address, as("gateway"), mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log}
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	o := openOutbox(t)
	addHeartRates(t, o, telemed.LaneLive, 0, 10)
	s, _ := runSender(t, broker.Address, o, as("bed-1"))
	empty(t, o, s, 10*time.Second)
	stop()
	if err := errors.Join(<-ended, log.Close()); err != nil {
		t.Fatal(err)
	}
}

func done(t *testing.T, token paho.Token) {
	t.Helper()
	if !token.WaitTimeout(10*time.Second) || token.Error() != nil {
		t.Fatal(token.Error())
	}
}

package mqtt_test

import (
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed/mqtt"
)

// A wearable that is subscribed to its topic gets what the dispatcher sends.
func TestPublisherForWearables(t *testing.T) {
	broker := mosquitto.Start(t)
	got := make(chan []byte, 1)
	wearable := paho.NewClient(paho.NewClientOptions().AddBroker(broker.Address).SetClientID("wearable"))
	if token := wearable.Connect(); !token.WaitTimeout(10*time.Second) || token.Error() != nil {
		t.Fatalf("connect: %v", token.Error())
	}
	defer wearable.Disconnect(0)
	if token := wearable.Subscribe("home/1/wearable", 1, func(_ paho.Client, m paho.Message) { got <- m.Payload() }); !token.WaitTimeout(10*time.Second) || token.Error() != nil {
		t.Fatalf("subscribe: %v", token.Error())
	}
	p, err := mqtt.Dial(within(t), broker.Address, mqtt.ClientID("gateway"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	m := escalate.Message{
		ID: escalate.MessageID{1}, Kind: escalate.Call, To: escalate.Recipient{ID: "Device/wearable", Channel: "wearable"}, Step: 1,
		Alarm: alert.AlarmID{2}, Priority: alert.High, State: alert.Active, Text: "please respond", At: time.Unix(1772398800, 0).UTC(), Since: time.Unix(1772398800, 0).UTC(),
	}
	to := escalate.Wearable{Publisher: p, Topic: func(escalate.Recipient) string { return "home/1/wearable" }}
	if r, err := to.Notify(within(t), m); r != escalate.Unknown || err != nil {
		t.Fatalf("got %v, %v; want unknown and no error", r, err)
	}
	select {
	case b := <-got:
		if n, err := escalate.ParseNotice(b); err != nil || n != m.Notice() {
			t.Errorf("got %s, %v", b, err)
		}
	case <-within(t).Done():
		t.Error("nothing arrived")
	}
}

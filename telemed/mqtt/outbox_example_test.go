package mqtt_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
)

// A heart-rate strap that was out of reach sends what it has kept, and deletes
// it when the gateway has it on disk.
func ExampleSender() {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	dir, err := os.MkdirTemp("", "outbox")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	address, closeBroker := embeddedBroker()
	defer closeBroker()

	// The gateway.
	log, err := store.Open(filepath.Join(dir, "log.db"))
	if err != nil {
		panic(err)
	}
	defer log.Close()
	source, err := mqtt.Open(ctx, address, mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(10*time.Millisecond))
	if err != nil {
		panic(err)
	}
	gateway := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log}
	done := make(chan error, 2)
	go func() { done <- gateway.Run(ctx) }()

	// The device.
	outbox, err := store.OpenOutbox(filepath.Join(dir, "outbox.db"))
	if err != nil {
		panic(err)
	}
	defer outbox.Close()
	err = outbox.Add(ctx,
		telemed.Message{Lane: telemed.LaneBacklog, Topic: "ward/bed-1/gatt/2A37/1770000000000-1", Payload: []byte{0, 71}},
		telemed.Message{Lane: telemed.LaneAlarm, Topic: "ward/bed-1/gatt/2A37/1770000060000-2", Payload: []byte{0, 144}},
	)
	if err != nil {
		panic(err)
	}
	sender, err := mqtt.NewSender(address, outbox, mqtt.ClientID("bed-1"), mqtt.SenderTopic("ward/bed-1"))
	if err != nil {
		panic(err)
	}
	go func() { done <- sender.Run(ctx) }()

	records := make([]telemed.Record, 2)
	for n := 0; n < len(records); {
		last := telemed.Position(n)
		k, err := log.Read(ctx, last, records[n:])
		if err != nil {
			panic(err)
		}
		n += k
	}
	for _, r := range records {
		fmt.Println(r.Reading.Kind, r.Reading.Quantity)
	}
	for outbox.Waiting(telemed.LaneAlarm).Messages+outbox.Waiting(telemed.LaneBacklog).Messages > 0 && ctx.Err() == nil {
		time.Sleep(time.Millisecond) // a device has better things to do
	}
	p := sender.Progress()
	fmt.Println(p.Lanes[telemed.LaneAlarm].Receipted, "alarm and", p.Lanes[telemed.LaneBacklog].Receipted, "of the backlog arrived")
	stop()
	for range 2 {
		if err := <-done; err != nil {
			panic(err)
		}
	}
	// Output:
	// HeartRate 144 /min
	// HeartRate 71 /min
	// 1 alarm and 1 of the backlog arrived
}

func embeddedBroker() (address string, stop func()) {
	server := broker.New(&broker.Options{Logger: slog.New(slog.DiscardHandler)})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		panic(err)
	}
	tcp := listeners.NewTCP(listeners.Config{ID: "t", Address: "127.0.0.1:0"})
	if err := server.AddListener(tcp); err != nil {
		panic(err)
	}
	if err := server.Serve(); err != nil {
		panic(err)
	}
	return "mqtt://" + tcp.Address(), func() { _ = server.Close() }
}

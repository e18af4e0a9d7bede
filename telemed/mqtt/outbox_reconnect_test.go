package mqtt_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
)

// A connection that brought receipts was a good one, however short: on a line that
// breaks every few seconds the pauses must not grow. Without receipts they do.
func TestSenderReturnsSoonAfterUsefulConnections(t *testing.T) {
	address, closeBroker := embeddedBroker()
	t.Cleanup(closeBroker)
	log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	source, err := mqtt.Open(within(t), address, mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: log}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})

	var mu sync.Mutex
	var attempts []int
	counted := func() []int {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(attempts)
	}
	line := relayTo(t, strings.TrimPrefix(address, "mqtt://"))
	o := openOutbox(t)
	s, _ := runSender(t, "mqtt://"+line.address, o, mqtt.Waits(func(attempt int) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		attempts = append(attempts, attempt)
		return time.Millisecond
	}))
	cut := func(round int) {
		line.cut()
		eventually(t, "the sender notices", func() bool { return len(counted()) == round+1 })
		eventually(t, "a new connection", func() bool { return s.Progress().Connected })
	}
	for round := range 3 {
		addHeartRates(t, o, telemed.LaneLive, round, 1)
		empty(t, o, s, 10*time.Second)
		cut(round)
	}
	for round := range 2 { // nothing to be receipted
		cut(3 + round)
	}
	if want := []int{0, 0, 0, 1, 2}; !slices.Equal(counted(), want) {
		t.Errorf("attempts before the pauses: %v, want %v", counted(), want)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed/mqtt"
)

// The program runs against a real broker: an oximeter whose patient
// desaturates becomes Observations and one alarm.
func TestHello(t *testing.T) {
	server := broker.New(&broker.Options{Logger: slog.New(slog.DiscardHandler)})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		t.Fatal(err)
	}
	tcp := listeners.NewTCP(listeners.Config{ID: "t", Address: "127.0.0.1:0"})
	if err := server.AddListener(tcp); err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	address := "mqtt://" + tcp.Address()

	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	pager, observations := &notebook{stop: stop, until: "SpO2 86 %"}, &notebook{}
	done := make(chan error, 1)
	file := filepath.Join(t.TempDir(), "log.db")
	go func() { done <- run(ctx, address, file, observations, pager) }()

	oximeter, err := mqtt.Dial(ctx, address, mqtt.ClientID("oximeter"))
	if err != nil {
		t.Fatal(err)
	}
	defer oximeter.Close()
	start := time.Now()
	for second := 0; ctx.Err() == nil; second++ {
		// The gateway may not have subscribed yet, so the oximeter goes on.
		f := device.Frame{Device: "bed-1", Format: device.GATT(gatt.UUIDPLXContinuous), At: start.Add(time.Duration(second) * time.Second)}
		topic, err := mqtt.Topic("ward", f)
		if err != nil {
			t.Fatal(err)
		}
		if err := oximeter.Publish(ctx, topic, []byte{0, 86, 0, 99, 0}); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if want := "high active: SpO2 86 % below 90 % for 10s"; !strings.HasPrefix(pager.String(), want) {
		t.Errorf("paged %q, want %q", pager, want)
	}
	line, _, _ := strings.Cut(observations.String(), "\n")
	var resource struct {
		ResourceType  string
		ValueQuantity struct {
			Value json.Number
			Code  string
		}
	}
	if err := json.Unmarshal([]byte(line), &resource); err != nil || resource.ResourceType != "Observation" ||
		resource.ValueQuantity.Value != "86" || resource.ValueQuantity.Code != "%" {
		t.Errorf("first observation: %s", line)
	}
}

// A notebook is a writer that may stop the program at a word.
type notebook struct {
	mu    sync.Mutex
	text  bytes.Buffer
	stop  func()
	until string
}

func (n *notebook) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text.Write(b)
	if n.stop != nil && strings.Contains(n.text.String(), n.until) {
		n.stop()
	}
	return len(b), nil
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

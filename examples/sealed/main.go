// Sealed shows what becomes of messages when the broker between a device and a
// gateway is in bad hands. A strap on bed 1 seals its heart rate (signed, ES256);
// somebody at the broker changes, repeats and moves what it sent, and sends in its
// name with other keys. Then the gateway starts again and the old messages come
// once more.
//
//	go run ./examples/sealed
//
// device.go is what a device does: make a key, hand over the public half, seal.
// gateway.go is what a gateway does: grant keys, put seal.Source before its source.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/seal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run plays the story and tells it, in a directory of its own.
func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "sealed")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, address, err := startBroker()
	if err != nil {
		return err
	}
	defer server.Close()
	line, err := mqtt.Dial(ctx, address, mqtt.ClientID("ward"))
	if err != nil {
		return err
	}
	defer line.Close()
	s := &story{ctx: ctx, out: out, dir: dir, address: address, line: line, keys: seal.NewKeyring(seal.ES256)}
	if err := s.play(); err != nil {
		return err
	}
	return s.gateway.stop()
}

// startBroker runs a broker on a free port of this machine.
func startBroker() (server *broker.Server, address string, err error) {
	server = broker.New(&broker.Options{Logger: slog.New(slog.DiscardHandler)})
	tcp := listeners.NewTCP(listeners.Config{ID: "loopback", Address: "127.0.0.1:0"})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		return nil, "", err
	}
	if err := server.AddListener(tcp); err != nil {
		return nil, "", err
	}
	return server, "mqtt://" + tcp.Address(), server.Serve()
}

// A story is told line by line: what is sent, and what the gateway makes of it.
type story struct {
	ctx     context.Context
	out     io.Writer
	dir     string
	address string
	line    *mqtt.Publisher // of everybody who reaches the broker
	keys    *seal.Keyring
	gateway *gateway
}

func (s *story) play() error {
	now := time.Now()
	strap, err := newStrap(s.ctx, "bed-1", filepath.Join(s.dir, "strap.db"))
	if err != nil {
		return err
	}
	defer strap.Close()
	cuff, err := newStrap(s.ctx, "bed-2", filepath.Join(s.dir, "cuff.db"))
	if err != nil {
		return err
	}
	defer cuff.Close()
	old, err := newStrap(s.ctx, "bed-1", filepath.Join(s.dir, "old.db"))
	if err != nil {
		return err
	}
	defer old.Close()
	for _, g := range []struct {
		from  *strapDevice
		until time.Time
	}{{strap, time.Time{}}, {cuff, time.Time{}}, {old, now}} {
		if err := grant(s.keys, g.from, g.until); err != nil {
			return err
		}
	}
	if err := s.start("the gateway starts"); err != nil {
		return err
	}
	first, err := strap.measure(now, 72)
	if err != nil {
		return err
	}
	second, err := strap.measure(now.Add(time.Second), 73)
	if err != nil {
		return err
	}
	if err := s.attack(strap, cuff, old, first, second); err != nil {
		return err
	}
	if err := s.gateway.stop(); err != nil {
		return err
	}
	if err := s.start("the gateway starts again"); err != nil {
		return err
	}
	third, err := strap.measure(now.Add(2*time.Second), 74)
	if err != nil {
		return err
	}
	return s.tell([]step{
		{"the first message again", first},
		{"the second message again", second},
		{"the strap goes on", third},
	})
}

// attack is what somebody at the broker tries, between two messages of the strap.
func (s *story) attack(strap, cuff, old *strapDevice, first, second message) error {
	forged, err := cuff.measureAs("bed-1", time.Now(), 180)
	if err != nil {
		return err
	}
	expired, err := old.measure(time.Now(), 180)
	if err != nil {
		return err
	}
	stranger, err := newStrap(s.ctx, "bed-1", filepath.Join(s.dir, "stranger.db"))
	if err != nil {
		return err
	}
	defer stranger.Close()
	unknown, err := stranger.measure(time.Now(), 180)
	if err != nil {
		return err
	}
	return s.tell([]step{
		{"the strap sends", first},
		{"the same once more", first},
		{"the next one, changed on the way", second.changed()},
		{"the next one, under the topic of the first", message{first.topic, second.sealed}},
		{"the next one, cut off", message{second.topic, second.sealed[:40]}},
		{"a reading that nobody sealed", message{second.topic, []byte{0, 180}}},
		{"sealed by the device of bed 2", forged},
		{"sealed with a key of last month", expired},
		{"sealed with a key that nobody granted", unknown},
		{"the next one, at last", second},
	})
}

func (s *story) start(what string) error {
	fmt.Fprintln(s.out, what)
	var err error
	s.gateway, err = startGateway(s.ctx, s.address, filepath.Join(s.dir, "gateway.db"), s.keys)
	return err
}

// A step is one message and what there is to say of it.
type step struct {
	what string
	message
}

func (s *story) tell(steps []step) error {
	for _, t := range steps {
		if err := s.line.Publish(s.ctx, t.topic, t.sealed); err != nil {
			return err
		}
		outcome, err := s.gateway.outcome(s.ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "  %-44s %s\n", t.what, outcome)
	}
	return nil
}

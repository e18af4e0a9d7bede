package chaos

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/internal/mosquitto"
)

// Thousands of devices, each with a connection of its own and a message a second:
// nothing is lost, every alarm comes once and soon, and memory stays small. The
// gateway is a process of its own; devices, broker and gateway share the machine.
func TestLoad(t *testing.T) {
	devices, seconds, late := defaultLoad()
	if text := os.Getenv("TELEMED_LOAD"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Second {
			t.Fatalf("TELEMED_LOAD is %q, want 1s or more", text)
		}
		devices, seconds, late = 10_000, int(d.Seconds()), 50*time.Millisecond
	}
	load(t, devices, seconds, late)
}

func load(t *testing.T, devices, seconds int, late time.Duration) {
	t.Helper()
	broker := mosquitto.Start(t)
	c := child{Broker: broker.Address, Log: filepath.Join(t.TempDir(), "log.db")}
	gateway := c.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seconds)*time.Second+time.Minute)
	defer cancel()
	straps, err := dialFleet(ctx, strings.TrimPrefix(broker.Address, "mqtt://"), devices)
	if err != nil {
		t.Fatal(err)
	}
	if err := straps.run(ctx, seconds); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // for what is on its way; a backlog of more would be a failure
	f := gateway.end()
	want := devices * seconds
	t.Logf("%d devices for %d s: %d frames; alarm after p50 %v, p99 %v, at most %v; %d MiB; the devices were up to %v late",
		devices, seconds, f.Frames, f.P50, f.P99, f.Max, f.Peak>>20, time.Duration(straps.late.Load()).Round(time.Millisecond))
	if f.Frames != uint64(want) || f.Records != uint64(want) || f.Rejected != 0 {
		t.Errorf("%d frames, %d records, %d rejected; %d messages were sent", f.Frames, f.Records, f.Rejected, want)
	}
	if f.Alarms != devices {
		t.Errorf("%d alarms, want one of each of %d devices", f.Alarms, devices)
	}
	if f.P99 > late {
		t.Errorf("alarms after %v at p99, want %v", f.P99, late)
	}
	if limit := uint64(300 << 20); f.Peak > limit {
		t.Errorf("the gateway took %d MiB, want 300", f.Peak>>20)
	}
}

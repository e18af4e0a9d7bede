package chaos

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/internal/mosquitto"
)

// Thousands of devices, each with a connection of its own and a message a second:
// nothing is lost, every alarm comes once, and memory stays small. How soon the
// alarms come is printed and not judged: that says more of the machine. The gateway is a process of its own; devices, broker and gateway share the machine.
func TestLoad(t *testing.T) {
	devices, seconds := defaultLoad()
	if text := os.Getenv("TELEMED_LOAD"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Second {
			t.Fatalf("TELEMED_LOAD is %q, want 1s or more", text)
		}
		devices, seconds = 10_000, int(d.Seconds())
	}
	load(t, devices, seconds)
}

func load(t *testing.T, devices, seconds int) {
	t.Helper()
	// Room in flight for half a second of slow disk.
	broker := mosquitto.Start(t, "max_inflight_messages 10000")
	c := child{Broker: broker.Address, Log: filepath.Join(t.TempDir(), "log.db")}
	gateway := c.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seconds)*time.Second+time.Minute)
	defer cancel()
	straps, err := dialFleet(ctx, strings.TrimPrefix(broker.Address, "mqtt://"), devices)
	if err != nil {
		t.Fatal(err)
	}
	syncs := sampleSync(t)
	if err := straps.run(ctx, seconds); err != nil {
		t.Fatal(err)
	}
	sync := syncs()
	f := gateway.end()
	want := devices * seconds
	t.Logf("%d devices with a connection each for %d s: %d frames; alarm after p50 %v, p99 %v, at most %v; %d MiB; the devices were up to %v late; a sync of the disk takes %v at p99",
		devices, seconds, f.Frames, f.P50, f.P99, f.Max, f.Peak>>20, time.Duration(straps.late.Load()).Round(time.Millisecond), sync)
	if f.Frames != uint64(want) || f.Records != uint64(want) || f.Rejected != 0 {
		t.Errorf("%d frames, %d records, %d rejected; %d messages were sent", f.Frames, f.Records, f.Rejected, want)
	}
	if f.Alarms != devices {
		t.Errorf("%d alarms, want one of each of %d devices", f.Alarms, devices)
	}
	if limit := uint64(300 << 20); f.Peak > limit {
		t.Errorf("the gateway took %d MiB, want 300", f.Peak>>20)
	}
}

// sampleSync writes a page and syncs again and again, until the function that it
// returns is called, which returns how long that takes at p99.
func sampleSync(t *testing.T) func() time.Duration {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "sync"))
	if err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan []time.Duration)
	go func() {
		defer f.Close()
		var took []time.Duration
		for {
			start := time.Now()
			if _, err := f.WriteAt(make([]byte, 4096), 0); err != nil {
				t.Error(err)
			}
			if err := f.Sync(); err != nil {
				t.Error(err)
			}
			took = append(took, time.Since(start))
			select {
			case <-stop:
				done <- took
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() time.Duration {
		close(stop)
		took := <-done
		slices.Sort(took)
		return took[len(took)*99/100]
	}
}

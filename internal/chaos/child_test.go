package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// A child is a gateway in a process of its own: everything between the broker and
// the alarm. It says "ready" when it is subscribed, and its figures when it is
// told to end.
type child struct {
	Broker string
	Log    string
}

// figures are what a gateway says at its end.
type figures struct {
	Frames   uint64
	Rejected uint64
	Paused   uint64
	Lost     uint64        // connections
	Alarms   int           // raised
	P50, P99 time.Duration // from the stamp of a message to the alarm callback
	Max      time.Duration
	Peak     uint64 // of the memory, in bytes
	Records  uint64
}

func (c child) run() error {
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	log, err := store.Open(c.Log)
	if err != nil {
		return err
	}
	disk := &faultyLog{Log: log}
	source, err := mqtt.Open(ctx, c.Broker, mqtt.ClientID("gateway"), mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(0), mqtt.DeviceRate(1<<20, 1<<30))
	if err != nil {
		return errors.Join(err, log.Close())
	}
	var alarms stopwatch
	engine, err := newEngine(&alarms)
	if err != nil {
		return err
	}
	g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: disk, Sinks: []telemed.Sink{engine}}
	go disk.obey(os.Stdin, func() string { return fmt.Sprintf("%+v %+v", g.Stats(), source.Stats()) })
	go func() {
		defer cancel()
		<-ended.Done()
		idle(g.Stats)
	}()
	fmt.Println("ready")
	if err := g.Run(ctx); err != nil {
		return errors.Join(err, log.Close())
	}
	stats, err := log.Stats()
	if err := errors.Join(err, log.Close()); err != nil {
		return err
	}
	f := figures{Frames: g.Stats().Frames, Rejected: g.Stats().Rejected, Paused: source.Stats().Paused, Lost: source.Stats().Lost, Records: stats.Records}
	alarms.fill(&f)
	if f.Peak, err = peakMemory(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

// idle waits until no frame has come for a second and a half: the end must not cut off what is on its way.
func idle(stats func() telemed.Stats) {
	for seen, quiet := stats().Frames, 0; quiet < 15; quiet++ {
		time.Sleep(100 * time.Millisecond)
		if n := stats().Frames; n != seen {
			seen, quiet = n, 0
		}
	}
}

// raisingRate is the heart rate at which the rule of the gateway raises an alarm.
const raisingRate = 150

func newEngine(n alert.Notifier) (*alert.Engine, error) {
	return alert.NewEngine(n, alert.Above(vitals.HeartRate, vitals.PerMinute(130)).Priority(alert.Medium))
}

// A stopwatch notes how long after its cause an alarm is raised.
type stopwatch struct {
	mu   sync.Mutex
	took []time.Duration
}

func (s *stopwatch) Notify(_ context.Context, ev alert.Event) error {
	if ev.Number == 1 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.took = append(s.took, time.Since(ev.At))
	}
	return nil
}

func (s *stopwatch) fill(f *figures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Alarms = len(s.took); f.Alarms == 0 {
		return
	}
	slices.Sort(s.took)
	f.P50, f.P99, f.Max = s.took[f.Alarms/2], s.took[f.Alarms*99/100], s.took[f.Alarms-1]
}

// peakMemory is the most that this process has had in memory, in bytes.
func peakMemory() (uint64, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return uint64(u.Maxrss) << 10, err
}

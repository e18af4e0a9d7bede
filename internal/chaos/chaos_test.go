package chaos

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/telemed-go/sdk/internal/mosquitto"
)

// Senders with outboxes, a broker, a gateway and the network between them, all of
// which fail at random: what a sender was told is safe is in the log, once and in
// order, and everything else is in its outbox. In the end everything is in the log.
//
// One run with a broker that remembers nothing over its death and one with a broker
// that remembers some.
func TestChaos(t *testing.T) {
	plan := defaultPlan
	if text := os.Getenv("TELEMED_CHAOS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1000 {
			t.Fatalf("TELEMED_CHAOS is %q, want a number of messages from 1000", text)
		}
		plan.messages, plan.faults = n, max(plan.faults, n/2500)
	}
	seed := seed(t)
	for i, broker := range []struct {
		name  string
		lines []string
	}{
		{"forgetful", []string{"persistence false"}},
		{"persistent", []string{"autosave_interval 1"}}, // saved every second
	} {
		t.Run(broker.name, func(t *testing.T) {
			chaos(t, rand.New(rand.NewPCG(seed, uint64(i))), plan, broker.lines)
		})
	}
}

// seed is where all chance of a test comes from.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := uint64(time.Now().UnixNano())
	if text := os.Getenv("TELEMED_SEED"); text != "" {
		var err error
		if s, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("TELEMED_SEED: %v", err)
		}
	}
	t.Logf("TELEMED_SEED=%d", s)
	return s
}

// A plan is how much there is of everything in one run.
type plan struct {
	messages, faults int
	pace             time.Duration // of one fault, on average; the messages are spread over all
	drain            time.Duration // for the rest, when all is well again
}

const stations = 8

func chaos(t *testing.T, r *rand.Rand, plan plan, lines []string) {
	t.Helper()
	broker := mosquitto.Start(t, lines...)
	target := strings.TrimPrefix(broker.Address, "mqtt://")
	w := &world{t: t, r: r, broker: broker, inward: newProxy(t, target), outward: newProxy(t, target)}
	w.disk, w.small = smallDisk(t)
	log := filepath.Join(w.disk, "log.db")
	w.gateway = supervise(t, child{Broker: "mqtt://" + w.outward.address, Log: log})
	for n := range stations {
		w.stations = append(w.stations, newStation(t, "mqtt://"+w.inward.address, n))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(plan.faults)*plan.pace*4+plan.drain)
	defer cancel()
	producing := w.produce(ctx, plan)
	w.faults(plan.faults)
	producing.Wait()

	// In the middle of it all: some of it is in the log, the rest in the outboxes,
	// whatever the broker may have confirmed.
	w.gateway.end()
	for _, s := range w.stations {
		if err := s.measure(ctx, r, 100); err != nil {
			t.Fatal(err)
		}
	}
	w.rest(500)
	w.check(ctx, log, "after the faults", true)
	waiting := uint64(0)
	for _, s := range w.stations {
		waiting += s.unsent()
	}
	if waiting < 100*stations {
		t.Errorf("%d messages wait, and %d were given when there was no gateway", waiting, 100*stations)
	}
	w.gateway = supervise(t, child{Broker: "mqtt://" + w.outward.address, Log: log})
	for _, s := range w.stations {
		s.start()
	}
	ctx, cancel = context.WithTimeout(t.Context(), plan.drain)
	defer cancel()
	w.drain(ctx)
	w.gateway.end()
	w.check(t.Context(), log, "in the end", false)
	t.Logf("%d messages, %d faults, %d of the messages still in an outbox after the last; the gateway started %d times", plan.messages, plan.faults, waiting, w.starts+w.gateway.starts)
}

// drain waits for the outboxes to be empty, or for ctx.
func (w *world) drain(ctx context.Context) {
	for _, s := range w.stations {
		for s.unsent() > 0 {
			if ctx.Err() != nil {
				w.t.Errorf("%s: %d messages are not receipted: %+v", s.device, s.unsent(), s.sender.Progress())
				w.gateway.tell(say)
				time.Sleep(100 * time.Millisecond)
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// produce lets every station measure its share, spread over the time of the faults.
func (w *world) produce(ctx context.Context, plan plan) *sync.WaitGroup {
	const batch = 25
	each := plan.messages / stations
	pause := time.Duration(plan.faults) * plan.pace * batch / time.Duration(each)
	var wg sync.WaitGroup
	for _, s := range w.stations {
		r := rand.New(rand.NewPCG(w.r.Uint64(), 0))
		wg.Go(func() {
			for n := 0; n < each && ctx.Err() == nil; n += batch {
				if err := s.measure(ctx, r, min(batch, each-n)); err != nil {
					w.t.Errorf("%s: %v", s.device, err)
					return
				}
				time.Sleep(pause)
			}
		})
	}
	return &wg
}

// check stops the senders and holds log and outboxes against the ledger.
func (w *world) check(ctx context.Context, log, when string, some bool) {
	w.t.Helper()
	l, sent, resent := make(ledger), 0, uint64(0)
	for _, s := range w.stations {
		s.stop()
		if err := s.settle(); err != nil {
			w.t.Fatalf("%s: %v", s.device, err)
		}
		l[s.device] = &s.account
		sent, resent = sent+len(s.account.sent), resent+s.account.transmitted
		if n := len(s.account.waiting); n > 0 && !some {
			w.t.Errorf("%s, %s: %d messages are still in the outbox", when, s.device, n)
		}
	}
	marks, err := readLog(ctx, log)
	if err != nil {
		w.t.Fatalf("%s: %v", when, err)
	}
	faults := l.check(marks)
	for _, f := range faults[:min(20, len(faults))] {
		w.t.Errorf("%s: %s", when, f)
	}
	w.t.Logf("%s: %d messages were given, %d attempts made to send one, %d are in the log; %d faults found", when, sent, resent, len(marks), len(faults))
	if w.t.Failed() {
		w.t.Logf("the gateways said:\n%s", w.gateway.said.String())
	}
	w.starts += w.gateway.starts
	w.gateway.starts = 0
}

// smallDisk returns a folder on a disk of its own, where only root can make one,
// and otherwise any folder.
func smallDisk(t *testing.T) (dir string, small bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1g"); err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatalf("cannot mount a disk to be full: %v", err)
		}
		t.Logf("the disk will not be full: %v", err)
		return dir, false
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir, true
}

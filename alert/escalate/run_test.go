package escalate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// pager notes who was told when, since the start of the bubble.
type pager struct {
	start time.Time
	mu    sync.Mutex
	told  []string
	by    func(ctx context.Context, m Message) (Receipt, error)
}

func (p *pager) Notify(ctx context.Context, m Message) (Receipt, error) {
	if p.by != nil {
		if r, err := p.by(ctx, m); err != nil {
			return r, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, fmt.Sprintf("%v %s %v", time.Since(p.start).Round(time.Millisecond), m.To.ID, m.Kind))
	return Delivered, nil
}

func (p *pager) list() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.told, ", ")
}

func (p *pager) all() map[string]Notifier {
	return map[string]Notifier{"patient": p, "caregiver": p, "nurse": p, "physician": p}
}

func raised(id byte) alert.Event {
	return alert.Event{
		ID: alert.AlarmID{id}, Number: 1, State: alert.Active, Priority: alert.High, Announce: true, At: time.Now(), Since: time.Now(),
		Patient: vitals.NewPatientID("DOE^JANE"), Reason: "SpO2 86 %",
	}
}

// run starts a dispatcher that ends with the test, and with it its goroutines.
func run(t *testing.T, c Config) *Dispatcher {
	t.Helper()
	d, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
	return d
}

func notify(t *testing.T, d *Dispatcher, e alert.Event) {
	t.Helper()
	if err := d.Notify(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func TestRunOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{start: time.Now()}
		d := run(t, Config{Routes: []Route{{Chain: standard()}}, Notifiers: p.all()})
		notify(t, d, raised(1))
		time.Sleep(6 * time.Minute)
		if err := d.Acknowledge(t.Context(), Answer{Alarm: alert.AlarmID{1}, By: "nurse", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if got := p.list(); !strings.HasPrefix(got, "0s patient call, 2m0s caregiver call, 5m0s nurse call, 6m0s ") ||
			strings.Count(got, "6m0s") != 3 || strings.Contains(got, "physician") {
			t.Errorf("told: %s", got)
		}
	})
}

// A channel that hangs delays neither other channels nor the next step, and its
// goroutines end with Run.
func TestRunWithAChannelThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{start: time.Now(), by: func(ctx context.Context, m Message) (Receipt, error) {
			if m.To.ID == "caregiver" {
				<-ctx.Done()
				return Unknown, ctx.Err()
			}
			return Delivered, nil
		}}
		reports := make(map[string]int)
		d := run(t, Config{Routes: []Route{{Chain: standard()}}, Notifiers: p.all(), Parallel: 1, Report: func(err error) {
			if strings.Contains(err.Error(), "JANE") || strings.Contains(err.Error(), "SpO2") {
				t.Errorf("the report tells too much: %v", err)
			}
			if e, ok := errors.AsType[*DeliveryError](err); ok && e.Final {
				reports[fmt.Sprint(e.Receipt)]++
			}
		}})
		for id := range byte(3) {
			notify(t, d, raised(id))
		}
		time.Sleep(11 * time.Minute)
		for _, want := range []string{"0s patient", "5m0s nurse", "10m0s physician"} {
			if n := strings.Count(p.list(), want); n != 3 {
				t.Errorf("%s: %d times, want 3: %s", want, n, p.list())
			}
		}
		if reports["unknown"] != 3 {
			t.Errorf("given up: %v, want 3 unknown", reports)
		}
		notify(t, d, raised(9)) // under way when Run ends
		time.Sleep(2*time.Minute + 5*time.Second)
	})
}

// An answer ends the attempt that is under way, so that the news is not late.
func TestAnswerEndsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{start: time.Now(), by: func(ctx context.Context, m Message) (Receipt, error) {
			if m.Kind == Call && m.To.ID == "patient" {
				<-ctx.Done()
				return Unknown, ctx.Err()
			}
			return Delivered, nil
		}}
		d := run(t, Config{Routes: []Route{{Chain: standard()}}, Notifiers: p.all(), AttemptTimeout: time.Minute})
		notify(t, d, raised(1))
		time.Sleep(10 * time.Second)
		e := raised(1)
		e.Number, e.State, e.Announce = 2, alert.Ended, false
		notify(t, d, e)
		synctest.Wait()
		if got := p.list(); got != "10s patient ended" {
			t.Errorf("told: %s", got)
		}
		if n := d.Standing(); n != 0 {
			t.Errorf("%d alarms stand", n)
		}
	})
}

// Of two replicas with the same events one sends each message; when one stands
// still, the other takes over after the claim.
func TestReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{start: time.Now()}
		var claims LocalClaims
		var stuck atomic.Bool
		replica := func(number int, n Notifier, j Journal) *Dispatcher {
			return run(t, Config{
				Routes: []Route{{Chain: standard()}}, Claims: claims.Replica(number), Journal: j,
				Notifiers: map[string]Notifier{"patient": n, "caregiver": n, "nurse": n, "physician": n},
			})
		}
		first := NotifyFunc(func(ctx context.Context, m Message) (Receipt, error) {
			if stuck.Load() {
				<-ctx.Done()
				return Failed, ctx.Err()
			}
			return p.Notify(ctx, m)
		})
		var journals [2]memory
		a, b := replica(1, first, &journals[0]), replica(2, p, &journals[1])
		var both sync.WaitGroup
		for id := range byte(50) {
			e := raised(id)
			both.Go(func() { notify(t, a, e) })
			both.Go(func() { notify(t, b, e) })
		}
		both.Wait()
		time.Sleep(3 * time.Minute)
		if n, m := strings.Count(p.list(), "patient call"), strings.Count(p.list(), "caregiver call"); n != 50 || m != 50 {
			t.Errorf("%d and %d messages, want 50 and 50", n, m)
		}
		stuck.Store(true)
		time.Sleep(3 * time.Minute)
		if n := strings.Count(p.list(), "nurse call"); n != 50 {
			t.Errorf("%d messages with a replica that hangs, want 50", n)
		}
		for id := range byte(50) {
			e := raised(id)
			e.Number, e.State, e.Announce = 2, alert.Ended, false
			notify(t, a, e)
			notify(t, b, e)
		}
		stuck.Store(false)
		time.Sleep(time.Minute)
		if n := strings.Count(p.list(), "ended"); n != 150 {
			t.Errorf("%d are told the end, want 150", n)
		}
		synctest.Wait()
		for i := range journals {
			if got := len(checkJournal(t, journals[i].entries)); got != 300 {
				t.Errorf("journal %d has %d messages, want 300", i+1, got)
			}
		}
		if a.Standing()+b.Standing() != 0 {
			t.Errorf("%d and %d alarms stand", a.Standing(), b.Standing())
		}
	})
}

// When claims fail, people are told twice rather than never.
func TestClaimsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{start: time.Now()}
		reports := 0
		d := run(t, Config{
			Routes: []Route{{Chain: standard()}}, Notifiers: p.all(), Claims: brokenClaims{}, Report: func(error) { reports++ },
		})
		notify(t, d, raised(1))
		synctest.Wait()
		if p.list() != "0s patient call" || reports != 2 {
			t.Errorf("told %q, %d reports", p.list(), reports)
		}
	})
}

type brokenClaims struct{}

func (brokenClaims) Claim(context.Context, MessageID, time.Time, time.Time) (Claim, Receipt, error) {
	return 0, 0, errors.New("no store")
}

func (brokenClaims) Settle(context.Context, MessageID, Receipt) error { return errors.New("no store") }

// With an engine: what the dispatcher tells it comes back as events.
func TestWithEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{start: time.Now()}
		var d *Dispatcher
		engine, err := alert.NewEngine(alert.NotifyFunc(func(ctx context.Context, e alert.Event) error { return d.Notify(ctx, e) }),
			alert.Below(vitals.SpO2, vitals.Percent(90)).Priority(alert.High).Latching().Rearm(30*time.Minute).NonSuppressible())
		if err != nil {
			t.Fatal(err)
		}
		d = run(t, Config{Routes: []Route{{Chain: standard()}}, Notifiers: p.all(), Command: engine.Do})
		put := func(percent int64) {
			t.Helper()
			if err := engine.Put(t.Context(), []vitals.Reading{{
				Patient: vitals.NewPatientID("p1"), Kind: vitals.SpO2, Quantity: vitals.Percent(percent), At: time.Now(),
			}}); err != nil {
				t.Fatal(err)
			}
		}
		put(86)
		time.Sleep(6 * time.Minute)
		alarm := engine.Active(nil)[0]
		if alarm.Escalations != 2 || !alarm.NonSuppressible {
			t.Errorf("passed on %d times, want 2; non-suppressible %t", alarm.Escalations, alarm.NonSuppressible)
		}
		if err := d.Acknowledge(t.Context(), Answer{Alarm: alarm.ID, By: "nurse A", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		if s := engine.Active(nil)[0].State; s != alert.Acknowledged {
			t.Errorf("the alarm is %v", s)
		}
		time.Sleep(30 * time.Minute)
		if err := engine.Advance(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		put(97)
		time.Sleep(time.Second)
		if err := d.Acknowledge(t.Context(), Answer{Alarm: alarm.ID, By: "nurse A", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if n := strings.Count(p.list(), "call"); n != 4 || strings.Count(p.list(), "acknowledged") != 3 || strings.Count(p.list(), "ended") != 3 {
			t.Errorf("told: %s", p.list())
		}
		if err := d.Acknowledge(t.Context(), Answer{Alarm: alarm.ID, By: "nurse A", At: time.Now()}); !errors.Is(err, alert.ErrNoAlarm) {
			t.Errorf("an answer too late: %v", err)
		}
	})
}

package escalate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

// evening is when scripts begin.
var evening = time.Date(2026, 3, 1, 21, 0, 0, 0, time.UTC)

var testAlarm = alert.AlarmID{0xa1, 0xa2, 0xa3, 0xa4, 5: 1}

// A night plays a script against a dispatcher:
//
//	21:00 raise medium          an event of the engine: raise, remind, rearm,
//	                            ack NAME, latch, snooze, inhibit, end
//	21:01 answer caregiver      the recipient answers the message
//	21:00 channel nurse fails   or refuses, unknown, works, panics
//	21:05 pass                  time goes by
//	21:05 receipt nurse failed  or delivered
//	21:05 crash                 nothing is done until
//	21:05 restart               a new dispatcher is made of the journal
//
// and writes what the recipients get.
type night struct {
	t       *testing.T
	config  Config
	d       *Dispatcher
	journal *memory
	now     time.Time
	number  uint32
	event   alert.Event
	down    bool

	mu    sync.Mutex
	modes map[string]string
	out   []string
	sent  map[string]Message // latest call by recipient
	ids   map[MessageID]int
}

func newNight(t *testing.T, chain Chain) *night {
	n := &night{t: t, now: evening, journal: new(memory), modes: make(map[string]string), sent: make(map[string]Message), ids: make(map[MessageID]int)}
	n.config = Config{
		Routes: []Route{{Chain: chain}}, Notifiers: make(map[string]Notifier), Journal: n.journal,
		Report: func(err error) {
			if e, ok := errors.AsType[*DeliveryError](err); ok && e.Final {
				n.mu.Lock()
				defer n.mu.Unlock()
				n.out = append(n.out, fmt.Sprintf("> %s gives up %s: %v", n.now.Format("15:04:05"), e.Channel, e.Receipt))
			}
		},
	}
	for _, s := range chain.Steps {
		for _, to := range s.To {
			n.config.Notifiers[to.Channel] = NotifyFunc(n.notify)
		}
	}
	n.open()
	return n
}

func (n *night) open() {
	n.t.Helper()
	var err error
	if n.d, err = New(n.config); err != nil {
		n.t.Fatal(err)
	}
}

func (n *night) notify(_ context.Context, m Message) (Receipt, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ids[m.ID]++
	switch n.modes[m.To.Channel] {
	case "fails":
		return Failed, errors.New("no answer")
	case "refuses":
		return Failed, ErrRefused
	case "panics":
		panic("DOE^JANE")
	case "unknown":
		n.log(m)
		return Unknown, nil
	}
	n.log(m)
	return Delivered, nil
}

func (n *night) log(m Message) {
	if m.Kind == Call {
		n.sent[m.To.ID] = m
	}
	line := fmt.Sprintf("> %s %s: %v", n.now.Format("15:04:05"), m.To.ID, m.Kind)
	if m.Step > 0 {
		line += fmt.Sprintf(" %d", m.Step)
	}
	if m.State == alert.Latched {
		line += " latched"
	}
	if m.By != "" {
		line += " by " + m.By
	}
	n.out = append(n.out, line)
}

// until advances to a time, one deadline after another.
func (n *night) until(at time.Time) {
	n.t.Helper()
	for !n.down {
		next, ok := n.d.Next()
		if !ok || next.After(at) {
			break
		}
		if next.After(n.now) {
			n.now = next
		}
		n.advance()
	}
	n.now = at
}

func (n *night) advance() {
	n.t.Helper()
	begin := len(n.out)
	if n.down {
		return
	}
	if err := n.d.Advance(n.t.Context(), n.now); err != nil {
		n.t.Fatalf("Advance at %v: %v", n.now, err)
	}
	slices.Sort(n.out[begin:]) // recipients of one moment have no order
}

func (n *night) play(script string) string {
	n.t.Helper()
	for line := range strings.Lines(script) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == ">" {
			continue
		}
		if f[0] == "#" {
			n.out = append(n.out, strings.Join(f, " "))
			continue
		}
		clock, err := time.Parse("15:04:05", f[0]+":00"[min(3, 3*(strings.Count(f[0], ":")-1)):])
		if err != nil {
			n.t.Fatalf("%q: %v", line, err)
		}
		at := time.Date(2026, 3, 1, clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC)
		if at.Before(evening) {
			at = at.Add(24 * time.Hour)
		}
		n.until(at)
		n.out = append(n.out, strings.Join(f, " "))
		n.do(f[1:])
		n.advance()
	}
	return strings.Join(n.out, "\n")
}

func (n *night) do(f []string) {
	n.t.Helper()
	switch f[0] {
	case "pass":
	case "channel":
		n.modes[f[1]] = f[2]
	case "crash":
		n.down = true
	case "restart":
		n.down = false
		n.open()
	case "answer":
		if err := n.d.Acknowledge(n.t.Context(), Answer{Alarm: testAlarm, Message: n.sent[f[1]].ID, By: f[1], At: n.now}); err != nil {
			n.t.Fatal(err)
		}
	case "receipt":
		r := map[string]Receipt{"failed": Failed, "delivered": Delivered}[f[2]]
		if err := n.d.Receive(n.t.Context(), testAlarm, n.sent[f[1]].ID, r, n.now); err != nil {
			n.t.Fatal(err)
		}
	default:
		if err := n.d.Notify(n.t.Context(), n.next(f)); err != nil {
			n.t.Fatal(err)
		}
	}
}

// next is the event of a line.
func (n *night) next(f []string) alert.Event {
	n.number++
	e := &n.event
	e.ID, e.Number, e.At, e.Announce, e.By, e.Inhibited = testAlarm, n.number, n.now, false, "", false
	switch f[0] {
	case "raise":
		*e = alert.Event{
			ID: testAlarm, Number: n.number, Patient: vitals.NewPatientID("p1"), Rule: "SpO2 below 90 %", Reason: "SpO2 86 % below 90 %",
			State: alert.Active, Priority: alert.Medium, At: n.now, Since: n.now, Announce: true,
		}
		for _, word := range f[1:] {
			e.Priority = map[string]alert.Priority{"low": alert.Low, "medium": alert.Medium, "high": alert.High, "mandatory": e.Priority}[word]
			e.NonSuppressible = e.NonSuppressible || word == "mandatory"
		}
	case "remind", "rearm":
		e.State, e.Announce = alert.Active, true
	case "ack":
		e.State, e.By = alert.Acknowledged, strings.Join(f[1:], " ")
	case "latch":
		e.State = alert.Latched
	case "snooze":
		e.State = alert.Snoozed
	case "inhibit":
		e.State, e.Inhibited = alert.Active, true
	case "end":
		e.State = alert.Ended
	default:
		n.t.Fatalf("what is %q?", f)
	}
	return *e
}

// memory is a journal that can fail.
type memory struct {
	entries [][]byte
	err     error
}

func (m *memory) Replay(yield func([]byte) error) error {
	for _, e := range m.entries {
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Append(entries ...[]byte) error {
	if m.err != nil {
		return m.err
	}
	for _, e := range entries {
		m.entries = append(m.entries, bytes.Clone(e))
	}
	return nil
}

func (m *memory) Replace(entries iter.Seq[[]byte]) error {
	m.entries = nil
	for e := range entries {
		m.entries = append(m.entries, bytes.Clone(e))
	}
	return nil
}

func to(name string) Recipient { return Recipient{ID: name, Channel: name} }

func standard() Chain { return Standard(to("patient"), to("caregiver"), to("nurse"), to("physician")) }

// sleepy is the standard chain with a caregiver who sleeps from 22 to 6.
func sleepy(high bool) Chain {
	c := standard()
	c.Steps[1].To[0].Quiet = &Quiet{Hours: week.Schedule{Windows: []week.Window{{From: 22 * 60, To: 6 * 60}}}, SilenceHigh: high}
	return c
}

func TestNights(t *testing.T) {
	for _, tt := range []struct {
		name   string
		chain  Chain
		script string
	}{
		{"nobody answers, and the reminder begins again", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			> 21:02:00 caregiver: call 2
			21:03 remind
			> 21:05:00 nurse: call 3
			> 21:10:00 physician: call 4
			21:20 remind
			> 21:20:00 patient: call 1
			21:21 pass`},
		{"the caregiver answers, and all hear the end", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			> 21:02:00 caregiver: call 2
			21:03 answer caregiver
			> 21:03:00 patient: acknowledged by caregiver
			21:30 end
			> 21:30:00 caregiver: ended
			> 21:30:00 patient: ended
			23:00 pass`},
		{"somebody at the engine answers; it is armed again", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 ack nurse A
			> 21:01:00 patient: acknowledged by nurse A
			21:11 rearm
			> 21:11:00 patient: call 1
			> 21:13:00 caregiver: call 2
			21:14 end
			> 21:14:00 caregiver: ended
			> 21:14:00 patient: ended`},
		{"it ends before anybody was told but the patient", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 end
			> 21:01:00 patient: ended
			21:02 remind
			21:30 pass`},
		{"a latched alarm still waits for an answer", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 latch
			> 21:02:00 caregiver: call 2 latched
			21:03 ack
			> 21:03:00 caregiver: acknowledged
			> 21:03:00 patient: acknowledged`},
		{"a snooze stops the round, its end begins another", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 snooze
			> 21:01:00 patient: silenced
			21:31 remind
			> 21:31:00 patient: call 1
			21:32 pass`},
		{"an alarm of higher priority is told instead", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 inhibit
			21:31 end
			> 21:31:00 patient: ended`},
		{"who cannot be reached is not waited for", standard(), `
			21:00 channel patient refuses
			21:00 raise
			> 21:00:00 caregiver: call 2
			> 21:00:00 gives up patient: failed
			21:01 end
			> 21:01:00 caregiver: ended`},
		{"the attempts of a step end with its time", standard(), `
			21:00 channel caregiver fails
			21:00 raise
			> 21:00:00 patient: call 1
			> 21:05:00 gives up caregiver: failed
			> 21:05:00 nurse: call 3
			> 21:10:00 physician: call 4
			21:10 pass
			21:11 end
			> 21:11:00 nurse: ended
			> 21:11:00 patient: ended
			> 21:11:00 physician: ended`},
		{"a late receipt that it failed calls the next", standard(), `
			21:00 channel patient unknown
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 receipt patient failed
			> 21:01:00 caregiver: call 2
			21:02 end
			> 21:02:00 caregiver: ended`},
		{"a late receipt that it was delivered changes nothing", standard(), `
			21:00 channel patient unknown
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 receipt patient delivered
			21:01 receipt patient failed
			> 21:02:00 caregiver: call 2
			21:02 pass`},
		{"a notifier that panics silences nobody else", standard(), `
			21:00 channel patient panics
			21:00 raise
			> 21:02:00 caregiver: call 2
			> 21:02:00 gives up patient: unknown
			21:02 pass`},
		{"quiet hours put off a medium alarm", sleepy(false), `
			21:59 raise
			> 21:59:00 patient: call 1
			> 22:04:00 nurse: call 3
			> 22:09:00 physician: call 4
			22:30 pass
			> 06:00:00 caregiver: call 2
			06:01 pass
			06:02 end
			> 06:02:00 caregiver: ended
			> 06:02:00 nurse: ended
			> 06:02:00 patient: ended
			> 06:02:00 physician: ended`},
		{"who was not called hears nothing of the end", sleepy(false), `
			21:59 raise
			> 21:59:00 patient: call 1
			22:02 end
			> 22:02:00 patient: ended
			08:00 pass`},
		{"the end is put off as well", sleepy(false), `
			21:55 raise
			> 21:55:00 patient: call 1
			> 21:57:00 caregiver: call 2
			> 22:00:00 nurse: call 3
			> 22:05:00 physician: call 4
			23:00 end
			> 23:00:00 nurse: ended
			> 23:00:00 patient: ended
			> 23:00:00 physician: ended
			> 06:00:00 caregiver: ended
			07:00 pass`},
		{"quiet hours do not put off a high alarm", sleepy(false), `
			22:30 raise high
			> 22:30:00 patient: call 1
			> 22:32:00 caregiver: call 2
			22:33 end
			> 22:33:00 caregiver: ended
			> 22:33:00 patient: ended`},
		{"unless they say so", sleepy(true), `
			22:30 raise high
			> 22:30:00 patient: call 1
			22:33 end
			> 22:33:00 patient: ended`},
		{"but never what is non-suppressible", sleepy(true), `
			22:30 raise low mandatory
			> 22:30:00 patient: call 1
			> 22:32:00 caregiver: call 2
			22:33 end
			> 22:33:00 caregiver: ended
			> 22:33:00 patient: ended`},
		{"after an outage all steps that are overdue are taken", standard(), `
			21:00 raise
			> 21:00:00 patient: call 1
			21:01 crash
			21:06 restart
			> 21:06:00 caregiver: call 2
			> 21:06:00 nurse: call 3
			21:07 ack
			> 21:07:00 caregiver: acknowledged
			> 21:07:00 nurse: acknowledged
			> 21:07:00 patient: acknowledged`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNight(t, tt.chain)
			want := strings.Join(strings.Fields(tt.script), " ")
			got := n.play(tt.script)
			if strings.Join(strings.Fields(got), " ") != want {
				t.Errorf("got\n%s\nwant%s", got, strings.ReplaceAll(tt.script, "\t\t\t", ""))
			}
			checkJournal(t, n.journal.entries)
		})
	}
}

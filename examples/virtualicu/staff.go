package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/vitals"
)

// A pager is the channel by which the staff is called. It remembers who was
// called for the alarms that stand.
type pager struct {
	mu    sync.Mutex // guards what follows
	sent  []escalate.Message
	calls map[alert.AlarmID][]call
}

// A call is one that was sent.
type call struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// Notify implements [escalate.Notifier]: a pager that always arrives.
func (p *pager) Notify(_ context.Context, m escalate.Message) (escalate.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	if m.Kind == escalate.Call {
		p.calls[m.Alarm] = append(p.calls[m.Alarm], call{m.Name, m.At})
	}
	return escalate.Delivered, nil
}

// take is what was sent since it was last called, in an order that does not
// depend on which goroutine came first.
func (p *pager) take() []escalate.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent
	p.sent = nil
	slices.SortFunc(sent, func(a, b escalate.Message) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.Alarm[:], b.Alarm[:]), cmp.Compare(a.Kind, b.Kind), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return sent
}

// of is who was called for an alarm.
func (p *pager) of(id alert.AlarmID) []call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls[id])
}

func (p *pager) forget(id alert.AlarmID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, id)
}

// Staff is simulated when nobody sits before a wall. It answers most calls: at
// every third bed the nurse is too busy, and the charge nurse comes.
type staff struct {
	beds  map[vitals.PatientID]*bed
	going []escalate.Answer // in the order of their time
}

// called decides who will answer a call and when.
func (s *staff) called(m escalate.Message) {
	number := 0
	if b := s.beds[m.Patient]; b != nil {
		number = b.number
	}
	if m.Kind != escalate.Call || m.Step == 1 && number%3 == 0 {
		return
	}
	a := escalate.Answer{Alarm: m.Alarm, Message: m.ID, By: m.Name, At: m.At.Add(time.Duration(20+5*(number%5)) * time.Second)}
	at, _ := slices.BinarySearchFunc(s.going, a, func(b, a escalate.Answer) int { return cmp.Or(b.At.Compare(a.At), -1) })
	s.going = slices.Insert(s.going, at, a)
}

// answer lets those answer whose time has come.
func (s *staff) answer(ctx context.Context, d *escalate.Dispatcher, now time.Time) error {
	for len(s.going) > 0 && !s.going[0].At.After(now) {
		if err := d.Acknowledge(ctx, s.going[0]); err != nil && !errors.Is(err, alert.ErrNoAlarm) { // it is over
			return err
		}
		s.going = s.going[1:]
	}
	return nil
}

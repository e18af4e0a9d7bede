package escalate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// An Answer is an acknowledgement.
type Answer struct {
	Alarm alert.AlarmID
	// Message is what the answer is to, zero if it comes from elsewhere. It counts
	// as delivered, and its recipient is not told of the acknowledgement.
	Message MessageID
	// By is shown to people, so not an identifier of a patient: at most 128 bytes.
	By string
	At time.Time
}

// Acknowledge stops the escalation, tells the others, and acknowledges the alarm
// at the engine. It returns [alert.ErrNoAlarm] if nobody knows the alarm, and
// otherwise errors of the engine and the journal; then it should be done again,
// which is harmless.
func (d *Dispatcher) Acknowledge(ctx context.Context, a Answer) error {
	if len(a.By) > maxText || a.At.IsZero() {
		return alert.ErrCommand
	}
	err := d.answered(a)
	if err != nil && !errors.Is(err, alert.ErrNoAlarm) {
		return err
	}
	if d.config.Command != nil {
		told := d.config.Command(ctx, alert.Command{Action: alert.Acknowledge, Alarm: a.Alarm, At: a.At, By: a.By})
		if told == nil || !errors.Is(told, alert.ErrNoAlarm) {
			err = told
		}
	}
	return errors.Join(err, d.acknowledged(a))
}

// answered notes whose answer it is, before the engine tells that there is one.
func (d *Dispatcher) answered(a Answer) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.book.courses[a.Alarm]
	if c == nil || c.chain == nil {
		return alert.ErrNoAlarm
	}
	if m := c.find(a.Message); m != nil && m.To.key() != c.answered {
		rs := []record{{Answer: &m.To}}
		if !m.settled || m.receipt == Unknown {
			rs = append(rs, record{Settle: &settle{m.ID, Delivered, a.At.UnixNano()}})
		}
		d.commit(c.mark(rs))
	}
	return d.save()
}

func (d *Dispatcher) acknowledged(a Answer) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.book.courses[a.Alarm]; c != nil && c.chain != nil {
		d.commit(c.mark(c.end(Acknowledged, a.By, a.At.UnixNano(), c.facts)))
	}
	return d.save()
}

// Receive completes what is known of a message that was sent without a receipt:
// r is Delivered or Failed. What is known already is not changed; messages of
// alarms that are over are ignored.
func (d *Dispatcher) Receive(_ context.Context, alarm alert.AlarmID, id MessageID, r Receipt, at time.Time) error {
	if r != Delivered && r != Failed {
		return fmt.Errorf("escalate: %v is nothing to receive", r)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.book.courses[alarm]
	if c == nil {
		return d.save()
	}
	if m := c.find(id); m != nil && (!m.settled || m.receipt == Unknown) {
		d.commit(c.mark([]record{{Settle: &settle{id, r, at.UnixNano()}}}))
	}
	return d.save()
}

// Forget ends the escalations of a patient who has left, as if the alarms had
// ended: those who were called are told. The engine forgets a patient silently
// ([alert.Engine.Forget]).
func (d *Dispatcher) Forget(patient vitals.PatientID, at time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if patient.IsZero() {
		return d.save() // nobody in particular
	}
	id := []byte(patient.Reveal()) // compared here, not disclosed
	for _, c := range slices.Clone(d.book.agenda) {
		if bytes.Equal(c.facts.Patient, id) {
			d.commit(c.mark(c.end(Ended, "", at.UnixNano(), c.facts)))
		}
	}
	return d.save()
}

// Package replay tells what a change of rules would have meant for patients of
// the past: how many alarms fewer, and which events would have been missed.
//
// A [Comparison] plays the same recorded readings through two sets of rules. It
// reads no clock, so a year of readings takes as long as their evaluation. What
// it cannot know is what people would have done: alarms are not acknowledged,
// paused or snoozed.
package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// An Event is a period in which a patient should have had an alarm, as somebody
// labelled it.
type Event struct {
	Patient  vitals.PatientID
	From, To time.Time // both included
}

// A Comparison is two sets of rules and what they are to be compared by.
type Comparison struct {
	Before, After alert.RuleSet
	// Readings are those of any number of patients, of each patient in order.
	// The sequence is read twice.
	Readings iter.Seq[vitals.Reading]
	// Events are what should be detected. Without any, it is what Before finds:
	// the time from the begin of the condition to the end of each of its
	// physiological alarms.
	Events []Event
	// Lead is how long before an event an alarm may begin to count for it. An
	// alarm that stands when the event begins always counts.
	Lead time.Duration
}

// A Tally is what one set of rules did.
type Tally struct {
	Alarms        int           // that were announced
	Announcements int           // with reminders and returns
	Detected      int           // events
	Delay         time.Duration // median, from the begin of a detected event to its alarm; not negative
}

// A Report is the outcome of a [Comparison].
type Report struct {
	Before, After Tally
	Events        int
	Missed        []Event // detected before and not after, by patient in order of Events
	Gained        []Event // the other way round
}

// String is like "-31 % alarms (50 to 34), 2 of 27 events missed".
func (r Report) String() string {
	change := "alarms"
	if r.Before.Alarms > 0 {
		change = fmt.Sprintf("%+.0f %% alarms", 100*float64(r.After.Alarms-r.Before.Alarms)/float64(r.Before.Alarms))
	}
	s := fmt.Sprintf("%s (%d to %d), %d of %d events missed", change, r.Before.Alarms, r.After.Alarms, len(r.Missed), r.Events)
	if len(r.Gained) > 0 {
		s += fmt.Sprintf(", %d more detected", len(r.Gained))
	}
	return s
}

// Run plays the readings. Errors are those of the rules ([alert.ErrRule]), of a
// reading without a time ([alert.ErrTime]) and of the context. Nil Readings are an
// error too.
func (c Comparison) Run(ctx context.Context) (Report, error) {
	if c.Readings == nil {
		return Report{}, errors.New("replay: no readings")
	}
	before, err := play(ctx, c.Before, c.Readings)
	if err != nil {
		return Report{}, fmt.Errorf("replay: rules before: %w", err)
	}
	after, err := play(ctx, c.After, c.Readings)
	if err != nil {
		return Report{}, fmt.Errorf("replay: rules after: %w", err)
	}
	events := c.Events
	if len(events) == 0 {
		events = before.events()
	}
	found, missed := before.detect(events, c.Lead), after.detect(events, c.Lead)
	r := Report{Before: before.tally(found), After: after.tally(missed), Events: len(events)}
	for i, e := range events {
		switch {
		case found[i] >= 0 && missed[i] < 0:
			r.Missed = append(r.Missed, e)
		case found[i] < 0 && missed[i] >= 0:
			r.Gained = append(r.Gained, e)
		}
	}
	return r, nil
}

// span is the time of an alarm.
type span struct {
	since, told, end time.Time // told: first announced; zero if never
	technical        bool
}

// outcome is what one set of rules did.
type outcome struct {
	alarms        map[alert.AlarmID]*span
	order         []alert.AlarmID
	patients      map[vitals.PatientID][]*span // announced and about the patient
	announcements int
	last          time.Time
}

// Notify implements [alert.Notifier].
func (o *outcome) Notify(_ context.Context, e alert.Event) error {
	a := o.alarms[e.ID]
	if a == nil {
		a = &span{since: e.Since, technical: e.Category == alert.Technical}
		o.alarms[e.ID] = a
		o.order = append(o.order, e.ID)
		if !a.technical {
			o.patients[e.Patient] = append(o.patients[e.Patient], a)
		}
	}
	if e.Announce {
		o.announcements++
		if a.told.IsZero() {
			a.told = e.At
		}
	}
	if e.State == alert.Ended || e.State == alert.Latched {
		a.end = e.At
	} else {
		a.end = time.Time{}
	}
	return nil
}

func play(ctx context.Context, set alert.RuleSet, readings iter.Seq[vitals.Reading]) (*outcome, error) {
	o := &outcome{alarms: make(map[alert.AlarmID]*span), patients: make(map[vitals.PatientID][]*span)}
	engine, err := alert.NewEngineSet(o, set)
	if err != nil {
		return nil, err
	}
	batch := make([]vitals.Reading, 0, 256)
	flush := func() error {
		err := engine.Put(ctx, batch)
		batch = batch[:0]
		return err
	}
	for r := range readings {
		if r.At.After(o.last) {
			o.last = r.At
		}
		if batch = append(batch, r); len(batch) == cap(batch) {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	if !o.last.IsZero() {
		err = engine.Advance(ctx, o.last)
	}
	return o, err
}

// events are the alarms as something to be detected.
func (o *outcome) events() []Event {
	var events []Event
	for p, spans := range o.patients {
		for _, a := range spans {
			if a.told.IsZero() {
				continue
			}
			end := a.end
			if end.IsZero() {
				end = o.last
			}
			events = append(events, Event{Patient: p, From: a.since, To: end})
		}
	}
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Patient.Reveal(), b.Patient.Reveal())) // an order, not shown
	})
	return events
}

// detect is the delay with which each event was detected, or negative.
func (o *outcome) detect(events []Event, lead time.Duration) []time.Duration {
	delays := make([]time.Duration, len(events))
	for i, e := range events {
		delays[i] = -1
		for _, a := range o.patients[e.Patient] {
			if a.told.IsZero() || a.told.After(e.To) || !a.end.IsZero() && a.end.Before(e.From) && a.told.Before(e.From.Add(-lead)) {
				continue
			}
			if d := max(0, a.told.Sub(e.From)); delays[i] < 0 || d < delays[i] {
				delays[i] = d
			}
		}
	}
	return delays
}

func (o *outcome) tally(delays []time.Duration) Tally {
	t := Tally{Announcements: o.announcements}
	for _, id := range o.order {
		if !o.alarms[id].told.IsZero() {
			t.Alarms++
		}
	}
	delays = slices.DeleteFunc(slices.Clone(delays), func(d time.Duration) bool { return d < 0 })
	if t.Detected = len(delays); t.Detected > 0 {
		slices.Sort(delays)
		t.Delay = delays[len(delays)/2]
	}
	return t
}

package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

// home is the gateway in the patient's home and the world around it.
type home struct {
	timeline
	people
	now     time.Time
	journal string

	engine   *alert.Engine
	messages *escalate.Dispatcher
	file     *escalate.File
	snapshot []byte // of the engine, when the power fails

	spo2, pulse int64
	worn        bool
}

// rules are the alarms of a patient at home.
func rules() []alert.Rule {
	return []alert.Rule{
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(30 * time.Second).Priority(alert.High).Rearm(20 * time.Minute),
		alert.Above(vitals.HeartRate, vitals.PerMinute(110)).For(2 * time.Minute).Priority(alert.Medium),
		alert.Missing(vitals.SpO2, 5*time.Minute).Priority(alert.Low),
	}
}

// routes say who is told: of most alarms all four, of a slipped sensor only those
// at home.
func routes() []escalate.Route {
	daughter := escalate.Recipient{ID: "RelatedPerson/daughter", Channel: "daughter", Quiet: &escalate.Quiet{Hours: week.Schedule{
		Zone: "Europe/Berlin", Windows: []week.Window{{From: 22 * 60, To: 6 * 60}},
	}}}
	wearable := escalate.Recipient{ID: "Device/wearable", Channel: "wearable"}
	return []escalate.Route{
		{Priority: alert.Medium, Chain: escalate.Standard(wearable, daughter,
			escalate.Recipient{ID: "Practitioner/nurse", Channel: "nurse"},
			escalate.Recipient{ID: "Practitioner/physician", Channel: "physician"})},
		{Chain: escalate.Chain{Name: "at home", Steps: []escalate.Step{
			{Name: "patient", To: []escalate.Recipient{wearable}},
			{Name: "daughter", After: 15 * time.Minute, To: []escalate.Recipient{daughter}},
		}}},
	}
}

// text tells professionals what was measured, and others that they are needed.
func text(m escalate.Message) string {
	if m.Kind == escalate.Call && (m.To.Channel == "nurse" || m.To.Channel == "physician") {
		return escalate.Explained(m)
	}
	return escalate.Brief(m)
}

// open starts the gateway, with the state of the engine that it had, if any. The
// dispatcher finds its own in the journal.
func (h *home) open(snapshot []byte) error {
	h.people.timeline, h.clock = &h.timeline, func() time.Time { return h.now }
	notifiers, err := h.notifiers()
	if err != nil {
		return err
	}
	if h.file, err = escalate.OpenFile(h.journal); err != nil {
		return err
	}
	h.messages, err = escalate.New(escalate.Config{
		Routes: routes(), Notifiers: notifiers, Journal: h.file, Report: h.reported, Text: text,
		Command: func(ctx context.Context, c alert.Command) error { return h.engine.Do(ctx, c) },
	})
	if err != nil {
		return err
	}
	if h.engine, err = alert.NewEngine(alert.Notifiers{alert.NotifyFunc(h.alarm), h.messages}, rules()...); err != nil {
		return err
	}
	if snapshot != nil {
		return h.engine.Load(snapshot)
	}
	h.worn = true
	return nil
}

// alarm prints the events of the engine.
func (h *home) alarm(_ context.Context, e alert.Event) error {
	mark := map[alert.State]string{alert.Active: "▲", alert.Acknowledged: "✓", alert.Ended: "▽"}[e.State]
	switch {
	case e.Cause == alert.CauseCommand && e.State == alert.Active: // passed on: the messages show it
	case e.State == alert.Acknowledged:
		h.say(h.now, 1, "%s %s alarm acknowledged by the %s", mark, e.Priority, e.By)
	case e.Cause == alert.CauseTimeout:
		h.say(h.now, 1, "%s %s alarm active again: acknowledged long ago, and still %s", mark, e.Priority, e.Reason)
	default:
		h.say(h.now, 1, "%s %s alarm %s: %s", mark, e.Priority, e.State, e.Reason)
	}
	return nil
}

// reported prints which messages were given up.
func (h *home) reported(err error) {
	if e, ok := errors.AsType[*escalate.DeliveryError](err); ok && e.Final {
		h.say(h.now, 2, "  ✗ %-9s  given up after %d attempts", e.Channel, e.Attempt)
	}
}

// fail is the end of the process. What the engine knows is in the log of readings
// in a real gateway; here a snapshot stands for that.
func (h *home) fail() error {
	h.snapshot = h.engine.Snapshot(nil)
	h.engine, h.messages = nil, nil
	return h.file.Close()
}

func (h *home) restart() error {
	snapshot := h.snapshot
	h.snapshot = nil
	return h.open(snapshot)
}

func (h *home) close() {
	h.people.close()
	_ = h.file.Close() // the night is over
}

// answers is a press of the button on a message.
func (h *home) answers(who string) error {
	n := h.latest[who]
	return h.messages.Acknowledge(context.Background(), h.answerTo(n, who))
}

func (h *home) answerTo(n escalate.Notice, who string) escalate.Answer {
	return escalate.Answer{Alarm: n.Alarm, Message: n.ID, By: who, At: h.now}
}

// play lets the night pass, minute by minute.
func (h *home) play(ctx context.Context, scenes []scene, end time.Time) error {
	last := h.now
	for minute := h.now; minute.Before(end); minute = minute.Add(time.Minute) {
		if err := h.until(ctx, minute); err != nil {
			return err
		}
		for len(scenes) > 0 {
			at, err := scenes[0].time(last)
			if err != nil {
				return err
			}
			if at.After(minute) {
				break
			}
			if scenes[0].says != "" {
				h.say(minute, 0, "%s", scenes[0].says)
			}
			if err := scenes[0].do(h); err != nil {
				return err
			}
			scenes, last = scenes[1:], at
		}
		if err := h.measure(ctx); err != nil {
			return err
		}
		if err := h.until(ctx, minute); err != nil {
			return err
		}
	}
	return nil
}

// measure is a minute's worth of readings.
func (h *home) measure(ctx context.Context) error {
	if h.engine == nil || !h.worn {
		return nil
	}
	patient := vitals.NewPatientID("simulated")
	return h.engine.Put(ctx, []vitals.Reading{
		{Patient: patient, Device: "oximeter", Kind: vitals.SpO2, Quantity: vitals.Percent(h.spo2), At: h.now},
		{Patient: patient, Device: "oximeter", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(h.pulse), At: h.now},
	})
}

// until lets time pass: the engine and the dispatcher get each moment at which
// they have something to do, which is what their runners do with a clock.
func (h *home) until(ctx context.Context, end time.Time) error {
	for h.engine != nil {
		at := end
		for _, next := range []func() (time.Time, bool){h.engine.Next, h.messages.Next} {
			if t, ok := next(); ok && t.Before(at) {
				at = t
			}
		}
		if at.After(h.now) {
			h.now = at
		}
		if err := cmp.Or(h.engine.Advance(ctx, h.now), h.messages.Advance(ctx, h.now)); err != nil {
			return err
		}
		h.print()
		if !at.Before(end) {
			break
		}
	}
	h.now = end
	h.print()
	return nil
}

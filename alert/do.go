package alert

import (
	"context"
	"math"
	"time"
)

// maxLabel bounds the texts of a command.
const maxLabel = 128

// check finds what is wrong with the command itself.
func (c *Command) check() (at int64, err error) {
	at, ok := nanos(c.At)
	silence := c.For > 0 && c.For <= MaxSilence
	switch c.Action {
	case Acknowledge, Escalate, Snooze:
		ok = ok && c.Alarm != AlarmID{} && (c.Action != Snooze || silence)
	case Pause, Resume:
		ok = ok && !c.Patient.IsZero() && (c.Action != Pause || silence)
	case Note:
		ok = ok && !c.Patient.IsZero() && c.Label != ""
	case Attach:
		ok = ok && c.Device != ""
	default:
		ok = false
	}
	if !ok || len(c.By) > maxLabel || len(c.Label) > maxLabel {
		return 0, ErrCommand
	}
	return at, nil
}

// Do carries out a command and delivers the events that it causes. What was due
// for the patient before Command.At happens first. A command that changes
// nothing, such as a second acknowledgement, is no error and no event. The
// context is for the delivery: a command is carried out even if it has ended.
//
// With [ErrUndelivered] the command was carried out, and a notifier has yet to
// hear of it. With [ErrCommand], [ErrNoAlarm], [ErrNonSuppressible] and
// [ErrBacklog] it was not.
func (e *Engine) Do(ctx context.Context, c Command) error {
	at, err := c.check()
	if err != nil {
		return err
	}
	refused := e.do(&c, at, false)
	undelivered := e.deliver(ctx)
	if refused != nil {
		return refused // what was due before waits for the next call, if it was not delivered
	}
	return undelivered
}

// Prepare is for whoever records commands: before it keeps one, it learns with
// [ErrCommand] or [ErrBacklog] that Do would refuse it, and what to keep, namely
// the command with whose alarm it is about. Without that a replay would not find
// an alarm that time alone has raised. A command prepared is still good for Do
// as long as nothing else is put into the engine.
func (e *Engine) Prepare(c Command) (Command, error) {
	if _, err := c.check(); err != nil {
		return Command{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.undelivered > maxBacklog {
		return Command{}, ErrBacklog
	}
	if at, ok := e.standing[c.Alarm]; ok {
		alarm := at.p.lives[at.rule].alarm
		c.Patient, c.Device = alarm.Patient, alarm.Device
	}
	return c, nil
}

// RestoreCommand is [Engine.Do] among the readings of [Engine.Restore]: the
// state changes and nobody is told.
func (e *Engine) RestoreCommand(c Command) error {
	at, err := c.check()
	if err != nil {
		return err
	}
	return e.do(&c, at, true)
}

func (e *Engine) do(c *Command, at int64, silent bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.table == nil {
		return errZero
	}
	if e.undelivered > maxBacklog {
		return ErrBacklog
	}
	e.silent = silent
	defer func() { e.silent = false }()
	switch c.Action {
	case Acknowledge, Snooze, Escalate:
		return e.handle(c, at)
	case Attach:
		e.attach(c, at)
		return nil
	}
	p := e.patient(subject{patient: c.Patient})
	e.catchUpAll(p, at-1)
	switch c.Action {
	case Pause:
		e.pause(p, at, c)
	case Resume:
		e.endPause(p, at, CauseCommand, c.By)
	case Note:
		for i := range e.rules {
			if rule := e.table.resolve(i, c.Patient, ""); e.detectors[i] != 0 && !rule.off {
				e.detector(p, i, rule).note(c.Label, at)
				e.pass(p, i, at)
				e.expect(p, i)
			}
		}
	}
	return nil
}

// handle is a command about one alarm.
func (e *Engine) handle(c *Command, at int64) error {
	where, ok := e.standing[c.Alarm]
	if p := e.find(whose(c.Patient, c.Device)); !ok && p != nil {
		e.catchUpAll(p, at-1) // what only time has raised is not there yet in a replay
		where, ok = e.standing[c.Alarm]
	}
	if !ok {
		return ErrNoAlarm
	}
	p, i := where.p, where.rule
	e.catchUpAll(p, at-1)
	if where, ok = e.standing[c.Alarm]; !ok {
		return ErrNoAlarm // it ended with that
	}
	l := p.lives[i]
	switch c.Action {
	case Acknowledge:
		switch {
		case l.state == Acknowledged:
		case l.gone:
			e.end(p, i, at, CauseCommand, c.By)
		default:
			l.flapping = false
			e.change(p, i, at, Acknowledged, CauseCommand, c.By, false)
		}
	case Snooze:
		if l.rule.mandatory {
			return ErrNonSuppressible
		}
		e.silence(p, i, at, Snoozed, at+int64(c.For), c.By)
	case Escalate:
		ev := *l.alarm
		ev.Escalations = min(ev.Escalations, math.MaxUint16-1) + 1
		l.alarm = &ev
		e.change(p, i, at, l.state, CauseCommand, c.By, false)
	}
	return nil
}

// silence pauses or snoozes an alarm.
func (e *Engine) silence(p *patient, i int, at int64, to State, until int64, by string) {
	l := p.lives[i]
	l.until = until
	e.change(p, i, at, to, CauseCommand, by, false)
}

// pause begins an audio pause.
func (e *Engine) pause(p *patient, at int64, c *Command) {
	m := p.extra()
	m.pauseUntil, m.pauseLevel = at+int64(c.For), Low
	e.wake(p, m.pauseUntil)
	for i := range p.lives {
		l := p.standing(i)
		if l == nil || l.rule.mandatory {
			continue
		}
		m.pauseLevel = max(m.pauseLevel, l.rule.priority)
		if l.state != Acknowledged && l.state != Snoozed {
			e.silence(p, i, at, Paused, m.pauseUntil, c.By)
		}
	}
}

// endPause lets be heard again what was paused.
func (e *Engine) endPause(p *patient, at int64, cause Cause, by string) {
	if p.more == nil || p.more.pauseUntil == 0 {
		return
	}
	p.more.pauseUntil = 0
	for i, l := range p.lives {
		if p.state(i) == Paused {
			e.change(p, i, at, l.audible(), cause, by, true)
		}
	}
}

// untilOf is the end of silence as an event shows it.
func (l *life) untilOf(s State) time.Time {
	if s == Paused || s == Snoozed {
		return instant(l.until)
	}
	return time.Time{}
}

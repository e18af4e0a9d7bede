package main

import (
	"context"
	"encoding/json"
	"io"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// bedside is the sink in which one reading after the other becomes everything
// that follows from it: state, score, alarms, calls, and in headless mode the
// events. One sink instead of five keeps the order of the events the same in
// every run.
type bedside struct {
	ward       *ward.Ward
	engine     *alert.Engine
	dispatcher *escalate.Dispatcher
	pager      *pager
	staff      *staff // nil if there are real people
	scores     map[vitals.PatientID]*score.Inputs
	last       map[vitals.PatientID]score.Result
	beds       map[vitals.PatientID]*bed
	events     *json.Encoder // nil unless headless
	mapper     fhir.Mapper
	buffer     []byte
	scored     func(vitals.PatientID, score.Result)
	clock      atomic.Int64 // event time, in ns since 1970
}

func newBedside(beds []*bed, start time.Time, live *ward.Ward, scored func(vitals.PatientID, score.Result)) (*bedside, error) {
	s := &bedside{
		ward: live, scored: scored, pager: &pager{calls: map[alert.AlarmID][]call{}},
		scores: map[vitals.PatientID]*score.Inputs{}, last: map[vitals.PatientID]score.Result{}, beds: map[vitals.PatientID]*bed{},
	}
	s.clock.Store(start.UnixNano())
	var err error
	if s.engine, err = alert.NewEngineSet(s, rules(beds, start)); err != nil {
		return nil, err
	}
	if s.dispatcher, err = escalate.New(escalate.Config{
		Routes: routes(), Notifiers: map[string]escalate.Notifier{"pager": s.pager}, Command: s.engine.Do, Text: escalate.Explained,
	}); err != nil {
		return nil, err
	}
	for _, b := range beds {
		s.beds[b.patient.ID()] = b
		attach := alert.Command{Action: alert.Attach, Device: vitals.DeviceID(b.name), Gateway: b.gateway(), At: start}
		if err := s.engine.Do(context.Background(), attach); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// printTo makes the sink print events, and simulates who answers calls.
func (s *bedside) printTo(w io.Writer) {
	s.staff = &staff{beds: s.beds}
	s.events = json.NewEncoder(w)
	s.events.SetEscapeHTML(false)
}

// Name implements [telemed.Sink].
func (s *bedside) Name() string { return "bedside" }

// Put implements [telemed.Sink].
func (s *bedside) Put(ctx context.Context, readings []vitals.Reading) error {
	for panel := range vitals.Panels(readings) {
		if err := s.printPanel(panel); err != nil {
			return err
		}
		if err := s.ward.Put(ctx, panel); err != nil {
			return err
		}
		if err := s.score(panel); err != nil {
			return err
		}
		if err := s.engine.Put(ctx, panel); err != nil {
			return err
		}
	}
	return nil
}

// Advance implements [telemed.Advancer].
func (s *bedside) Advance(ctx context.Context, now time.Time) error {
	s.clock.Store(now.UnixNano())
	if err := s.engine.Advance(ctx, now); err != nil {
		return err
	}
	if s.staff != nil {
		if err := s.staff.answer(ctx, s.dispatcher, now); err != nil {
			return err
		}
	}
	if err := s.dispatcher.Advance(ctx, now); err != nil {
		return err
	}
	for _, m := range s.pager.take() {
		if s.staff != nil {
			s.staff.called(m)
		}
		if err := s.printCall(m); err != nil {
			return err
		}
	}
	return nil
}

// now is the event time, at which people do what they do.
func (s *bedside) now() time.Time { return time.Unix(0, s.clock.Load()).UTC() }

// Notify implements [alert.Notifier].
func (s *bedside) Notify(ctx context.Context, e alert.Event) error {
	if err := s.printAlarm(e); err != nil {
		return err
	}
	if err := s.ward.Notify(ctx, e); err != nil {
		return err
	}
	if e.State == alert.Ended {
		s.pager.forget(e.ID)
	}
	return s.dispatcher.Notify(ctx, e)
}

// score follows NEWS2 and tells of every change.
func (s *bedside) score(panel []vitals.Reading) error {
	for _, r := range panel {
		n := s.scores[r.Patient]
		if n == nil {
			n = new(score.Inputs)
			s.scores[r.Patient] = n
		}
		if n.Set(r) == 0 {
			continue
		}
		result := score.NEWS2.Evaluate(n, time.Time{}, 0)
		if result == s.last[r.Patient] {
			continue
		}
		s.last[r.Patient] = result
		s.scored(r.Patient, result)
		complete := result.Complete()
		if err := s.print(event{
			Event: "score", At: r.At, Bed: s.bed(r.Patient), Score: "NEWS2", Total: &result.Total, Complete: &complete, Band: result.Band.String(),
		}); err != nil {
			return err
		}
	}
	return nil
}

// display is a reading as people read it.
func display(r vitals.Reading) (value, unit string) {
	switch {
	case r.Kind == vitals.Consciousness:
		return vitals.ACVPU(r.Code).String(), ""
	case r.Kind == vitals.SupplementalOxygen:
		return vitals.AirOrOxygen(r.Code).String(), ""
	case !r.HasValue():
		return "", r.Kind.Unit().String()
	}
	return r.Quantity.Value().String(), r.Quantity.Unit().String()
}

package main

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// rules are those of a general ward, for the demonstration only.
func rules() []alert.Rule {
	return []alert.Rule{
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(20 * time.Second).Priority(alert.Medium),
		alert.Below(vitals.HeartRate, vitals.PerMinute(45)).For(20 * time.Second).Priority(alert.Medium),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10 * time.Second).Priority(alert.High),
		alert.Below(vitals.Systolic, vitals.MmHg(90)).Priority(alert.High),
		alert.Above(vitals.Systolic, vitals.MmHg(180)).Priority(alert.Medium),
		alert.Above(vitals.BodyTemperature, vitals.Celsius(390)).ClearAt(vitals.Celsius(385)).Priority(alert.Low),
		alert.Below(vitals.GlucoseISF, vitals.MgPerDL(54)).Priority(alert.High).Named("severe hypoglycaemia"),
		alert.Below(vitals.GlucoseISF, vitals.MgPerDL(70)).ClearAt(vitals.MgPerDL(80)).Priority(alert.Medium).Named("hypoglycaemia"),
		alert.Above(vitals.GlucoseISF, vitals.MgPerDL(250)).Priority(alert.Low),
		alert.Missing(vitals.HeartRate, 15*time.Second).Priority(alert.Low),
		alert.Missing(vitals.SpO2, 15*time.Second).Priority(alert.Low),
		alert.NEWS2AtLeast(7).Priority(alert.High),
	}
}

// bedside is the sink in which one reading after the other becomes everything
// that follows from it: state, score, alarms, and in headless mode the events.
// One sink instead of four keeps the order of the events the same in every run.
type bedside struct {
	ward   *telemed.Ward
	engine *alert.Engine
	scores map[vitals.PatientID]*score.Inputs
	last   map[vitals.PatientID]score.Result
	beds   map[vitals.PatientID]string
	events *json.Encoder // nil unless headless
	mapper fhir.Mapper
	buffer []byte
	scored func(vitals.PatientID, score.Result)
}

func newBedside(beds []*bed, ward *telemed.Ward, scored func(vitals.PatientID, score.Result)) (*bedside, error) {
	s := &bedside{
		ward: ward, scored: scored,
		scores: map[vitals.PatientID]*score.Inputs{}, last: map[vitals.PatientID]score.Result{}, beds: map[vitals.PatientID]string{},
	}
	for _, b := range beds {
		s.beds[b.patient.ID()] = b.name
	}
	var err error
	s.engine, err = alert.NewEngine(s, rules()...)
	return s, err
}

// printTo makes the sink print events.
func (s *bedside) printTo(w io.Writer) {
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
	return s.engine.Advance(ctx, now)
}

// Notify implements [alert.Notifier].
func (s *bedside) Notify(ctx context.Context, e alert.Event) error {
	if err := s.print(event{
		Event: "alarm", At: e.At, Bed: s.beds[e.Patient], State: e.State.String(), Priority: e.Priority.String(),
		Rule: e.Rule, Reason: e.Reason,
	}); err != nil {
		return err
	}
	return s.ward.Notify(ctx, e)
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
		result := score.ChartNEWS2.Evaluate(n, time.Time{}, 0)
		if result == s.last[r.Patient] {
			continue
		}
		s.last[r.Patient] = result
		s.scored(r.Patient, result)
		complete := result.Complete()
		if err := s.print(event{
			Event: "score", At: r.At, Bed: s.beds[r.Patient], Score: "NEWS2", Total: &result.Total, Complete: &complete, Band: result.Band.String(),
		}); err != nil {
			return err
		}
	}
	return nil
}

// An event is one line of the headless output.
type event struct {
	Event string    `json:"event"`
	At    time.Time `json:"at"`
	Bed   string    `json:"bed"`

	Kind    string          `json:"kind,omitempty"`
	Value   string          `json:"value,omitempty"`
	Unit    string          `json:"unit,omitempty"`
	Quality *vitals.Quality `json:"quality,omitempty"`

	Resource json.RawMessage `json:"resource,omitempty"`

	State    string `json:"state,omitempty"`
	Priority string `json:"priority,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Reason   string `json:"reason,omitempty"`

	Score    string `json:"score,omitempty"`
	Total    *int   `json:"total,omitempty"`
	Complete *bool  `json:"complete,omitempty"`
	Band     string `json:"band,omitempty"`
}

func (s *bedside) print(e event) error {
	if s.events == nil {
		return nil
	}
	return s.events.Encode(e)
}

func (s *bedside) printPanel(panel []vitals.Reading) error {
	if s.events == nil {
		return nil
	}
	for _, r := range panel {
		value, unit := display(r)
		if err := s.print(event{
			Event: "reading", At: r.At, Bed: s.beds[r.Patient], Kind: r.Kind.String(), Value: value, Unit: unit, Quality: &r.Quality,
		}); err != nil {
			return err
		}
	}
	var err error
	if s.buffer, err = s.mapper.AppendObservation(s.buffer[:0], panel); err != nil {
		return nil // no code in FHIR, as for consciousness
	}
	return s.print(event{Event: "observation", At: panel[0].At, Bed: s.beds[panel[0].Patient], Resource: s.buffer})
}

// display is a reading as people read it.
func display(r vitals.Reading) (value, unit string) {
	switch {
	case r.Kind == vitals.Consciousness:
		return vitals.ACVPU(r.Code).String(), ""
	case r.Kind == vitals.SupplementalOxygen && r.Code == vitals.BreathesOxygen:
		return "oxygen", ""
	case r.Kind == vitals.SupplementalOxygen:
		return "air", ""
	case !r.HasValue():
		return "", r.Kind.Unit().String()
	}
	return r.Quantity.Value().String(), r.Quantity.Unit().String()
}

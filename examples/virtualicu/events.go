package main

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/vitals"
)

// An event is one line of the headless output.
type event struct {
	Event string    `json:"event"`
	At    time.Time `json:"at"`
	Bed   string    `json:"bed"` // or the gateway that an alarm is about

	Kind    string          `json:"kind,omitempty"`
	Value   string          `json:"value,omitempty"`
	Unit    string          `json:"unit,omitempty"`
	Quality *vitals.Quality `json:"quality,omitempty"`

	Resource json.RawMessage `json:"resource,omitempty"`

	Alarm       string `json:"alarm,omitempty"` // its ID
	State       string `json:"state,omitempty"`
	Cause       string `json:"cause,omitempty"`
	By          string `json:"by,omitempty"`
	Announce    bool   `json:"announce,omitempty"`
	Inhibited   bool   `json:"inhibited,omitempty"`
	Escalations uint16 `json:"escalations,omitempty"`
	Priority    string `json:"priority,omitempty"`
	Rule        string `json:"rule,omitempty"`
	Reason      string `json:"reason,omitempty"`

	Message string `json:"message,omitempty"` // "call", or what became of the alarm
	To      string `json:"to,omitempty"`
	Step    int    `json:"step,omitempty"`

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
			Event: "reading", At: r.At, Bed: s.bed(r.Patient), Kind: r.Kind.String(), Value: value, Unit: unit, Quality: &r.Quality,
		}); err != nil {
			return err
		}
	}
	var err error
	if s.buffer, err = s.mapper.AppendObservation(s.buffer[:0], panel); err != nil {
		return nil // no code in FHIR, as for consciousness
	}
	return s.print(event{Event: "observation", At: panel[0].At, Bed: s.bed(panel[0].Patient), Resource: s.buffer})
}

// printAlarm prints an event of an alarm, and the resources by which a health record
// is told of it.
func (s *bedside) printAlarm(e alert.Event) error {
	if s.events == nil {
		return nil
	}
	bed := s.bed(e.Patient)
	if e.Patient.IsZero() {
		bed = string(e.Device)
	}
	if err := s.print(event{
		Event: "alarm", At: e.At, Bed: bed, Alarm: e.ID.String(), State: e.State.String(), Cause: e.Cause.String(), By: e.By,
		Announce: e.Announce, Inhibited: e.Inhibited, Escalations: e.Escalations, Priority: e.Priority.String(), Rule: e.Rule, Reason: e.Reason,
	}); err != nil {
		return err
	}
	records, err := record.Alarms{Mapper: s.mapper}.Append(nil, e)
	if err != nil {
		return err
	}
	return s.printRecords(e.At, bed, records)
}

// printCall prints a message to the staff, and its resource.
func (s *bedside) printCall(m escalate.Message) error {
	if s.events == nil {
		return nil
	}
	bed := s.bed(m.Patient)
	if err := s.print(event{
		Event: "message", At: m.At, Bed: bed, Alarm: m.Alarm.String(), Message: m.Kind.String(), To: m.To.ID, Step: m.Step, By: m.By,
		Priority: m.Priority.String(), Reason: m.Reason,
	}); err != nil || m.Patient.IsZero() {
		return err
	}
	records, err := record.Alarms{Mapper: s.mapper}.AppendMessage(nil, m, escalate.Delivered, m.At)
	if err != nil {
		return err
	}
	return s.printRecords(m.At, bed, records)
}

func (s *bedside) printRecords(at time.Time, bed string, records []byte) error {
	for line := range bytes.Lines(records) {
		if err := s.print(event{Event: "record", At: at, Bed: bed, Resource: line}); err != nil {
			return err
		}
	}
	return nil
}

// bed is the name of a patient's bed, "" for nobody's.
func (s *bedside) bed(p vitals.PatientID) string {
	if b := s.beds[p]; b != nil {
		return b.name
	}
	return ""
}

package record

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// Alarms tells health records of alarms. FHIR R4 has no resource for an
// alarm, so one becomes several:
//
//   - a Flag, for whoever opens the record of the patient: active until the
//     alarm has ended;
//   - a DetectedIssue, with the device and the Observations behind it, also of
//     an alarm that is about no patient;
//   - a RiskAssessment, if it is a forecast;
//   - an Observation of the score that raised or ended it;
//   - a Communication for each message to somebody ([Alarms.AppendMessage]).
//
// The first three have the ID of the alarm as id, and each event of the alarm
// makes them anew: to put them is to update them. What R4 has no element for, such as
// who acknowledged, is in the extension of [fhir.AlarmState].
//
// The zero Alarms works. It is a value, and safe for concurrent use if
// its functions are.
type Alarms struct {
	Mapper fhir.Mapper
	// Forecast says how probable, in percent, what an alarm warns of is, and
	// within what time; ok is false of an alarm about what is. An event does not
	// tell: whoever wrote the rules knows. nil: no alarm is a forecast.
	Forecast func(e alert.Event) (probability vitals.Decimal, ahead time.Duration, ok bool)
}

// Append appends the resources of an event to dst, one JSON document a line
// (NDJSON). On an error it returns dst as it was.
//
// References to Observations are those of [fhir.Mapper.AppendObservation] with
// the same Mapper. There are none where the server gives the id: with
// [fhir.PHD], and with a Mapper.Identifier.
func (a Alarms) Append(dst []byte, e alert.Event) ([]byte, error) {
	alarm, b := a.alarm(&e), dst
	var err error
	if !e.Patient.IsZero() { // a Flag is on somebody's record
		if b, err = appendResource(b, a.Mapper.Flag, alarm); err != nil {
			return dst, err
		}
	}
	if b, err = appendResource(b, a.Mapper.DetectedIssue, alarm); err != nil {
		return dst, err
	}
	if a.Forecast != nil && !e.Patient.IsZero() {
		var ok bool
		if alarm.Probability, alarm.Horizon, ok = a.Forecast(e); ok {
			if b, err = appendResource(b, a.Mapper.RiskAssessment, alarm); err != nil {
				return dst, err
			}
		}
	}
	if e.Score != nil && e.Cause == alert.CauseCondition && !e.Patient.IsZero() {
		if b, err = a.AppendScore(b, e.Patient, e.At, *e.Score, alarm.Values...); err != nil {
			return dst, err
		}
	}
	return b, nil
}

// alarm is the event as package fhir knows alarms.
func (a Alarms) alarm(e *alert.Event) fhir.Alarm {
	alarm := fhir.Alarm{
		ID: e.ID.String(), Patient: e.Patient, Device: e.Device, Rule: e.Rule, Reason: e.Reason,
		Priority: fhir.Priority(e.Priority), Technical: e.Category == alert.Technical, Onset: e.Since, Values: a.values(e),
		State: fhir.AlarmState{
			State: e.State.String(), At: e.At, By: e.By, Until: e.Until, Inhibited: e.Inhibited, Escalations: int(e.Escalations),
		},
	}
	if e.State == alert.Ended {
		alarm.End = e.At
	}
	return alarm
}

// maxValues bounds the Observations that an alarm refers to.
const maxValues = 64

// values are references to the Observations behind the event.
func (a Alarms) values(e *alert.Event) (refs []string) {
	if e.Detail == nil || e.Patient.IsZero() || a.Mapper.Profile == fhir.PHD || a.Mapper.Identifier != nil {
		return nil
	}
	known := make(map[vitals.ReadingID]bool)
	for _, in := range e.Detail.Inputs {
		if !fhir.Supports(in.Kind) || len(refs) == maxValues {
			continue
		}
		r := vitals.Reading{Patient: e.Patient, Device: in.Device, Kind: in.Kind, At: in.At, Sequence: in.Sequence}
		if id := r.PanelID(); !known[id] {
			known[id] = true
			refs = append(refs, "Observation/"+id.String())
		}
	}
	return refs
}

// appendResource appends what a constructor of fhir makes of a value, and a
// line feed.
func appendResource[T, R any](dst []byte, build func(T) (R, error), from T) ([]byte, error) {
	resource, err := build(from)
	if err != nil {
		return dst, fmt.Errorf("record: alarm: %w", err)
	}
	b, err := fhir.Marshal(resource)
	if err != nil {
		return dst, fmt.Errorf("record: alarm: %w", err)
	}
	return append(append(dst, b...), '\n'), nil
}

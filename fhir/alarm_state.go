package fhir

import (
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// alarmStateExtension is on the Flag and the DetectedIssue of an alarm: R4 has
// no element for an alarm that was acknowledged or is latched.
const alarmStateExtension = "https://github.com/telemed-go/sdk/fhir/StructureDefinition/alarm-state"

// An AlarmState is what became of an alarm besides that it lasts or has ended.
// The zero AlarmState says nothing. It becomes the extension
//
//	https://github.com/telemed-go/sdk/fhir/StructureDefinition/alarm-state
//
// with one extension inside for each field that is set, by the names in the
// comments. The Reference in DetectedIssue.author and the like stay as they are:
// who acknowledged is known by name only.
type AlarmState struct {
	// State is where the alarm stands in its life, such as "active",
	// "acknowledged", "latched", "paused": state (code).
	State string
	At    time.Time // since when: at (dateTime)
	// By is who brought it there, in words: by (string).
	By    string
	Until time.Time // the end of a pause: until (dateTime)
	// Inhibited says that an alarm of higher priority is told in its place:
	// inhibited (boolean).
	Inhibited bool
	// Escalations counts the people that it was passed on to: escalations
	// (integer).
	Escalations int
}

// extensions is nil for the zero state.
func (s AlarmState) extensions(mk *making) []models.Extension {
	if s == (AlarmState{}) {
		return nil
	}
	mk.need("extension.state", s.State != "")
	inside := []models.Extension{{Url: "state", ValueCode: &s.State}}
	if at := mk.time("extension.at", s.At); at != nil {
		inside = append(inside, models.Extension{Url: "at", ValueDateTime: at})
	}
	if s.By != "" {
		inside = append(inside, models.Extension{Url: "by", ValueString: &s.By})
	}
	if until := mk.time("extension.until", s.Until); until != nil {
		inside = append(inside, models.Extension{Url: "until", ValueDateTime: until})
	}
	if s.Inhibited {
		inside = append(inside, models.Extension{Url: "inhibited", ValueBoolean: &s.Inhibited})
	}
	if s.Escalations != 0 {
		inside = append(inside, models.Extension{Url: "escalations", ValueInteger: &s.Escalations})
	}
	return []models.Extension{{Url: alarmStateExtension, Extension: inside}}
}

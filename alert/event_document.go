package alert

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// An EventDocument is an [Event] as JSON, member by member: what programs
// exchange about alarms. Absent members are zero. Words stand for numbers; an
// unknown word, of a newer version of this package, is [ErrWord]. Unknown
// members are ignored. Quantities are as "86 %", with the unit in UCUM; times are
// RFC 3339 in UTC; qualities are words, joined by "|".
type EventDocument struct {
	ID              AlarmID  `json:"id"`     // a UUID, the same for all events of an alarm
	Number          uint32   `json:"number"` // of the event in the alarm, from 1
	State           State    `json:"state"`
	Cause           Cause    `json:"cause"`
	Announce        bool     `json:"announce"` // people should be told now
	Inhibited       bool     `json:"inhibited,omitempty"`
	NonSuppressible bool     `json:"nonSuppressible,omitempty"`
	Priority        Priority `json:"priority"`
	Category        Category `json:"category"`
	Rule            string   `json:"rule"`
	Version         string   `json:"version,omitempty"` // of the rule
	// Patient is the pseudonym of [vitals.PatientID], which is different in the
	// next process: what must outlast this one refers to the ID.
	Patient     string          `json:"patient"`
	Device      vitals.DeviceID `json:"device,omitempty"`
	Kind        vitals.Kind     `json:"kind,omitzero"` // its name: "HeartRate"
	At          time.Time       `json:"at"`
	Since       time.Time       `json:"since"`          // when the condition began
	Until       time.Time       `json:"until,omitzero"` // end of the pause or snooze
	By          string          `json:"by,omitempty"`
	Escalations uint16          `json:"escalations,omitempty"`
	Value       vitals.Quantity `json:"value,omitzero"`
	Limit       vitals.Quantity `json:"limit,omitzero"`
	Quality     vitals.Quality  `json:"quality"`
	Reason      string          `json:"reason"`          // in English
	Score       json.RawMessage `json:"score,omitempty"` // see score.Result
	Detail      *Detail         `json:"detail,omitempty"`
}

// Document is the event as it is written. Its Detail is that of the event. It
// fails never, unless the event has a score that no chart gives.
func (e Event) Document() (EventDocument, error) {
	d := EventDocument{
		ID: e.ID, Number: e.Number, State: e.State, Cause: e.Cause, Announce: e.Announce, Inhibited: e.Inhibited, NonSuppressible: e.NonSuppressible,
		Priority: e.Priority, Category: e.Category, Rule: e.Rule, Version: e.Version, Patient: e.Patient.String(), Device: e.Device, Kind: e.Kind,
		At: e.At, Since: e.Since, Until: e.Until, By: e.By, Escalations: e.Escalations,
		Value: e.Value, Limit: e.Limit, Quality: e.Quality, Reason: e.Reason, Detail: e.Detail,
	}
	if e.Score == nil {
		return d, nil
	}
	var err error
	d.Score, err = json.Marshal(e.Score)
	return d, err
}

// MarshalJSON writes the [EventDocument].
func (e Event) MarshalJSON() ([]byte, error) {
	d, err := e.Document()
	if err != nil {
		return nil, err
	}
	return json.Marshal(d)
}

// maxEventDocument is the size in bytes of the largest document of an event.
const maxEventDocument = 1 << 20

// What texts are refused with; errors quote nothing of them.
var (
	// ErrSyntax: the text is not the document of an event, or not the identifier
	// of an alarm.
	ErrSyntax = errors.New("alert: not a text of this package")
	// ErrWord, an ErrSyntax: the word is not one of its type; a newer version of
	// this package may know it.
	ErrWord = fmt.Errorf("%w: unknown word", ErrSyntax)
)

// ParseEvent reads what [Event.MarshalJSON] writes, of at most 1 MiB. The result
// keeps nothing of b. An error wraps [ErrSyntax], and [ErrWord] if that is why.
func ParseEvent(b []byte) (EventDocument, error) {
	var d EventDocument
	if len(b) > maxEventDocument {
		return d, fmt.Errorf("%w: longer than %d bytes", ErrSyntax, maxEventDocument)
	}
	err := json.Unmarshal(b, &d)
	switch {
	case errors.Is(err, ErrWord):
		return EventDocument{}, ErrWord
	case err != nil: // which may quote the text
		return EventDocument{}, fmt.Errorf("%w: no document of an event", ErrSyntax)
	case d.ID == AlarmID{} || d.Number == 0 || d.State == 0 || d.At.IsZero():
		return EventDocument{}, fmt.Errorf("%w: no id, number, state or time", ErrSyntax)
	case d.Detail != nil && len(d.Detail.Path) > maxPath:
		return EventDocument{}, fmt.Errorf("%w: more than %d steps", ErrSyntax, maxPath)
	}
	return d, nil
}

// parseWord finds the value from first to last that b is the word of.
func parseWord[T interface {
	~uint8
	String() string
}](to *T, b []byte, first, last T) error {
	for v := first; v <= last; v++ {
		if v.String() == string(b) {
			*to = v
			return nil
		}
	}
	return ErrWord
}

package record

import (
	"time"

	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/fhir"
)

// AppendMessage appends the Communication of a message, with what is known of
// its delivery at a time, as a line of JSON. The ID of the message is its id: with a
// later receipt it is an update. The ID of the recipient has to be a reference,
// such as "RelatedPerson/7". On an error, as for a message about no patient, it
// returns dst as it was.
func (a Alarms) AppendMessage(dst []byte, m escalate.Message, r escalate.Receipt, at time.Time) ([]byte, error) {
	c := fhir.Message{
		ID: m.ID.String(), Patient: m.Patient, About: []string{"Flag/" + m.Alarm.String()}, Recipients: []string{m.To.ID}, Text: m.Text,
		Sent: m.At,
	}
	if m.Kind == escalate.Call { // the rest is no news to hurry for
		c.Priority = fhir.Priority(m.Priority)
	}
	switch r {
	case escalate.Delivered:
		c.Received = at
	case escalate.Failed:
		c.Failure = "could not be delivered"
	case escalate.Withdrawn:
		c.Sent, c.Failure = time.Time{}, "not needed any more"
	}
	return appendResource(dst, a.Mapper.Communication, c)
}

package escalate

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/telemed-go/sdk/alert"
)

// A Notice is what leaves the program of a [Message]: JSON without the patient,
// and without what was measured, if Text does not say it. It is the same for
// each attempt.
type Notice struct {
	ID              MessageID     `json:"id"`
	Kind            Kind          `json:"kind"`
	Alarm           alert.AlarmID `json:"alarm"`
	To              string        `json:"to"`             // the ID of the recipient
	Step            int           `json:"step,omitempty"` // of a call, from 1
	Priority        string        `json:"priority"`
	Category        string        `json:"category"`
	State           string        `json:"state"`
	NonSuppressible bool          `json:"nonSuppressible,omitempty"`
	At              time.Time     `json:"at"`    // when it was decided to send it
	Since           time.Time     `json:"since"` // when the condition began
	Text            string        `json:"text"`
}

// Notice is the part of the message that leaves the program.
func (m Message) Notice() Notice {
	return Notice{
		ID: m.ID, Kind: m.Kind, Alarm: m.Alarm, To: m.To.ID, Step: m.Step,
		Priority: m.Priority.String(), Category: m.Category.String(), State: m.State.String(), NonSuppressible: m.NonSuppressible,
		At: m.At, Since: m.Since, Text: m.Text,
	}
}

// maxNotice is the size of the largest notice in bytes, as JSON.
const maxNotice = 64 << 10

// ErrNotice: the text is no notice, too long for one, or not the kind or
// identifier of a message.
var ErrNotice = errors.New("escalate: not a notice, or no part of one")

// ParseNotice reads a notice, of at most 64 KiB. Unknown members are ignored. The result keeps
// nothing of b. The error is [ErrNotice], without what was read.
func ParseNotice(b []byte) (n Notice, err error) {
	if len(b) > maxNotice || json.Unmarshal(b, &n) != nil {
		return Notice{}, ErrNotice
	}
	if n.ID == (MessageID{}) || n.Kind < Call || n.Kind > Ended || n.To == "" {
		return Notice{}, ErrNotice
	}
	return n, nil
}

// Append appends the notice as JSON. The error is [ErrNotice]: it would be
// longer than 64 KiB.
func (n Notice) Append(b []byte) ([]byte, error) {
	j, err := json.Marshal(n)
	if err != nil || len(j) > maxNotice {
		return b, ErrNotice
	}
	return append(b, j...), nil
}

package escalate

import (
	"strings"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// A record is one step in the life of an escalation; what is known is the fold
// of the records. An entry of the journal is a JSON array of the records of one
// decision. Times are ns since 1970.
type record struct {
	Alarm  alert.AlarmID `json:"alarm"`
	Seen   *seen         `json:"seen,omitempty"`
	Begin  *begin        `json:"begin,omitempty"`
	Open   *open         `json:"open,omitempty"`
	Settle *settle       `json:"settle,omitempty"`
	Stop   *stop         `json:"stop,omitempty"`
	Answer *Recipient    `json:"answer,omitempty"` // who has answered
	Gone   bool          `json:"gone,omitempty"`   // ended, and all were told
}

// seen is the latest event of the alarm.
type seen struct {
	At     int64  `json:"at"`
	Number uint32 `json:"number"`
	Facts  facts  `json:"facts"`
}

// facts are what messages tell of the alarm. They are never modified.
type facts struct {
	Patient         []byte `json:"patient,omitempty"` // bytes: JSON would change what is no UTF-8
	Rule            string `json:"rule"`
	Reason          string `json:"reason"`
	Priority        level  `json:"priority"`
	Category        level  `json:"category"`
	State           level  `json:"state"`
	NonSuppressible bool   `json:"nonSuppressible,omitempty"`
	Since           int64  `json:"since"`
}

// level is a priority, category or state by its number, which is shorter.
type level = uint8

const maxReason = 1 << 10

func factsOf(e *alert.Event) facts {
	return facts{
		Patient: []byte(e.Patient.Reveal()), // kept like readings, see [Journal]
		Rule:    cut(e.Rule, maxReason), Reason: cut(e.Reason, maxReason),
		Priority: level(e.Priority), Category: level(e.Category), State: level(e.State), NonSuppressible: e.NonSuppressible,
		Since: e.Since.UnixNano(),
	}
}

// cut makes a text short and valid.
func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}

// begin is a new round.
type begin struct {
	Round int64 `json:"round"` // when the alarm was announced; it identifies the round
	Chain Chain `json:"chain"`
	// Told are those who were called in earlier rounds.
	Told []Recipient `json:"told,omitempty"`

	chain *chain // of Chain, when it is not read from a journal
}

// open is a message that is to be sent.
type open struct {
	ID        MessageID `json:"id"`
	Kind      Kind      `json:"kind"`
	Step      int       `json:"step,omitempty"` // from 1
	To        Recipient `json:"to"`
	By        string    `json:"by,omitempty"`
	At        int64     `json:"at"`
	NotBefore int64     `json:"notBefore"`
	Deadline  int64     `json:"deadline"`
	Facts     *facts    `json:"facts,omitempty"` // if not those of the latest event
}

// settle is the outcome of a message.
type settle struct {
	ID      MessageID `json:"id"`
	Receipt Receipt   `json:"receipt"`
	At      int64     `json:"at"`
}

// stop is the end of a round, or of the alarm.
type stop struct {
	Kind Kind   `json:"kind"`
	By   string `json:"by,omitempty"`
	At   int64  `json:"at"`
}

func (k Kind) stops() bool { return k > Call }

// instant is a time of a record.
func instant(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// message is what a notifier gets.
func (f *facts) message(alarm alert.AlarmID, o *open, c *chain) Message {
	m := Message{
		ID: o.ID, Kind: o.Kind, To: o.To, Step: o.Step, By: o.By,
		At: instant(o.At), NotBefore: instant(o.NotBefore), Deadline: instant(o.Deadline),
		Alarm: alarm, Patient: vitals.NewPatientID(string(f.Patient)), Rule: f.Rule, Reason: f.Reason,
		Priority: alert.Priority(f.Priority), Category: alert.Category(f.Category), State: alert.State(f.State),
		NonSuppressible: f.NonSuppressible, Since: instant(f.Since),
	}
	if o.Step > 0 && o.Step <= len(c.Steps) {
		m.Name = c.Steps[o.Step-1].Name
	}
	return m
}

package escalate

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/week"
)

// A Recipient is a person, or a device that a person wears.
type Recipient struct {
	// ID is what the caller's systems know the recipient by, such as the FHIR
	// reference "RelatedPerson/7": 1 to 128 bytes. It is not shown by fmt and slog.
	ID string `json:"id"`
	// Channel is the name of the [Notifier] to use, 1 to 128 bytes. Who has two
	// channels is two recipients.
	Channel string `json:"channel"`
	// Quiet are the hours in which the recipient is told little, nil: none.
	Quiet *Quiet `json:"quiet,omitempty"`
}

// Quiet says when a recipient wants to sleep. Messages are put off to the end of
// the hours, except those about alarms that are non-suppressible, always, and
// those about alarms of high priority, unless SilenceHigh says so.
type Quiet struct {
	// Hours are on the clocks of the recipient's zone, whatever summer time does.
	// They must leave some minute of the week out. Where the zone is not known,
	// as on a machine without the database, the hours are not kept.
	Hours week.Schedule `json:"hours"`
	// SilenceHigh puts off alarms of high priority as well.
	SilenceHigh bool `json:"silenceHigh,omitempty"`
}

// hours is Quiet ready for use.
type hours struct {
	open week.Hours
	high bool
}

func (q *Quiet) compile() (hours, error) {
	if q == nil {
		return hours{}, nil
	}
	h, err := q.Hours.Hours()
	if err == nil && h.Always() {
		err = fmt.Errorf("%w: the quiet hours never end", week.ErrSchedule)
	}
	return hours{h, q.SilenceHigh}, err
}

// maxSpans is more than there are spans in the week in which all hours end:
// 32 windows on seven days, and changes of the zone's clock.
const maxSpans = 1 << 10

// after is the earliest time from at on when the recipient may be told.
func (h hours) after(at time.Time, f *facts) time.Time {
	if f.NonSuppressible || f.Priority >= level(alert.High) && !h.high {
		return at
	}
	t := at
	for range maxSpans {
		open, until := h.open.Open(t)
		if !open {
			return t
		}
		if !until.After(t) {
			break
		}
		t = until
	}
	return at // rather told at night than never
}

// key tells recipients apart.
func (r *Recipient) key() Recipient { return Recipient{ID: r.ID, Channel: r.Channel} }

// String tells the channel and not who it is.
func (r Recipient) String() string { return "recipient by " + r.Channel }

// Format implements [fmt.Formatter]: every verb prints String.
func (r Recipient) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue implements [slog.LogValuer] with String.
func (r Recipient) LogValue() slog.Value { return slog.StringValue(r.String()) }

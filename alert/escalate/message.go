package escalate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// A Kind says what a message is for.
type Kind uint8

// The kinds. All but Call tell those who were called what became of the alarm.
const (
	Call         Kind = iota + 1 // somebody has to come
	Acknowledged                 // somebody takes care
	Silenced                     // somebody paused or snoozed the alarm
	Ended                        // the alarm is over
	inhibited                    // an alarm of higher priority is told instead; nobody is told this
)

// String is "call", "acknowledged", "silenced" or "ended".
func (k Kind) String() string {
	switch k {
	case Call:
		return "call"
	case Acknowledged:
		return "acknowledged"
	case Silenced:
		return "silenced"
	case Ended:
		return "ended"
	case inhibited:
		return "inhibited"
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// MarshalText implements [encoding.TextMarshaler] with the word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] with the word. It returns
// [ErrNotice] for others.
func (k *Kind) UnmarshalText(b []byte) error {
	for known := Call; known <= inhibited; known++ {
		if known.String() == string(b) {
			*k = known
			return nil
		}
	}
	return ErrNotice
}

// A Message is what one recipient is to be told. It is a plain value. Its
// recipient and patient are not shown by fmt and slog.
type Message struct {
	ID   MessageID
	Kind Kind
	To   Recipient // without Quiet
	// Step counts from 1 and Name is that of the step; 0 and empty if not a Call.
	Step int
	Name string
	// Text is what [Config.Text] says.
	Text string
	// By is who acknowledged or silenced the alarm, "" if not known.
	By string
	// At is the event time of the decision to send it, NotBefore the end of the
	// recipient's quiet hours or At, Deadline when it is given up.
	At, NotBefore, Deadline time.Time

	Alarm           alert.AlarmID
	Patient         vitals.PatientID
	Rule            string
	Reason          string // of the latest event: English, with values and without names
	Priority        alert.Priority
	Category        alert.Category
	State           alert.State
	NonSuppressible bool
	Since           time.Time // when the condition began
}

// String is kind, priority, step and reference: "call of step 2, high alarm
// 5f0c9d1e".
func (m Message) String() string {
	s := m.Kind.String()
	if m.Step > 0 {
		s += " of step " + strconv.Itoa(m.Step)
	}
	return s + ", " + m.Priority.String() + " alarm " + m.Reference()
}

// Format implements [fmt.Formatter]: every verb prints String.
func (m Message) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(m.String())) }

// LogValue implements [slog.LogValuer] with String.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Reference is a short name of the alarm that tells nothing about the patient:
// the first eight digits of its ID.
func (m Message) Reference() string { return m.Alarm.String()[:8] }

// Brief is the default text: the priority and a reference.
func Brief(m Message) string {
	s := "Alarm " + m.Reference() + ", " + m.Priority.String() + " priority"
	if m.Kind == Call {
		return s + ": please respond"
	}
	s += ": " + m.Kind.String()
	if m.By != "" {
		s += " by " + m.By
	}
	return s
}

// Explained is Brief with the reason, which says what was measured.
func Explained(m Message) string { return Brief(m) + ". " + m.Reason }

// A MessageID identifies a message: a hash over alarm, round, kind, step and
// recipient. A repeat has the same.
type MessageID [16]byte

func messageID(alarm alert.AlarmID, round int64, kind Kind, step int, to *Recipient) (id MessageID) {
	b := append([]byte("telemed escalate 1\x00"), alarm[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(round))
	b = append(b, byte(kind), byte(step), byte(len(to.ID)))
	b = append(b, to.ID...)
	b = append(b, to.Channel...)
	sum := sha256.Sum256(b)
	copy(id[:], sum[:])
	return id
}

// String is 32 hexadecimal digits.
func (id MessageID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText implements [encoding.TextMarshaler] with String.
func (id MessageID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns [ErrNotice]
// for what String does not print.
func (id *MessageID) UnmarshalText(b []byte) error {
	if len(b) != 2*len(id) {
		return ErrNotice
	}
	var parsed MessageID
	if _, err := hex.Decode(parsed[:], b); err != nil || parsed.String() != string(b) {
		return ErrNotice
	}
	*id = parsed
	return nil
}

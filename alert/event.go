package alert

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // RFC 9562 prescribes SHA-1 for version 5; it guards nothing
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// An Event is one change in the life of an alarm. It is a plain value with its
// own explanation; nothing in it but Patient and Device tells who it is about,
// and Patient prints as a pseudonym.
type Event struct {
	// ID is the same for all events of one alarm; with Number it identifies the
	// event. Receivers drop what they have seen: delivery is at least once.
	ID AlarmID
	// Number counts the events of the alarm from 1, which raised it.
	Number  uint32
	Patient vitals.PatientID // zero when unknown, and of an alarm about a gateway
	// Device that sent the reading behind the event; of a missing-data alarm,
	// the one that was heard last; of an alarm about a gateway, the gateway.
	Device   vitals.DeviceID
	Rule     string // the name of the rule
	Version  string // of the rule's definition: it changes when that does
	Kind     vitals.Kind
	Priority Priority
	Category Category
	State    State // after the change
	Cause    Cause
	// Announce says that people should be told now: of a new alarm, of one that
	// is active again, or by way of reminder. Without it, only what is shown
	// changes: the alarm has ended, was acknowledged, is silenced or inhibited.
	Announce bool
	// Inhibited says that an alarm of higher priority in the same family stands.
	Inhibited bool
	// NonSuppressible says that nobody may silence the alarm; see
	// [Rule.NonSuppressible].
	NonSuppressible bool
	// Escalations counts how often the alarm was passed on ([Escalate]).
	Escalations uint16
	By          string // who did it, of CauseCommand and CauseRules
	// At is the event time, in UTC: when the delay was over, the data became
	// overdue, the command was given, or the reading was taken that ended the
	// alarm. It never depends on when the engine noticed.
	At time.Time
	// Since is when the condition began: the first violating reading, or the
	// last one before the silence.
	Since time.Time
	// Until is the end of the pause or snooze of a Paused or Snoozed alarm.
	Until time.Time
	// Value is what was measured, in the unit of the device; zero when there is
	// no number. For a score it is the total.
	Value vitals.Quantity
	// Limit is what Value was compared with; zero if the rule has no single one.
	Limit   vitals.Quantity
	Quality vitals.Quality // of the value
	// Reason says all this in English: "SpO2 86 % below 90 % for 10s". It names
	// neither patient nor device.
	Reason string
	// Score is the explanation of a NEWS2 alarm, with the inputs that were
	// missing or too old; otherwise nil. It is never modified.
	Score *score.Result
	// Detail is the rest of the explanation. It is never modified, and shared by
	// copies of the event.
	Detail *Detail
}

// A Detail is what an event was computed from.
type Detail struct {
	// Inputs are the readings behind the latest change by the condition.
	Inputs []Input `json:"inputs,omitempty"`
	// Limit says who set the limits of the rule, and why.
	Limit Provenance `json:"limit,omitzero"`
	// Path is how the alarm came to its state, oldest first. Of a long life the
	// first step and the last 31 are kept.
	Path []Step `json:"path,omitempty"`
}

// An Input is a reading that an event rests on.
type Input struct {
	Kind   vitals.Kind     `json:"kind"`
	Device vitals.DeviceID `json:"device,omitempty"`
	At     time.Time       `json:"at"`
	// Sequence tells apart readings of one instant, and completes the identity of
	// the reading ([vitals.Reading.ID]).
	Sequence uint32          `json:"sequence,omitempty"`
	Value    vitals.Quantity `json:"value,omitzero"` // as the device sent it; zero if there is no number
	Code     uint32          `json:"code,omitempty"` // of a coded kind
	Quality  vitals.Quality  `json:"quality"`
}

// A Provenance says who set something, and why. The zero value is what the
// program was written with.
type Provenance struct {
	By    string    `json:"by,omitempty"`
	Why   string    `json:"why,omitempty"`
	Scope string    `json:"scope,omitempty"` // whom it was set for: "patient", "cohort", "device"
	Since time.Time `json:"since,omitzero"`
}

// A Step is one change of state of an alarm.
type Step struct {
	State State     `json:"state"`
	Cause Cause     `json:"cause"`
	At    time.Time `json:"at"`
	By    string    `json:"by,omitempty"`
}

// String is priority, state and reason, without patient and device:
// "high active: SpO2 86 % below 90 % for 10s".
func (e Event) String() string {
	return e.Priority.String() + " " + e.State.String() + ": " + e.Reason
}

// An AlarmID identifies one alarm: a UUID of version 5 (RFC 9562, 5.5) over
// patient, rule and onset, so a replay of the same readings finds the same
// alarms. It is derived from the patient's identifier: unreadable, but no
// secret to someone who can guess all of its parts.
type AlarmID [16]byte

// alarmNamespace is the UUID namespace: version 5 in the namespace of URLs
// over "https://github.com/telemed-go/sdk/alert#Alarm".
var alarmNamespace = uuid5([16]byte{
	0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
}, []byte("https://github.com/telemed-go/sdk/alert#Alarm"))

func alarmID(who subject, rule string, since int64) AlarmID {
	b := appendString(nil, who.patient.Reveal()) // hashed here, not disclosed
	b = appendString(b, string(who.device))
	b = appendString(b, rule)
	b = binary.BigEndian.AppendUint64(b, uint64(since))
	return uuid5(alarmNamespace, b)
}

// appendString writes the length first, so that two parts cannot be shifted
// into one another.
func appendString(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

func uuid5(space AlarmID, name []byte) (id AlarmID) {
	sum := sha1.Sum(append(space[:], name...)) //nolint:gosec // see the import
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// String is the usual form with hyphens.
func (id AlarmID) String() string {
	b := hex.AppendEncode(nil, id[:4])
	for i := 4; i < 10; i += 2 {
		b = append(b, '-')
		b = hex.AppendEncode(b, id[i:i+2])
	}
	b = append(b, '-')
	return string(hex.AppendEncode(b, id[10:]))
}

// MarshalText implements [encoding.TextMarshaler].
func (id AlarmID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It takes the form of
// String alone and returns [ErrSyntax] for everything else.
func (id *AlarmID) UnmarshalText(b []byte) error {
	var parsed AlarmID
	digits := bytes.ReplaceAll(b, []byte("-"), nil)
	if len(digits) != 2*len(parsed) {
		return ErrSyntax
	}
	if _, err := hex.Decode(parsed[:], digits); err != nil || parsed.String() != string(b) {
		return ErrSyntax
	}
	*id = parsed
	return nil
}

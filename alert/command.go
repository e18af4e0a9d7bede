package alert

import (
	"encoding"
	"errors"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// An Action is what a [Command] asks for.
type Action uint8

// The actions. What is not named in the comment of an action is not used.
const (
	// Acknowledge: somebody takes care of Alarm. It is not announced any more;
	// one whose condition is over ends.
	Acknowledge Action = iota + 1
	// Pause silences the standing alarms of Patient, and those of no higher
	// priority that begin meanwhile, for the duration For (audio pause). A new
	// alarm of higher priority than all that were paused ends the pause.
	Pause
	// Resume ends the pause of Patient.
	Resume
	// Snooze silences Alarm for the duration For, and nothing else.
	Snooze
	// Note tells a circumstance of Patient, such as a meal, in Label, to rules
	// that take it into account.
	Note
	// Escalate counts that Alarm was passed on to a further person.
	Escalate
	// Attach tells that Device sends through Gateway; an empty Gateway, that it
	// does not any more. When all devices of a gateway fall silent together,
	// that is one alarm about the gateway; see [GatewaySilent].
	Attach
)

// String is the lower-case word of the action.
func (a Action) String() string {
	switch a {
	case Acknowledge:
		return "acknowledge"
	case Pause:
		return "pause"
	case Resume:
		return "resume"
	case Snooze:
		return "snooze"
	case Note:
		return "note"
	case Escalate:
		return "escalate"
	case Attach:
		return "attach"
	}
	return "Action(" + strconv.Itoa(int(a)) + ")"
}

// A Command is what a person or program does to alarms. It is input of the
// engine as readings are: whoever records readings to replay them records
// commands between them, and the same state and events follow.
type Command struct {
	Action Action
	// At is the event time, of which the same holds as of the time of a reading.
	At time.Time
	// By is who did it: a name that is shown to people and is in the events, so
	// not an identifier of a patient. At most 128 bytes.
	By    string
	Alarm AlarmID
	// Patient, or Device of a patient who is unknown, may also say whose Alarm is:
	// what time alone raises before At is then raised before it is looked for, as it
	// has to be in a replay.
	Patient vitals.PatientID
	For     time.Duration // more than 0, at most MaxSilence
	Label   string        // at most 128 bytes
	Device  vitals.DeviceID
	Gateway vitals.DeviceID
}

// MaxSilence bounds the duration of a [Pause] and of a [Snooze]: nobody may
// forget an alarm for longer.
const MaxSilence = 24 * time.Hour

// Errors of [Engine.Do].
var (
	// ErrCommand: the command is incomplete, or a part of it out of its range.
	ErrCommand = errors.New("alert: impossible command")
	// ErrNoAlarm: no such alarm stands; it may have ended meanwhile.
	ErrNoAlarm = errors.New("alert: no such alarm")
	// ErrNonSuppressible: the alarm must not be silenced.
	ErrNonSuppressible = errors.New("alert: the alarm cannot be silenced")
)

var (
	_ encoding.BinaryAppender    = Command{}
	_ encoding.BinaryUnmarshaler = (*Command)(nil)
)

// commandVersion begins the binary form of a command.
const commandVersion = 1

// AppendBinary implements [encoding.BinaryAppender], for whoever records
// commands beside readings. The form has the identifier of the patient in
// clear. It fails never.
func (c Command) AppendBinary(b []byte) ([]byte, error) {
	w := stateWriter{b: append(b, commandVersion, byte(c.Action))}
	w.int(c.At.Unix())
	w.int(int64(c.At.Nanosecond()))
	w.string(c.By)
	w.b = append(w.b, c.Alarm[:]...)
	w.string(c.Patient.Reveal())
	w.int(int64(c.For))
	w.string(c.Label)
	w.string(string(c.Device))
	w.string(string(c.Gateway))
	return w.b, nil
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler]. It keeps nothing of
// b. At is in UTC. An error is [ErrCommand].
func (c *Command) UnmarshalBinary(b []byte) error {
	if len(b) < 2 || b[0] != commandVersion {
		return ErrCommand
	}
	r := snapshotReader{stateReader: stateReader{b: b[2:]}}
	got := Command{Action: Action(b[1]), At: time.Unix(r.int(), r.upTo(1e9-1)).UTC(), By: r.string()}
	if len(r.b) < len(got.Alarm) {
		return ErrCommand
	}
	r.b = r.b[copy(got.Alarm[:], r.b):]
	got.Patient, got.For, got.Label = vitals.NewPatientID(r.string()), time.Duration(r.int()), r.string()
	got.Device, got.Gateway = vitals.DeviceID(r.string()), vitals.DeviceID(r.string())
	if rest, err := r.done(); err != nil || len(rest) > 0 {
		return ErrCommand
	}
	*c = got
	return nil
}

package telemed

import "errors"

// A Lane says how urgent a message in an outbox is. The zero Lane is
// [LaneLive].
type Lane uint8

// The lanes. [Lanes] says in what order they go.
const (
	LaneLive    Lane = iota // what is measured now; it becomes backlog when it has waited too long
	LaneAlarm               // somebody has to come
	LaneBacklog             // what could not be sent in time
)

// Lanes are all lanes, the most urgent first: alarms, live data, the backlog.
func Lanes() [3]Lane { return [3]Lane{LaneAlarm, LaneLive, LaneBacklog} }

// String returns "alarm", "live" or "backlog".
func (l Lane) String() string {
	switch l {
	case LaneLive:
		return "live"
	case LaneAlarm:
		return "alarm"
	case LaneBacklog:
		return "backlog"
	}
	return "no lane"
}

// ErrMessage refuses a message that could never be sent: its lane is none, its
// topic is empty, too long or has characters that topics must not have, or it
// is too long altogether.
var ErrMessage = errors.New("telemed: the message cannot be sent")

// A Message is what a device or a gateway sends.
type Message struct {
	Lane    Lane
	Topic   string
	Payload []byte
}

// A Queued message waits in an outbox until the receiver has receipted it.
type Queued struct {
	Message
	// Sequence is its place in its lane, counted from 1. What was moved to
	// another lane or dropped leaves a gap.
	Sequence uint64
}

// Waiting counts the messages of one lane that nobody has receipted.
type Waiting struct {
	Messages uint64
	Bytes    uint64 // what they take up: topics, payloads and about 20 bytes each
	Dropped  uint64 // messages that made room for newer ones since the outbox was made
}

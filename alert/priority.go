package alert

import "strconv"

// A Priority says how urgent an alarm is, in the words of IEC 60601-1-8.
type Priority uint8

// The priorities in ascending order.
const (
	Information Priority = iota // nothing to be done now
	Low                         // awareness
	Medium                      // prompt response
	High                        // immediate response
)

// String is "information", "low", "medium" or "high".
func (p Priority) String() string {
	switch p {
	case Information:
		return "information"
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	}
	return "Priority(" + strconv.Itoa(int(p)) + ")"
}

// MarshalText implements [encoding.TextMarshaler] with the word.
func (p Priority) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// A State is where an alarm stands in its life.
type State uint8

// The states. An engine reports alarms that become Active and Ended; Pending,
// a condition whose delay ([Rule.For]) is not over, is not reported.
const (
	Pending State = iota + 1
	Active
	Ended
)

// String is "pending", "active" or "ended".
func (s State) String() string {
	switch s {
	case Pending:
		return "pending"
	case Active:
		return "active"
	case Ended:
		return "ended"
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}

// MarshalText implements [encoding.TextMarshaler] with the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

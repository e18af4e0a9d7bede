package alert

import "strconv"

// A State is where an alarm stands in its life.
//
//	from          what happens                             to
//	(nothing)     condition, and the rule has a delay      Pending (not reported)
//	(nothing)     condition, no delay; Pending: delay over Active, Paused (in a pause) or Flapping
//	Pending       a value to the contrary                  (nothing)
//	Active        Acknowledge                              Acknowledged
//	Active        Pause of the patient                     Paused
//	Active        Snooze                                   Snoozed
//	Active        condition over                           Ended; of a latching rule Latched
//	Latched       condition again                          Active
//	Latched       Acknowledge                              Ended
//	Latched       Pause, Snooze                            Paused, Snoozed
//	Acknowledged  condition over                           Ended
//	Acknowledged  acknowledge timeout                      Active, announced
//	Paused        the end of the pause                     Active or Latched, announced
//	Paused        condition over                           Ended; of a latching rule stays
//	Snoozed       the end of the snooze                    Active or Latched, announced
//	Snoozed       condition over                           Ended; of a latching rule stays
//	Paused, Snoozed  Acknowledge                           Acknowledged, or Ended if the condition is over
//	Flapping      as Active, but condition over: stays until it was over for the whole window: Ended
//	Flapping      condition held for the whole window      Active, announced
//	any           the rule is removed or changed           Ended
//
// Ended is final: the next time the condition holds it is another alarm.
type State uint8

// The states. Pending, a condition whose delay ([Rule.For]) is not over, is not
// reported in an event.
const (
	Pending      State = iota + 1
	Active             // unacknowledged
	Ended              // for good
	Acknowledged       // somebody takes care
	Latched            // the condition is over, but nobody has acknowledged
	Paused             // silent until the end of the patient's audio pause
	Snoozed            // silent until the end of the snooze
	Flapping           // the condition comes and goes
)

// folded is the state of a missing-data condition that is part of an alarm about
// a gateway. Nobody was told of it.
const folded = Flapping + 1

// Standing reports whether an alarm in this state is one of the present: it was
// raised and has not ended.
func (s State) Standing() bool { return s == Active || s > Ended && s <= Flapping }

// String is the lower-case word of the state.
func (s State) String() string {
	switch s {
	case Pending:
		return "pending"
	case Active:
		return "active"
	case Ended:
		return "ended"
	case Acknowledged:
		return "acknowledged"
	case Latched:
		return "latched"
	case Paused:
		return "paused"
	case Snoozed:
		return "snoozed"
	case Flapping:
		return "flapping"
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}

// MarshalText implements [encoding.TextMarshaler] with the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns [ErrWord] for
// what is not the word of a state.
func (s *State) UnmarshalText(b []byte) error { return parseWord(s, b, Pending, Flapping) }

// A Cause is why an event happened.
type Cause uint8

// The causes.
const (
	CauseCondition  Cause = iota // the condition of the rule began or ended
	CauseCommand                 // somebody did it, see Event.By
	CauseExpiry                  // the pause or snooze is over
	CauseTimeout                 // the acknowledge timeout is over
	CauseReminder                // nobody has acknowledged
	CausePrecedence              // an alarm of higher priority began or ended
	CauseRules                   // the rule was changed or removed
)

// String is the lower-case word of the cause.
func (c Cause) String() string {
	switch c {
	case CauseCondition:
		return "condition"
	case CauseCommand:
		return "command"
	case CauseExpiry:
		return "expiry"
	case CauseTimeout:
		return "timeout"
	case CauseReminder:
		return "reminder"
	case CausePrecedence:
		return "precedence"
	case CauseRules:
		return "rules"
	}
	return "Cause(" + strconv.Itoa(int(c)) + ")"
}

// MarshalText implements [encoding.TextMarshaler] with the word.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns [ErrWord] for
// what is not the word of a cause.
func (c *Cause) UnmarshalText(b []byte) error { return parseWord(c, b, CauseCondition, CauseRules) }

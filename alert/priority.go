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

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns [ErrWord] for
// what is not the word of a priority.
func (p *Priority) UnmarshalText(b []byte) error { return parseWord(p, b, Information, High) }

// A Category says what an alarm is about.
type Category uint8

// The categories.
const (
	Physiological Category = iota // the patient
	Technical                     // the measurement
	Advisory                      // advice: neither has gone wrong yet
)

// String is "physiological", "technical" or "advisory".
func (c Category) String() string {
	switch c {
	case Physiological:
		return "physiological"
	case Technical:
		return "technical"
	case Advisory:
		return "advisory"
	}
	return "Category(" + strconv.Itoa(int(c)) + ")"
}

// MarshalText implements [encoding.TextMarshaler] with the word.
func (c Category) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns [ErrWord] for
// what is not the word of a category.
func (c *Category) UnmarshalText(b []byte) error { return parseWord(c, b, Physiological, Advisory) }

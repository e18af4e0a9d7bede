package escalate

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// A Step is whom to call when.
type Step struct {
	// Name says to people who is called, such as "caregiver": 1 to 128 bytes.
	Name string `json:"name"`
	// After is the time since the alarm was announced: 0 to 24 hours, not less
	// than that of the step before.
	After time.Duration `json:"after"`
	// Timeout is how long the messages of the step are tried: at most 24 hours.
	// 0 is until the next step, at least 10 seconds, and 5 minutes for the last.
	Timeout time.Duration `json:"timeout"`
	// To is called at the same time: 1 to 16 recipients.
	To []Recipient `json:"to"`
}

// A Chain is the steps of an escalation in their order: 1 to 16 of them.
type Chain struct {
	// Name is 1 to 128 bytes.
	Name  string `json:"name"`
	Steps []Step `json:"steps"`
}

const (
	maxAfter     = 24 * time.Hour
	minTimeout   = 10 * time.Second
	maxSteps     = 16
	maxTo        = 16
	maxText      = 128
	maxChainSize = 64 << 10 // as JSON
	lastTimeout  = 5 * time.Minute
)

// ErrChain is in every refusal of a [Chain] or [Route].
var ErrChain = errors.New("escalate: impossible chain")

// Standard is the chain that the patient's own device begins at once, with the
// caregiver after 2, the nurse after 5 and the physician after 10 minutes.
func Standard(patient, caregiver, nurse, physician Recipient) Chain {
	return Chain{Name: "standard", Steps: []Step{
		{Name: "patient", To: []Recipient{patient}},
		{Name: "caregiver", After: 2 * time.Minute, To: []Recipient{caregiver}},
		{Name: "nurse", After: 5 * time.Minute, To: []Recipient{nurse}},
		{Name: "physician", After: 10 * time.Minute, To: []Recipient{physician}},
	}}
}

// chain is a Chain ready for use: checked, complete, immutable.
type chain struct {
	Chain
	quiet [][]hours // by step and recipient
}

// compile checks a chain. It keeps nothing of it but the quiet hours.
func (c Chain) compile() (*chain, error) {
	if !sized(c.Name) || len(c.Steps) == 0 || len(c.Steps) > maxSteps {
		return nil, fmt.Errorf("%w: a name and 1 to %d steps are needed", ErrChain, maxSteps)
	}
	out := &chain{Chain: Chain{Name: c.Name}}
	for i, s := range c.Steps {
		s, quiet, err := s.compile(c.Steps, i)
		if err != nil {
			return nil, fmt.Errorf("%w: step %d: %w", ErrChain, i+1, err)
		}
		out.Steps, out.quiet = append(out.Steps, s), append(out.quiet, quiet)
	}
	if b, err := json.Marshal(out.Chain); err != nil || len(b) > maxChainSize {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrChain, maxChainSize)
	}
	return out, nil
}

func (s Step) compile(all []Step, i int) (Step, []hours, error) {
	switch {
	case !sized(s.Name):
		return s, nil, errors.New("no name, or too long")
	case s.After < 0 || s.After > maxAfter || i > 0 && s.After < all[i-1].After:
		return s, nil, errors.New("the time is not within a day, or before that of the step before")
	case s.Timeout < 0 || s.Timeout > maxAfter:
		return s, nil, errors.New("the timeout is not within a day")
	case len(s.To) == 0 || len(s.To) > maxTo:
		return s, nil, fmt.Errorf("not 1 to %d recipients", maxTo)
	}
	if s.Timeout == 0 {
		s.Timeout = lastTimeout
		if i+1 < len(all) {
			s.Timeout = max(all[i+1].After-s.After, minTimeout)
		}
	}
	known := make(map[Recipient]bool)
	var to []Recipient
	var quiet []hours
	for j, r := range s.To {
		h, err := r.Quiet.compile()
		switch {
		case !sized(r.ID) || !sized(r.Channel):
			err = errors.New("no ID or channel, or too long")
		case known[r.key()]:
			err = errors.New("twice the same")
		}
		if err != nil {
			return s, nil, fmt.Errorf("recipient %d: %w", j+1, err)
		}
		known[r.key()] = true
		to, quiet = append(to, r), append(quiet, h)
	}
	s.To = to
	return s, quiet, nil
}

// restored is a chain that was checked when its round began, nil if somebody has
// changed the journal. A zone can have become unknown since.
func (c Chain) restored() *chain {
	if len(c.Steps) == 0 || len(c.Steps) > maxSteps {
		return nil
	}
	out := &chain{Chain: c}
	for _, s := range c.Steps {
		if len(s.To) == 0 || len(s.To) > maxTo {
			return nil
		}
		quiet := make([]hours, len(s.To))
		for j, r := range s.To {
			if h, err := r.Quiet.compile(); err == nil {
				quiet[j] = h
			}
		}
		out.quiet = append(out.quiet, quiet)
	}
	return out
}

func sized(s string) bool { return s != "" && len(s) <= maxText && utf8.ValidString(s) }

package devicetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Severity is how bad it is to break a rule.
type Severity uint8

// The severities.
const (
	Note    Severity = iota + 1 // worth knowing
	Warning                     // legal, and almost certainly a mistake
	Error                       // against the specification
)

// String is "note", "warning" or "error".
func (s Severity) String() string {
	if s < Note || s > Error {
		return "severity"
	}
	return [...]string{Note: "note", Warning: "warning", Error: "error"}[s]
}

// MarshalText implements [encoding.TextMarshaler].
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Severity) UnmarshalText(b []byte) error {
	for v := Note; v <= Error; v++ {
		if v.String() == string(b) {
			*s = v
			return nil
		}
	}
	return errors.New("devicetest: no such severity")
}

// A Rule is something that frames must do.
type Rule struct {
	ID       string // stable: "systolic_below_diastolic"
	Text     string // what must be so
	Clause   string // where that is written; "" for common sense
	Severity Severity
}

// A Finding is a rule that was broken.
type Finding struct {
	Rule           string   `json:"rule"`
	Severity       Severity `json:"severity"`
	Characteristic string   `json:"characteristic"`        // UUID
	Frame          int      `json:"frame"`                 // from 1
	Line           int      `json:"line,omitempty"`        // of the file, from 1
	Offset         int      `json:"offset"`                // byte of the frame, from 0
	Field          string   `json:"field,omitempty"`       // as the specification calls it
	Message        string   `json:"message"`               // what is wrong, without the field
	Clause         string   `json:"clause,omitempty"`      // "HRS 1.0, 3.1.1.3"
	KnownQuirk     bool     `json:"known_quirk,omitempty"` // the model is known for it
}

// String is "frame 3, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)".
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "frame %d, byte %d: ", f.Frame, f.Offset)
	if f.Field != "" {
		b.WriteString(f.Field + " ")
	}
	b.WriteString(f.Message)
	if f.Clause != "" {
		b.WriteString(" (" + f.Clause + ")")
	}
	return b.String()
}

// Rules returns every rule of the kit, sorted by id.
func Rules() []Rule {
	byID := map[string]Rule{}
	add := func(r Rule) {
		if _, known := byID[r.ID]; !known {
			byID[r.ID] = r
		}
	}
	for _, r := range faultRules {
		add(r)
	}
	for _, r := range commonRules {
		add(r)
	}
	for _, row := range table() {
		for _, c := range row.checks {
			for _, r := range c.rules {
				add(r)
			}
		}
	}
	all := make([]Rule, 0, len(byID))
	for _, r := range byID {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return all
}

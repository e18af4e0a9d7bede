package alert

import (
	"errors"

	"github.com/telemed-go/sdk/vitals"
)

// A detector decides for one patient whether the condition of one rule holds.
// It is a function of the readings, context notes and times it was given, in
// their order: no clock, no randomness, bounded memory, nothing allocated by a
// reading once it has run for a while.
//
// The engine calls pass at every due time that lies before a reading or
// before the time it is told, in the order of those times, and then put. What
// the condition then does to an alarm (Rule.For, ClearAfter, latching,
// acknowledgement) is the engine's part and the same for all conditions.
//
// [Above], [Below] and [Missing] without a count, schedule or suppression have
// no detector: the engine evaluates them itself ([Rule.plain]).
type detector interface {
	// put takes a usable reading of one of the rule's kinds: it has a value or
	// lies beyond the range of the device, and is newer than those of its kind
	// before it. The readings of different kinds may come out of order.
	put(r *vitals.Reading, at int64) verdict
	// pass tells that event time has come to at without a reading.
	pass(at int64) verdict
	// due is the next event time at which pass could change the verdict, or
	// [never].
	due() int64
	// note is an event in the life of the patient, such as a meal. What it
	// changes shows in the next verdict; the engine calls pass(at) after it.
	note(label string, at int64)
	// explain says in English why the condition holds, or no longer does,
	// according to the last verdict. It is called for events only.
	explain(holds bool) string
	// inputs appends the readings behind the last verdict, oldest first.
	inputs(dst []Input) []Input
	// appendState and loadState carry the detector over a restart. loadState
	// takes what appendState of a detector of the same rule wrote, returns what
	// follows it, and refuses everything else without harm.
	appendState(dst []byte) []byte
	loadState(b []byte) (rest []byte, err error)
}

// A verdict is what a detector knows after a reading or a passage of time. All
// false means not known: nothing begins and nothing ends.
type verdict struct {
	// hit: the condition holds.
	hit bool
	// contrary: it certainly does not; a pending alarm lapses.
	contrary bool
	// clear: an active alarm may end. It implies contrary, save at the edge of
	// Rule.ClearAt: with a value to clear at, contrary comes first. After pass
	// it is never true of a physiological rule's alarm that only silence would end.
	clear bool
	// since is the event time at which the condition came to hold, not later
	// than the time given to put or pass, when hit. While it goes on holding,
	// the engine needs only the first.
	since int64
	// ev is the value that an event shows.
	ev evidence
}

// never is the due time of a detector that waits for readings alone.
const never = int64(1<<63 - 1)

// errState reports the state of a detector that was not written by one of the
// same rule.
var errState = errors.New("alert: not the state of this rule")

// A spec is what a special condition looks for: its parameters, shared by all
// patients and never modified. One that concerns other kinds than the rule's
// has a method watches as well.
type spec interface {
	// describe enters the condition in a document.
	describe(d *ruleDoc)
	// detector makes the state for one patient.
	detector(r *Rule) detector
}

// plain reports whether the engine evaluates the rule itself, as Above, Below
// or Missing.
func (r *Rule) plain() bool {
	return (r.cond == above || r.cond == below || r.cond == missing) && r.count == (count{}) && r.gate == nil && !r.detected
}

// newDetector makes the state of the rule for one patient. It is nil for the
// plain rules.
func (r *Rule) newDetector() detector {
	switch {
	case r.plain():
		return nil
	case r.gate != nil:
		return &gated{rule: r, inner: r.ungated()}
	}
	return r.ungated()
}

// ungated is the detector of the condition alone, also of a plain rule.
func (r *Rule) ungated() detector {
	switch {
	case r.spec != nil:
		return r.spec.detector(r)
	case r.cond == missing:
		return &silent{rule: r}
	case r.count != (count{}):
		return &counted{limited: limited{rule: r}}
	}
	return &limited{rule: r}
}

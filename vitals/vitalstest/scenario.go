package vitalstest

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Scenario is what happens to a patient. It begins at the onset ([Onset])
// and takes its course ([Over]); before the onset every patient is at rest.
type Scenario uint8

const (
	// Rest is a stable adult. Onset and course do nothing.
	Rest Scenario = iota
	// Sepsis deteriorates over the course: first breathing, heart and
	// temperature rise, then pressure and saturation fall, then confusion and
	// oxygen. One in three cools down and answers only to voice in the end.
	// Onset after 1 hour, course 6 hours.
	Sepsis
	// Hypoglycaemia falls below 54 mg/dL over the course, with tachycardia,
	// confusion and sweating that loosens the sensors, and is treated after
	// half as long again. Onset after 30 minutes, course 75 minutes.
	Hypoglycaemia
	// AF is atrial fibrillation, 90 to 150 beats a minute without rhythm. It has
	// been there for an hour at the start; a positive onset begins it, within
	// half a minute.
	AF
	// Artefact is a patient at rest whose sensors are not: spikes by motion,
	// lost contact, measurements that fail. From the start.
	Artefact
	// Disconnected falls silent at the onset, after 10 minutes.
	Disconnected

	scenarios // their number
)

var scenarioNames = [scenarios]string{"rest", "sepsis", "hypoglycaemia", "af", "artefact", "disconnected"}

// String is the name in lower case, such as "sepsis".
func (s Scenario) String() string {
	if s >= scenarios {
		return "Scenario(" + strconv.Itoa(int(s)) + ")"
	}
	return scenarioNames[s]
}

// ParseScenario reads the name of a scenario.
func ParseScenario(name string) (Scenario, error) {
	i := slices.Index(scenarioNames[:], name)
	if i < 0 {
		return Rest, errors.New("vitalstest: unknown scenario")
	}
	return Scenario(i), nil
}

// timing is the onset and the course without options.
func (s Scenario) timing() (onset, course time.Duration) {
	switch s {
	case Sepsis:
		return time.Hour, 6 * time.Hour
	case Hypoglycaemia:
		return 30 * time.Minute, 75 * time.Minute
	case AF:
		return -time.Hour, time.Minute
	case Disconnected:
		return 10 * time.Minute, time.Minute
	}
	return 0, time.Minute
}

// An Option changes a patient while it is made.
type Option struct{ set func(*Patient) }

// Onset begins the scenario at this time after the start. The default is that
// of the [Scenario].
func Onset(after time.Duration) Option {
	return Option{func(p *Patient) { p.onset = after.Seconds() }}
}

// Over is how long the scenario takes from its onset to its full picture, at
// least a second. The default is that of the [Scenario]. A shorter course shows
// a deterioration in a demonstration; rates of change are then no longer those
// of a body.
func Over(course time.Duration) Option {
	return Option{func(p *Patient) { p.course = max(course, time.Second).Seconds() }}
}

// As names the patient of the readings. The default is "synthetic-" with the
// seed.
func As(id vitals.PatientID) Option { return Option{func(p *Patient) { p.id = id }} }

// Marked flags every reading as [vitals.TestData], for systems that real
// patients use as well. The default is unmarked, because what is marked raises
// no alarm.
func Marked() Option { return Option{func(p *Patient) { p.mark = vitals.TestData }} }

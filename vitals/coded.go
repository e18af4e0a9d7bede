package vitals

import "strconv"

// ACVPU is the Code of a [Consciousness] reading: the best response of the
// patient. The zero ACVPU is "not assessed".
type ACVPU uint32

// The levels, from best to worst.
const (
	ACVPUAlert        ACVPU = iota + 1 // awake and oriented
	ACVPUConfused                      // new confusion, disorientation or delirium
	ACVPUVoice                         // responds to voice
	ACVPUPain                          // responds to pain
	ACVPUUnresponsive                  // does not respond
)

// String is the letter, A, C, V, P or U, and "?" when not assessed.
func (a ACVPU) String() string {
	const letters = "?ACVPU"
	if int64(a) < int64(len(letters)) {
		return letters[a : a+1]
	}
	return "ACVPU(" + strconv.FormatUint(uint64(a), 10) + ")"
}

// AirOrOxygen is the Code of a [SupplementalOxygen] reading, and what the chart
// of NEWS2 calls it. The zero AirOrOxygen is "not assessed".
type AirOrOxygen uint32

// What the patient breathes.
const (
	BreathesAir    AirOrOxygen = iota + 1
	BreathesOxygen             // supplemental oxygen, of any flow and share
)

// String is "air" or "oxygen", and "?" when not assessed.
func (a AirOrOxygen) String() string {
	switch a {
	case 0:
		return "?"
	case BreathesAir:
		return "air"
	case BreathesOxygen:
		return "oxygen"
	}
	return "AirOrOxygen(" + strconv.FormatUint(uint64(a), 10) + ")"
}

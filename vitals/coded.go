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

// The Code of a [SupplementalOxygen] reading.
const (
	BreathesAir    uint32 = 1
	BreathesOxygen uint32 = 2
)

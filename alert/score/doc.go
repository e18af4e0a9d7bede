// Package score computes early-warning scores from vital signs.
//
// The one idea: a score without one of its inputs is not a normal score. A
// missing input is named in the [Result], never filled in; what remains is a
// lower bound, which is enough to raise an alarm and never enough to end one.
// The arithmetic is exact, and what happens between two printed steps of a
// chart is written down: see [NEWS2.Score].
//
// A score is a pure function of its inputs. The package keeps no state, reads
// no clock, and does not decide how old an input may be or which device to
// believe: that is the business of package alert.
package score

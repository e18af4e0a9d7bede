// Package score computes early-warning scores, triage scores and blood-pressure
// classes from vital signs.
//
// The one idea: a score without one of its inputs is not a normal score. A
// missing input is named in the [Result], never filled in. Where more points
// mean a sicker patient, what remains is a lower bound, enough to raise an
// alarm and never enough to end one; where fewer points or a quotient do, the
// result is undefined ([Result.Defined]).
//
// Every score is a [Chart], one table of this package from which come the
// points, the explanation ([Chart.Explain]) and the documentation
// ([Chart.Table]). [Inputs] hold the newest value of every [Parameter] of one
// patient for all charts at once, exact, in the unit and precision in which
// charts print it. A value between two printed steps is rounded to that
// precision first, half away from zero, and then looked up: 38.05 °C is
// 38.1 °C and SpO2 95.5 % is 96 %. So every value has points, and a value
// further from normal never has fewer.
//
// A score is a pure function of its inputs and of the time it is told. The
// package reads no clock and does not decide which device to believe: that is
// the business of package alert. It gives no probability of death either;
// those describe the cohort of one study and not the patient.
package score

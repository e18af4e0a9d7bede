// Package alerttest checks rules against what happens to a patient.
//
// A script is a small text, one line for each thing that happens, with the
// events that must follow:
//
//	# A patient whose oximeter slips.
//	0s    SpO2 97 %
//	5s    SpO2 86 %
//	15s   advance
//	> 15s high active! SpO2 below 90 %: SpO2 86 % below 90 % for 10s
//	+5s   acknowledge SpO2 below 90 % by nurse A
//	> 20s high acknowledged SpO2 below 90 %: SpO2 86 % below 90 % for 10s; by nurse A
//
// A line begins with a time: since the start, or with + since the line before.
// What follows it is one of
//
//	<Kind> <value> <unit> [quality]   a reading; instead of value and unit "none",
//	                                  or "code" and a number for a coded kind
//	advance                           event time passes
//	acknowledge <rule> [by <who>]
//	snooze <duration> <rule> [by <who>]
//	escalate <rule> [by <who>]
//	pause <duration> [by <who>]
//	resume [by <who>]
//	note <label> [by <who>]
//	attach <device> <gateway>
//	restart                           the engine is snapshot, thrown away and loaded
//
// Without a time, "patient <name>" and "device <name>" say of whom and what the
// following lines are; they begin as "patient" and "device". Lines that begin
// with # are comments. Lines that begin with > are events: time, priority,
// state, ! if it is announced, the rule, and the reason, which may be followed
// by "until", "inhibited", "escalated" and "by". The cause is named when it is
// not the condition.
//
// [Run] makes the events, [Check] compares them, so that a test is written by
// leaving them out and copying what the failure shows, after reading it.
package alerttest

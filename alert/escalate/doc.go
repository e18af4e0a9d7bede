// Package escalate brings alarms to people until one of them answers: the
// patient's own device at once, the caregiver after two minutes, the nurse after
// five, the physician after ten.
//
// The one idea: a [Dispatcher] is told what happens, the events of an
// [alert.Engine] ([Dispatcher.Notify]), answers ([Dispatcher.Acknowledge]) and
// the time ([Dispatcher.Advance]), and decides what to send from that alone. It
// writes each decision to a [Journal] before it acts on it. So after a crash at
// any moment it continues where it was: every message is decided once, and sent
// at least once with the same [MessageID], by which receivers drop repeats. Only
// [Dispatcher.Run] reads a clock.
//
// # The life of an escalation
//
// An event that is to be announced begins a round of the [Chain] that a [Route]
// names for the patient, group and priority. Each [Step] sends a [Call] to its
// recipients when its time has come, or earlier, when the step before has failed
// altogether: nobody waits for a message that cannot arrive. The round stops when
// somebody acknowledges, silences or inhibits the alarm, or when the alarm has
// ended; then all who were called are told. A [alert.Latched] alarm still waits
// for an answer. When the alarm is announced again, because its acknowledge
// timeout or its pause is over, or as a reminder after the last step, a new round
// begins. Steps that are overdue, as after an outage, are all taken at once.
//
// [Quiet] hours put off what is neither of high priority nor non-suppressible.
//
// # What goes out
//
// By default a message says the priority and a reference, and neither who the
// patient is nor what was measured ([Brief]). Recipients and patients are in the
// journal and in what notifiers get, never in errors.
package escalate

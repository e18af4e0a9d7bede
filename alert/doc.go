// Package alert turns readings into alarms.
//
// The one idea: an [Engine] is a function of the readings it was given and of
// the times it was told ([Engine.Put], [Engine.Advance]). It reads no clock and
// starts no goroutine, so the same input gives the same [Event] values in the
// same order, however it was cut into batches and however often it is replayed.
//
// # What raises, keeps and ends an alarm
//
// Physiological alarms are raised by values and ended by values, never by the
// absence of them. What a reading can do depends on its [vitals.Quality]:
//
//   - a value without doubt, or from memory, entered by hand, derived, with a
//     low battery, an irregular pulse or an unset clock: raises and ends;
//   - Questionable, EarlyEstimate, Motion, PoorSignal, BadPosition,
//     Implausible, Nonconforming: raises, but does not end, for a doubt is no
//     relief;
//   - AboveRange and BelowRange: no number, but certainly beyond; they raise
//     the alarm of that direction and end nothing;
//   - Invalid, NoContact, Ongoing, Calibrating, SensorFault, SampleFault,
//     everything else without a value, an impossible unit or code: neither
//     raises nor ends, and is no sign of life for [Missing];
//   - 0 of a heart or pulse rate, arterial pressure, saturation, body
//     temperature or weight, or glucose: devices send it when they have lost the
//     signal, so it is no value, like NoContact. An asystole has to be told as
//     such by the monitor that saw it. A respiratory rate of 0 is a value;
//   - TestData: as if it had not been sent.
//
// A technical alarm ([Missing]) is raised when usable values stop to come and
// ended by the next one.
//
// # Conditions
//
// A [Rule] looks for a limit ([Above], [Below], [Outside], [Rule.Of]), a change
// ([RisesBy], [FallsBy]), a speed ([RisesFaster], [FallsFaster]), an area
// ([DoseAbove], [DoseBelow]), missing data ([Missing], [MissingOf]), a drift
// from what is usual for the patient ([Drifts]), a score ([ScoreReaches]), a
// forecast ([ForecastAbove], [ForecastBelow]), or for several of these ([All],
// [Any], [Not], [Then]). It can apply at some times of the week only
// ([Rule.During]) and be quiet after events such as a meal ([Rule.After]).
// Rules with their overrides for patients, cohorts and devices are a
// [RuleSet], written in Go or as a document ([ParseRules]).
//
// # Time and order
//
// For each patient and kind, readings count in the order of their time
// (Reading.At, then Sequence). One that is not newer than the last is a
// duplicate or came late, and is not evaluated: an alarm tells of now. So a
// reading with a time far in the future silences its kind until then; whoever
// stamps readings must repair broken clocks first. Readings of a patient who
// is unknown are kept apart by device.
//
// A delay ([Rule.For]) is counted in event time from the first violating
// reading. The condition lapses with a value that does not violate; silence
// does not lapse it: when the delay is over and nothing contradicted, the alarm
// is raised, by [Engine.Advance] or by the next reading, whichever comes first,
// and in both cases with the time at which the delay was over.
//
// # The life of an alarm
//
// [State] has the table of states. An alarm stands from the event that raised
// it to the one that ended it; [Event.Announce] tells which of its events people
// should be told of, the others change what is shown. Rules say how long an
// alarm stands ([Rule.ClearAfter], [Rule.Latching]), how often it is announced
// ([Rule.Remind], [Rule.Rearm], [Rule.Flapping]) and which others it silences
// ([Rule.Family], [Rule.NonSuppressible]). What people do comes in by
// [Engine.Do]. When a gateway falls silent, that is one alarm: [GatewaySilent].
//
// # Restarts
//
// The state is a function of the recorded input: readings, commands, changes of
// rules and the times that Advance was told. [Engine.Snapshot] and [Engine.Load]
// carry it over a restart, so that afterwards the same events follow as without.
//
// The package refuses to guess: it fills in no value, and it never decides
// that a patient is well because nothing was heard.
package alert

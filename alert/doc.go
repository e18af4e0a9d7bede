// Package alert turns readings into alarms.
//
// The one idea: an [Engine] is a function of the readings it was given and of
// the times it was told ([Engine.Put], [Engine.Advance]). It reads no clock and
// starts no goroutine, so the same input gives the same [Event] values in the
// same order, however it was cut into batches and however often it is replayed.
//
// # What raises, keeps and ends an alarm
//
// Physiological alarms ([Above], [Below], [NEWS2AtLeast]) are raised by values
// and ended by values, never by the absence of them. What a reading can do
// depends on its [vitals.Quality]:
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
//   - TestData: as if it had not been sent.
//
// A technical alarm ([Missing]) is raised when usable values stop to come and
// ended by the next one.
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
// The package refuses to guess: it fills in no value, and it never decides
// that a patient is well because nothing was heard.
package alert

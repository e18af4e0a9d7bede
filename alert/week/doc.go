// Package week tells whether an instant lies in certain hours of the week, as
// the clocks of a time zone show them: at night, on weekdays, in office hours.
//
// The one idea: a [Schedule] is plain data that a person can write, [Hours] are
// what it means. Hours are a function of the instant alone; the package reads
// no clock. It refuses the time zone of the machine, in which the same schedule
// would mean something else elsewhere.
package week

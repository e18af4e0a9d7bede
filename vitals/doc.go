// Package vitals holds what a device measured: exact values with units, of a
// patient, at a time, with every reason to doubt them.
//
// The one idea: a [Reading] is a value, comparable and copyable, and its
// identity ([Reading.ID]) is a function of the measurement and never of the
// way it travelled. So a reading can be sent twice, stored twice and replayed
// without ever becoming two readings.
//
// Numbers are [Decimal], never binary floating point: 36.40 stays 36.40 from
// the sensor to the health record. A number has no meaning without its unit,
// so thresholds and values are [Quantity], made by constructors such as
// [MmHg]. A value that a device could not determine is no number at all but a
// [Quality].
//
// The package imports the standard library only and refuses to decide
// anything medical: it has no opinion on which value is normal.
package vitals

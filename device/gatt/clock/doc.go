// Package clock decodes and encodes what Bluetooth devices say about time, and
// corrects stamps of clocks that are wrong. It covers the Current Time Service
// 1.1, the Reference Time Update Service 1.0, the Device Time Service 1.0 and
// the date and time of the GATT Specification Supplement.
//
// A [DateTime] is what a display showed, without a zone: it becomes an instant
// only in a location that somebody else must know. A [Device] knows how far a
// clock is off, because it was read once next to a good one.
//
// The package sets no clock and reads none: the time of arrival comes with the
// frame. Parsing, encoding and errors are as package gatt describes them.
package clock

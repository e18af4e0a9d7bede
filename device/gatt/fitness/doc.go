// Package fitness decodes and encodes what running and cycling sensors send,
// after the Running Speed and Cadence Service 1.0 and the Cycling Speed and
// Cadence Service 1.0.
//
// A cycling sensor counts and leaves the arithmetic to others: [Revolutions]
// makes a cadence and a speed of its counters, which wrap around and are reset.
//
// The package knows no wheel: the circumference is the caller's. Parsing,
// encoding and errors are as package gatt describes them.
package fitness

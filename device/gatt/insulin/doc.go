// Package insulin decodes and encodes the characteristics of the Insulin
// Delivery Service 1.0: status, annunciations, features, control points and
// history of a pump.
//
// Every layout has a single source. Where that is silent, operands and event
// data are kept as sent and not taken apart: nobody should command a pump on the
// word of one source. With E2E protection a counter and a checksum follow each
// value: [Unprotect] takes them off.
//
// The package makes no readings and computes no dose. Parsing, encoding and
// errors are as package gatt describes them.
package insulin

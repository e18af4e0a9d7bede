// Package activity decodes and encodes the characteristics of the Physical
// Activity Monitor Service 1.0: activity, steps, sleep, sessions and the control
// point.
//
// Every layout has a single source, and the widths of most fields none. So
// headers, flags and op codes are decoded, and what the flags announce is kept
// as sent in [Fields]: nothing is guessed, and nothing lost.
//
// The package makes no readings. Parsing, encoding and errors are as package
// gatt describes them.
package activity

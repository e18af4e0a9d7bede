// Package cgm decodes and encodes what a continuous glucose sensor sends, after
// the Continuous Glucose Monitoring Service 1.0.
//
// A measurement says only how many minutes after the start of the session it
// was taken, and not what the sensor sits in. A [Session] knows both and gives
// every value its instant and its kind.
//
// The package smooths nothing and fills no gap. Parsing, encoding and errors are
// as package gatt describes them.
package cgm

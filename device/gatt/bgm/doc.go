// Package bgm decodes and encodes what a blood glucose meter sends, after the
// Glucose Service 1.0: measurement, context and feature.
//
// The meter keeps a result and what the user noted about it in two messages,
// and stores both. A [Sync] fetches them and joins them to a [Record], each
// once.
//
// The package gives no advice about values and converts no unit: kg/L and mol/L
// stay what they are. Parsing, encoding and errors are as package gatt describes
// them.
package bgm

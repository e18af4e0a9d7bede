// Package racp fetches the memory of a device through the Record Access Control
// Point: of the Glucose Service 1.0, the CGM Service 1.0, the Blood Pressure
// Service 1.1 and the generic health sensor service.
//
// A [ControlPoint] is one command or answer. A [Fetch] holds the conversation:
// what it returns is to be written, what the device sends is handed to it, and
// it knows when every record has come.
//
// The package talks to no radio, runs no timer and never asks a device to
// delete records unless the caller writes that command. Parsing, encoding and
// errors are as package gatt describes them.
package racp

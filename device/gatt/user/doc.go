// Package user decodes and encodes the User Data Service 1.1: who uses a
// device, and what the device was told about them.
//
// Numbers are a [Number] of a [Datum]. Names, addresses and dates of birth
// identify a person: [Text] and [DateOfBirth] show nothing of themselves however
// they are printed, and only Reveal gives the value.
//
// The package matches nobody: who a user is on the patient list is for others to
// say. Parsing, encoding and errors are as package gatt describes them.
package user

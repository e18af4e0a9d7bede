// Package body decodes and encodes what a body composition scale sends, after
// the Body Composition Service 1.0.
//
// A measurement may be too long for one packet: a [Join] puts two together.
//
// The package estimates nothing: what the scale did not send is not there.
// Parsing, encoding and errors are as package gatt describes them.
package body

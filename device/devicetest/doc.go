// Package devicetest is a conformance kit for the makers of Bluetooth health
// devices: it says which byte of which frame breaks which clause.
//
// The one idea: a capture is a list of frames, and a rule says something about
// a frame or about the frames before it. [Captures] reads captures from files,
// [Conforms] turns broken rules into failures of a Go test, [Check] into a
// [Report] for every other use, with JSON, JUnit XML and SARIF as forms of it.
// [Simulate] makes valid traffic of every characteristic that carries
// measurements, [Corrupt] spoils it.
//
//	for name, frames := range devicetest.Captures(t, "testdata/*.hex") {
//		devicetest.Conforms(t, name, devicetest.HeartRateMeasurement, frames)
//	}
//
// A rule has an id, a text, a clause and a severity. An Error breaks the
// specification, a Warning is legal and almost certainly a mistake (a systolic
// pressure below the diastolic), a Note is worth knowing. Conforms fails on the
// first two.
//
// Findings name frame, byte and field and never a value: captures may be of
// real patients.
//
// # Capture files
//
// A capture is a text file of lines:
//
//	# a comment
//	! Acme "Cuff 2"                            manufacturer and model, once
//	2A49 1f00                                  characteristic and bytes
//	2026-05-31T12:30:00+02:00 2A35 00 7800 ... the same with the time of arrival
//	005d00                                     bytes of the characteristic before
//
// Spaces between bytes do not matter, nor "0x" and "00-61-00" as phones show them; a
// name with spaces is in double quotes.
package devicetest

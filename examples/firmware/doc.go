// Firmware is what a device maker writes to check what a device sends: no
// program, a test. Put what the sniffer or the phone saw into testdata, one file per
// session, and run
//
//	go test ./examples/firmware
//
// The whole test of a heart-rate strap is
//
//	for name, frames := range devicetest.Captures(t, "testdata/strap*.hex") {
//		devicetest.Conforms(t, name, devicetest.HeartRateMeasurement, frames)
//	}
//
// and that of a pulse oximeter differs in two words. The package comment of devicetest
// says how a capture is written down.
//
// # Which byte is wrong
//
// A build that forgets the upper byte of the energy field fails with
//
//	testdata/faulty/strap_build_17.hex:5: frame 3, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)
//
// one that sends kilopascals but says millimetres of mercury, or the other way
// round, with
//
//	testdata/faulty/cuff_build_9.hex:4: frame 2, byte 1: Systolic is outside what is plausible (BLS 1.1, 3.1.1.2)
//
// and one that writes the upper byte of a number first with
//
//	testdata/faulty/clip_build_4.hex:4: frame 2, byte 1: SpO2 is outside what is plausible (PLXS 1.0, 3.2)
//
// The line is that of the file; bytes count from 0 behind the characteristic. A
// message shows no value, for a capture may be of a patient. What the bytes say:
//
//	go run ./examples/inspect 2A5F 0000610048
//
// For a build server write the same as JUnit XML or SARIF: see TestReport. Without a
// capture yet, devicetest.Simulate makes traffic of every characteristic to compare
// with.
package firmware

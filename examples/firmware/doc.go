// Firmware is what a device maker writes to check what a device sends: no
// program, a test. Put what the sniffer saw into testdata/*.hex, one file per
// session, and run
//
//	go test ./examples/firmware
//
// The whole test is
//
//	for name, frames := range devicetest.Captures(t, "testdata/*.hex") {
//		devicetest.Conforms(t, name, devicetest.HeartRateMeasurement, frames)
//	}
//
// A build that forgets the upper byte of the energy field fails with
//
//	testdata/faulty/strap_build_17.hex: frame 3, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)
//
// and one that sends kilopascals but says millimetres of mercury, or the other
// way round, with
//
//	testdata/faulty/cuff_build_9.hex: frame 2, byte 1: Systolic is outside what is plausible (BLS 1.1, 3.1.1.2)
//
// For a build server write the same as JUnit XML or SARIF: see TestReport.
package firmware

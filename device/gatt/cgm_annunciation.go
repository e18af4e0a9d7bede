package gatt

import (
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// CGMAnnunciation is what a CGM sensor says about itself and its values, three
// octets in one word: status in bits 0 to 7, calibration and temperature in 8
// to 15, warnings in 16 to 23. Reserved bits are kept.
type CGMAnnunciation uint32

// What a CGM sensor says.
const (
	CGMSessionStopped      CGMAnnunciation = 1 << 0
	CGMBatteryLow          CGMAnnunciation = 1 << 1
	CGMSensorTypeIncorrect CGMAnnunciation = 1 << 2
	CGMSensorMalfunction   CGMAnnunciation = 1 << 3
	CGMDeviceAlert         CGMAnnunciation = 1 << 4
	CGMDeviceFault         CGMAnnunciation = 1 << 5

	CGMTimeSyncRequired       CGMAnnunciation = 1 << 8
	CGMCalibrationNotAllowed  CGMAnnunciation = 1 << 9
	CGMCalibrationRecommended CGMAnnunciation = 1 << 10
	CGMCalibrationRequired    CGMAnnunciation = 1 << 11
	CGMTooWarm                CGMAnnunciation = 1 << 12
	CGMTooCold                CGMAnnunciation = 1 << 13

	CGMBelowPatientLow  CGMAnnunciation = 1 << 16
	CGMAbovePatientHigh CGMAnnunciation = 1 << 17
	CGMBelowHypo        CGMAnnunciation = 1 << 18
	CGMAboveHyper       CGMAnnunciation = 1 << 19
	CGMFallingFast      CGMAnnunciation = 1 << 20
	CGMRisingFast       CGMAnnunciation = 1 << 21
	CGMResultTooLow     CGMAnnunciation = 1 << 22
	CGMResultTooHigh    CGMAnnunciation = 1 << 23
)

// Status is the octet about device and session.
func (a CGMAnnunciation) Status() uint8 { return uint8(a) }

// CalTemp is the octet about calibration and temperature.
func (a CGMAnnunciation) CalTemp() uint8 { return uint8(a >> 8) }

// Warning is the octet about the value.
func (a CGMAnnunciation) Warning() uint8 { return uint8(a >> 16) }

// quality translates the bits that cast doubt on a value. Alert levels that
// the value has crossed cast none. A result beyond the range of the device is
// about the value and is dealt with there.
func (a CGMAnnunciation) quality() (q vitals.Quality) {
	if a == 0 {
		return 0
	}
	for _, m := range cgmQuality {
		if a&m.bits != 0 {
			q |= m.quality
		}
	}
	return q
}

var cgmQuality = [...]struct {
	bits    CGMAnnunciation
	quality vitals.Quality
}{
	{CGMBatteryLow, vitals.LowBattery},
	{CGMSensorTypeIncorrect | CGMSensorMalfunction | CGMDeviceFault, vitals.SensorFault},
	{CGMSessionStopped | CGMCalibrationRequired, vitals.Questionable},
	{CGMTimeSyncRequired, vitals.ClockUnset},
	{CGMTooWarm | CGMTooCold, vitals.Invalid},
}

// String lists the conditions in words.
func (a CGMAnnunciation) String() string { return att.NamesOf(cgmAnnunciationNames[:], uint32(a)) }

var cgmAnnunciationNames = [...]string{
	0: "session stopped", 1: "battery low", 2: "sensor type incorrect", 3: "sensor malfunction", 4: "device specific alert", 5: "device fault",
	8: "time synchronisation required", 9: "calibration not allowed", 10: "calibration recommended", 11: "calibration required",
	12: "too warm", 13: "too cold",
	16: "below patient low", 17: "above patient high", 18: "below hypo", 19: "above hyper", 20: "falling fast", 21: "rising fast",
	22: "result too low", 23: "result too high",
}

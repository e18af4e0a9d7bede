package cgm

import (
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// Annunciation is what a CGM sensor says about itself and its values, three
// octets in one word: status in bits 0 to 7, calibration and temperature in 8
// to 15, warnings in 16 to 23. Reserved bits are kept.
type Annunciation uint32

// What a CGM sensor says.
const (
	SessionStopped      Annunciation = 1 << 0
	BatteryLow          Annunciation = 1 << 1
	SensorTypeIncorrect Annunciation = 1 << 2
	SensorMalfunction   Annunciation = 1 << 3
	DeviceAlert         Annunciation = 1 << 4
	DeviceFault         Annunciation = 1 << 5

	TimeSyncRequired       Annunciation = 1 << 8
	CalibrationNotAllowed  Annunciation = 1 << 9
	CalibrationRecommended Annunciation = 1 << 10
	CalibrationRequired    Annunciation = 1 << 11
	TooWarm                Annunciation = 1 << 12
	TooCold                Annunciation = 1 << 13

	BelowPatientLow  Annunciation = 1 << 16
	AbovePatientHigh Annunciation = 1 << 17
	BelowHypo        Annunciation = 1 << 18
	AboveHyper       Annunciation = 1 << 19
	FallingFast      Annunciation = 1 << 20
	RisingFast       Annunciation = 1 << 21
	ResultTooLow     Annunciation = 1 << 22
	ResultTooHigh    Annunciation = 1 << 23
)

// Status is the octet about device and session.
func (a Annunciation) Status() uint8 { return uint8(a) }

// CalTemp is the octet about calibration and temperature.
func (a Annunciation) CalTemp() uint8 { return uint8(a >> 8) }

// Warning is the octet about the value.
func (a Annunciation) Warning() uint8 { return uint8(a >> 16) }

// quality translates the bits that cast doubt on a value. Alert levels that
// the value has crossed cast none. A result beyond the range of the device is
// about the value and is dealt with there.
func (a Annunciation) quality() (q vitals.Quality) {
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
	bits    Annunciation
	quality vitals.Quality
}{
	{BatteryLow, vitals.LowBattery},
	{SensorTypeIncorrect | SensorMalfunction | DeviceFault, vitals.SensorFault},
	{SessionStopped | CalibrationRequired, vitals.Questionable},
	{TimeSyncRequired, vitals.ClockUnset},
	{TooWarm | TooCold, vitals.Invalid},
}

// String lists the conditions in words.
func (a Annunciation) String() string { return att.NamesOf(cgmAnnunciationNames[:], uint32(a)) }

var cgmAnnunciationNames = [...]string{
	0: "session stopped", 1: "battery low", 2: "sensor type incorrect", 3: "sensor malfunction", 4: "device specific alert", 5: "device fault",
	8: "time synchronisation required", 9: "calibration not allowed", 10: "calibration recommended", 11: "calibration required",
	12: "too warm", 13: "too cold",
	16: "below patient low", 17: "above patient high", 18: "below hypo", 19: "above hyper", 20: "falling fast", 21: "rising fast",
	22: "result too low", 23: "result too high",
}

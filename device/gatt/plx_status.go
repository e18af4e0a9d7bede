package gatt

import (
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// PLXStatus is the measurement status of a pulse oximeter, as sent. Reserved
// bits are kept.
type PLXStatus uint16

// What an oximeter says about a measurement.
const (
	PLXOngoing        PLXStatus = 1 << 5
	PLXEarlyEstimate  PLXStatus = 1 << 6
	PLXValidated      PLXStatus = 1 << 7
	PLXFullyQualified PLXStatus = 1 << 8
	PLXStored         PLXStatus = 1 << 9
	PLXDemonstration  PLXStatus = 1 << 10
	PLXTest           PLXStatus = 1 << 11
	PLXCalibrating    PLXStatus = 1 << 12
	PLXUnavailable    PLXStatus = 1 << 13
	PLXQuestionable   PLXStatus = 1 << 14
	PLXInvalid        PLXStatus = 1 << 15
)

// PLXSensor is the status of device and sensor of a pulse oximeter, 24 bits as
// sent. Reserved bits are kept.
type PLXSensor uint32

// What an oximeter says about itself and its sensor.
const (
	PLXExtendedDisplayUpdate PLXSensor = 1 << 0
	PLXEquipmentMalfunction  PLXSensor = 1 << 1
	PLXSignalIrregularity    PLXSensor = 1 << 2
	PLXInadequateSignal      PLXSensor = 1 << 3
	PLXPoorSignal            PLXSensor = 1 << 4
	PLXLowPerfusion          PLXSensor = 1 << 5
	PLXErraticSignal         PLXSensor = 1 << 6
	PLXNonpulsatile          PLXSensor = 1 << 7
	PLXQuestionablePulse     PLXSensor = 1 << 8
	PLXSignalAnalysis        PLXSensor = 1 << 9
	PLXInterference          PLXSensor = 1 << 10
	PLXUnconnected           PLXSensor = 1 << 11
	PLXUnknownSensor         PLXSensor = 1 << 12
	PLXDisplaced             PLXSensor = 1 << 13
	PLXSensorMalfunction     PLXSensor = 1 << 14
	PLXDisconnected          PLXSensor = 1 << 15
)

// quality translates the status bits. "Unavailable" takes the number away,
// "invalid" only condemns it. "Fully qualified" is the absence of a doubt.
func (s PLXStatus) quality() (q vitals.Quality) {
	if s == 0 {
		return 0
	}
	for _, m := range plxStatusQuality {
		if s&m.bits != 0 {
			q |= m.quality
		}
	}
	return q
}

var plxStatusQuality = [...]struct {
	bits    PLXStatus
	quality vitals.Quality
}{
	{PLXOngoing, vitals.Ongoing},
	{PLXEarlyEstimate, vitals.EarlyEstimate},
	{PLXValidated, vitals.Validated},
	{PLXStored, vitals.Stored},
	{PLXDemonstration | PLXTest, vitals.TestData},
	{PLXCalibrating, vitals.Calibrating},
	{PLXUnavailable, vitals.NotAvailable},
	{PLXQuestionable, vitals.Questionable},
	{PLXInvalid, vitals.Invalid},
}

// quality translates the status bits. A longer display update is no doubt.
func (s PLXSensor) quality() (q vitals.Quality) {
	if s == 0 {
		return 0
	}
	for _, m := range plxSensorQuality {
		if s&m.bits != 0 {
			q |= m.quality
		}
	}
	return q
}

var plxSensorQuality = [...]struct {
	bits    PLXSensor
	quality vitals.Quality
}{
	{PLXEquipmentMalfunction | PLXSensorMalfunction, vitals.SensorFault},
	{
		PLXSignalIrregularity | PLXInadequateSignal | PLXPoorSignal | PLXLowPerfusion | PLXErraticSignal | PLXNonpulsatile |
			PLXInterference, vitals.PoorSignal,
	},
	{PLXQuestionablePulse | PLXUnknownSensor, vitals.Questionable},
	{PLXSignalAnalysis, vitals.Ongoing},
	{PLXUnconnected | PLXDisconnected, vitals.NoContact},
	{PLXDisplaced, vitals.BadPosition},
}

// String lists the conditions in words.
func (s PLXStatus) String() string { return att.NamesOf(plxStatusNames[:], uint32(s)) }

// String lists the conditions in words.
func (s PLXSensor) String() string { return att.NamesOf(plxSensorNames[:], uint32(s)) }

var plxStatusNames = [...]string{
	5: "ongoing", 6: "early estimate", 7: "validated", 8: "fully qualified", 9: "stored", 10: "demonstration", 11: "test",
	12: "calibrating", 13: "unavailable", 14: "questionable", 15: "invalid",
}

var plxSensorNames = [...]string{
	"extended display update", "equipment malfunction", "signal irregularity", "inadequate signal", "poor signal", "low perfusion",
	"erratic signal", "nonpulsatile signal", "questionable pulse", "signal analysis", "interference", "unconnected to user",
	"unknown sensor", "sensor displaced", "sensor malfunction", "sensor disconnected",
}

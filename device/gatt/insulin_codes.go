package gatt

import (
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// IDDTherapyState says whether insulin is infused.
type IDDTherapyState uint8

// The states of the therapy.
const (
	IDDTherapyUndetermined IDDTherapyState = 0x0F
	IDDTherapyStop         IDDTherapyState = 0x33
	IDDTherapyPause        IDDTherapyState = 0x3C
	IDDTherapyRun          IDDTherapyState = 0x55
)

var iddTherapyStateNames = map[IDDTherapyState]string{
	IDDTherapyUndetermined: "undetermined",
	IDDTherapyStop:         "stop",
	IDDTherapyPause:        "pause",
	IDDTherapyRun:          "run",
}

// String is the name in words.
func (t IDDTherapyState) String() string { return att.CodeText(iddTherapyStateNames, t) }

// IDDOperationalState says what the pump itself does.
type IDDOperationalState uint8

// The states of the pump.
const (
	IDDOperationalUndetermined IDDOperationalState = 0x0F
	IDDOperationalOff          IDDOperationalState = 0x33
	IDDOperationalStandby      IDDOperationalState = 0x3C
	IDDOperationalPreparing    IDDOperationalState = 0x55
	IDDOperationalPriming      IDDOperationalState = 0x5A
	IDDOperationalWaiting      IDDOperationalState = 0x66
	IDDOperationalReady        IDDOperationalState = 0x96
)

var iddOperationalStateNames = map[IDDOperationalState]string{
	IDDOperationalUndetermined: "undetermined",
	IDDOperationalOff:          "off",
	IDDOperationalStandby:      "standby",
	IDDOperationalPreparing:    "preparing",
	IDDOperationalPriming:      "priming",
	IDDOperationalWaiting:      "waiting",
	IDDOperationalReady:        "ready",
}

// String is the name in words.
func (o IDDOperationalState) String() string { return att.CodeText(iddOperationalStateNames, o) }

// IDDAnnunciationType says what a pump wants to tell.
type IDDAnnunciationType uint16

// The annunciations.
const (
	IDDAnnunciationSystemIssue             IDDAnnunciationType = 0x000F
	IDDAnnunciationMechanicalIssue         IDDAnnunciationType = 0x0033
	IDDAnnunciationOcclusionDetected       IDDAnnunciationType = 0x003C
	IDDAnnunciationReservoirIssue          IDDAnnunciationType = 0x0055
	IDDAnnunciationReservoirEmpty          IDDAnnunciationType = 0x005A
	IDDAnnunciationReservoirLow            IDDAnnunciationType = 0x0066
	IDDAnnunciationPrimingIssue            IDDAnnunciationType = 0x0069
	IDDAnnunciationInfusionSetIncomplete   IDDAnnunciationType = 0x0096
	IDDAnnunciationInfusionSetDetached     IDDAnnunciationType = 0x0099
	IDDAnnunciationPowerSourceInsufficient IDDAnnunciationType = 0x00A5
	IDDAnnunciationBatteryEmpty            IDDAnnunciationType = 0x00AA
	IDDAnnunciationBatteryLow              IDDAnnunciationType = 0x00C3
	IDDAnnunciationBatteryMedium           IDDAnnunciationType = 0x00CC
	IDDAnnunciationBatteryFull             IDDAnnunciationType = 0x00F0
	IDDAnnunciationTemperatureOutOfRange   IDDAnnunciationType = 0x00FF
	IDDAnnunciationAirPressureOutOfRange   IDDAnnunciationType = 0x0303
	IDDAnnunciationBolusCanceled           IDDAnnunciationType = 0x030C
	IDDAnnunciationTBROver                 IDDAnnunciationType = 0x0330
	IDDAnnunciationTBRCanceled             IDDAnnunciationType = 0x033F
	IDDAnnunciationMaxDelivery             IDDAnnunciationType = 0x0356
	IDDAnnunciationDateTimeIssue           IDDAnnunciationType = 0x0359
	IDDAnnunciationTemperature             IDDAnnunciationType = 0x0365
)

var iddAnnunciationTypeNames = map[IDDAnnunciationType]string{
	IDDAnnunciationSystemIssue:             "system issue",
	IDDAnnunciationMechanicalIssue:         "mechanical issue",
	IDDAnnunciationOcclusionDetected:       "occlusion detected",
	IDDAnnunciationReservoirIssue:          "reservoir issue",
	IDDAnnunciationReservoirEmpty:          "reservoir empty",
	IDDAnnunciationReservoirLow:            "reservoir low",
	IDDAnnunciationPrimingIssue:            "priming issue",
	IDDAnnunciationInfusionSetIncomplete:   "infusion set incomplete",
	IDDAnnunciationInfusionSetDetached:     "infusion set detached",
	IDDAnnunciationPowerSourceInsufficient: "power source insufficient",
	IDDAnnunciationBatteryEmpty:            "battery empty",
	IDDAnnunciationBatteryLow:              "battery low",
	IDDAnnunciationBatteryMedium:           "battery medium",
	IDDAnnunciationBatteryFull:             "battery full",
	IDDAnnunciationTemperatureOutOfRange:   "temperature out of range",
	IDDAnnunciationAirPressureOutOfRange:   "air pressure out of range",
	IDDAnnunciationBolusCanceled:           "bolus canceled",
	IDDAnnunciationTBROver:                 "TBR over",
	IDDAnnunciationTBRCanceled:             "TBR canceled",
	IDDAnnunciationMaxDelivery:             "max delivery",
	IDDAnnunciationDateTimeIssue:           "date time issue",
	IDDAnnunciationTemperature:             "temperature",
}

// String is the name in words.
func (a IDDAnnunciationType) String() string { return att.CodeText(iddAnnunciationTypeNames, a) }

// IDDAnnunciationState says what became of an annunciation.
type IDDAnnunciationState uint8

// The states of an annunciation.
const (
	IDDAnnunciationIsUndetermined IDDAnnunciationState = 0x0F
	IDDAnnunciationIsPending      IDDAnnunciationState = 0x33
	IDDAnnunciationIsSnoozed      IDDAnnunciationState = 0x3C
	IDDAnnunciationIsConfirmed    IDDAnnunciationState = 0x55
)

var iddAnnunciationStateNames = map[IDDAnnunciationState]string{
	IDDAnnunciationIsUndetermined: "undetermined",
	IDDAnnunciationIsPending:      "pending",
	IDDAnnunciationIsSnoozed:      "snoozed",
	IDDAnnunciationIsConfirmed:    "confirmed",
}

// String is the name in words.
func (a IDDAnnunciationState) String() string {
	return att.CodeText(iddAnnunciationStateNames, a)
}

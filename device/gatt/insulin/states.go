package insulin

import (
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// TherapyState says whether insulin is infused.
type TherapyState uint8

// The states of the therapy.
const (
	TherapyUndetermined TherapyState = 0x0F
	TherapyStop         TherapyState = 0x33
	TherapyPause        TherapyState = 0x3C
	TherapyRun          TherapyState = 0x55
)

var iddTherapyStateNames = map[TherapyState]string{
	TherapyUndetermined: "undetermined",
	TherapyStop:         "stop",
	TherapyPause:        "pause",
	TherapyRun:          "run",
}

// String is the name in words.
func (t TherapyState) String() string { return att.CodeText(iddTherapyStateNames, t) }

// OperationalState says what the pump itself does.
type OperationalState uint8

// The states of the pump.
const (
	OperationalUndetermined OperationalState = 0x0F
	OperationalOff          OperationalState = 0x33
	OperationalStandby      OperationalState = 0x3C
	OperationalPreparing    OperationalState = 0x55
	OperationalPriming      OperationalState = 0x5A
	OperationalWaiting      OperationalState = 0x66
	OperationalReady        OperationalState = 0x96
)

var iddOperationalStateNames = map[OperationalState]string{
	OperationalUndetermined: "undetermined",
	OperationalOff:          "off",
	OperationalStandby:      "standby",
	OperationalPreparing:    "preparing",
	OperationalPriming:      "priming",
	OperationalWaiting:      "waiting",
	OperationalReady:        "ready",
}

// String is the name in words.
func (o OperationalState) String() string { return att.CodeText(iddOperationalStateNames, o) }

// AnnunciationType says what a pump wants to tell.
type AnnunciationType uint16

// The annunciations.
const (
	AnnunciationSystemIssue             AnnunciationType = 0x000F
	AnnunciationMechanicalIssue         AnnunciationType = 0x0033
	AnnunciationOcclusionDetected       AnnunciationType = 0x003C
	AnnunciationReservoirIssue          AnnunciationType = 0x0055
	AnnunciationReservoirEmpty          AnnunciationType = 0x005A
	AnnunciationReservoirLow            AnnunciationType = 0x0066
	AnnunciationPrimingIssue            AnnunciationType = 0x0069
	AnnunciationInfusionSetIncomplete   AnnunciationType = 0x0096
	AnnunciationInfusionSetDetached     AnnunciationType = 0x0099
	AnnunciationPowerSourceInsufficient AnnunciationType = 0x00A5
	AnnunciationBatteryEmpty            AnnunciationType = 0x00AA
	AnnunciationBatteryLow              AnnunciationType = 0x00C3
	AnnunciationBatteryMedium           AnnunciationType = 0x00CC
	AnnunciationBatteryFull             AnnunciationType = 0x00F0
	AnnunciationTemperatureOutOfRange   AnnunciationType = 0x00FF
	AnnunciationAirPressureOutOfRange   AnnunciationType = 0x0303
	AnnunciationBolusCanceled           AnnunciationType = 0x030C
	AnnunciationTBROver                 AnnunciationType = 0x0330
	AnnunciationTBRCanceled             AnnunciationType = 0x033F
	AnnunciationMaxDelivery             AnnunciationType = 0x0356
	AnnunciationDateTimeIssue           AnnunciationType = 0x0359
	AnnunciationTemperature             AnnunciationType = 0x0365
)

var iddAnnunciationTypeNames = map[AnnunciationType]string{
	AnnunciationSystemIssue:             "system issue",
	AnnunciationMechanicalIssue:         "mechanical issue",
	AnnunciationOcclusionDetected:       "occlusion detected",
	AnnunciationReservoirIssue:          "reservoir issue",
	AnnunciationReservoirEmpty:          "reservoir empty",
	AnnunciationReservoirLow:            "reservoir low",
	AnnunciationPrimingIssue:            "priming issue",
	AnnunciationInfusionSetIncomplete:   "infusion set incomplete",
	AnnunciationInfusionSetDetached:     "infusion set detached",
	AnnunciationPowerSourceInsufficient: "power source insufficient",
	AnnunciationBatteryEmpty:            "battery empty",
	AnnunciationBatteryLow:              "battery low",
	AnnunciationBatteryMedium:           "battery medium",
	AnnunciationBatteryFull:             "battery full",
	AnnunciationTemperatureOutOfRange:   "temperature out of range",
	AnnunciationAirPressureOutOfRange:   "air pressure out of range",
	AnnunciationBolusCanceled:           "bolus canceled",
	AnnunciationTBROver:                 "TBR over",
	AnnunciationTBRCanceled:             "TBR canceled",
	AnnunciationMaxDelivery:             "max delivery",
	AnnunciationDateTimeIssue:           "date time issue",
	AnnunciationTemperature:             "temperature",
}

// String is the name in words.
func (a AnnunciationType) String() string { return att.CodeText(iddAnnunciationTypeNames, a) }

// AnnunciationState says what became of an annunciation.
type AnnunciationState uint8

// The states of an annunciation.
const (
	AnnunciationIsUndetermined AnnunciationState = 0x0F
	AnnunciationIsPending      AnnunciationState = 0x33
	AnnunciationIsSnoozed      AnnunciationState = 0x3C
	AnnunciationIsConfirmed    AnnunciationState = 0x55
)

var iddAnnunciationStateNames = map[AnnunciationState]string{
	AnnunciationIsUndetermined: "undetermined",
	AnnunciationIsPending:      "pending",
	AnnunciationIsSnoozed:      "snoozed",
	AnnunciationIsConfirmed:    "confirmed",
}

// String is the name in words.
func (a AnnunciationState) String() string {
	return att.CodeText(iddAnnunciationStateNames, a)
}

package gatt

import (
	"slices"
	"strconv"
)

// The numbers of the Insulin Delivery Service 1.0 differ from one another in
// several bits, so that a bit that flips makes no other number of the list.
//
// single-source layout, all lists: bluetooth-sig-python@27bdb3d. The states and
// annunciations also stand, equal, in ehealthinnovation/BLEIDSSim.

// codeName is one row of a list of numbers and their names, sorted by number.
type codeName struct {
	code uint16
	name string
}

func findCode(rows []codeName, code uint16) (name string, ok bool) {
	i, ok := slices.BinarySearchFunc(rows, code, func(row codeName, code uint16) int { return int(row.code) - int(code) })
	if !ok {
		return "", false
	}
	return rows[i].name, true
}

func codeText(rows []codeName, code uint16) string {
	if name, ok := findCode(rows, code); ok {
		return name
	}
	return "reserved 0x" + strconv.FormatUint(uint64(code), 16)
}

// IDDTherapyState says whether insulin is infused.
type IDDTherapyState uint8

// The states of the therapy.
const (
	IDDTherapyUndetermined IDDTherapyState = 0x0F
	IDDTherapyStop         IDDTherapyState = 0x33
	IDDTherapyPause        IDDTherapyState = 0x3C
	IDDTherapyRun          IDDTherapyState = 0x55
)

var iddTherapyStateNames = [...]codeName{
	{uint16(IDDTherapyUndetermined), "undetermined"},
	{uint16(IDDTherapyStop), "stop"},
	{uint16(IDDTherapyPause), "pause"},
	{uint16(IDDTherapyRun), "run"},
}

// String is the name in words.
func (t IDDTherapyState) String() string { return codeText(iddTherapyStateNames[:], uint16(t)) }

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

var iddOperationalStateNames = [...]codeName{
	{uint16(IDDOperationalUndetermined), "undetermined"},
	{uint16(IDDOperationalOff), "off"},
	{uint16(IDDOperationalStandby), "standby"},
	{uint16(IDDOperationalPreparing), "preparing"},
	{uint16(IDDOperationalPriming), "priming"},
	{uint16(IDDOperationalWaiting), "waiting"},
	{uint16(IDDOperationalReady), "ready"},
}

// String is the name in words.
func (o IDDOperationalState) String() string { return codeText(iddOperationalStateNames[:], uint16(o)) }

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

var iddAnnunciationTypeNames = [...]codeName{
	{uint16(IDDAnnunciationSystemIssue), "system issue"},
	{uint16(IDDAnnunciationMechanicalIssue), "mechanical issue"},
	{uint16(IDDAnnunciationOcclusionDetected), "occlusion detected"},
	{uint16(IDDAnnunciationReservoirIssue), "reservoir issue"},
	{uint16(IDDAnnunciationReservoirEmpty), "reservoir empty"},
	{uint16(IDDAnnunciationReservoirLow), "reservoir low"},
	{uint16(IDDAnnunciationPrimingIssue), "priming issue"},
	{uint16(IDDAnnunciationInfusionSetIncomplete), "infusion set incomplete"},
	{uint16(IDDAnnunciationInfusionSetDetached), "infusion set detached"},
	{uint16(IDDAnnunciationPowerSourceInsufficient), "power source insufficient"},
	{uint16(IDDAnnunciationBatteryEmpty), "battery empty"},
	{uint16(IDDAnnunciationBatteryLow), "battery low"},
	{uint16(IDDAnnunciationBatteryMedium), "battery medium"},
	{uint16(IDDAnnunciationBatteryFull), "battery full"},
	{uint16(IDDAnnunciationTemperatureOutOfRange), "temperature out of range"},
	{uint16(IDDAnnunciationAirPressureOutOfRange), "air pressure out of range"},
	{uint16(IDDAnnunciationBolusCanceled), "bolus canceled"},
	{uint16(IDDAnnunciationTBROver), "TBR over"},
	{uint16(IDDAnnunciationTBRCanceled), "TBR canceled"},
	{uint16(IDDAnnunciationMaxDelivery), "max delivery"},
	{uint16(IDDAnnunciationDateTimeIssue), "date time issue"},
	{uint16(IDDAnnunciationTemperature), "temperature"},
}

// String is the name in words.
func (a IDDAnnunciationType) String() string { return codeText(iddAnnunciationTypeNames[:], uint16(a)) }

// IDDAnnunciationState says what became of an annunciation.
type IDDAnnunciationState uint8

// The states of an annunciation.
const (
	IDDAnnunciationIsUndetermined IDDAnnunciationState = 0x0F
	IDDAnnunciationIsPending      IDDAnnunciationState = 0x33
	IDDAnnunciationIsSnoozed      IDDAnnunciationState = 0x3C
	IDDAnnunciationIsConfirmed    IDDAnnunciationState = 0x55
)

var iddAnnunciationStateNames = [...]codeName{
	{uint16(IDDAnnunciationIsUndetermined), "undetermined"},
	{uint16(IDDAnnunciationIsPending), "pending"},
	{uint16(IDDAnnunciationIsSnoozed), "snoozed"},
	{uint16(IDDAnnunciationIsConfirmed), "confirmed"},
}

// String is the name in words.
func (a IDDAnnunciationState) String() string {
	return codeText(iddAnnunciationStateNames[:], uint16(a))
}

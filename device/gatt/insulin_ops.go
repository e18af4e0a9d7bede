package gatt

// IDDReaderOp is an op code of the status reader control point.
type IDDReaderOp uint16

// The op codes of the status reader.
const (
	IDDReaderResponseCode                       IDDReaderOp = 0x0303
	IDDReaderResetStatus                        IDDReaderOp = 0x030C
	IDDReaderGetActiveBolusIDs                  IDDReaderOp = 0x0330
	IDDReaderGetActiveBolusIDsResponse          IDDReaderOp = 0x033F
	IDDReaderGetActiveBolusDelivery             IDDReaderOp = 0x0356
	IDDReaderGetActiveBolusDeliveryResponse     IDDReaderOp = 0x0359
	IDDReaderGetActiveBasalRateDelivery         IDDReaderOp = 0x0365
	IDDReaderGetActiveBasalRateDeliveryResponse IDDReaderOp = 0x036A
	IDDReaderGetTotalDailyInsulinStatus         IDDReaderOp = 0x0395
	IDDReaderGetTotalDailyInsulinStatusResponse IDDReaderOp = 0x039A
	IDDReaderGetCounter                         IDDReaderOp = 0x03A6
	IDDReaderGetCounterResponse                 IDDReaderOp = 0x03A9
	IDDReaderGetDeliveredInsulin                IDDReaderOp = 0x03C0
	IDDReaderGetDeliveredInsulinResponse        IDDReaderOp = 0x03CF
	IDDReaderGetInsulinOnBoard                  IDDReaderOp = 0x03F3
	IDDReaderGetInsulinOnBoardResponse          IDDReaderOp = 0x03FC
)

var iddReaderOpNames = [...]codeName{
	{uint16(IDDReaderResponseCode), "response code"},
	{uint16(IDDReaderResetStatus), "reset status"},
	{uint16(IDDReaderGetActiveBolusIDs), "get active bolus IDs"},
	{uint16(IDDReaderGetActiveBolusIDsResponse), "get active bolus IDs response"},
	{uint16(IDDReaderGetActiveBolusDelivery), "get active bolus delivery"},
	{uint16(IDDReaderGetActiveBolusDeliveryResponse), "get active bolus delivery response"},
	{uint16(IDDReaderGetActiveBasalRateDelivery), "get active basal rate delivery"},
	{uint16(IDDReaderGetActiveBasalRateDeliveryResponse), "get active basal rate delivery response"},
	{uint16(IDDReaderGetTotalDailyInsulinStatus), "get total daily insulin status"},
	{uint16(IDDReaderGetTotalDailyInsulinStatusResponse), "get total daily insulin status response"},
	{uint16(IDDReaderGetCounter), "get counter"},
	{uint16(IDDReaderGetCounterResponse), "get counter response"},
	{uint16(IDDReaderGetDeliveredInsulin), "get delivered insulin"},
	{uint16(IDDReaderGetDeliveredInsulinResponse), "get delivered insulin response"},
	{uint16(IDDReaderGetInsulinOnBoard), "get insulin on board"},
	{uint16(IDDReaderGetInsulinOnBoardResponse), "get insulin on board response"},
}

// String is the name in words.
func (r IDDReaderOp) String() string { return codeText(iddReaderOpNames[:], uint16(r)) }

// IDDCommandOp is an op code of the command control point.
type IDDCommandOp uint16

// The op codes of the command control point.
const (
	IDDCommandResponseCode                                   IDDCommandOp = 0x0F55
	IDDCommandSetTherapyControlState                         IDDCommandOp = 0x0F5A
	IDDCommandSetFlightMode                                  IDDCommandOp = 0x0F66
	IDDCommandSnoozeAnnunciation                             IDDCommandOp = 0x0F69
	IDDCommandSnoozeAnnunciationResponse                     IDDCommandOp = 0x0F96
	IDDCommandConfirmAnnunciation                            IDDCommandOp = 0x0F99
	IDDCommandConfirmAnnunciationResponse                    IDDCommandOp = 0x0FA5
	IDDCommandReadBasalRateProfileTemplate                   IDDCommandOp = 0x0FAA
	IDDCommandReadBasalRateProfileTemplateResponse           IDDCommandOp = 0x0FC3
	IDDCommandWriteBasalRateProfileTemplate                  IDDCommandOp = 0x0FCC
	IDDCommandWriteBasalRateProfileTemplateResponse          IDDCommandOp = 0x0FF0
	IDDCommandSetTBRAdjustment                               IDDCommandOp = 0x0FFF
	IDDCommandCancelTBRAdjustment                            IDDCommandOp = 0x1111
	IDDCommandGetTBRTemplate                                 IDDCommandOp = 0x111E
	IDDCommandGetTBRTemplateResponse                         IDDCommandOp = 0x1122
	IDDCommandSetTBRTemplate                                 IDDCommandOp = 0x112D
	IDDCommandSetTBRTemplateResponse                         IDDCommandOp = 0x1144
	IDDCommandSetBolus                                       IDDCommandOp = 0x114B
	IDDCommandSetBolusResponse                               IDDCommandOp = 0x1177
	IDDCommandCancelBolus                                    IDDCommandOp = 0x11A4
	IDDCommandGetAvailableBolusesResponse                    IDDCommandOp = 0x11B4
	IDDCommandGetBolusTemplate                               IDDCommandOp = 0x11BB
	IDDCommandGetAvailableBoluses                            IDDCommandOp = 0x11C3
	IDDCommandGetBolusTemplateResponse                       IDDCommandOp = 0x11D2
	IDDCommandSetBolusTemplate                               IDDCommandOp = 0x11DD
	IDDCommandSetBolusTemplateResponse                       IDDCommandOp = 0x11E1
	IDDCommandGetTemplateStatusAndDetails                    IDDCommandOp = 0x11EE
	IDDCommandGetTemplateStatusAndDetailsResponse            IDDCommandOp = 0x1212
	IDDCommandResetTemplateStatus                            IDDCommandOp = 0x121D
	IDDCommandResetTemplateStatusResponse                    IDDCommandOp = 0x1221
	IDDCommandActivateProfileTemplates                       IDDCommandOp = 0x122E
	IDDCommandActivateProfileTemplatesResponse               IDDCommandOp = 0x1247
	IDDCommandGetActivatedProfileTemplates                   IDDCommandOp = 0x1248
	IDDCommandGetActivatedProfileTemplatesResponse           IDDCommandOp = 0x1274
	IDDCommandStartPriming                                   IDDCommandOp = 0x127B
	IDDCommandStopPriming                                    IDDCommandOp = 0x1284
	IDDCommandSetInitialReservoirFillLevel                   IDDCommandOp = 0x128B
	IDDCommandResetReservoirInsulinOperationTime             IDDCommandOp = 0x12B7
	IDDCommandReadISFProfileTemplate                         IDDCommandOp = 0x12B8
	IDDCommandReadISFProfileTemplateResponse                 IDDCommandOp = 0x12D1
	IDDCommandWriteISFProfileTemplate                        IDDCommandOp = 0x12DE
	IDDCommandWriteISFProfileTemplateResponse                IDDCommandOp = 0x12E2
	IDDCommandReadI2CHORatioProfileTemplate                  IDDCommandOp = 0x12ED
	IDDCommandReadI2CHORatioProfileTemplateResponse          IDDCommandOp = 0x1414
	IDDCommandWriteI2CHORatioProfileTemplate                 IDDCommandOp = 0x141B
	IDDCommandWriteI2CHORatioProfileTemplateResponse         IDDCommandOp = 0x1427
	IDDCommandReadTargetGlucoseRangeProfileTemplate          IDDCommandOp = 0x1428
	IDDCommandReadTargetGlucoseRangeProfileTemplateResponse  IDDCommandOp = 0x1441
	IDDCommandWriteTargetGlucoseRangeProfileTemplate         IDDCommandOp = 0x144E
	IDDCommandWriteTargetGlucoseRangeProfileTemplateResponse IDDCommandOp = 0x1472
	IDDCommandGetMaxBolusAmount                              IDDCommandOp = 0x147D
	IDDCommandGetMaxBolusAmountResponse                      IDDCommandOp = 0x1482
	IDDCommandSetMaxBolusAmount                              IDDCommandOp = 0x148D
)

var iddCommandOpNames = [...]codeName{
	{uint16(IDDCommandResponseCode), "response code"},
	{uint16(IDDCommandSetTherapyControlState), "set therapy control state"},
	{uint16(IDDCommandSetFlightMode), "set flight mode"},
	{uint16(IDDCommandSnoozeAnnunciation), "snooze annunciation"},
	{uint16(IDDCommandSnoozeAnnunciationResponse), "snooze annunciation response"},
	{uint16(IDDCommandConfirmAnnunciation), "confirm annunciation"},
	{uint16(IDDCommandConfirmAnnunciationResponse), "confirm annunciation response"},
	{uint16(IDDCommandReadBasalRateProfileTemplate), "read basal rate profile template"},
	{uint16(IDDCommandReadBasalRateProfileTemplateResponse), "read basal rate profile template response"},
	{uint16(IDDCommandWriteBasalRateProfileTemplate), "write basal rate profile template"},
	{uint16(IDDCommandWriteBasalRateProfileTemplateResponse), "write basal rate profile template response"},
	{uint16(IDDCommandSetTBRAdjustment), "set TBR adjustment"},
	{uint16(IDDCommandCancelTBRAdjustment), "cancel TBR adjustment"},
	{uint16(IDDCommandGetTBRTemplate), "get TBR template"},
	{uint16(IDDCommandGetTBRTemplateResponse), "get TBR template response"},
	{uint16(IDDCommandSetTBRTemplate), "set TBR template"},
	{uint16(IDDCommandSetTBRTemplateResponse), "set TBR template response"},
	{uint16(IDDCommandSetBolus), "set bolus"},
	{uint16(IDDCommandSetBolusResponse), "set bolus response"},
	{uint16(IDDCommandCancelBolus), "cancel bolus"},
	{uint16(IDDCommandGetAvailableBolusesResponse), "get available boluses response"},
	{uint16(IDDCommandGetBolusTemplate), "get bolus template"},
	{uint16(IDDCommandGetAvailableBoluses), "get available boluses"},
	{uint16(IDDCommandGetBolusTemplateResponse), "get bolus template response"},
	{uint16(IDDCommandSetBolusTemplate), "set bolus template"},
	{uint16(IDDCommandSetBolusTemplateResponse), "set bolus template response"},
	{uint16(IDDCommandGetTemplateStatusAndDetails), "get template status and details"},
	{uint16(IDDCommandGetTemplateStatusAndDetailsResponse), "get template status and details response"},
	{uint16(IDDCommandResetTemplateStatus), "reset template status"},
	{uint16(IDDCommandResetTemplateStatusResponse), "reset template status response"},
	{uint16(IDDCommandActivateProfileTemplates), "activate profile templates"},
	{uint16(IDDCommandActivateProfileTemplatesResponse), "activate profile templates response"},
	{uint16(IDDCommandGetActivatedProfileTemplates), "get activated profile templates"},
	{uint16(IDDCommandGetActivatedProfileTemplatesResponse), "get activated profile templates response"},
	{uint16(IDDCommandStartPriming), "start priming"},
	{uint16(IDDCommandStopPriming), "stop priming"},
	{uint16(IDDCommandSetInitialReservoirFillLevel), "set initial reservoir fill level"},
	{uint16(IDDCommandResetReservoirInsulinOperationTime), "reset reservoir insulin operation time"},
	{uint16(IDDCommandReadISFProfileTemplate), "read ISF profile template"},
	{uint16(IDDCommandReadISFProfileTemplateResponse), "read ISF profile template response"},
	{uint16(IDDCommandWriteISFProfileTemplate), "write ISF profile template"},
	{uint16(IDDCommandWriteISFProfileTemplateResponse), "write ISF profile template response"},
	{uint16(IDDCommandReadI2CHORatioProfileTemplate), "read I:CHO ratio profile template"},
	{uint16(IDDCommandReadI2CHORatioProfileTemplateResponse), "read I:CHO ratio profile template response"},
	{uint16(IDDCommandWriteI2CHORatioProfileTemplate), "write I:CHO ratio profile template"},
	{uint16(IDDCommandWriteI2CHORatioProfileTemplateResponse), "write I:CHO ratio profile template response"},
	{uint16(IDDCommandReadTargetGlucoseRangeProfileTemplate), "read target glucose range profile template"},
	{uint16(IDDCommandReadTargetGlucoseRangeProfileTemplateResponse), "read target glucose range profile template response"},
	{uint16(IDDCommandWriteTargetGlucoseRangeProfileTemplate), "write target glucose range profile template"},
	{uint16(IDDCommandWriteTargetGlucoseRangeProfileTemplateResponse), "write target glucose range profile template response"},
	{uint16(IDDCommandGetMaxBolusAmount), "get max bolus amount"},
	{uint16(IDDCommandGetMaxBolusAmountResponse), "get max bolus amount response"},
	{uint16(IDDCommandSetMaxBolusAmount), "set max bolus amount"},
}

// String is the name in words.
func (c IDDCommandOp) String() string { return codeText(iddCommandOpNames[:], uint16(c)) }

// IDDResponse is how a pump answers a control point. The last two belong to the
// command control point alone.
type IDDResponse uint8

// The answers.
const (
	IDDResponseSuccess                   IDDResponse = 0x0F
	IDDResponseOpCodeNotSupported        IDDResponse = 0x70
	IDDResponseInvalidOperand            IDDResponse = 0x71
	IDDResponseProcedureNotCompleted     IDDResponse = 0x72
	IDDResponseParameterOutOfRange       IDDResponse = 0x73
	IDDResponseProcedureNotApplicable    IDDResponse = 0x74
	IDDResponsePlausibilityCheckFailed   IDDResponse = 0x75
	IDDResponseMaximumBolusNumberReached IDDResponse = 0x76
)

var iddResponseNames = [...]codeName{
	{uint16(IDDResponseSuccess), "success"},
	{uint16(IDDResponseOpCodeNotSupported), "op code not supported"},
	{uint16(IDDResponseInvalidOperand), "invalid operand"},
	{uint16(IDDResponseProcedureNotCompleted), "procedure not completed"},
	{uint16(IDDResponseParameterOutOfRange), "parameter out of range"},
	{uint16(IDDResponseProcedureNotApplicable), "procedure not applicable"},
	{uint16(IDDResponsePlausibilityCheckFailed), "plausibility check failed"},
	{uint16(IDDResponseMaximumBolusNumberReached), "maximum bolus number reached"},
}

// String is the name in words.
func (r IDDResponse) String() string { return codeText(iddResponseNames[:], uint16(r)) }

// IDDRecordOp is an op code of the record access control point of a pump.
type IDDRecordOp uint8

// The op codes of record access.
const (
	IDDRecordResponseCode                  IDDRecordOp = 0x0F
	IDDRecordReportStoredRecords           IDDRecordOp = 0x33
	IDDRecordDeleteStoredRecords           IDDRecordOp = 0x3C
	IDDRecordAbortOperation                IDDRecordOp = 0x55
	IDDRecordReportNumberOfStoredRecords   IDDRecordOp = 0x5A
	IDDRecordNumberOfStoredRecordsResponse IDDRecordOp = 0x66
)

var iddRecordOpNames = [...]codeName{
	{uint16(IDDRecordResponseCode), "response code"},
	{uint16(IDDRecordReportStoredRecords), "report stored records"},
	{uint16(IDDRecordDeleteStoredRecords), "delete stored records"},
	{uint16(IDDRecordAbortOperation), "abort operation"},
	{uint16(IDDRecordReportNumberOfStoredRecords), "report number of stored records"},
	{uint16(IDDRecordNumberOfStoredRecordsResponse), "number of stored records response"},
}

// String is the name in words.
func (r IDDRecordOp) String() string { return codeText(iddRecordOpNames[:], uint16(r)) }

// IDDRecordOperator says which records are meant.
type IDDRecordOperator uint8

// The operators.
const (
	IDDOperatorNull               IDDRecordOperator = 0x0F
	IDDOperatorAllRecords         IDDRecordOperator = 0x33
	IDDOperatorLessThanOrEqual    IDDRecordOperator = 0x3C
	IDDOperatorGreaterThanOrEqual IDDRecordOperator = 0x55
	IDDOperatorRangeInclusive     IDDRecordOperator = 0x5A
	IDDOperatorFirstRecord        IDDRecordOperator = 0x66
	IDDOperatorLastRecord         IDDRecordOperator = 0x69
)

var iddRecordOperatorNames = [...]codeName{
	{uint16(IDDOperatorNull), "null"},
	{uint16(IDDOperatorAllRecords), "all records"},
	{uint16(IDDOperatorLessThanOrEqual), "less than or equal"},
	{uint16(IDDOperatorGreaterThanOrEqual), "greater than or equal"},
	{uint16(IDDOperatorRangeInclusive), "range inclusive"},
	{uint16(IDDOperatorFirstRecord), "first record"},
	{uint16(IDDOperatorLastRecord), "last record"},
}

// String is the name in words.
func (r IDDRecordOperator) String() string { return codeText(iddRecordOperatorNames[:], uint16(r)) }

// IDDRecordResponse is how a pump answers record access.
type IDDRecordResponse uint8

// The answers of record access.
const (
	IDDRecordsUnsupportedOperator    IDDRecordResponse = 0x02
	IDDRecordsInvalidOperator        IDDRecordResponse = 0x03
	IDDRecordsUnsupportedOperand     IDDRecordResponse = 0x04
	IDDRecordsInvalidOperand         IDDRecordResponse = 0x05
	IDDRecordsUnclearOperator        IDDRecordResponse = 0x06
	IDDRecordsProcedureNotApplicable IDDRecordResponse = 0x0A
	IDDRecordsSuccess                IDDRecordResponse = 0xF0
)

var iddRecordResponseNames = [...]codeName{
	{uint16(IDDRecordsUnsupportedOperator), "unsupported operator"},
	{uint16(IDDRecordsInvalidOperator), "invalid operator"},
	{uint16(IDDRecordsUnsupportedOperand), "unsupported operand"},
	{uint16(IDDRecordsInvalidOperand), "invalid operand"},
	{uint16(IDDRecordsUnclearOperator), "unclear operator"},
	{uint16(IDDRecordsProcedureNotApplicable), "procedure not applicable"},
	{uint16(IDDRecordsSuccess), "success"},
}

// String is the name in words.
func (r IDDRecordResponse) String() string { return codeText(iddRecordResponseNames[:], uint16(r)) }

// IDDEvent is the type of an entry in the history of a pump. 0xF000 to 0xFFF0
// belong to manufacturers.
type IDDEvent uint16

// The events.
const (
	IDDEventReferenceTime                                     IDDEvent = 0x000F
	IDDEventReferenceTimeBaseOffset                           IDDEvent = 0x0033
	IDDEventBolusCalculatedPart1                              IDDEvent = 0x003C
	IDDEventBolusCalculatedPart2                              IDDEvent = 0x0055
	IDDEventBolusProgrammedPart1                              IDDEvent = 0x005A
	IDDEventBolusProgrammedPart2                              IDDEvent = 0x0066
	IDDEventBolusDeliveredPart1                               IDDEvent = 0x0069
	IDDEventBolusDeliveredPart2                               IDDEvent = 0x0096
	IDDEventDeliveredBasalRateChanged                         IDDEvent = 0x0099
	IDDEventTBRAdjustmentStarted                              IDDEvent = 0x00A5
	IDDEventTBRAdjustmentEnded                                IDDEvent = 0x00AA
	IDDEventTBRAdjustmentChanged                              IDDEvent = 0x00C3
	IDDEventProfileTemplateActivated                          IDDEvent = 0x00CC
	IDDEventBasalRateProfileTemplateTimeBlockChanged          IDDEvent = 0x00F0
	IDDEventTotalDailyInsulinDelivery                         IDDEvent = 0x00FF
	IDDEventTherapyControlStateChanged                        IDDEvent = 0x0303
	IDDEventOperationalStateChanged                           IDDEvent = 0x030C
	IDDEventReservoirRemainingAmountChanged                   IDDEvent = 0x0330
	IDDEventAnnunciationStatusChangedPart1                    IDDEvent = 0x033F
	IDDEventAnnunciationStatusChangedPart2                    IDDEvent = 0x0356
	IDDEventISFProfileTemplateTimeBlockChanged                IDDEvent = 0x0359
	IDDEventI2CHORatioProfileTemplateTimeBlockChanged         IDDEvent = 0x0365
	IDDEventTargetGlucoseRangeProfileTemplateTimeBlockChanged IDDEvent = 0x036A
	IDDEventPrimingStarted                                    IDDEvent = 0x0395
	IDDEventPrimingDone                                       IDDEvent = 0x039A
	IDDEventDataCorruption                                    IDDEvent = 0x03A6
	IDDEventPointerEvent                                      IDDEvent = 0x03A9
	IDDEventBolusTemplateChangedPart1                         IDDEvent = 0x03C0
	IDDEventBolusTemplateChangedPart2                         IDDEvent = 0x03CF
	IDDEventTBRTemplateChanged                                IDDEvent = 0x03F3
	IDDEventMaxBolusAmountChanged                             IDDEvent = 0x03FC
)

var iddEventNames = [...]codeName{
	{uint16(IDDEventReferenceTime), "reference time"},
	{uint16(IDDEventReferenceTimeBaseOffset), "reference time base offset"},
	{uint16(IDDEventBolusCalculatedPart1), "bolus calculated part 1"},
	{uint16(IDDEventBolusCalculatedPart2), "bolus calculated part 2"},
	{uint16(IDDEventBolusProgrammedPart1), "bolus programmed part 1"},
	{uint16(IDDEventBolusProgrammedPart2), "bolus programmed part 2"},
	{uint16(IDDEventBolusDeliveredPart1), "bolus delivered part 1"},
	{uint16(IDDEventBolusDeliveredPart2), "bolus delivered part 2"},
	{uint16(IDDEventDeliveredBasalRateChanged), "delivered basal rate changed"},
	{uint16(IDDEventTBRAdjustmentStarted), "TBR adjustment started"},
	{uint16(IDDEventTBRAdjustmentEnded), "TBR adjustment ended"},
	{uint16(IDDEventTBRAdjustmentChanged), "TBR adjustment changed"},
	{uint16(IDDEventProfileTemplateActivated), "profile template activated"},
	{uint16(IDDEventBasalRateProfileTemplateTimeBlockChanged), "basal rate profile template time block changed"},
	{uint16(IDDEventTotalDailyInsulinDelivery), "total daily insulin delivery"},
	{uint16(IDDEventTherapyControlStateChanged), "therapy control state changed"},
	{uint16(IDDEventOperationalStateChanged), "operational state changed"},
	{uint16(IDDEventReservoirRemainingAmountChanged), "reservoir remaining amount changed"},
	{uint16(IDDEventAnnunciationStatusChangedPart1), "annunciation status changed part 1"},
	{uint16(IDDEventAnnunciationStatusChangedPart2), "annunciation status changed part 2"},
	{uint16(IDDEventISFProfileTemplateTimeBlockChanged), "ISF profile template time block changed"},
	{uint16(IDDEventI2CHORatioProfileTemplateTimeBlockChanged), "I:CHO ratio profile template time block changed"},
	{uint16(IDDEventTargetGlucoseRangeProfileTemplateTimeBlockChanged), "target glucose range profile template time block changed"},
	{uint16(IDDEventPrimingStarted), "priming started"},
	{uint16(IDDEventPrimingDone), "priming done"},
	{uint16(IDDEventDataCorruption), "data corruption"},
	{uint16(IDDEventPointerEvent), "pointer event"},
	{uint16(IDDEventBolusTemplateChangedPart1), "bolus template changed part 1"},
	{uint16(IDDEventBolusTemplateChangedPart2), "bolus template changed part 2"},
	{uint16(IDDEventTBRTemplateChanged), "TBR template changed"},
	{uint16(IDDEventMaxBolusAmountChanged), "max bolus amount changed"},
}

// String is the name in words.
func (e IDDEvent) String() string { return codeText(iddEventNames[:], uint16(e)) }

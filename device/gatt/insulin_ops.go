package gatt

import "github.com/telemed-go/sdk/device/gatt/internal/att"

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

var iddReaderOpNames = map[IDDReaderOp]string{
	IDDReaderResponseCode:                       "response code",
	IDDReaderResetStatus:                        "reset status",
	IDDReaderGetActiveBolusIDs:                  "get active bolus IDs",
	IDDReaderGetActiveBolusIDsResponse:          "get active bolus IDs response",
	IDDReaderGetActiveBolusDelivery:             "get active bolus delivery",
	IDDReaderGetActiveBolusDeliveryResponse:     "get active bolus delivery response",
	IDDReaderGetActiveBasalRateDelivery:         "get active basal rate delivery",
	IDDReaderGetActiveBasalRateDeliveryResponse: "get active basal rate delivery response",
	IDDReaderGetTotalDailyInsulinStatus:         "get total daily insulin status",
	IDDReaderGetTotalDailyInsulinStatusResponse: "get total daily insulin status response",
	IDDReaderGetCounter:                         "get counter",
	IDDReaderGetCounterResponse:                 "get counter response",
	IDDReaderGetDeliveredInsulin:                "get delivered insulin",
	IDDReaderGetDeliveredInsulinResponse:        "get delivered insulin response",
	IDDReaderGetInsulinOnBoard:                  "get insulin on board",
	IDDReaderGetInsulinOnBoardResponse:          "get insulin on board response",
}

// String is the name in words.
func (r IDDReaderOp) String() string { return att.CodeText(iddReaderOpNames, r) }

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

var iddCommandOpNames = map[IDDCommandOp]string{
	IDDCommandResponseCode:                                   "response code",
	IDDCommandSetTherapyControlState:                         "set therapy control state",
	IDDCommandSetFlightMode:                                  "set flight mode",
	IDDCommandSnoozeAnnunciation:                             "snooze annunciation",
	IDDCommandSnoozeAnnunciationResponse:                     "snooze annunciation response",
	IDDCommandConfirmAnnunciation:                            "confirm annunciation",
	IDDCommandConfirmAnnunciationResponse:                    "confirm annunciation response",
	IDDCommandReadBasalRateProfileTemplate:                   "read basal rate profile template",
	IDDCommandReadBasalRateProfileTemplateResponse:           "read basal rate profile template response",
	IDDCommandWriteBasalRateProfileTemplate:                  "write basal rate profile template",
	IDDCommandWriteBasalRateProfileTemplateResponse:          "write basal rate profile template response",
	IDDCommandSetTBRAdjustment:                               "set TBR adjustment",
	IDDCommandCancelTBRAdjustment:                            "cancel TBR adjustment",
	IDDCommandGetTBRTemplate:                                 "get TBR template",
	IDDCommandGetTBRTemplateResponse:                         "get TBR template response",
	IDDCommandSetTBRTemplate:                                 "set TBR template",
	IDDCommandSetTBRTemplateResponse:                         "set TBR template response",
	IDDCommandSetBolus:                                       "set bolus",
	IDDCommandSetBolusResponse:                               "set bolus response",
	IDDCommandCancelBolus:                                    "cancel bolus",
	IDDCommandGetAvailableBolusesResponse:                    "get available boluses response",
	IDDCommandGetBolusTemplate:                               "get bolus template",
	IDDCommandGetAvailableBoluses:                            "get available boluses",
	IDDCommandGetBolusTemplateResponse:                       "get bolus template response",
	IDDCommandSetBolusTemplate:                               "set bolus template",
	IDDCommandSetBolusTemplateResponse:                       "set bolus template response",
	IDDCommandGetTemplateStatusAndDetails:                    "get template status and details",
	IDDCommandGetTemplateStatusAndDetailsResponse:            "get template status and details response",
	IDDCommandResetTemplateStatus:                            "reset template status",
	IDDCommandResetTemplateStatusResponse:                    "reset template status response",
	IDDCommandActivateProfileTemplates:                       "activate profile templates",
	IDDCommandActivateProfileTemplatesResponse:               "activate profile templates response",
	IDDCommandGetActivatedProfileTemplates:                   "get activated profile templates",
	IDDCommandGetActivatedProfileTemplatesResponse:           "get activated profile templates response",
	IDDCommandStartPriming:                                   "start priming",
	IDDCommandStopPriming:                                    "stop priming",
	IDDCommandSetInitialReservoirFillLevel:                   "set initial reservoir fill level",
	IDDCommandResetReservoirInsulinOperationTime:             "reset reservoir insulin operation time",
	IDDCommandReadISFProfileTemplate:                         "read ISF profile template",
	IDDCommandReadISFProfileTemplateResponse:                 "read ISF profile template response",
	IDDCommandWriteISFProfileTemplate:                        "write ISF profile template",
	IDDCommandWriteISFProfileTemplateResponse:                "write ISF profile template response",
	IDDCommandReadI2CHORatioProfileTemplate:                  "read I:CHO ratio profile template",
	IDDCommandReadI2CHORatioProfileTemplateResponse:          "read I:CHO ratio profile template response",
	IDDCommandWriteI2CHORatioProfileTemplate:                 "write I:CHO ratio profile template",
	IDDCommandWriteI2CHORatioProfileTemplateResponse:         "write I:CHO ratio profile template response",
	IDDCommandReadTargetGlucoseRangeProfileTemplate:          "read target glucose range profile template",
	IDDCommandReadTargetGlucoseRangeProfileTemplateResponse:  "read target glucose range profile template response",
	IDDCommandWriteTargetGlucoseRangeProfileTemplate:         "write target glucose range profile template",
	IDDCommandWriteTargetGlucoseRangeProfileTemplateResponse: "write target glucose range profile template response",
	IDDCommandGetMaxBolusAmount:                              "get max bolus amount",
	IDDCommandGetMaxBolusAmountResponse:                      "get max bolus amount response",
	IDDCommandSetMaxBolusAmount:                              "set max bolus amount",
}

// String is the name in words.
func (c IDDCommandOp) String() string { return att.CodeText(iddCommandOpNames, c) }

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

var iddResponseNames = map[IDDResponse]string{
	IDDResponseSuccess:                   "success",
	IDDResponseOpCodeNotSupported:        "op code not supported",
	IDDResponseInvalidOperand:            "invalid operand",
	IDDResponseProcedureNotCompleted:     "procedure not completed",
	IDDResponseParameterOutOfRange:       "parameter out of range",
	IDDResponseProcedureNotApplicable:    "procedure not applicable",
	IDDResponsePlausibilityCheckFailed:   "plausibility check failed",
	IDDResponseMaximumBolusNumberReached: "maximum bolus number reached",
}

// String is the name in words.
func (r IDDResponse) String() string { return att.CodeText(iddResponseNames, r) }

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

var iddRecordOpNames = map[IDDRecordOp]string{
	IDDRecordResponseCode:                  "response code",
	IDDRecordReportStoredRecords:           "report stored records",
	IDDRecordDeleteStoredRecords:           "delete stored records",
	IDDRecordAbortOperation:                "abort operation",
	IDDRecordReportNumberOfStoredRecords:   "report number of stored records",
	IDDRecordNumberOfStoredRecordsResponse: "number of stored records response",
}

// String is the name in words.
func (r IDDRecordOp) String() string { return att.CodeText(iddRecordOpNames, r) }

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

var iddRecordOperatorNames = map[IDDRecordOperator]string{
	IDDOperatorNull:               "null",
	IDDOperatorAllRecords:         "all records",
	IDDOperatorLessThanOrEqual:    "less than or equal",
	IDDOperatorGreaterThanOrEqual: "greater than or equal",
	IDDOperatorRangeInclusive:     "range inclusive",
	IDDOperatorFirstRecord:        "first record",
	IDDOperatorLastRecord:         "last record",
}

// String is the name in words.
func (r IDDRecordOperator) String() string { return att.CodeText(iddRecordOperatorNames, r) }

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

var iddRecordResponseNames = map[IDDRecordResponse]string{
	IDDRecordsUnsupportedOperator:    "unsupported operator",
	IDDRecordsInvalidOperator:        "invalid operator",
	IDDRecordsUnsupportedOperand:     "unsupported operand",
	IDDRecordsInvalidOperand:         "invalid operand",
	IDDRecordsUnclearOperator:        "unclear operator",
	IDDRecordsProcedureNotApplicable: "procedure not applicable",
	IDDRecordsSuccess:                "success",
}

// String is the name in words.
func (r IDDRecordResponse) String() string { return att.CodeText(iddRecordResponseNames, r) }

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

var iddEventNames = map[IDDEvent]string{
	IDDEventReferenceTime:                                     "reference time",
	IDDEventReferenceTimeBaseOffset:                           "reference time base offset",
	IDDEventBolusCalculatedPart1:                              "bolus calculated part 1",
	IDDEventBolusCalculatedPart2:                              "bolus calculated part 2",
	IDDEventBolusProgrammedPart1:                              "bolus programmed part 1",
	IDDEventBolusProgrammedPart2:                              "bolus programmed part 2",
	IDDEventBolusDeliveredPart1:                               "bolus delivered part 1",
	IDDEventBolusDeliveredPart2:                               "bolus delivered part 2",
	IDDEventDeliveredBasalRateChanged:                         "delivered basal rate changed",
	IDDEventTBRAdjustmentStarted:                              "TBR adjustment started",
	IDDEventTBRAdjustmentEnded:                                "TBR adjustment ended",
	IDDEventTBRAdjustmentChanged:                              "TBR adjustment changed",
	IDDEventProfileTemplateActivated:                          "profile template activated",
	IDDEventBasalRateProfileTemplateTimeBlockChanged:          "basal rate profile template time block changed",
	IDDEventTotalDailyInsulinDelivery:                         "total daily insulin delivery",
	IDDEventTherapyControlStateChanged:                        "therapy control state changed",
	IDDEventOperationalStateChanged:                           "operational state changed",
	IDDEventReservoirRemainingAmountChanged:                   "reservoir remaining amount changed",
	IDDEventAnnunciationStatusChangedPart1:                    "annunciation status changed part 1",
	IDDEventAnnunciationStatusChangedPart2:                    "annunciation status changed part 2",
	IDDEventISFProfileTemplateTimeBlockChanged:                "ISF profile template time block changed",
	IDDEventI2CHORatioProfileTemplateTimeBlockChanged:         "I:CHO ratio profile template time block changed",
	IDDEventTargetGlucoseRangeProfileTemplateTimeBlockChanged: "target glucose range profile template time block changed",
	IDDEventPrimingStarted:                                    "priming started",
	IDDEventPrimingDone:                                       "priming done",
	IDDEventDataCorruption:                                    "data corruption",
	IDDEventPointerEvent:                                      "pointer event",
	IDDEventBolusTemplateChangedPart1:                         "bolus template changed part 1",
	IDDEventBolusTemplateChangedPart2:                         "bolus template changed part 2",
	IDDEventTBRTemplateChanged:                                "TBR template changed",
	IDDEventMaxBolusAmountChanged:                             "max bolus amount changed",
}

// String is the name in words.
func (e IDDEvent) String() string { return att.CodeText(iddEventNames, e) }

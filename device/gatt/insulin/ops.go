package insulin

import "github.com/telemed-go/sdk/device/gatt/internal/att"

// ReaderOp is an op code of the status reader control point.
type ReaderOp uint16

// The op codes of the status reader.
const (
	ReaderResponseCode                       ReaderOp = 0x0303
	ReaderResetStatus                        ReaderOp = 0x030C
	ReaderGetActiveBolusIDs                  ReaderOp = 0x0330
	ReaderGetActiveBolusIDsResponse          ReaderOp = 0x033F
	ReaderGetActiveBolusDelivery             ReaderOp = 0x0356
	ReaderGetActiveBolusDeliveryResponse     ReaderOp = 0x0359
	ReaderGetActiveBasalRateDelivery         ReaderOp = 0x0365
	ReaderGetActiveBasalRateDeliveryResponse ReaderOp = 0x036A
	ReaderGetTotalDailyInsulinStatus         ReaderOp = 0x0395
	ReaderGetTotalDailyInsulinStatusResponse ReaderOp = 0x039A
	ReaderGetCounter                         ReaderOp = 0x03A6
	ReaderGetCounterResponse                 ReaderOp = 0x03A9
	ReaderGetDeliveredInsulin                ReaderOp = 0x03C0
	ReaderGetDeliveredInsulinResponse        ReaderOp = 0x03CF
	ReaderGetInsulinOnBoard                  ReaderOp = 0x03F3
	ReaderGetInsulinOnBoardResponse          ReaderOp = 0x03FC
)

var iddReaderOpNames = map[ReaderOp]string{
	ReaderResponseCode:                       "response code",
	ReaderResetStatus:                        "reset status",
	ReaderGetActiveBolusIDs:                  "get active bolus IDs",
	ReaderGetActiveBolusIDsResponse:          "get active bolus IDs response",
	ReaderGetActiveBolusDelivery:             "get active bolus delivery",
	ReaderGetActiveBolusDeliveryResponse:     "get active bolus delivery response",
	ReaderGetActiveBasalRateDelivery:         "get active basal rate delivery",
	ReaderGetActiveBasalRateDeliveryResponse: "get active basal rate delivery response",
	ReaderGetTotalDailyInsulinStatus:         "get total daily insulin status",
	ReaderGetTotalDailyInsulinStatusResponse: "get total daily insulin status response",
	ReaderGetCounter:                         "get counter",
	ReaderGetCounterResponse:                 "get counter response",
	ReaderGetDeliveredInsulin:                "get delivered insulin",
	ReaderGetDeliveredInsulinResponse:        "get delivered insulin response",
	ReaderGetInsulinOnBoard:                  "get insulin on board",
	ReaderGetInsulinOnBoardResponse:          "get insulin on board response",
}

// String is the name in words.
func (r ReaderOp) String() string { return att.CodeText(iddReaderOpNames, r) }

// CommandOp is an op code of the command control point.
type CommandOp uint16

// The op codes of the command control point.
const (
	CommandResponseCode                                   CommandOp = 0x0F55
	CommandSetTherapyControlState                         CommandOp = 0x0F5A
	CommandSetFlightMode                                  CommandOp = 0x0F66
	CommandSnoozeAnnunciation                             CommandOp = 0x0F69
	CommandSnoozeAnnunciationResponse                     CommandOp = 0x0F96
	CommandConfirmAnnunciation                            CommandOp = 0x0F99
	CommandConfirmAnnunciationResponse                    CommandOp = 0x0FA5
	CommandReadBasalRateProfileTemplate                   CommandOp = 0x0FAA
	CommandReadBasalRateProfileTemplateResponse           CommandOp = 0x0FC3
	CommandWriteBasalRateProfileTemplate                  CommandOp = 0x0FCC
	CommandWriteBasalRateProfileTemplateResponse          CommandOp = 0x0FF0
	CommandSetTBRAdjustment                               CommandOp = 0x0FFF
	CommandCancelTBRAdjustment                            CommandOp = 0x1111
	CommandGetTBRTemplate                                 CommandOp = 0x111E
	CommandGetTBRTemplateResponse                         CommandOp = 0x1122
	CommandSetTBRTemplate                                 CommandOp = 0x112D
	CommandSetTBRTemplateResponse                         CommandOp = 0x1144
	CommandSetBolus                                       CommandOp = 0x114B
	CommandSetBolusResponse                               CommandOp = 0x1177
	CommandCancelBolus                                    CommandOp = 0x11A4
	CommandGetAvailableBolusesResponse                    CommandOp = 0x11B4
	CommandGetBolusTemplate                               CommandOp = 0x11BB
	CommandGetAvailableBoluses                            CommandOp = 0x11C3
	CommandGetBolusTemplateResponse                       CommandOp = 0x11D2
	CommandSetBolusTemplate                               CommandOp = 0x11DD
	CommandSetBolusTemplateResponse                       CommandOp = 0x11E1
	CommandGetTemplateStatusAndDetails                    CommandOp = 0x11EE
	CommandGetTemplateStatusAndDetailsResponse            CommandOp = 0x1212
	CommandResetTemplateStatus                            CommandOp = 0x121D
	CommandResetTemplateStatusResponse                    CommandOp = 0x1221
	CommandActivateProfileTemplates                       CommandOp = 0x122E
	CommandActivateProfileTemplatesResponse               CommandOp = 0x1247
	CommandGetActivatedProfileTemplates                   CommandOp = 0x1248
	CommandGetActivatedProfileTemplatesResponse           CommandOp = 0x1274
	CommandStartPriming                                   CommandOp = 0x127B
	CommandStopPriming                                    CommandOp = 0x1284
	CommandSetInitialReservoirFillLevel                   CommandOp = 0x128B
	CommandResetReservoirInsulinOperationTime             CommandOp = 0x12B7
	CommandReadISFProfileTemplate                         CommandOp = 0x12B8
	CommandReadISFProfileTemplateResponse                 CommandOp = 0x12D1
	CommandWriteISFProfileTemplate                        CommandOp = 0x12DE
	CommandWriteISFProfileTemplateResponse                CommandOp = 0x12E2
	CommandReadI2CHORatioProfileTemplate                  CommandOp = 0x12ED
	CommandReadI2CHORatioProfileTemplateResponse          CommandOp = 0x1414
	CommandWriteI2CHORatioProfileTemplate                 CommandOp = 0x141B
	CommandWriteI2CHORatioProfileTemplateResponse         CommandOp = 0x1427
	CommandReadTargetGlucoseRangeProfileTemplate          CommandOp = 0x1428
	CommandReadTargetGlucoseRangeProfileTemplateResponse  CommandOp = 0x1441
	CommandWriteTargetGlucoseRangeProfileTemplate         CommandOp = 0x144E
	CommandWriteTargetGlucoseRangeProfileTemplateResponse CommandOp = 0x1472
	CommandGetMaxBolusAmount                              CommandOp = 0x147D
	CommandGetMaxBolusAmountResponse                      CommandOp = 0x1482
	CommandSetMaxBolusAmount                              CommandOp = 0x148D
)

var iddCommandOpNames = map[CommandOp]string{
	CommandResponseCode:                                   "response code",
	CommandSetTherapyControlState:                         "set therapy control state",
	CommandSetFlightMode:                                  "set flight mode",
	CommandSnoozeAnnunciation:                             "snooze annunciation",
	CommandSnoozeAnnunciationResponse:                     "snooze annunciation response",
	CommandConfirmAnnunciation:                            "confirm annunciation",
	CommandConfirmAnnunciationResponse:                    "confirm annunciation response",
	CommandReadBasalRateProfileTemplate:                   "read basal rate profile template",
	CommandReadBasalRateProfileTemplateResponse:           "read basal rate profile template response",
	CommandWriteBasalRateProfileTemplate:                  "write basal rate profile template",
	CommandWriteBasalRateProfileTemplateResponse:          "write basal rate profile template response",
	CommandSetTBRAdjustment:                               "set TBR adjustment",
	CommandCancelTBRAdjustment:                            "cancel TBR adjustment",
	CommandGetTBRTemplate:                                 "get TBR template",
	CommandGetTBRTemplateResponse:                         "get TBR template response",
	CommandSetTBRTemplate:                                 "set TBR template",
	CommandSetTBRTemplateResponse:                         "set TBR template response",
	CommandSetBolus:                                       "set bolus",
	CommandSetBolusResponse:                               "set bolus response",
	CommandCancelBolus:                                    "cancel bolus",
	CommandGetAvailableBolusesResponse:                    "get available boluses response",
	CommandGetBolusTemplate:                               "get bolus template",
	CommandGetAvailableBoluses:                            "get available boluses",
	CommandGetBolusTemplateResponse:                       "get bolus template response",
	CommandSetBolusTemplate:                               "set bolus template",
	CommandSetBolusTemplateResponse:                       "set bolus template response",
	CommandGetTemplateStatusAndDetails:                    "get template status and details",
	CommandGetTemplateStatusAndDetailsResponse:            "get template status and details response",
	CommandResetTemplateStatus:                            "reset template status",
	CommandResetTemplateStatusResponse:                    "reset template status response",
	CommandActivateProfileTemplates:                       "activate profile templates",
	CommandActivateProfileTemplatesResponse:               "activate profile templates response",
	CommandGetActivatedProfileTemplates:                   "get activated profile templates",
	CommandGetActivatedProfileTemplatesResponse:           "get activated profile templates response",
	CommandStartPriming:                                   "start priming",
	CommandStopPriming:                                    "stop priming",
	CommandSetInitialReservoirFillLevel:                   "set initial reservoir fill level",
	CommandResetReservoirInsulinOperationTime:             "reset reservoir insulin operation time",
	CommandReadISFProfileTemplate:                         "read ISF profile template",
	CommandReadISFProfileTemplateResponse:                 "read ISF profile template response",
	CommandWriteISFProfileTemplate:                        "write ISF profile template",
	CommandWriteISFProfileTemplateResponse:                "write ISF profile template response",
	CommandReadI2CHORatioProfileTemplate:                  "read I:CHO ratio profile template",
	CommandReadI2CHORatioProfileTemplateResponse:          "read I:CHO ratio profile template response",
	CommandWriteI2CHORatioProfileTemplate:                 "write I:CHO ratio profile template",
	CommandWriteI2CHORatioProfileTemplateResponse:         "write I:CHO ratio profile template response",
	CommandReadTargetGlucoseRangeProfileTemplate:          "read target glucose range profile template",
	CommandReadTargetGlucoseRangeProfileTemplateResponse:  "read target glucose range profile template response",
	CommandWriteTargetGlucoseRangeProfileTemplate:         "write target glucose range profile template",
	CommandWriteTargetGlucoseRangeProfileTemplateResponse: "write target glucose range profile template response",
	CommandGetMaxBolusAmount:                              "get max bolus amount",
	CommandGetMaxBolusAmountResponse:                      "get max bolus amount response",
	CommandSetMaxBolusAmount:                              "set max bolus amount",
}

// String is the name in words.
func (c CommandOp) String() string { return att.CodeText(iddCommandOpNames, c) }

// Response is how a pump answers a control point. The last two belong to the
// command control point alone.
type Response uint8

// The answers.
const (
	ResponseSuccess                   Response = 0x0F
	ResponseOpCodeNotSupported        Response = 0x70
	ResponseInvalidOperand            Response = 0x71
	ResponseProcedureNotCompleted     Response = 0x72
	ResponseParameterOutOfRange       Response = 0x73
	ResponseProcedureNotApplicable    Response = 0x74
	ResponsePlausibilityCheckFailed   Response = 0x75
	ResponseMaximumBolusNumberReached Response = 0x76
)

var iddResponseNames = map[Response]string{
	ResponseSuccess:                   "success",
	ResponseOpCodeNotSupported:        "op code not supported",
	ResponseInvalidOperand:            "invalid operand",
	ResponseProcedureNotCompleted:     "procedure not completed",
	ResponseParameterOutOfRange:       "parameter out of range",
	ResponseProcedureNotApplicable:    "procedure not applicable",
	ResponsePlausibilityCheckFailed:   "plausibility check failed",
	ResponseMaximumBolusNumberReached: "maximum bolus number reached",
}

// String is the name in words.
func (r Response) String() string { return att.CodeText(iddResponseNames, r) }

// RecordOp is an op code of the record access control point of a pump.
type RecordOp uint8

// The op codes of record access.
const (
	RecordResponseCode                  RecordOp = 0x0F
	RecordReportStoredRecords           RecordOp = 0x33
	RecordDeleteStoredRecords           RecordOp = 0x3C
	RecordAbortOperation                RecordOp = 0x55
	RecordReportNumberOfStoredRecords   RecordOp = 0x5A
	RecordNumberOfStoredRecordsResponse RecordOp = 0x66
)

var iddRecordOpNames = map[RecordOp]string{
	RecordResponseCode:                  "response code",
	RecordReportStoredRecords:           "report stored records",
	RecordDeleteStoredRecords:           "delete stored records",
	RecordAbortOperation:                "abort operation",
	RecordReportNumberOfStoredRecords:   "report number of stored records",
	RecordNumberOfStoredRecordsResponse: "number of stored records response",
}

// String is the name in words.
func (r RecordOp) String() string { return att.CodeText(iddRecordOpNames, r) }

// RecordOperator says which records are meant.
type RecordOperator uint8

// The operators.
const (
	OperatorNull               RecordOperator = 0x0F
	OperatorAllRecords         RecordOperator = 0x33
	OperatorLessThanOrEqual    RecordOperator = 0x3C
	OperatorGreaterThanOrEqual RecordOperator = 0x55
	OperatorRangeInclusive     RecordOperator = 0x5A
	OperatorFirstRecord        RecordOperator = 0x66
	OperatorLastRecord         RecordOperator = 0x69
)

var iddRecordOperatorNames = map[RecordOperator]string{
	OperatorNull:               "null",
	OperatorAllRecords:         "all records",
	OperatorLessThanOrEqual:    "less than or equal",
	OperatorGreaterThanOrEqual: "greater than or equal",
	OperatorRangeInclusive:     "range inclusive",
	OperatorFirstRecord:        "first record",
	OperatorLastRecord:         "last record",
}

// String is the name in words.
func (r RecordOperator) String() string { return att.CodeText(iddRecordOperatorNames, r) }

// RecordResponse is how a pump answers record access.
type RecordResponse uint8

// The answers of record access.
const (
	RecordsUnsupportedOperator    RecordResponse = 0x02
	RecordsInvalidOperator        RecordResponse = 0x03
	RecordsUnsupportedOperand     RecordResponse = 0x04
	RecordsInvalidOperand         RecordResponse = 0x05
	RecordsUnclearOperator        RecordResponse = 0x06
	RecordsProcedureNotApplicable RecordResponse = 0x0A
	RecordsSuccess                RecordResponse = 0xF0
)

var iddRecordResponseNames = map[RecordResponse]string{
	RecordsUnsupportedOperator:    "unsupported operator",
	RecordsInvalidOperator:        "invalid operator",
	RecordsUnsupportedOperand:     "unsupported operand",
	RecordsInvalidOperand:         "invalid operand",
	RecordsUnclearOperator:        "unclear operator",
	RecordsProcedureNotApplicable: "procedure not applicable",
	RecordsSuccess:                "success",
}

// String is the name in words.
func (r RecordResponse) String() string { return att.CodeText(iddRecordResponseNames, r) }

// Event is the type of an entry in the history of a pump. 0xF000 to 0xFFF0
// belong to manufacturers.
type Event uint16

// The events.
const (
	EventReferenceTime                                     Event = 0x000F
	EventReferenceTimeBaseOffset                           Event = 0x0033
	EventBolusCalculatedPart1                              Event = 0x003C
	EventBolusCalculatedPart2                              Event = 0x0055
	EventBolusProgrammedPart1                              Event = 0x005A
	EventBolusProgrammedPart2                              Event = 0x0066
	EventBolusDeliveredPart1                               Event = 0x0069
	EventBolusDeliveredPart2                               Event = 0x0096
	EventDeliveredBasalRateChanged                         Event = 0x0099
	EventTBRAdjustmentStarted                              Event = 0x00A5
	EventTBRAdjustmentEnded                                Event = 0x00AA
	EventTBRAdjustmentChanged                              Event = 0x00C3
	EventProfileTemplateActivated                          Event = 0x00CC
	EventBasalRateProfileTemplateTimeBlockChanged          Event = 0x00F0
	EventTotalDailyInsulinDelivery                         Event = 0x00FF
	EventTherapyControlStateChanged                        Event = 0x0303
	EventOperationalStateChanged                           Event = 0x030C
	EventReservoirRemainingAmountChanged                   Event = 0x0330
	EventAnnunciationStatusChangedPart1                    Event = 0x033F
	EventAnnunciationStatusChangedPart2                    Event = 0x0356
	EventISFProfileTemplateTimeBlockChanged                Event = 0x0359
	EventI2CHORatioProfileTemplateTimeBlockChanged         Event = 0x0365
	EventTargetGlucoseRangeProfileTemplateTimeBlockChanged Event = 0x036A
	EventPrimingStarted                                    Event = 0x0395
	EventPrimingDone                                       Event = 0x039A
	EventDataCorruption                                    Event = 0x03A6
	EventPointerEvent                                      Event = 0x03A9
	EventBolusTemplateChangedPart1                         Event = 0x03C0
	EventBolusTemplateChangedPart2                         Event = 0x03CF
	EventTBRTemplateChanged                                Event = 0x03F3
	EventMaxBolusAmountChanged                             Event = 0x03FC
)

var iddEventNames = map[Event]string{
	EventReferenceTime:                                     "reference time",
	EventReferenceTimeBaseOffset:                           "reference time base offset",
	EventBolusCalculatedPart1:                              "bolus calculated part 1",
	EventBolusCalculatedPart2:                              "bolus calculated part 2",
	EventBolusProgrammedPart1:                              "bolus programmed part 1",
	EventBolusProgrammedPart2:                              "bolus programmed part 2",
	EventBolusDeliveredPart1:                               "bolus delivered part 1",
	EventBolusDeliveredPart2:                               "bolus delivered part 2",
	EventDeliveredBasalRateChanged:                         "delivered basal rate changed",
	EventTBRAdjustmentStarted:                              "TBR adjustment started",
	EventTBRAdjustmentEnded:                                "TBR adjustment ended",
	EventTBRAdjustmentChanged:                              "TBR adjustment changed",
	EventProfileTemplateActivated:                          "profile template activated",
	EventBasalRateProfileTemplateTimeBlockChanged:          "basal rate profile template time block changed",
	EventTotalDailyInsulinDelivery:                         "total daily insulin delivery",
	EventTherapyControlStateChanged:                        "therapy control state changed",
	EventOperationalStateChanged:                           "operational state changed",
	EventReservoirRemainingAmountChanged:                   "reservoir remaining amount changed",
	EventAnnunciationStatusChangedPart1:                    "annunciation status changed part 1",
	EventAnnunciationStatusChangedPart2:                    "annunciation status changed part 2",
	EventISFProfileTemplateTimeBlockChanged:                "ISF profile template time block changed",
	EventI2CHORatioProfileTemplateTimeBlockChanged:         "I:CHO ratio profile template time block changed",
	EventTargetGlucoseRangeProfileTemplateTimeBlockChanged: "target glucose range profile template time block changed",
	EventPrimingStarted:                                    "priming started",
	EventPrimingDone:                                       "priming done",
	EventDataCorruption:                                    "data corruption",
	EventPointerEvent:                                      "pointer event",
	EventBolusTemplateChangedPart1:                         "bolus template changed part 1",
	EventBolusTemplateChangedPart2:                         "bolus template changed part 2",
	EventTBRTemplateChanged:                                "TBR template changed",
	EventMaxBolusAmountChanged:                             "max bolus amount changed",
}

// String is the name in words.
func (e Event) String() string { return att.CodeText(iddEventNames, e) }

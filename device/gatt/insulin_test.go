package gatt_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

var iddStatusChanges = []vector[gatt.IDDStatusChanged]{
	{name: "none", wire: "0000", want: 0},
	{name: "some", wire: "8500", want: gatt.IDDTherapyChanged | gatt.IDDReservoirChanged | gatt.IDDHistoryRecorded},
	{name: "reserved bits are kept", wire: "0080", want: 0x8000},
	{name: "cut", wire: "00", bad: "truncated @ 0 Status"},
	{name: "surplus", wire: "000000", bad: "trailing_bytes @ 2"},
}

func TestIDDStatusChanged(t *testing.T) {
	testVectors(t, gatt.ParseIDDStatusChanged, iddStatusChanges)
	testParseAllocs(t, gatt.ParseIDDStatusChanged, "8500")
	testNames(t, []named{{gatt.IDDStatusChanged(0x85), "therapy control state, reservoir, history event recorded"}})
}

func FuzzParseIDDStatusChanged(f *testing.F) { fuzz(f, gatt.ParseIDDStatusChanged, iddStatusChanges) }

var iddStatuses = []vector[gatt.IDDStatus]{
	{
		name: "runs", wire: "55 96 17f0 01",
		want: gatt.IDDStatus{Therapy: gatt.IDDTherapyRun, Operational: gatt.IDDOperationalReady, Reservoir: 0xF017, Attached: true},
	},
	{
		name: "stopped, no reservoir", wire: "33 3c 0000 00",
		want: gatt.IDDStatus{Therapy: gatt.IDDTherapyStop, Operational: gatt.IDDOperationalStandby},
	},
	{name: "therapy", wire: "54 96 17f0 01", want: gatt.IDDStatus{Therapy: 0x54, Operational: 0x96, Reservoir: 0xF017, Attached: true}, bad: "reserved_value @ 0 TherapyControlState"},
	{name: "state", wire: "55 97 17f0 01", want: gatt.IDDStatus{Therapy: 0x55, Operational: 0x97, Reservoir: 0xF017, Attached: true}, bad: "reserved_value @ 1 OperationalState"},
	{name: "flag", wire: "55 96 17f0 03", want: gatt.IDDStatus{Therapy: 0x55, Operational: 0x96, Reservoir: 0xF017, Attached: true, Reserved: 2}, bad: "reserved_bits @ 4 Flags"},
	{name: "cut", wire: "55 96 17", want: gatt.IDDStatus{Therapy: 0x55, Operational: 0x96}, bad: "truncated @ 2 ReservoirRemaining"},
	{name: "surplus", wire: "55 96 17f0 01 00", want: gatt.IDDStatus{Therapy: 0x55, Operational: 0x96, Reservoir: 0xF017, Attached: true}, bad: "trailing_bytes @ 5"},
}

func TestIDDStatus(t *testing.T) {
	testVectors(t, gatt.ParseIDDStatus, iddStatuses)
	testParseAllocs(t, gatt.ParseIDDStatus, iddStatuses[0].wire)
	testNames(t, []named{{gatt.IDDTherapyRun, "run"}, {gatt.IDDOperationalReady, "ready"}, {gatt.IDDTherapyState(1), "reserved 0x1"}})
}

func FuzzParseIDDStatus(f *testing.F) { fuzz(f, gatt.ParseIDDStatus, iddStatuses) }

var iddAnnunciations = []vector[gatt.IDDAnnunciationStatus]{
	{name: "none", wire: "00", want: gatt.IDDAnnunciationStatus{}},
	{
		name: "occlusion", wire: "01 0100 3c00 33",
		want: gatt.IDDAnnunciationStatus{
			Instance: 1, Type: gatt.IDDAnnunciationOcclusionDetected, State: gatt.IDDAnnunciationIsPending, HasAnnunciation: true,
		},
	},
	{
		name: "auxiliary 1 and 5", wire: "23 0100 3300 0f 6400 6500",
		want: gatt.IDDAnnunciationStatus{
			Instance: 1, Type: gatt.IDDAnnunciationMechanicalIssue, State: gatt.IDDAnnunciationIsUndetermined, HasAnnunciation: true,
			Auxiliary: [5]uint16{0: 100, 4: 101}, HasAuxiliary: 0x11,
		},
	},
	{name: "type", wire: "01 0100 3d00 33", want: gatt.IDDAnnunciationStatus{Instance: 1, Type: 0x3D, State: 0x33, HasAnnunciation: true}, bad: "reserved_value @ 3 AnnunciationType"},
	{name: "state", wire: "01 0100 3c00 34", want: gatt.IDDAnnunciationStatus{Instance: 1, Type: 0x3C, State: 0x34, HasAnnunciation: true}, bad: "reserved_value @ 5 AnnunciationStatus"},
	{name: "flag", wire: "40", want: gatt.IDDAnnunciationStatus{Reserved: 0x40}, bad: "reserved_bits @ 0 Flags"},
	{name: "cut", wire: "02 00", want: gatt.IDDAnnunciationStatus{HasAuxiliary: 1}, bad: "truncated @ 1 AuxiliaryInformation"},
}

func TestIDDAnnunciationStatus(t *testing.T) {
	testVectors(t, gatt.ParseIDDAnnunciationStatus, iddAnnunciations)
	testParseAllocs(t, gatt.ParseIDDAnnunciationStatus, iddAnnunciations[2].wire)
	testNames(t, []named{{gatt.IDDAnnunciationTBROver, "TBR over"}, {gatt.IDDAnnunciationIsSnoozed, "snoozed"}})
}

func FuzzParseIDDAnnunciationStatus(f *testing.F) {
	fuzz(f, gatt.ParseIDDAnnunciationStatus, iddAnnunciations)
}

var iddFeatures = []vector[gatt.IDDFeature]{
	{name: "unprotected", wire: "ffff 00 6400 028000", want: gatt.IDDFeature{CRC: 0xFFFF, Concentration: 100, Features: gatt.IDDBasalRate | gatt.IDDInsulinOnBoard}},
	{name: "protected", wire: "aafb 07 6400 038000", want: gatt.IDDFeature{CRC: 0xFBAA, Counter: 7, Concentration: 100, Features: 0x8003}},
	{
		name: "extension", wire: "df9a 07 6400 010080 8102",
		want: gatt.IDDFeature{CRC: 0x9ADF, Counter: 7, Concentration: 100, Features: gatt.IDDE2EProtection | gatt.IDDExtended, Extension: []byte{0x81, 2}},
	},
	{name: "wrong CRC", wire: "abfb 07 6400 038000", want: gatt.IDDFeature{CRC: 0xFBAB, Counter: 7, Concentration: 100, Features: 0x8003}, bad: "crc_mismatch @ 0 CRC"},
	{name: "CRC without protection", wire: "0000 00 6400 028000", want: gatt.IDDFeature{Concentration: 100, Features: 0x8002}, bad: "crc_field_not_ffff @ 0 CRC"},
	{
		name: "extension missing", wire: "ffff 00 6400 000080", want: gatt.IDDFeature{CRC: 0xFFFF, Concentration: 100, Features: gatt.IDDExtended},
		bad: "truncated @ 8 FeatureExtension",
	},
	{name: "cut", wire: "ffff 00 6400 0000", want: gatt.IDDFeature{CRC: 0xFFFF, Concentration: 100}, bad: "truncated @ 5 Features"},
	{name: "surplus", wire: "ffff 00 6400 000000 00", want: gatt.IDDFeature{CRC: 0xFFFF, Concentration: 100}, bad: "trailing_bytes @ 8"},
}

func TestIDDFeature(t *testing.T) {
	testVectors(t, gatt.ParseIDDFeature, iddFeatures)
	testParseAllocs(t, gatt.ParseIDDFeature, iddFeatures[2].wire)
	for _, bad := range []gatt.IDDFeature{
		{Features: 1 << 24},
		{Features: gatt.IDDExtended},
		{Extension: []byte{0}},
		{Features: gatt.IDDExtended, Extension: []byte{0x80}},
		{Features: gatt.IDDExtended, Extension: []byte{0, 0}},
	} {
		if _, err := bad.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v: %v, want out of range", bad, err)
		}
	}
}

func FuzzParseIDDFeature(f *testing.F) { fuzz(f, gatt.ParseIDDFeature, iddFeatures) }

func TestIDDProtection(t *testing.T) {
	b := gatt.IDDProtect([]byte{0xAA, 0x85, 0x00}, 1, 7)
	if want := unhex(t, "aa 8500 07 dd78"); !bytes.Equal(b, want) {
		t.Fatalf("protected % x, want % x", b, want)
	}
	value, counter, err := gatt.IDDUnprotect(b[1:])
	if !bytes.Equal(value, []byte{0x85, 0}) || counter != 7 || err != nil {
		t.Errorf("unprotected % x, %d, %v", value, counter, err)
	}
	b[1] ^= 1
	if _, _, err := gatt.IDDUnprotect(b[1:]); fault(err) != "crc_mismatch @ 3 CRC" {
		t.Error(err)
	}
	if _, _, err := gatt.IDDUnprotect(b[:2]); fault(err) != "truncated @ 0 CRC" {
		t.Error(err)
	}
}

var iddReaders = []vector[gatt.IDDStatusReader]{
	{name: "question", wire: "3003", want: gatt.IDDStatusReader{OpCode: gatt.IDDReaderGetActiveBolusIDs}},
	{name: "answer", wire: "0303 3003 0f", want: gatt.IDDStatusReader{OpCode: gatt.IDDReaderResponseCode, Operand: []byte{0x30, 3, 0x0F}}},
	{name: "op code", wire: "3103", want: gatt.IDDStatusReader{OpCode: 0x0331}, bad: "unknown_opcode @ 0 OpCode"},
	{name: "cut", wire: "30", bad: "truncated @ 0 OpCode"},
}

func TestIDDStatusReader(t *testing.T) {
	testVectors(t, gatt.ParseIDDStatusReader, iddReaders)
	testParseAllocs(t, gatt.ParseIDDStatusReader, iddReaders[1].wire)
	request, result, ok := iddReaders[1].want.Response()
	if request != gatt.IDDReaderGetActiveBolusIDs || result != gatt.IDDResponseSuccess || !ok {
		t.Errorf("response %v, %v, %v", request, result, ok)
	}
	if _, _, ok := iddReaders[0].want.Response(); ok {
		t.Error("a question has a response")
	}
	testNames(t, []named{{gatt.IDDReaderGetInsulinOnBoard, "get insulin on board"}, {gatt.IDDResponseOpCodeNotSupported, "op code not supported"}})
}

func FuzzParseIDDStatusReader(f *testing.F) { fuzz(f, gatt.ParseIDDStatusReader, iddReaders) }

var iddCommands = []vector[gatt.IDDCommand]{
	{name: "command", wire: "ff0f 0102", want: gatt.IDDCommand{OpCode: gatt.IDDCommandSetTBRAdjustment, Operand: []byte{1, 2}}},
	{name: "answer", wire: "550f 4b11 76", want: gatt.IDDCommand{OpCode: gatt.IDDCommandResponseCode, Operand: []byte{0x4B, 0x11, 0x76}}},
	{name: "op code", wire: "0000", bad: "unknown_opcode @ 0 OpCode"},
}

func TestIDDCommand(t *testing.T) {
	testVectors(t, gatt.ParseIDDCommand, iddCommands)
	testParseAllocs(t, gatt.ParseIDDCommand, iddCommands[1].wire)
	request, result, ok := iddCommands[1].want.Response()
	if request != gatt.IDDCommandSetBolus || result != gatt.IDDResponseMaximumBolusNumberReached || !ok {
		t.Errorf("response %v, %v, %v", request, result, ok)
	}
	testVectors(t, gatt.ParseIDDCommandData, []vector[gatt.IDDCommandData]{
		{name: "data", wire: "5a0f 0102", want: gatt.IDDCommandData{OpCode: gatt.IDDCommandSetTherapyControlState, Operand: []byte{1, 2}}},
	})
}

func FuzzParseIDDCommand(f *testing.F) { fuzz(f, gatt.ParseIDDCommand, iddCommands) }

func FuzzParseIDDCommandData(f *testing.F) {
	fuzz(f, gatt.ParseIDDCommandData, []vector[gatt.IDDCommandData]{{wire: "5a0f0102"}})
}

var iddRecords = []vector[gatt.IDDRecordAccess]{
	{name: "all", wire: "33 33", want: gatt.IDDRecordAccess{OpCode: gatt.IDDRecordReportStoredRecords, Operator: gatt.IDDOperatorAllRecords}},
	{name: "answer", wire: "0f 0f 33 f0", want: gatt.IDDRecordAccess{OpCode: gatt.IDDRecordResponseCode, Operator: gatt.IDDOperatorNull, Operand: []byte{0x33, 0xF0}}},
	{name: "op code", wire: "01 33", want: gatt.IDDRecordAccess{OpCode: 1, Operator: 0x33}, bad: "unknown_opcode @ 0 OpCode"},
	{name: "operator", wire: "33 01", want: gatt.IDDRecordAccess{OpCode: 0x33, Operator: 1}, bad: "bad_operator @ 1 Operator"},
	{name: "cut", wire: "33", want: gatt.IDDRecordAccess{OpCode: 0x33}, bad: "truncated @ 1 Operator"},
}

func TestIDDRecordAccess(t *testing.T) {
	testVectors(t, gatt.ParseIDDRecordAccess, iddRecords)
	testParseAllocs(t, gatt.ParseIDDRecordAccess, iddRecords[1].wire)
	request, result, ok := iddRecords[1].want.Response()
	if request != gatt.IDDRecordReportStoredRecords || result != gatt.IDDRecordsSuccess || !ok {
		t.Errorf("response %v, %v, %v", request, result, ok)
	}
	testNames(t, []named{{gatt.IDDOperatorRangeInclusive, "range inclusive"}, {gatt.IDDRecordAbortOperation, "abort operation"}})
}

func FuzzParseIDDRecordAccess(f *testing.F) { fuzz(f, gatt.ParseIDDRecordAccess, iddRecords) }

var iddHistories = []vector[gatt.IDDHistory]{
	{name: "state", wire: "0303 01000000 3c00", want: gatt.IDDHistory{Event: gatt.IDDEventTherapyControlStateChanged, Sequence: 1, Offset: 60}},
	{name: "data", wire: "cc00 0a000000 0000 ff", want: gatt.IDDHistory{Event: gatt.IDDEventProfileTemplateActivated, Sequence: 10, Data: []byte{0xFF}}},
	{name: "of a maker", wire: "f0ff 00000000 0000", want: gatt.IDDHistory{Event: 0xFFF0}},
	{name: "event", wire: "f1ff 00000000 0000", want: gatt.IDDHistory{Event: 0xFFF1}, bad: "reserved_value @ 0 EventType"},
	{name: "cut", wire: "0303 0100", want: gatt.IDDHistory{Event: 0x0303}, bad: "truncated @ 2 Sequence"},
}

func TestIDDHistory(t *testing.T) {
	testVectors(t, gatt.ParseIDDHistory, iddHistories)
	testParseAllocs(t, gatt.ParseIDDHistory, iddHistories[1].wire)
	testNames(t, []named{{gatt.IDDEventTBRAdjustmentStarted, "TBR adjustment started"}, {gatt.IDDEvent(0xF000), "reserved 0xf000"}})
}

func FuzzParseIDDHistory(f *testing.F) { fuzz(f, gatt.ParseIDDHistory, iddHistories) }

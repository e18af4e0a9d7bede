package insulin_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/insulin"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var iddStatusChanges = []atttest.Vector[insulin.StatusChanged]{
	{Name: "none", Wire: "0000", Want: 0},
	{Name: "some", Wire: "8500", Want: insulin.TherapyChanged | insulin.ReservoirChanged | insulin.HistoryRecorded},
	{Name: "reserved bits are kept", Wire: "0080", Want: 0x8000},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Status"},
	{Name: "surplus", Wire: "000000", Bad: "trailing_bytes @ 2"},
}

func TestIDDStatusChanged(t *testing.T) {
	atttest.Vectors(t, insulin.ParseStatusChanged, iddStatusChanges)
	atttest.ParseAllocs(t, insulin.ParseStatusChanged, "8500")
	atttest.Names(t, []atttest.Named{{Value: insulin.StatusChanged(0x85), Name: "therapy control state, reservoir, history event recorded"}})
}

func FuzzParseIDDStatusChanged(f *testing.F) {
	atttest.Fuzz(f, insulin.ParseStatusChanged, iddStatusChanges)
}

var iddStatuses = []atttest.Vector[insulin.Status]{
	{
		Name: "runs", Wire: "55 96 17f0 01",
		Want: insulin.Status{Therapy: insulin.TherapyRun, Operational: insulin.OperationalReady, Reservoir: 0xF017, Attached: true},
	},
	{
		Name: "stopped, no reservoir", Wire: "33 3c 0000 00",
		Want: insulin.Status{Therapy: insulin.TherapyStop, Operational: insulin.OperationalStandby},
	},
	{Name: "therapy", Wire: "54 96 17f0 01", Want: insulin.Status{Therapy: 0x54, Operational: 0x96, Reservoir: 0xF017, Attached: true}, Bad: "reserved_value @ 0 TherapyControlState"},
	{Name: "state", Wire: "55 97 17f0 01", Want: insulin.Status{Therapy: 0x55, Operational: 0x97, Reservoir: 0xF017, Attached: true}, Bad: "reserved_value @ 1 OperationalState"},
	{Name: "flag", Wire: "55 96 17f0 03", Want: insulin.Status{Therapy: 0x55, Operational: 0x96, Reservoir: 0xF017, Attached: true, Reserved: 2}, Bad: "reserved_bits @ 4 Flags"},
	{Name: "cut", Wire: "55 96 17", Want: insulin.Status{Therapy: 0x55, Operational: 0x96}, Bad: "truncated @ 2 ReservoirRemaining"},
	{Name: "surplus", Wire: "55 96 17f0 01 00", Want: insulin.Status{Therapy: 0x55, Operational: 0x96, Reservoir: 0xF017, Attached: true}, Bad: "trailing_bytes @ 5"},
}

func TestIDDStatus(t *testing.T) {
	atttest.Vectors(t, insulin.ParseStatus, iddStatuses)
	atttest.ParseAllocs(t, insulin.ParseStatus, iddStatuses[0].Wire)
	atttest.Names(t, []atttest.Named{{Value: insulin.TherapyRun, Name: "run"}, {Value: insulin.OperationalReady, Name: "ready"}, {Value: insulin.TherapyState(1), Name: "reserved 0x1"}})
}

func FuzzParseIDDStatus(f *testing.F) { atttest.Fuzz(f, insulin.ParseStatus, iddStatuses) }

var iddAnnunciations = []atttest.Vector[insulin.AnnunciationStatus]{
	{Name: "none", Wire: "00", Want: insulin.AnnunciationStatus{}},
	{
		Name: "occlusion", Wire: "01 0100 3c00 33",
		Want: insulin.AnnunciationStatus{
			Instance: 1, Type: insulin.AnnunciationOcclusionDetected, State: insulin.AnnunciationIsPending, HasAnnunciation: true,
		},
	},
	{
		Name: "auxiliary 1 and 5", Wire: "23 0100 3300 0f 6400 6500",
		Want: insulin.AnnunciationStatus{
			Instance: 1, Type: insulin.AnnunciationMechanicalIssue, State: insulin.AnnunciationIsUndetermined, HasAnnunciation: true,
			Auxiliary: [5]uint16{0: 100, 4: 101}, HasAuxiliary: 0x11,
		},
	},
	{Name: "type", Wire: "01 0100 3d00 33", Want: insulin.AnnunciationStatus{Instance: 1, Type: 0x3D, State: 0x33, HasAnnunciation: true}, Bad: "reserved_value @ 3 AnnunciationType"},
	{Name: "state", Wire: "01 0100 3c00 34", Want: insulin.AnnunciationStatus{Instance: 1, Type: 0x3C, State: 0x34, HasAnnunciation: true}, Bad: "reserved_value @ 5 AnnunciationStatus"},
	{Name: "flag", Wire: "40", Want: insulin.AnnunciationStatus{Reserved: 0x40}, Bad: "reserved_bits @ 0 Flags"},
	{Name: "cut", Wire: "02 00", Want: insulin.AnnunciationStatus{HasAuxiliary: 1}, Bad: "truncated @ 1 AuxiliaryInformation"},
}

func TestIDDAnnunciationStatus(t *testing.T) {
	atttest.Vectors(t, insulin.ParseAnnunciationStatus, iddAnnunciations)
	atttest.ParseAllocs(t, insulin.ParseAnnunciationStatus, iddAnnunciations[2].Wire)
	atttest.Names(t, []atttest.Named{{Value: insulin.AnnunciationTBROver, Name: "TBR over"}, {Value: insulin.AnnunciationIsSnoozed, Name: "snoozed"}})
}

func FuzzParseIDDAnnunciationStatus(f *testing.F) {
	atttest.Fuzz(f, insulin.ParseAnnunciationStatus, iddAnnunciations)
}

var iddFeatures = []atttest.Vector[insulin.Feature]{
	{Name: "unprotected", Wire: "ffff 00 6400 028000", Want: insulin.Feature{CRC: 0xFFFF, Concentration: 100, Features: insulin.BasalRate | insulin.InsulinOnBoard}},
	{Name: "protected", Wire: "aafb 07 6400 038000", Want: insulin.Feature{CRC: 0xFBAA, Counter: 7, Concentration: 100, Features: 0x8003}},
	{
		Name: "extension", Wire: "df9a 07 6400 010080 8102",
		Want: insulin.Feature{CRC: 0x9ADF, Counter: 7, Concentration: 100, Features: insulin.E2EProtection | insulin.Extended, Extension: []byte{0x81, 2}},
	},
	{Name: "wrong CRC", Wire: "abfb 07 6400 038000", Want: insulin.Feature{CRC: 0xFBAB, Counter: 7, Concentration: 100, Features: 0x8003}, Bad: "crc_mismatch @ 0 CRC"},
	{Name: "CRC without protection", Wire: "0000 00 6400 028000", Want: insulin.Feature{Concentration: 100, Features: 0x8002}, Bad: "crc_field_not_ffff @ 0 CRC"},
	{
		Name: "extension missing", Wire: "ffff 00 6400 000080", Want: insulin.Feature{CRC: 0xFFFF, Concentration: 100, Features: insulin.Extended},
		Bad: "truncated @ 8 FeatureExtension",
	},
	{Name: "cut", Wire: "ffff 00 6400 0000", Want: insulin.Feature{CRC: 0xFFFF, Concentration: 100}, Bad: "truncated @ 5 Features"},
	{Name: "surplus", Wire: "ffff 00 6400 000000 00", Want: insulin.Feature{CRC: 0xFFFF, Concentration: 100}, Bad: "trailing_bytes @ 8"},
}

func TestIDDFeature(t *testing.T) {
	atttest.Vectors(t, insulin.ParseFeature, iddFeatures)
	atttest.ParseAllocs(t, insulin.ParseFeature, iddFeatures[2].Wire)
	for _, bad := range []insulin.Feature{
		{Features: 1 << 24},
		{Features: insulin.Extended},
		{Extension: []byte{0}},
		{Features: insulin.Extended, Extension: []byte{0x80}},
		{Features: insulin.Extended, Extension: []byte{0, 0}},
	} {
		if _, err := bad.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v: %v, want out of range", bad, err)
		}
	}
}

func FuzzParseIDDFeature(f *testing.F) { atttest.Fuzz(f, insulin.ParseFeature, iddFeatures) }

func TestIDDProtection(t *testing.T) {
	b := insulin.Protect([]byte{0xAA, 0x85, 0x00}, 1, 7)
	if want := atttest.Unhex(t, "aa 8500 07 dd78"); !bytes.Equal(b, want) {
		t.Fatalf("protected % x, want % x", b, want)
	}
	value, counter, err := insulin.Unprotect(b[1:])
	if !bytes.Equal(value, []byte{0x85, 0}) || counter != 7 || err != nil {
		t.Errorf("unprotected % x, %d, %v", value, counter, err)
	}
	b[1] ^= 1
	if _, _, err := insulin.Unprotect(b[1:]); atttest.Fault(err) != "crc_mismatch @ 3 CRC" {
		t.Error(err)
	}
	if _, _, err := insulin.Unprotect(b[:2]); atttest.Fault(err) != "truncated @ 0 CRC" {
		t.Error(err)
	}
}

var iddReaders = []atttest.Vector[insulin.StatusReader]{
	{Name: "question", Wire: "3003", Want: insulin.StatusReader{OpCode: insulin.ReaderGetActiveBolusIDs}},
	{Name: "answer", Wire: "0303 3003 0f", Want: insulin.StatusReader{OpCode: insulin.ReaderResponseCode, Operand: []byte{0x30, 3, 0x0F}}},
	{Name: "op code", Wire: "3103", Want: insulin.StatusReader{OpCode: 0x0331}, Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "cut", Wire: "30", Bad: "truncated @ 0 OpCode"},
}

func TestIDDStatusReader(t *testing.T) {
	atttest.Vectors(t, insulin.ParseStatusReader, iddReaders)
	atttest.ParseAllocs(t, insulin.ParseStatusReader, iddReaders[1].Wire)
	request, result, ok := iddReaders[1].Want.Response()
	if request != insulin.ReaderGetActiveBolusIDs || result != insulin.ResponseSuccess || !ok {
		t.Errorf("response %v, %v, %v", request, result, ok)
	}
	if _, _, ok := iddReaders[0].Want.Response(); ok {
		t.Error("a question has a response")
	}
	atttest.Names(t, []atttest.Named{{Value: insulin.ReaderGetInsulinOnBoard, Name: "get insulin on board"}, {Value: insulin.ResponseOpCodeNotSupported, Name: "op code not supported"}})
}

func FuzzParseIDDStatusReader(f *testing.F) { atttest.Fuzz(f, insulin.ParseStatusReader, iddReaders) }

var iddCommands = []atttest.Vector[insulin.Command]{
	{Name: "command", Wire: "ff0f 0102", Want: insulin.Command{OpCode: insulin.CommandSetTBRAdjustment, Operand: []byte{1, 2}}},
	{Name: "answer", Wire: "550f 4b11 76", Want: insulin.Command{OpCode: insulin.CommandResponseCode, Operand: []byte{0x4B, 0x11, 0x76}}},
	{Name: "op code", Wire: "0000", Bad: "unknown_opcode @ 0 OpCode"},
}

func TestIDDCommand(t *testing.T) {
	atttest.Vectors(t, insulin.ParseCommand, iddCommands)
	atttest.ParseAllocs(t, insulin.ParseCommand, iddCommands[1].Wire)
	request, result, ok := iddCommands[1].Want.Response()
	if request != insulin.CommandSetBolus || result != insulin.ResponseMaximumBolusNumberReached || !ok {
		t.Errorf("response %v, %v, %v", request, result, ok)
	}
	atttest.Vectors(t, insulin.ParseCommandData, []atttest.Vector[insulin.CommandData]{
		{Name: "data", Wire: "5a0f 0102", Want: insulin.CommandData{OpCode: insulin.CommandSetTherapyControlState, Operand: []byte{1, 2}}},
	})
}

func FuzzParseIDDCommand(f *testing.F) { atttest.Fuzz(f, insulin.ParseCommand, iddCommands) }

func FuzzParseIDDCommandData(f *testing.F) {
	atttest.Fuzz(f, insulin.ParseCommandData, []atttest.Vector[insulin.CommandData]{{Wire: "5a0f0102"}})
}

var iddRecords = []atttest.Vector[insulin.RecordAccess]{
	{Name: "all", Wire: "33 33", Want: insulin.RecordAccess{OpCode: insulin.RecordReportStoredRecords, Operator: insulin.OperatorAllRecords}},
	{Name: "answer", Wire: "0f 0f 33 f0", Want: insulin.RecordAccess{OpCode: insulin.RecordResponseCode, Operator: insulin.OperatorNull, Operand: []byte{0x33, 0xF0}}},
	{Name: "op code", Wire: "01 33", Want: insulin.RecordAccess{OpCode: 1, Operator: 0x33}, Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "operator", Wire: "33 01", Want: insulin.RecordAccess{OpCode: 0x33, Operator: 1}, Bad: "bad_operator @ 1 Operator"},
	{Name: "cut", Wire: "33", Want: insulin.RecordAccess{OpCode: 0x33}, Bad: "truncated @ 1 Operator"},
}

func TestIDDRecordAccess(t *testing.T) {
	atttest.Vectors(t, insulin.ParseRecordAccess, iddRecords)
	atttest.ParseAllocs(t, insulin.ParseRecordAccess, iddRecords[1].Wire)
	request, result, ok := iddRecords[1].Want.Response()
	if request != insulin.RecordReportStoredRecords || result != insulin.RecordsSuccess || !ok {
		t.Errorf("response %v, %v, %v", request, result, ok)
	}
	atttest.Names(t, []atttest.Named{{Value: insulin.OperatorRangeInclusive, Name: "range inclusive"}, {Value: insulin.RecordAbortOperation, Name: "abort operation"}})
}

func FuzzParseIDDRecordAccess(f *testing.F) { atttest.Fuzz(f, insulin.ParseRecordAccess, iddRecords) }

var iddHistories = []atttest.Vector[insulin.History]{
	{Name: "state", Wire: "0303 01000000 3c00", Want: insulin.History{Event: insulin.EventTherapyControlStateChanged, Sequence: 1, Offset: 60}},
	{Name: "data", Wire: "cc00 0a000000 0000 ff", Want: insulin.History{Event: insulin.EventProfileTemplateActivated, Sequence: 10, Data: []byte{0xFF}}},
	{Name: "of a maker", Wire: "f0ff 00000000 0000", Want: insulin.History{Event: 0xFFF0}},
	{Name: "event", Wire: "f1ff 00000000 0000", Want: insulin.History{Event: 0xFFF1}, Bad: "reserved_value @ 0 EventType"},
	{Name: "cut", Wire: "0303 0100", Want: insulin.History{Event: 0x0303}, Bad: "truncated @ 2 Sequence"},
}

func TestIDDHistory(t *testing.T) {
	atttest.Vectors(t, insulin.ParseHistory, iddHistories)
	atttest.ParseAllocs(t, insulin.ParseHistory, iddHistories[1].Wire)
	atttest.Names(t, []atttest.Named{{Value: insulin.EventTBRAdjustmentStarted, Name: "TBR adjustment started"}, {Value: insulin.Event(0xF000), Name: "reserved 0xf000"}})
}

func FuzzParseIDDHistory(f *testing.F) { atttest.Fuzz(f, insulin.ParseHistory, iddHistories) }

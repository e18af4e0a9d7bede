package gatt_test

import (
	"errors"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

var activityFeatures = []vector[gatt.ActivityFeatures]{
	{name: "users", wire: "0100000000000000", want: 1},
	{name: "heart rate", wire: "0000000001000000", want: 1 << 32},
	{name: "reserved bits are kept", wire: "00000000000000ff", want: 0xFF << 56},
	{name: "cut", wire: "00", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "000000000000000000", bad: "trailing_bytes @ 8"},
}

func TestActivityFeatures(t *testing.T) {
	testVectors(t, gatt.ParseActivityFeatures, activityFeatures)
	testParseAllocs(t, gatt.ParseActivityFeatures, activityFeatures[0].wire)
	testNames(t, []named{
		{gatt.ActivityFeatures(0), "none"},
		{gatt.ActivityFeatures(1), "multiple users"},
		{gatt.ActivityFeatures(1 << 32), "heart rate"},
		{gatt.ActivityFeatures(1<<31 | 1<<54 | 1<<63), "VO2 max, sleeping heart rate, bit 31"},
	})
}

func FuzzParseActivityFeatures(f *testing.F) { fuzz(f, gatt.ParseActivityFeatures, activityFeatures) }

var activityHead = gatt.ActivityHeader{Header: 0xC0, Session: 1, SubSession: 2, Timestamp: 10, Sequence: 1}

const activityHeadWire = "0100 0200 0a000000 01000000"

var activityInstants = []vector[gatt.ActivityInstant]{
	{name: "nothing but worn", wire: "c0 000080 " + activityHeadWire, want: gatt.ActivityInstant{ActivityHeader: activityHead, Flags: gatt.ActivityWorn}},
	{
		name: "fields stay as sent", wire: "c0 090000 " + activityHeadWire + "0102",
		want: gatt.ActivityInstant{ActivityHeader: activityHead, Flags: 9, Fields: []byte{1, 2}},
	},
	{name: "fields that no flag announces", wire: "c0 000000 " + activityHeadWire + "01", want: gatt.ActivityInstant{ActivityHeader: activityHead}, bad: "trailing_bytes @ 16"},
	{name: "flag", wire: "c0 000800 " + activityHeadWire, want: gatt.ActivityInstant{ActivityHeader: activityHead, Flags: 0x800}, bad: "reserved_bits @ 1 Flags"},
	{name: "cut", wire: "c0 0000", want: gatt.ActivityInstant{ActivityHeader: gatt.ActivityHeader{Header: 0xC0}}, bad: "truncated @ 1 Flags"},
}

func TestActivityInstant(t *testing.T) {
	testVectors(t, gatt.ParseActivityInstant, activityInstants)
	testParseAllocs(t, gatt.ParseActivityInstant, activityInstants[1].wire)
	if _, err := (gatt.ActivityInstant{Flags: 1 << 24}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Error(err)
	}
	testNames(t, []named{{gatt.ActivityWorn | 1<<5, "speed, device worn"}})
}

func FuzzParseActivityInstant(f *testing.F) { fuzz(f, gatt.ParseActivityInstant, activityInstants) }

var activitySummaries = []vector[gatt.ActivitySummary]{
	{name: "empty", wire: "c0 00000000 " + activityHeadWire, want: gatt.ActivitySummary{ActivityHeader: activityHead}},
	{name: "fields", wire: "c0 81000000 " + activityHeadWire + "aa", want: gatt.ActivitySummary{ActivityHeader: activityHead, Flags: 0x81, Fields: []byte{0xAA}}},
	{name: "flag", wire: "c0 00000002 " + activityHeadWire, want: gatt.ActivitySummary{ActivityHeader: activityHead, Flags: 1 << 25}, bad: "reserved_bits @ 1 Flags"},
}

func TestActivitySummary(t *testing.T) {
	testVectors(t, gatt.ParseActivitySummary, activitySummaries)
	testParseAllocs(t, gatt.ParseActivitySummary, activitySummaries[1].wire)
	testNames(t, []named{{gatt.ActivitySummaryFlags(0x81), "normal walking energy, distance"}})
}

func FuzzParseActivitySummary(f *testing.F) { fuzz(f, gatt.ParseActivitySummary, activitySummaries) }

var stepSummaries = []vector[gatt.StepSummary]{
	{name: "empty", wire: "c0 00 " + activityHeadWire, want: gatt.StepSummary{ActivityHeader: activityHead}},
	{name: "fields", wire: "c0 05 " + activityHeadWire + "102030", want: gatt.StepSummary{ActivityHeader: activityHead, Flags: 5, Fields: []byte{16, 32, 48}}},
	{name: "flag", wire: "c0 20 " + activityHeadWire, want: gatt.StepSummary{ActivityHeader: activityHead, Flags: 0x20}, bad: "reserved_bits @ 1 Flags"},
}

func TestStepSummary(t *testing.T) {
	testVectors(t, gatt.ParseStepSummary, stepSummaries)
	testParseAllocs(t, gatt.ParseStepSummary, stepSummaries[1].wire)
	testNames(t, []named{{gatt.StepFlags(5), "normal walking steps, floor steps"}})
}

func FuzzParseStepSummary(f *testing.F) { fuzz(f, gatt.ParseStepSummary, stepSummaries) }

var cardioActivities = []vector[gatt.CardioActivity]{
	{name: "worn", wire: "0080", want: gatt.CardioActivity{Flags: gatt.CardioWorn}},
	{name: "fields", wire: "0300 4850", want: gatt.CardioActivity{Flags: 3, Fields: []byte{0x48, 0x50}}},
	{name: "flag", wire: "8000", want: gatt.CardioActivity{Flags: 0x80}, bad: "reserved_bits @ 0 Flags"},
	{name: "surplus", wire: "0000 00", want: gatt.CardioActivity{}, bad: "trailing_bytes @ 2"},
}

var cardioSummaries = []vector[gatt.CardioActivitySummary]{
	{name: "fields", wire: "07000000 aabbcc", want: gatt.CardioActivitySummary{Flags: 7, Fields: []byte{0xAA, 0xBB, 0xCC}}},
	{name: "flag", wire: "00000008", want: gatt.CardioActivitySummary{Flags: 1 << 27}, bad: "reserved_bits @ 0 Flags"},
}

func TestCardioActivity(t *testing.T) {
	testVectors(t, gatt.ParseCardioActivity, cardioActivities)
	testVectors(t, gatt.ParseCardioActivitySummary, cardioSummaries)
	testParseAllocs(t, gatt.ParseCardioActivity, cardioActivities[1].wire)
	testParseAllocs(t, gatt.ParseCardioActivitySummary, cardioSummaries[0].wire)
	testNames(t, []named{{gatt.CardioFlags(0x8002), "heart rate, device worn"}, {gatt.CardioSummaryFlags(1 << 26), "worn duration"}})
}

func FuzzParseCardioActivity(f *testing.F) { fuzz(f, gatt.ParseCardioActivity, cardioActivities) }

func FuzzParseCardioActivitySummary(f *testing.F) {
	fuzz(f, gatt.ParseCardioActivitySummary, cardioSummaries)
}

var sleepActivities = []vector[gatt.SleepActivity]{
	{name: "asleep", wire: "0800 020000", want: gatt.SleepActivity{Flags: 8, Stage: gatt.SleepAsleep}},
	{name: "worn", wire: "0080 010000", want: gatt.SleepActivity{Flags: 0x8000, Stage: gatt.SleepWake}},
	{name: "more", wire: "0800 040000 ff", want: gatt.SleepActivity{Flags: 8, Stage: gatt.SleepREM, Fields: []byte{0xFF}}},
	{name: "flag", wire: "2000 000000", want: gatt.SleepActivity{Flags: 0x20}, bad: "reserved_bits @ 0 Flags"},
	{name: "cut", wire: "0800 0200", want: gatt.SleepActivity{Flags: 8}, bad: "truncated @ 2 SleepStage"},
}

var sleepSummaries = []vector[gatt.SleepSummary]{
	{name: "fields", wire: "030000 aabb", want: gatt.SleepSummary{Flags: 3, Fields: []byte{0xAA, 0xBB}}},
	{name: "flag", wire: "000010", want: gatt.SleepSummary{Flags: 1 << 20}, bad: "reserved_bits @ 0 Flags"},
}

func TestSleepActivity(t *testing.T) {
	testVectors(t, gatt.ParseSleepActivity, sleepActivities)
	testVectors(t, gatt.ParseSleepSummary, sleepSummaries)
	testParseAllocs(t, gatt.ParseSleepActivity, sleepActivities[2].wire)
	testParseAllocs(t, gatt.ParseSleepSummary, sleepSummaries[0].wire)
	if _, err := (gatt.SleepActivity{Stage: 1 << 24}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Error(err)
	}
	if _, err := (gatt.SleepSummary{Flags: 1 << 24}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Error(err)
	}
	testNames(t, []named{
		{gatt.SleepREM | gatt.SleepUnknown, "REM, unknown"}, {gatt.SleepFlags(8), "sleep stage"}, {gatt.SleepSummaryFlags(1), "total sleep time"},
	})
}

func FuzzParseSleepActivity(f *testing.F) { fuzz(f, gatt.ParseSleepActivity, sleepActivities) }

func FuzzParseSleepSummary(f *testing.F) { fuzz(f, gatt.ParseSleepSummary, sleepSummaries) }

var activityControls = []vector[gatt.ActivityControl]{
	{name: "enquire", wire: "01", want: gatt.ActivityControl{OpCode: gatt.ActivityEnquireSessions}},
	{name: "operand", wire: "04 0100", want: gatt.ActivityControl{OpCode: gatt.ActivityStartSession, Operand: []byte{1, 0}}},
	{name: "op code", wire: "08", want: gatt.ActivityControl{OpCode: 8}, bad: "unknown_opcode @ 0 OpCode"},
	{name: "nothing", wire: "", bad: "truncated @ 0 OpCode"},
}

var activitySessions = []vector[gatt.ActivitySession]{
	{name: "active", wire: "01 0500", want: gatt.ActivitySession{Active: true, Session: 5}},
	{name: "type", wire: "03 0a00 02", want: gatt.ActivitySession{Active: true, Session: 10, Type: 2, HasType: true}},
	{name: "no such type", wire: "02 0a00 05", want: gatt.ActivitySession{Session: 10, Type: 5, HasType: true}, bad: "reserved_value @ 3 ActivityType"},
	{name: "flag", wire: "04 0000", want: gatt.ActivitySession{Reserved: 4}, bad: "reserved_bits @ 0 Flags"},
	{name: "surplus", wire: "01 0500 02", want: gatt.ActivitySession{Active: true, Session: 5}, bad: "trailing_bytes @ 3"},
}

var activityDescriptors = []vector[gatt.ActivityDescriptor]{
	{name: "walk", wire: "0100 00 05", want: gatt.ActivityDescriptor{Session: 1, Type: 5}},
	{name: "more", wire: "0200 01 07 ab", want: gatt.ActivityDescriptor{Session: 2, Status: 1, Type: 7, More: []byte{0xAB}}},
	{name: "status", wire: "0100 03 05", want: gatt.ActivityDescriptor{Session: 1, Status: 3, Type: 5}, bad: "reserved_value @ 2 SessionStatus"},
	{name: "type", wire: "0100 00 0f", want: gatt.ActivityDescriptor{Session: 1, Type: 15}, bad: "reserved_value @ 3 ActivityType"},
	{name: "cut", wire: "0100 00", want: gatt.ActivityDescriptor{Session: 1}, bad: "truncated @ 3 ActivityType"},
}

func TestActivitySession(t *testing.T) {
	testVectors(t, gatt.ParseActivityControl, activityControls)
	testVectors(t, gatt.ParseActivitySession, activitySessions)
	testVectors(t, gatt.ParseActivityDescriptor, activityDescriptors)
	testParseAllocs(t, gatt.ParseActivityControl, activityControls[1].wire)
	testParseAllocs(t, gatt.ParseActivitySession, activitySessions[1].wire)
	testParseAllocs(t, gatt.ParseActivityDescriptor, activityDescriptors[1].wire)
	testNames(t, []named{
		{gatt.ActivityStopSession, "stop session"},
		{gatt.SessionActivity(2), "running"},
		{gatt.SessionStatus(2), "paused"},
		{gatt.ActivityType(0xFF), "unknown"},
	})
}

func FuzzParseActivityControl(f *testing.F) { fuzz(f, gatt.ParseActivityControl, activityControls) }

func FuzzParseActivitySession(f *testing.F) { fuzz(f, gatt.ParseActivitySession, activitySessions) }

func FuzzParseActivityDescriptor(f *testing.F) {
	fuzz(f, gatt.ParseActivityDescriptor, activityDescriptors)
}

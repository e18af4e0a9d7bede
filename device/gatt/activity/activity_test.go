package activity_test

import (
	"errors"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/activity"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var activityFeatures = []atttest.Vector[activity.Features]{
	{Name: "users", Wire: "0100000000000000", Want: 1},
	{Name: "heart rate", Wire: "0000000001000000", Want: 1 << 32},
	{Name: "reserved bits are kept", Wire: "00000000000000ff", Want: 0xFF << 56},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "000000000000000000", Bad: "trailing_bytes @ 8"},
}

func TestActivityFeatures(t *testing.T) {
	atttest.Vectors(t, activity.ParseFeatures, activityFeatures)
	atttest.ParseAllocs(t, activity.ParseFeatures, activityFeatures[0].Wire)
	atttest.Names(t, []atttest.Named{
		{Value: activity.Features(0), Name: "none"},
		{Value: activity.Features(1), Name: "multiple users"},
		{Value: activity.Features(1 << 32), Name: "heart rate"},
		{Value: activity.Features(1<<31 | 1<<54 | 1<<63), Name: "VO2 max, sleeping heart rate, bit 31"},
	})
}

func FuzzParseActivityFeatures(f *testing.F) {
	atttest.Fuzz(f, activity.ParseFeatures, activityFeatures)
}

var activityHead = activity.Head{Header: 0xC0, Session: 1, SubSession: 2, Timestamp: 10, Sequence: 1}

const activityHeadWire = "0100 0200 0a000000 01000000"

var activityInstants = []atttest.Vector[activity.Instant]{
	{Name: "nothing but worn", Wire: "c0 000080 " + activityHeadWire, Want: activity.Instant{Head: activityHead, Flags: activity.Worn}},
	{
		Name: "fields stay as sent", Wire: "c0 090000 " + activityHeadWire + "0102",
		Want: activity.Instant{Head: activityHead, Flags: 9, Fields: []byte{1, 2}},
	},
	{Name: "fields that no flag announces", Wire: "c0 000000 " + activityHeadWire + "01", Want: activity.Instant{Head: activityHead}, Bad: "trailing_bytes @ 16"},
	{Name: "flag", Wire: "c0 000800 " + activityHeadWire, Want: activity.Instant{Head: activityHead, Flags: 0x800}, Bad: "reserved_bits @ 1 Flags"},
	{Name: "cut", Wire: "c0 0000", Want: activity.Instant{Head: activity.Head{Header: 0xC0}}, Bad: "truncated @ 1 Flags"},
}

func TestActivityInstant(t *testing.T) {
	atttest.Vectors(t, activity.ParseInstant, activityInstants)
	atttest.ParseAllocs(t, activity.ParseInstant, activityInstants[1].Wire)
	if _, err := (activity.Instant{Flags: 1 << 24}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Error(err)
	}
	atttest.Names(t, []atttest.Named{{Value: activity.Worn | 1<<5, Name: "speed, device worn"}})
}

func FuzzParseActivityInstant(f *testing.F) { atttest.Fuzz(f, activity.ParseInstant, activityInstants) }

var activitySummaries = []atttest.Vector[activity.Summary]{
	{Name: "empty", Wire: "c0 00000000 " + activityHeadWire, Want: activity.Summary{Head: activityHead}},
	{Name: "fields", Wire: "c0 81000000 " + activityHeadWire + "aa", Want: activity.Summary{Head: activityHead, Flags: 0x81, Fields: []byte{0xAA}}},
	{Name: "flag", Wire: "c0 00000002 " + activityHeadWire, Want: activity.Summary{Head: activityHead, Flags: 1 << 25}, Bad: "reserved_bits @ 1 Flags"},
}

func TestActivitySummary(t *testing.T) {
	atttest.Vectors(t, activity.ParseSummary, activitySummaries)
	atttest.ParseAllocs(t, activity.ParseSummary, activitySummaries[1].Wire)
	atttest.Names(t, []atttest.Named{{Value: activity.SummaryFlags(0x81), Name: "normal walking energy, distance"}})
}

func FuzzParseActivitySummary(f *testing.F) {
	atttest.Fuzz(f, activity.ParseSummary, activitySummaries)
}

var stepSummaries = []atttest.Vector[activity.StepSummary]{
	{Name: "empty", Wire: "c0 00 " + activityHeadWire, Want: activity.StepSummary{Head: activityHead}},
	{Name: "fields", Wire: "c0 05 " + activityHeadWire + "102030", Want: activity.StepSummary{Head: activityHead, Flags: 5, Fields: []byte{16, 32, 48}}},
	{Name: "flag", Wire: "c0 20 " + activityHeadWire, Want: activity.StepSummary{Head: activityHead, Flags: 0x20}, Bad: "reserved_bits @ 1 Flags"},
}

func TestStepSummary(t *testing.T) {
	atttest.Vectors(t, activity.ParseStepSummary, stepSummaries)
	atttest.ParseAllocs(t, activity.ParseStepSummary, stepSummaries[1].Wire)
	atttest.Names(t, []atttest.Named{{Value: activity.StepFlags(5), Name: "normal walking steps, floor steps"}})
}

func FuzzParseStepSummary(f *testing.F) { atttest.Fuzz(f, activity.ParseStepSummary, stepSummaries) }

var cardioActivities = []atttest.Vector[activity.Cardio]{
	{Name: "worn", Wire: "0080", Want: activity.Cardio{Flags: activity.CardioWorn}},
	{Name: "fields", Wire: "0300 4850", Want: activity.Cardio{Flags: 3, Fields: []byte{0x48, 0x50}}},
	{Name: "flag", Wire: "8000", Want: activity.Cardio{Flags: 0x80}, Bad: "reserved_bits @ 0 Flags"},
	{Name: "surplus", Wire: "0000 00", Want: activity.Cardio{}, Bad: "trailing_bytes @ 2"},
}

var cardioSummaries = []atttest.Vector[activity.CardioSummary]{
	{Name: "fields", Wire: "07000000 aabbcc", Want: activity.CardioSummary{Flags: 7, Fields: []byte{0xAA, 0xBB, 0xCC}}},
	{Name: "flag", Wire: "00000008", Want: activity.CardioSummary{Flags: 1 << 27}, Bad: "reserved_bits @ 0 Flags"},
}

func TestCardioActivity(t *testing.T) {
	atttest.Vectors(t, activity.ParseCardio, cardioActivities)
	atttest.Vectors(t, activity.ParseCardioSummary, cardioSummaries)
	atttest.ParseAllocs(t, activity.ParseCardio, cardioActivities[1].Wire)
	atttest.ParseAllocs(t, activity.ParseCardioSummary, cardioSummaries[0].Wire)
	atttest.Names(t, []atttest.Named{{Value: activity.CardioFlags(0x8002), Name: "heart rate, device worn"}, {Value: activity.CardioSummaryFlags(1 << 26), Name: "worn duration"}})
}

func FuzzParseCardioActivity(f *testing.F) { atttest.Fuzz(f, activity.ParseCardio, cardioActivities) }

func FuzzParseCardioActivitySummary(f *testing.F) {
	atttest.Fuzz(f, activity.ParseCardioSummary, cardioSummaries)
}

var sleepActivities = []atttest.Vector[activity.Sleep]{
	{Name: "asleep", Wire: "0800 020000", Want: activity.Sleep{Flags: 8, Stage: activity.SleepAsleep}},
	{Name: "worn", Wire: "0080 010000", Want: activity.Sleep{Flags: 0x8000, Stage: activity.SleepWake}},
	{Name: "more", Wire: "0800 040000 ff", Want: activity.Sleep{Flags: 8, Stage: activity.SleepREM, Fields: []byte{0xFF}}},
	{Name: "flag", Wire: "2000 000000", Want: activity.Sleep{Flags: 0x20}, Bad: "reserved_bits @ 0 Flags"},
	{Name: "cut", Wire: "0800 0200", Want: activity.Sleep{Flags: 8}, Bad: "truncated @ 2 SleepStage"},
}

var sleepSummaries = []atttest.Vector[activity.SleepSummary]{
	{Name: "fields", Wire: "030000 aabb", Want: activity.SleepSummary{Flags: 3, Fields: []byte{0xAA, 0xBB}}},
	{Name: "flag", Wire: "000010", Want: activity.SleepSummary{Flags: 1 << 20}, Bad: "reserved_bits @ 0 Flags"},
}

func TestSleepActivity(t *testing.T) {
	atttest.Vectors(t, activity.ParseSleep, sleepActivities)
	atttest.Vectors(t, activity.ParseSleepSummary, sleepSummaries)
	atttest.ParseAllocs(t, activity.ParseSleep, sleepActivities[2].Wire)
	atttest.ParseAllocs(t, activity.ParseSleepSummary, sleepSummaries[0].Wire)
	if _, err := (activity.Sleep{Stage: 1 << 24}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Error(err)
	}
	if _, err := (activity.SleepSummary{Flags: 1 << 24}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Error(err)
	}
	atttest.Names(t, []atttest.Named{
		{Value: activity.SleepREM | activity.SleepUnknown, Name: "REM, unknown"}, {Value: activity.SleepFlags(8), Name: "sleep stage"}, {Value: activity.SleepSummaryFlags(1), Name: "total sleep time"},
	})
}

func FuzzParseSleepActivity(f *testing.F) { atttest.Fuzz(f, activity.ParseSleep, sleepActivities) }

func FuzzParseSleepSummary(f *testing.F) { atttest.Fuzz(f, activity.ParseSleepSummary, sleepSummaries) }

var activityControls = []atttest.Vector[activity.Control]{
	{Name: "enquire", Wire: "01", Want: activity.Control{OpCode: activity.EnquireSessions}},
	{Name: "operand", Wire: "04 0100", Want: activity.Control{OpCode: activity.StartSession, Operand: []byte{1, 0}}},
	{Name: "op code", Wire: "08", Want: activity.Control{OpCode: 8}, Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 OpCode"},
}

var activitySessions = []atttest.Vector[activity.Session]{
	{Name: "active", Wire: "01 0500", Want: activity.Session{Active: true, Session: 5}},
	{Name: "type", Wire: "03 0a00 02", Want: activity.Session{Active: true, Session: 10, Type: 2, HasType: true}},
	{Name: "no such type", Wire: "02 0a00 05", Want: activity.Session{Session: 10, Type: 5, HasType: true}, Bad: "reserved_value @ 3 ActivityType"},
	{Name: "flag", Wire: "04 0000", Want: activity.Session{Reserved: 4}, Bad: "reserved_bits @ 0 Flags"},
	{Name: "surplus", Wire: "01 0500 02", Want: activity.Session{Active: true, Session: 5}, Bad: "trailing_bytes @ 3"},
}

var activityDescriptors = []atttest.Vector[activity.Descriptor]{
	{Name: "walk", Wire: "0100 00 05", Want: activity.Descriptor{Session: 1, Type: 5}},
	{Name: "more", Wire: "0200 01 07 ab", Want: activity.Descriptor{Session: 2, Status: 1, Type: 7, More: []byte{0xAB}}},
	{Name: "status", Wire: "0100 03 05", Want: activity.Descriptor{Session: 1, Status: 3, Type: 5}, Bad: "reserved_value @ 2 SessionStatus"},
	{Name: "type", Wire: "0100 00 0f", Want: activity.Descriptor{Session: 1, Type: 15}, Bad: "reserved_value @ 3 ActivityType"},
	{Name: "cut", Wire: "0100 00", Want: activity.Descriptor{Session: 1}, Bad: "truncated @ 3 ActivityType"},
}

func TestActivitySession(t *testing.T) {
	atttest.Vectors(t, activity.ParseControl, activityControls)
	atttest.Vectors(t, activity.ParseSession, activitySessions)
	atttest.Vectors(t, activity.ParseDescriptor, activityDescriptors)
	atttest.ParseAllocs(t, activity.ParseControl, activityControls[1].Wire)
	atttest.ParseAllocs(t, activity.ParseSession, activitySessions[1].Wire)
	atttest.ParseAllocs(t, activity.ParseDescriptor, activityDescriptors[1].Wire)
	atttest.Names(t, []atttest.Named{
		{Value: activity.StopSession, Name: "stop session"},
		{Value: activity.SessionActivity(2), Name: "running"},
		{Value: activity.SessionStatus(2), Name: "paused"},
		{Value: activity.Type(0xFF), Name: "unknown"},
	})
}

func FuzzParseActivityControl(f *testing.F) { atttest.Fuzz(f, activity.ParseControl, activityControls) }

func FuzzParseActivitySession(f *testing.F) { atttest.Fuzz(f, activity.ParseSession, activitySessions) }

func FuzzParseActivityDescriptor(f *testing.F) {
	atttest.Fuzz(f, activity.ParseDescriptor, activityDescriptors)
}

package gatt_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt"
)

var (
	timeZones = []vector[gatt.TimeZone]{
		{name: "UTC", wire: "00"},
		{name: "UTC+14", wire: "38", want: 56},
		{name: "UTC-12", wire: "d0", want: -48},
		{name: "unknown", wire: "80", want: gatt.TimeZoneUnknown},
		{name: "too far east", wire: "39", want: 57, bad: "out_of_range @ 0 TimeZone"},
		{name: "too far west", wire: "cf", want: -49, bad: "out_of_range @ 0 TimeZone"},
		{name: "nothing", wire: "", bad: "truncated @ 0 TimeZone"},
		{name: "surplus", wire: "0400", want: 4, bad: "trailing_bytes @ 1"},
	}
	dstOffsets = []vector[gatt.DSTOffset]{
		{name: "standard", wire: "00", want: gatt.DSTStandard},
		{name: "half an hour", wire: "02", want: gatt.DSTHalfHour},
		{name: "an hour", wire: "04", want: gatt.DSTOneHour},
		{name: "two hours", wire: "08", want: gatt.DSTTwoHours},
		{name: "unknown", wire: "ff", want: gatt.DSTUnknown},
		{name: "reserved", wire: "01", want: 1, bad: "reserved_value @ 0 DSTOffset"},
		{name: "last reserved", wire: "fe", want: 254, bad: "reserved_value @ 0 DSTOffset"},
		{name: "nothing", wire: "", bad: "truncated @ 0 DSTOffset"},
		{name: "surplus", wire: "0400", want: gatt.DSTOneHour, bad: "trailing_bytes @ 1"},
	}
	localTimes = []vector[gatt.LocalTimeInformation]{
		{name: "Berlin in summer", wire: "0404", want: gatt.LocalTimeInformation{Zone: 4, DST: gatt.DSTOneHour}},
		{name: "unknown", wire: "80ff", want: gatt.LocalTimeInformation{Zone: gatt.TimeZoneUnknown, DST: gatt.DSTUnknown}},
		{name: "nothing", wire: "", bad: "truncated @ 0 TimeZone"},
		{name: "no DST", wire: "04", want: gatt.LocalTimeInformation{Zone: 4}, bad: "truncated @ 1 DSTOffset"},
		{name: "reserved DST", wire: "0403", want: gatt.LocalTimeInformation{Zone: 4, DST: 3}, bad: "reserved_value @ 1 DSTOffset"},
		{name: "both", wire: "3903", want: gatt.LocalTimeInformation{Zone: 57, DST: 3}, bad: "out_of_range @ 0 TimeZone"},
		{name: "surplus", wire: "040400", want: gatt.LocalTimeInformation{Zone: 4, DST: 4}, bad: "trailing_bytes @ 2"},
	}
	timeSources = []vector[gatt.TimeSource]{
		{name: "unknown", wire: "00"},
		{name: "not synchronized", wire: "07", want: gatt.TimeSourceNotSynchronized},
		{name: "reserved", wire: "08", want: 8, bad: "reserved_value @ 0 TimeSource"},
		{name: "nothing", wire: "", bad: "truncated @ 0 TimeSource"},
		{name: "surplus", wire: "0100", want: gatt.TimeSourceNTP, bad: "trailing_bytes @ 1"},
	}
	timeAccuracies = oneByte[gatt.TimeAccuracy]("Accuracy")
	referenceTimes = []vector[gatt.ReferenceTimeInformation]{
		{name: "known", wire: "01020503", want: gatt.ReferenceTimeInformation{Source: gatt.TimeSourceNTP, Accuracy: 2, Days: 5, Hours: 3}},
		{name: "long ago", wire: "04ffffff", want: gatt.ReferenceTimeInformation{
			Source: gatt.TimeSourceManual, Accuracy: gatt.TimeAccuracyUnknown, Days: 255, Hours: 255,
		}},
		{name: "hour 24", wire: "01000018", want: gatt.ReferenceTimeInformation{Source: 1, Hours: 24}, bad: "out_of_range @ 3 HoursSinceUpdate"},
		{name: "reserved source", wire: "08000000", want: gatt.ReferenceTimeInformation{Source: 8}, bad: "reserved_value @ 0 TimeSource"},
		{name: "nothing", wire: "", bad: "truncated @ 0 TimeSource"},
		{
			name: "no hours", wire: "010205", want: gatt.ReferenceTimeInformation{Source: 1, Accuracy: 2, Days: 5},
			bad: "truncated @ 3 HoursSinceUpdate",
		},
		{
			name: "surplus", wire: "0102050300", want: gatt.ReferenceTimeInformation{Source: 1, Accuracy: 2, Days: 5, Hours: 3},
			bad: "trailing_bytes @ 4",
		},
	}
	timeUpdateControls = []vector[gatt.TimeUpdateControl]{
		{name: "get", wire: "01", want: gatt.GetReferenceUpdate},
		{name: "cancel", wire: "02", want: gatt.CancelReferenceUpdate},
		{name: "zero", wire: "00", bad: "reserved_value @ 0 Command"},
		{name: "reserved", wire: "03", want: 3, bad: "reserved_value @ 0 Command"},
		{name: "nothing", wire: "", bad: "truncated @ 0 Command"},
		{name: "surplus", wire: "0101", want: gatt.GetReferenceUpdate, bad: "trailing_bytes @ 1"},
	}
	timeUpdateStates = []vector[gatt.TimeUpdateState]{
		{name: "idle", wire: "0000"},
		{name: "pending", wire: "0105", want: gatt.TimeUpdateState{State: gatt.UpdatePending, Result: gatt.UpdateNotAttempted}},
		{name: "reserved state", wire: "0200", want: gatt.TimeUpdateState{State: 2}, bad: "reserved_value @ 0 CurrentState"},
		{name: "reserved result", wire: "0006", want: gatt.TimeUpdateState{Result: 6}, bad: "reserved_value @ 1 Result"},
		{name: "nothing", wire: "", bad: "truncated @ 0 CurrentState"},
		{name: "no result", wire: "01", want: gatt.TimeUpdateState{State: 1}, bad: "truncated @ 1 Result"},
		{name: "surplus", wire: "000000", bad: "trailing_bytes @ 2"},
	}
)

func TestReferenceTime(t *testing.T) {
	testVectors(t, gatt.ParseTimeZone, timeZones)
	testVectors(t, gatt.ParseDSTOffset, dstOffsets)
	testVectors(t, gatt.ParseLocalTimeInformation, localTimes)
	testVectors(t, gatt.ParseTimeSource, timeSources)
	testVectors(t, gatt.ParseTimeAccuracy, timeAccuracies)
	testVectors(t, gatt.ParseReferenceTimeInformation, referenceTimes)
	testVectors(t, gatt.ParseTimeUpdateControl, timeUpdateControls)
	testVectors(t, gatt.ParseTimeUpdateState, timeUpdateStates)
	testParseAllocs(t, gatt.ParseTimeZone, "04")
	testParseAllocs(t, gatt.ParseDSTOffset, "04")
	testParseAllocs(t, gatt.ParseLocalTimeInformation, "0404")
	testParseAllocs(t, gatt.ParseTimeSource, "01")
	testParseAllocs(t, gatt.ParseTimeAccuracy, "08")
	testParseAllocs(t, gatt.ParseReferenceTimeInformation, "01020503")
	testParseAllocs(t, gatt.ParseTimeUpdateControl, "01")
	testParseAllocs(t, gatt.ParseTimeUpdateState, "0105")
}

func FuzzParseTimeZone(f *testing.F)     { fuzz(f, gatt.ParseTimeZone, timeZones) }
func FuzzParseDSTOffset(f *testing.F)    { fuzz(f, gatt.ParseDSTOffset, dstOffsets) }
func FuzzParseTimeSource(f *testing.F)   { fuzz(f, gatt.ParseTimeSource, timeSources) }
func FuzzParseTimeAccuracy(f *testing.F) { fuzz(f, gatt.ParseTimeAccuracy, timeAccuracies) }
func FuzzParseLocalTimeInformation(f *testing.F) {
	fuzz(f, gatt.ParseLocalTimeInformation, localTimes)
}

func FuzzParseReferenceTimeInformation(f *testing.F) {
	fuzz(f, gatt.ParseReferenceTimeInformation, referenceTimes)
}

func FuzzParseTimeUpdateControl(f *testing.F) {
	fuzz(f, gatt.ParseTimeUpdateControl, timeUpdateControls)
}

func FuzzParseTimeUpdateState(f *testing.F) { fuzz(f, gatt.ParseTimeUpdateState, timeUpdateStates) }

func TestReferenceTimeNames(t *testing.T) {
	testNames(t, []named{
		{gatt.DSTStandard, "standard time"},
		{gatt.DSTHalfHour, "half an hour daylight time"},
		{gatt.DSTOneHour, "daylight time"},
		{gatt.DSTTwoHours, "double daylight time"},
		{gatt.DSTUnknown, "unknown"},
		{gatt.DSTOffset(1), "reserved 1"},
		{gatt.TimeSourceCellular, "cellular network"},
		{gatt.TimeSource(8), "reserved 8"},
		{gatt.TimeAccuracy(253), "31.625 s"},
		{gatt.TimeAccuracyOutOfRange, "worse than 31.625 s"},
		{gatt.TimeAccuracyUnknown, "unknown"},
		{gatt.CancelReferenceUpdate, "cancel reference update"},
		{gatt.UpdatePending, "update pending"},
		{gatt.UpdateTimeout, "time-out"},
	})
	if bad := fault(gatt.GetReferenceUpdate.CheckDirection(true)); bad != "wrong_direction @ 0 OpCode" {
		t.Errorf("a command from the server: %q", bad)
	}
}

// A clock that knows its zone can be read without knowing where it stands.
func TestLocalTime(t *testing.T) {
	for _, tt := range []struct {
		info gatt.LocalTimeInformation
		want string
	}{
		{gatt.LocalTimeInformation{Zone: 4, DST: gatt.DSTOneHour}, "2024-05-31T12:30:00+02:00"},
		{gatt.LocalTimeInformation{Zone: -14, DST: gatt.DSTStandard}, "2024-05-31T12:30:00-03:30"},
		{gatt.LocalTimeInformation{Zone: 42, DST: gatt.DSTHalfHour}, "2024-05-31T12:30:00+11:00"},
		{gatt.LocalTimeInformation{Zone: gatt.TimeZoneUnknown}, "unknown"},
		{gatt.LocalTimeInformation{Zone: 57}, "unknown"},
		{gatt.LocalTimeInformation{DST: gatt.DSTUnknown}, "unknown"},
		{gatt.LocalTimeInformation{DST: 3}, "unknown"},
	} {
		got := "unknown"
		if in, ok := tt.info.Location(); ok {
			at, _ := may31.Time(in)
			got = at.Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.info, got, tt.want)
		}
	}
}

func TestReferenceAge(t *testing.T) {
	for _, tt := range []struct {
		info gatt.ReferenceTimeInformation
		want string
	}{
		{gatt.ReferenceTimeInformation{Days: 5, Hours: 3}, "123h0m0s true"},
		{gatt.ReferenceTimeInformation{}, "0s true"},
		{gatt.ReferenceTimeInformation{Days: 254, Hours: 23}, "6119h0m0s true"},
		{gatt.ReferenceTimeInformation{Days: 255, Hours: 255}, "0s false"},
		{gatt.ReferenceTimeInformation{Days: 1, Hours: 255}, "0s false"},
	} {
		age, ok := tt.info.Age()
		if got := fmt.Sprint(age, ok); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.info, got, tt.want)
		}
	}
}

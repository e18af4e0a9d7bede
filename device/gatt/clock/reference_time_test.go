package clock_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var (
	timeZones = []atttest.Vector[clock.TimeZone]{
		{Name: "UTC", Wire: "00"},
		{Name: "UTC+14", Wire: "38", Want: 56},
		{Name: "UTC-12", Wire: "d0", Want: -48},
		{Name: "unknown", Wire: "80", Want: clock.TimeZoneUnknown},
		{Name: "too far east", Wire: "39", Want: 57, Bad: "out_of_range @ 0 TimeZone"},
		{Name: "too far west", Wire: "cf", Want: -49, Bad: "out_of_range @ 0 TimeZone"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 TimeZone"},
		{Name: "surplus", Wire: "0400", Want: 4, Bad: "trailing_bytes @ 1"},
	}
	dstOffsets = []atttest.Vector[clock.DSTOffset]{
		{Name: "standard", Wire: "00", Want: clock.DSTStandard},
		{Name: "half an hour", Wire: "02", Want: clock.DSTHalfHour},
		{Name: "an hour", Wire: "04", Want: clock.DSTOneHour},
		{Name: "two hours", Wire: "08", Want: clock.DSTTwoHours},
		{Name: "unknown", Wire: "ff", Want: clock.DSTUnknown},
		{Name: "reserved", Wire: "01", Want: 1, Bad: "reserved_value @ 0 DSTOffset"},
		{Name: "last reserved", Wire: "fe", Want: 254, Bad: "reserved_value @ 0 DSTOffset"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 DSTOffset"},
		{Name: "surplus", Wire: "0400", Want: clock.DSTOneHour, Bad: "trailing_bytes @ 1"},
	}
	localTimes = []atttest.Vector[clock.LocalTimeInformation]{
		{Name: "Berlin in summer", Wire: "0404", Want: clock.LocalTimeInformation{Zone: 4, DST: clock.DSTOneHour}},
		{Name: "unknown", Wire: "80ff", Want: clock.LocalTimeInformation{Zone: clock.TimeZoneUnknown, DST: clock.DSTUnknown}},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 TimeZone"},
		{Name: "no DST", Wire: "04", Want: clock.LocalTimeInformation{Zone: 4}, Bad: "truncated @ 1 DSTOffset"},
		{Name: "reserved DST", Wire: "0403", Want: clock.LocalTimeInformation{Zone: 4, DST: 3}, Bad: "reserved_value @ 1 DSTOffset"},
		{Name: "both", Wire: "3903", Want: clock.LocalTimeInformation{Zone: 57, DST: 3}, Bad: "out_of_range @ 0 TimeZone"},
		{Name: "surplus", Wire: "040400", Want: clock.LocalTimeInformation{Zone: 4, DST: 4}, Bad: "trailing_bytes @ 2"},
	}
	timeSources = []atttest.Vector[clock.TimeSource]{
		{Name: "unknown", Wire: "00"},
		{Name: "not synchronized", Wire: "07", Want: clock.TimeSourceNotSynchronized},
		{Name: "reserved", Wire: "08", Want: 8, Bad: "reserved_value @ 0 TimeSource"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 TimeSource"},
		{Name: "surplus", Wire: "0100", Want: clock.TimeSourceNTP, Bad: "trailing_bytes @ 1"},
	}
	timeAccuracies = atttest.OneByte[clock.TimeAccuracy]("Accuracy")
	referenceTimes = []atttest.Vector[clock.ReferenceTimeInformation]{
		{Name: "known", Wire: "01020503", Want: clock.ReferenceTimeInformation{Source: clock.TimeSourceNTP, Accuracy: 2, Days: 5, Hours: 3}},
		{Name: "long ago", Wire: "04ffffff", Want: clock.ReferenceTimeInformation{
			Source: clock.TimeSourceManual, Accuracy: clock.TimeAccuracyUnknown, Days: 255, Hours: 255,
		}},
		{Name: "hour 24", Wire: "01000018", Want: clock.ReferenceTimeInformation{Source: 1, Hours: 24}, Bad: "out_of_range @ 3 HoursSinceUpdate"},
		{Name: "reserved source", Wire: "08000000", Want: clock.ReferenceTimeInformation{Source: 8}, Bad: "reserved_value @ 0 TimeSource"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 TimeSource"},
		{
			Name: "no hours", Wire: "010205", Want: clock.ReferenceTimeInformation{Source: 1, Accuracy: 2, Days: 5},
			Bad: "truncated @ 3 HoursSinceUpdate",
		},
		{
			Name: "surplus", Wire: "0102050300", Want: clock.ReferenceTimeInformation{Source: 1, Accuracy: 2, Days: 5, Hours: 3},
			Bad: "trailing_bytes @ 4",
		},
	}
	timeUpdateControls = []atttest.Vector[clock.TimeUpdateControl]{
		{Name: "get", Wire: "01", Want: clock.GetReferenceUpdate},
		{Name: "cancel", Wire: "02", Want: clock.CancelReferenceUpdate},
		{Name: "zero", Wire: "00", Bad: "reserved_value @ 0 Command"},
		{Name: "reserved", Wire: "03", Want: 3, Bad: "reserved_value @ 0 Command"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 Command"},
		{Name: "surplus", Wire: "0101", Want: clock.GetReferenceUpdate, Bad: "trailing_bytes @ 1"},
	}
	timeUpdateStates = []atttest.Vector[clock.TimeUpdateState]{
		{Name: "idle", Wire: "0000"},
		{Name: "pending", Wire: "0105", Want: clock.TimeUpdateState{State: clock.UpdatePending, Result: clock.UpdateNotAttempted}},
		{Name: "reserved state", Wire: "0200", Want: clock.TimeUpdateState{State: 2}, Bad: "reserved_value @ 0 CurrentState"},
		{Name: "reserved result", Wire: "0006", Want: clock.TimeUpdateState{Result: 6}, Bad: "reserved_value @ 1 Result"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 CurrentState"},
		{Name: "no result", Wire: "01", Want: clock.TimeUpdateState{State: 1}, Bad: "truncated @ 1 Result"},
		{Name: "surplus", Wire: "000000", Bad: "trailing_bytes @ 2"},
	}
)

func TestReferenceTime(t *testing.T) {
	atttest.Vectors(t, clock.ParseTimeZone, timeZones)
	atttest.Vectors(t, clock.ParseDSTOffset, dstOffsets)
	atttest.Vectors(t, clock.ParseLocalTimeInformation, localTimes)
	atttest.Vectors(t, clock.ParseTimeSource, timeSources)
	atttest.Vectors(t, clock.ParseTimeAccuracy, timeAccuracies)
	atttest.Vectors(t, clock.ParseReferenceTimeInformation, referenceTimes)
	atttest.Vectors(t, clock.ParseTimeUpdateControl, timeUpdateControls)
	atttest.Vectors(t, clock.ParseTimeUpdateState, timeUpdateStates)
	atttest.ParseAllocs(t, clock.ParseTimeZone, "04")
	atttest.ParseAllocs(t, clock.ParseDSTOffset, "04")
	atttest.ParseAllocs(t, clock.ParseLocalTimeInformation, "0404")
	atttest.ParseAllocs(t, clock.ParseTimeSource, "01")
	atttest.ParseAllocs(t, clock.ParseTimeAccuracy, "08")
	atttest.ParseAllocs(t, clock.ParseReferenceTimeInformation, "01020503")
	atttest.ParseAllocs(t, clock.ParseTimeUpdateControl, "01")
	atttest.ParseAllocs(t, clock.ParseTimeUpdateState, "0105")
}

func FuzzParseTimeZone(f *testing.F)     { atttest.Fuzz(f, clock.ParseTimeZone, timeZones) }
func FuzzParseDSTOffset(f *testing.F)    { atttest.Fuzz(f, clock.ParseDSTOffset, dstOffsets) }
func FuzzParseTimeSource(f *testing.F)   { atttest.Fuzz(f, clock.ParseTimeSource, timeSources) }
func FuzzParseTimeAccuracy(f *testing.F) { atttest.Fuzz(f, clock.ParseTimeAccuracy, timeAccuracies) }

func FuzzParseLocalTimeInformation(f *testing.F) {
	atttest.Fuzz(f, clock.ParseLocalTimeInformation, localTimes)
}

func FuzzParseReferenceTimeInformation(f *testing.F) {
	atttest.Fuzz(f, clock.ParseReferenceTimeInformation, referenceTimes)
}

func FuzzParseTimeUpdateControl(f *testing.F) {
	atttest.Fuzz(f, clock.ParseTimeUpdateControl, timeUpdateControls)
}

func FuzzParseTimeUpdateState(f *testing.F) {
	atttest.Fuzz(f, clock.ParseTimeUpdateState, timeUpdateStates)
}

func TestReferenceTimeNames(t *testing.T) {
	atttest.Names(t, []atttest.Named{
		{Value: clock.DSTStandard, Name: "standard time"},
		{Value: clock.DSTHalfHour, Name: "half an hour daylight time"},
		{Value: clock.DSTOneHour, Name: "daylight time"},
		{Value: clock.DSTTwoHours, Name: "double daylight time"},
		{Value: clock.DSTUnknown, Name: "unknown"},
		{Value: clock.DSTOffset(1), Name: "reserved 1"},
		{Value: clock.TimeSourceCellular, Name: "cellular network"},
		{Value: clock.TimeSource(8), Name: "reserved 8"},
		{Value: clock.TimeAccuracy(253), Name: "31.625 s"},
		{Value: clock.TimeAccuracyOutOfRange, Name: "worse than 31.625 s"},
		{Value: clock.TimeAccuracyUnknown, Name: "unknown"},
		{Value: clock.CancelReferenceUpdate, Name: "cancel reference update"},
		{Value: clock.UpdatePending, Name: "update pending"},
		{Value: clock.UpdateTimeout, Name: "time-out"},
	})
	if bad := atttest.Fault(clock.GetReferenceUpdate.CheckDirection(true)); bad != "wrong_direction @ 0 OpCode" {
		t.Errorf("a command from the server: %q", bad)
	}
}

// A clock that knows its zone can be read without knowing where it stands.
func TestLocalTime(t *testing.T) {
	for _, tt := range []struct {
		info clock.LocalTimeInformation
		want string
	}{
		{clock.LocalTimeInformation{Zone: 4, DST: clock.DSTOneHour}, "2024-05-31T12:30:00+02:00"},
		{clock.LocalTimeInformation{Zone: -14, DST: clock.DSTStandard}, "2024-05-31T12:30:00-03:30"},
		{clock.LocalTimeInformation{Zone: 42, DST: clock.DSTHalfHour}, "2024-05-31T12:30:00+11:00"},
		{clock.LocalTimeInformation{Zone: clock.TimeZoneUnknown}, "unknown"},
		{clock.LocalTimeInformation{Zone: 57}, "unknown"},
		{clock.LocalTimeInformation{DST: clock.DSTUnknown}, "unknown"},
		{clock.LocalTimeInformation{DST: 3}, "unknown"},
	} {
		got := "unknown"
		if in, ok := tt.info.Location(); ok {
			at, _ := atttest.May31.Time(in)
			got = at.Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.info, got, tt.want)
		}
	}
}

func TestReferenceAge(t *testing.T) {
	for _, tt := range []struct {
		info clock.ReferenceTimeInformation
		want string
	}{
		{clock.ReferenceTimeInformation{Days: 5, Hours: 3}, "123h0m0s true"},
		{clock.ReferenceTimeInformation{}, "0s true"},
		{clock.ReferenceTimeInformation{Days: 254, Hours: 23}, "6119h0m0s true"},
		{clock.ReferenceTimeInformation{Days: 255, Hours: 255}, "0s false"},
		{clock.ReferenceTimeInformation{Days: 1, Hours: 255}, "0s false"},
	} {
		age, ok := tt.info.Age()
		if got := fmt.Sprint(age, ok); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.info, got, tt.want)
		}
	}
}
